// Deletes the beginning of partitions: what has been read of repartition topics is of no use to anybody.

import type { KsError } from '../model/errors.ts'
import { partitionName } from '../model/topic-partition.ts'
import type { KafkaClient } from './client.ts'
import { isRetriable, KafkaConnectionError, throwIfError, toKsError } from './kafka-errors.ts'
import { deleteRecords } from './protocol/delete-records.ts'
import { byTopic } from './protocol/by-topic.ts'

/** Where a partition is to begin. */
export interface NewBeginning {
  readonly topic: string
  readonly partition: number
  readonly before: number
}

/** A broker answers when all replicas have deleted; that is not worth waiting for. */
const brokerWaitsMs = 5_000

/**
 * Asks the leaders to delete, on a channel of its own: a broker that waits for replicas holds up nothing else. Never rejects.
 * @returns the first refusal that does not pass by itself, such as a missing right.
 */
export const deleteRecordsBefore = async (
  client: Pick<KafkaClient, 'leader' | 'request'>,
  beginnings: readonly NewBeginning[],
): Promise<KsError | undefined> => {
  const byLeader = new Map<number, NewBeginning[]>()
  for (const beginning of beginnings) {
    const leader = client.leader(beginning.topic, beginning.partition)
    if (leader === undefined || leader < 0) continue
    byLeader.set(leader, [...(byLeader.get(leader) ?? []), beginning])
  }
  const problems = await Promise.all(
    [...byLeader].map(async ([leader, asked]): Promise<KsError | undefined> => {
      let what = 'delete records'
      try {
        const topics = byTopic(asked, ({ partition, before }) => ({ partition, offset: before }))
        const answer = await client.request(leader, deleteRecords({ topics, timeoutMs: brokerWaitsMs }), 'purge')
        for (const { topic, partitions } of answer.topics) {
          for (const { partition, errorCode } of partitions) {
            what = `delete records of ${partitionName(topic, partition)}`
            throwIfError(errorCode, 'DeleteRecords')
          }
        }
        return undefined
      } catch (error) {
        return error instanceof KafkaConnectionError || isRetriable(error) ? undefined : toKsError(error, what)
      }
    }),
  )
  return problems.find((problem) => problem !== undefined)
}
