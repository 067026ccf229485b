// Where the records of one topic go in: it knows the partition of each.

import type { Header } from '../../model/stream-record.ts'
import type { BytesPart } from '../records/batch-builder.ts'
import type { PartitionBatches } from './partition-batches.ts'
import { partitionForKey } from './partitioner.ts'

/** Writes to one topic. */
export interface TopicWriter {
  readonly topic: string
  /** How many partitions it had when it was opened. */
  readonly partitions: number
  /**
   * Takes a record; `partition` undefined: by the key as the Java client does, without a key one partition for each batch
   * (KIP-480). Returns the partition. The timestamp is in ms. Throws the failure of the producer, or a KsError `data` for a
   * record above max.request.size.
   */
  append(
    partition: number | undefined,
    timestamp: number,
    key: BytesPart,
    value: BytesPart,
    headers: readonly Header[],
  ): number
}

/** Takes a record for a partition. */
export type AppendTo = (
  to: PartitionBatches,
  timestamp: number,
  key: BytesPart,
  value: BytesPart,
  headers: readonly Header[],
) => void

/** @param first partition of the first records without a key; differs between producers, so that they do not all start with the same one. */
export const createTopicWriter = (
  topic: string,
  partitions: readonly PartitionBatches[],
  append: AppendTo,
  first: number,
): TopicWriter => {
  const { length } = partitions
  let sticky = first % length
  let stickyUntil = partitions[sticky]?.closedCount

  const partitionWithoutKey = (): number => {
    if (partitions[sticky]?.closedCount !== stickyUntil) {
      sticky = (sticky + 1) % length
      stickyUntil = partitions[sticky]?.closedCount
    }
    return sticky
  }

  return {
    topic,
    partitions: length,
    append(partition, timestamp, key, value, headers) {
      const chosen = partition ?? (key === null ? partitionWithoutKey() : partitionForKey(key, length))
      const to = partitions[chosen]
      if (to === undefined) throw new Error(`topic ${topic} has no partition ${chosen}, only ${length}`)
      append(to, timestamp, key, value, headers)
      return chosen
    },
  }
}
