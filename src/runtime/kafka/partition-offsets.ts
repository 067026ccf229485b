// Where partitions begin and end, and where a time or a range lies in them. Every leader is asked once for all its partitions.

import { partitionName } from '../model/topic-partition.ts'
import type { OffsetPoint } from '../model/offset-range.ts'
import type { KafkaClient } from './client.ts'
import { retryPause } from './group/retry-pause.ts'
import { isRetriable, throwIfError, toKsError } from './kafka-errors.ts'
import { earliestTimestamp, latestTimestamp, listOffsets } from './protocol/list-offsets.ts'

/** A partition and the time to look for in it: ms, or one of the constants of ListOffsets. */
export interface OffsetQuestion {
  readonly topic: string
  readonly partition: number
  readonly timestamp: number
}

const attempts = 100

/**
 * Offsets by `partitionName`: of the first record at or after each timestamp, -1 if there is none.
 * @param committed ends are those of what is decided (read_committed).
 * @throws KsError broker or denied.
 */
export const askOffsets = async (
  client: KafkaClient,
  questions: readonly OffsetQuestion[],
  committed: boolean,
): Promise<ReadonlyMap<string, number>> => {
  const found = new Map<string, number>()
  let open = questions
  const topics = [...new Set(questions.map(({ topic }) => topic))]
  try {
    for (let attempt = 1; open.length > 0; attempt++) {
      const failure = await askLeaders(client, open, committed, found)
      open = open.filter(({ topic, partition }) => !found.has(partitionName(topic, partition)))
      if (open.length === 0) break
      if (attempt >= attempts) throw failure instanceof Error ? failure : new Error('no leader')
      await retryPause(20, attempt)
      await client.refreshMetadata(topics)
    }
  } catch (error) {
    throw toKsError(error, `find the offsets of ${topics.join(', ')}`)
  }
  return found
}

/** Puts what leaders answer into `found`; returns a failure that may pass. */
const askLeaders = async (
  client: KafkaClient,
  questions: readonly OffsetQuestion[],
  committed: boolean,
  found: Map<string, number>,
): Promise<unknown> => {
  const byLeader = new Map<number, OffsetQuestion[]>()
  for (const question of questions) {
    const leader = client.leader(question.topic, question.partition)
    if (leader === undefined || leader < 0) continue
    const list = byLeader.get(leader)
    if (list === undefined) byLeader.set(leader, [question])
    else list.push(question)
  }
  let failure: unknown
  const ask = async (leader: number, asked: readonly OffsetQuestion[]): Promise<void> => {
    const names = [...new Set(asked.map(({ topic }) => topic))]
    const topics = names.map((topic) => ({
      topic,
      partitions: asked.filter((question) => question.topic === topic),
    }))
    const answer = await client.request(leader, listOffsets({ isolation: committed ? 1 : 0, topics }))
    for (const { topic, partitions } of answer.topics) {
      for (const { partition, errorCode, offset } of partitions) {
        try {
          throwIfError(errorCode, 'ListOffsets')
          found.set(partitionName(topic, partition), offset)
        } catch (error) {
          if (!isRetriable(error)) throw error
          failure = error
        }
      }
    }
  }
  const asking = [...byLeader].map(async ([leader, asked]) => {
    try {
      await ask(leader, asked)
    } catch (error) {
      if (!isRetriable(error)) throw error
      failure = error
    }
  })
  await Promise.all(asking)
  return failure
}

/** Where a partition begins and ends now. */
export interface PartitionBounds {
  readonly start: number
  readonly end: number
}

/** The bounds of partitions, by `partitionName`. */
export const partitionBounds = async (
  client: KafkaClient,
  partitions: readonly { readonly topic: string; readonly partition: number }[],
  committed: boolean,
): Promise<ReadonlyMap<string, PartitionBounds>> => {
  const questions = (timestamp: number): OffsetQuestion[] =>
    partitions.map(({ topic, partition }) => ({ topic, partition, timestamp }))
  const [starts, ends] = await Promise.all([
    askOffsets(client, questions(earliestTimestamp), committed),
    askOffsets(client, questions(latestTimestamp), committed),
  ])
  return new Map(
    partitions.map(({ topic, partition }) => {
      const name = partitionName(topic, partition)
      return [name, { start: starts.get(name) ?? 0, end: ends.get(name) ?? 0 }]
    }),
  )
}

/** The offset of a point in each partition, by `partitionName`; within the bounds of the partition. */
export const resolvePoint = async (
  client: KafkaClient,
  point: OffsetPoint,
  bounds: ReadonlyMap<string, PartitionBounds>,
  partitions: readonly { readonly topic: string; readonly partition: number }[],
  committed: boolean,
): Promise<ReadonlyMap<string, number>> => {
  const times =
    point.kind === 'time'
      ? await askOffsets(
          client,
          partitions.map((partition) => ({ ...partition, timestamp: point.timestamp })),
          committed,
        )
      : undefined
  return new Map(
    [...bounds].map(([name, { start, end }]) => {
      const wanted = offsetOf(point, start, end, times?.get(name))
      return [name, Math.min(end, Math.max(start, wanted))]
    }),
  )
}

const offsetOf = (point: OffsetPoint, start: number, end: number, atTime: number | undefined): number => {
  switch (point.kind) {
    case 'start':
    case 'stored':
      return start
    case 'end':
      return end
    case 'offset':
      return point.offset
    case 'before-end':
      return end - point.count
    case 'after-start':
      return start + point.count
    case 'time':
      return atTime === undefined || atTime < 0 ? end : atTime
  }
}
