// A log that does not have the records that come next: they were deleted before they were read, or the topic is not the one
// that was read before.

import { KsError, type ErrorKind } from './model/errors.ts'
import { partitionName } from './model/topic-partition.ts'
import type { FetchedPartition } from './tasks/ports.ts'

/**
 * What to tell about a part that is out of range.
 * @param kind config where the position was kept, data where it was not.
 * @param wayOut what to do about it, as a part of a sentence.
 */
export const outOfRange = (
  { topic, partition, nextOffset, highWatermark }: FetchedPartition,
  kind: ErrorKind,
  wayOut: string,
): KsError => {
  const name = partitionName(topic, partition)
  if (nextOffset > highWatermark) {
    return new KsError(
      kind,
      `${name} ends at offset ${String(highWatermark)}, before the ${String(nextOffset)} that comes next`,
      { hint: `the topic was made anew, or a broker has lost its end; ${wayOut}` },
    )
  }
  return new KsError(kind, `${name}: the records that come next were deleted`, {
    hint: `the topic deletes faster than this run reads (retention.ms); ${wayOut}`,
  })
}
