// Sessions, as Kafka Streams' SessionWindows: records of a key that are no more than a gap apart belong together. A session is
// as long as from its first to its last record, both included.

export interface SessionWindows {
  readonly gapMs: number
  /** How long after its end and the gap a session still accepts records, in stream time. */
  readonly graceMs: number
}
