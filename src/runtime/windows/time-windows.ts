// Tumbling and hopping windows, as Kafka Streams' TimeWindows: aligned to the epoch, start inclusive, end exclusive.

/** Windows of one size; tumbling if `advanceMs` equals `sizeMs`. */
export interface TimeWindows {
  readonly sizeMs: number
  readonly advanceMs: number
  /** How long after its end a window still accepts records, in stream time. */
  readonly graceMs: number
}

/** Start of the first window that holds a timestamp; the others follow each `advanceMs` while start <= timestamp. */
export const firstWindowStart = (windows: TimeWindows, timestamp: number): number => {
  const { sizeMs, advanceMs } = windows
  if (sizeMs === advanceMs) return timestamp - (timestamp % sizeMs)
  const earliest = Math.max(0, timestamp - sizeMs + advanceMs)
  return earliest - (earliest % advanceMs)
}

/** True if stream time has closed a window: it ends at or before stream time less grace. */
export const isClosed = (windows: TimeWindows, windowEnd: number, streamTime: number): boolean =>
  windowEnd <= streamTime - windows.graceMs
