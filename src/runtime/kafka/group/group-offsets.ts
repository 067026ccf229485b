// Committed offsets of a group. Invariant: a commit that returns has been stored for every partition; one that throws may have
// been stored for some.

import { errorCode } from '../error-codes.ts'
import { KafkaError, toKsError } from '../kafka-errors.ts'
import { offsetCommit } from '../protocol/offset-commit.ts'
import { offsetFetch } from '../protocol/offset-fetch.ts'
import { byTopic } from '../protocol/by-topic.ts'
import type { GroupClient } from './group-client.ts'
import { classify, GroupFenced, groupFailure, type GroupIdentity, isPassing } from './group-errors.ts'
import { retryPause } from './retry-pause.ts'

/** Where a group goes on in one partition. */
export interface PartitionOffset {
  readonly topic: string
  readonly partition: number
  /** Of the next record. */
  readonly offset: number
  /** Leader epoch of the last record; -1 or not given: unknown. */
  readonly leaderEpoch?: number
  readonly metadata: string
}

/** Who commits. */
export interface Committer extends GroupIdentity {
  /** -1 with an empty `memberId`: nobody; the group must be empty then. */
  readonly generationId: number
  readonly memberId: string
}

/** How long to try. */
export interface CommitLimits {
  readonly retryBackoffMs: number
  /** False: there is no point in trying any longer. */
  readonly goOn: () => boolean
}

/** What a group has committed in a partition. */
export interface CommittedOffset {
  /** -1: nothing. */
  readonly offset: number
  readonly metadata: string
}

/** As Java's default.api.timeout.ms. */
const fetchTimeoutMs = 60_000
const fetchBackoffMs = 100

/**
 * Commits offsets in the name of a member, again and again over errors that pass.
 * @throws GroupFenced if the member is out of its generation, KsError for everything else.
 */
export const commitOffsets = async (
  client: GroupClient,
  committer: Committer,
  offsets: readonly PartitionOffset[],
  limits: CommitLimits,
): Promise<void> => {
  const { groupId } = committer
  let left = offsets
  for (let failures = 1; left.length > 0; failures++) {
    let problem: unknown
    try {
      const coordinator = await client.coordinator('group', groupId)
      const topics = byTopic(left, ({ partition, offset, leaderEpoch = -1, metadata }) => ({
        partition,
        offset,
        leaderEpoch,
        metadata,
      }))
      const { topics: answers } = await client.request(coordinator, offsetCommit({ ...committer, topics }))
      const codes = new Map(
        answers.flatMap(({ topic, partitions }) =>
          partitions.map((each) => [`${topic}-${each.partition}`, each.errorCode]),
        ),
      )
      left = left.filter(({ topic, partition }) => codes.get(`${topic}-${partition}`) !== 0)
      // A partition that the answer lacks is not committed.
      const code = left
        .map(({ topic, partition }) => codes.get(`${topic}-${partition}`) ?? -1)
        .find((each) => each !== 0)
      if (code === undefined) return
      problem = commitProblem(code, committer, client)
    } catch (error) {
      if (!isPassing(error)) throw error
      client.forgetCoordinator('group', groupId)
      problem = error
    }
    if (!limits.goOn()) throw toKsError(problem, `commit offsets of group '${groupId}'`)
    await retryPause(limits.retryBackoffMs, failures)
  }
}

/** An error that passes, or throws what does not. */
const commitProblem = (code: number, committer: Committer, client: GroupClient): KafkaError => {
  const answer = classify(code)
  if (answer === 'fenced') throw new GroupFenced(errorCode(code).name, committer.groupId)
  if (answer === 'fatal') throw groupFailure(code, 'OffsetCommit', committer)
  if (answer === 'elsewhere') client.forgetCoordinator('group', committer.groupId)
  return new KafkaError(code, 'OffsetCommit')
}

/**
 * What a group has committed: for each of the partitions, or for all that it has offsets for.
 * @param requireStable waits for open transactions that commit offsets of these partitions (KIP-447).
 * @throws KsError, if it cannot be read within a minute too.
 */
export const fetchOffsets = async (
  client: GroupClient,
  groupId: string,
  partitions: ReadonlyMap<string, readonly number[]> | 'all',
  requireStable: boolean,
): Promise<ReadonlyMap<string, ReadonlyMap<number, CommittedOffset>>> => {
  const topics =
    partitions === 'all' ? null : [...partitions].map(([topic, numbers]) => ({ topic, partitions: numbers }))
  const failure = `read the offsets of group '${groupId}'`
  const deadline = performance.now() + fetchTimeoutMs
  for (let failures = 1; ; failures++) {
    let problem: unknown
    try {
      const coordinator = await client.coordinator('group', groupId)
      const answer = await client.request(coordinator, offsetFetch({ groupId, topics, requireStable }))
      const codes = [
        answer.errorCode,
        ...answer.topics.flatMap((topic) => topic.partitions.map((each) => each.errorCode)),
      ]
      const code = codes.find((each) => each !== 0)
      if (code === undefined) return offsetsOf(answer.topics)
      const meaning = classify(code)
      if (meaning === 'elsewhere') client.forgetCoordinator('group', groupId)
      if (meaning === 'fatal' || meaning === 'fenced') {
        throw groupFailure(code, 'OffsetFetch', { groupId, groupInstanceId: null })
      }
      problem = new KafkaError(code, 'OffsetFetch')
    } catch (error) {
      if (!isPassing(error)) throw toKsError(error, failure)
      client.forgetCoordinator('group', groupId)
      problem = error
    }
    if (performance.now() >= deadline) throw toKsError(problem, failure)
    await retryPause(fetchBackoffMs, failures)
  }
}

const offsetsOf = (
  topics: readonly {
    readonly topic: string
    readonly partitions: readonly {
      readonly partition: number
      readonly offset: number
      readonly metadata: string | null
    }[]
  }[],
): ReadonlyMap<string, ReadonlyMap<number, CommittedOffset>> =>
  new Map(
    topics.map(({ topic, partitions }) => [
      topic,
      new Map(partitions.map(({ partition, offset, metadata }) => [partition, { offset, metadata: metadata ?? '' }])),
    ]),
  )
