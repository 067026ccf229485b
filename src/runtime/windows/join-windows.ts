// Which records of two streams meet, as Kafka Streams' JoinWindows: those of the other stream from `beforeMs` before to
// `afterMs` after a record of the left one, both included. Either may be negative.

export interface JoinWindows {
  readonly beforeMs: number
  readonly afterMs: number
  /** How long after its window a record without a match is waited for, in stream time. */
  readonly graceMs: number
}
