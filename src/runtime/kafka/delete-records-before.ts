// Deletes the beginning of partitions: what has been read of repartition topics is of no use to anybody.

import type { KafkaClient } from './client.ts'
import { deleteRecords } from './protocol/delete-records.ts'

/** Where a partition is to begin. */
export interface NewBeginning {
  readonly topic: string
  readonly partition: number
  readonly before: number
}

/** Asks the leaders to delete. What does not work now is done the next time. */
export const deleteRecordsBefore = async (client: KafkaClient, beginnings: readonly NewBeginning[]): Promise<void> => {
  const byLeader = new Map<number, NewBeginning[]>()
  for (const beginning of beginnings) {
    const leader = client.leader(beginning.topic, beginning.partition)
    if (leader === undefined || leader < 0) continue
    byLeader.set(leader, [...(byLeader.get(leader) ?? []), beginning])
  }
  await Promise.all(
    [...byLeader].map(async ([leader, asked]) => {
      const topics = [...new Set(asked.map(({ topic }) => topic))].map((topic) => ({
        topic,
        partitions: asked
          .filter((beginning) => beginning.topic === topic)
          .map(({ partition, before }) => ({ partition, offset: before })),
      }))
      await client.request(leader, deleteRecords({ topics, timeoutMs: 5_000 })).catch(() => undefined)
    }),
  )
}
