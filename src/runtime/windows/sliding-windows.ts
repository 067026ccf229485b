// Sliding windows, as Kafka Streams' SlidingWindows: a window for each set of records of a key that are no more than a
// difference of time apart. Start and end are both included.

export interface SlidingWindows {
  readonly differenceMs: number
  /** How long after its end a window still accepts records, in stream time. */
  readonly graceMs: number
}
