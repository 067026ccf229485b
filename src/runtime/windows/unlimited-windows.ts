// One window without an end, as Kafka Streams' UnlimitedWindows: what came before its start is in none.

export interface UnlimitedWindows {
  /** ms since the epoch, not negative. */
  readonly startMs: number
  /** It never closes, so there is nothing to wait for. */
  readonly graceMs: 0
}

/** The end of a window that has none, ms: the largest integer that a number holds, as Kafka Streams has that of a long. */
export const noEndMs = Number.MAX_SAFE_INTEGER

/** Windows that begin at a time, ms. */
export const unlimitedFrom = (startMs: number): UnlimitedWindows => ({ startMs, graceMs: 0 })
