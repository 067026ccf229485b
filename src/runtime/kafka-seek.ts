// What `ks offsets seek` does: positions of a group that has nothing but positions. A stage with state is left to `ks reset`,
// which sets both together.

import type { KafkaConnection } from './kafka-connection.ts'
import { allGroups, internalTopics, splitGroup } from './kafka-groups.ts'
import { offsetsAt, partitionsOf, requireEmptyGroup, setPositions, type PositionChange } from './kafka-positions.ts'
import { fetchOffsets, type CommittedOffset } from './kafka/group/group-offsets.ts'
import { KsError } from './model/errors.ts'
import { nearestNames } from './model/nearest-name.ts'
import type { OffsetPoint } from './model/offset-range.ts'
import { partitionName } from './model/topic-partition.ts'
import { listStages, listTasks, type StateRoot } from './stores/state-directory.ts'
import { decodeCommitMetadata, encodeCommitMetadata, latestReset } from './tasks/commit-metadata.ts'

/** Which positions, and where to. */
export interface Seek {
  readonly group: string
  readonly place: OffsetPoint
  /** None: those that the group has offsets of. */
  readonly topics: readonly string[]
  readonly partition: number | undefined
  /** Where state of this host lies, if there is any. */
  readonly stateRoot: StateRoot | undefined
}

/** What a seek changes. */
export interface SeekPlan {
  readonly changes: readonly PositionChange[]
  perform(): Promise<void>
}

/**
 * Works out what a seek changes.
 * @throws KsError busy if the group has members, config if it has state or if there is nothing to seek in.
 */
export const planSeek = async (connection: KafkaConnection, seek: Seek): Promise<SeekPlan> => {
  const { group, place, topics, partition } = seek
  const { client } = connection
  await requireEmptyGroup(connection, group)
  const committed = await fetchOffsets(client, group, 'all', false)
  await refuseState(connection, seek, committed)
  const chosen = topics.length > 0 ? topics : [...committed.keys()]
  if (chosen.length === 0) throw await nothingCommitted(connection, group)
  // Of topics that somebody named, all partitions; otherwise those that the group has been in.
  const existing = await partitionsOf(connection, chosen, topics.length > 0)
  const partitions = chosen.flatMap((topic) => {
    const numbers = (existing.get(topic) ?? []).filter((number) =>
      partition === undefined ? topics.length > 0 || committed.get(topic)?.has(number) === true : number === partition,
    )
    return numbers.map((number) => ({ topic, partition: number }))
  })
  if (partitions.length === 0) {
    const which = partition === undefined ? 'partitions any more' : `a partition ${String(partition)}`
    throw new KsError('config', `none of ${chosen.join(', ')} has ${which}`)
  }
  const targets = await offsetsAt(connection, place, partitions)
  const changes = partitions
    .map(({ topic, partition: number }) => {
      const offset = committed.get(topic)?.get(number)?.offset ?? -1
      const from = offset < 0 ? undefined : offset
      return { group, topic, partition: number, from, to: targets.get(partitionName(topic, number)) ?? 0 }
    })
    .sort((left, right) =>
      left.topic === right.topic ? left.partition - right.partition : left.topic < right.topic ? -1 : 1,
    )
  // A program that reads the time of a partition there finds none, rather than one of later records.
  const isStage = metadataOf(committed).some((text) => decodeCommitMetadata(text) !== undefined)
  const metadata = isStage
    ? encodeCommitMetadata({ partitionTime: -1, values: new Map(), reset: latestReset(metadataOf(committed)) })
    : ''
  return { changes, perform: () => setPositions(connection, group, changes, metadata) }
}

type Committed = ReadonlyMap<string, ReadonlyMap<number, CommittedOffset>>

const metadataOf = (committed: Committed): readonly string[] =>
  [...committed.values()].flatMap((partitions) => [...partitions.values()].map(({ metadata }) => metadata))

/** Throws if there is a sign of state: a changelog, a database on this host, numbers beside the offsets. */
const refuseState = async (
  connection: KafkaConnection,
  { group, stateRoot }: Seek,
  committed: Committed,
): Promise<void> => {
  const topics = (await connection.client.allTopics()).map(({ name }) => name)
  const changelog = internalTopics(group, topics, await allGroups(connection)).find((name) =>
    name.endsWith('-changelog'),
  )
  const stage = splitGroup(group)
  const keepsNumbers = metadataOf(committed).some((text) => (decodeCommitMetadata(text)?.values.size ?? 0) > 0)
  const hasDatabase = stage !== undefined && stateRoot !== undefined && (await hasState(stateRoot, stage))
  const sign =
    changelog ?? (hasDatabase ? 'state on this host' : keepsNumbers ? 'numbers beside its offsets' : undefined)
  if (sign === undefined) return
  throw new KsError('config', `group ${group} has state (${sign}), which would not belong to other positions`, {
    hint:
      stage === undefined
        ? 'reset it with the tool of its program: kafka-streams-application-reset'
        : `ks reset ${stage.applicationId} ${stage.stage} --to … sets positions and clears the state together`,
  })
}

const hasState = async (
  root: StateRoot,
  { applicationId, stage }: { readonly applicationId: string; readonly stage: string },
): Promise<boolean> => {
  const directory = (await listStages(root, applicationId)).find((each) => each.stage === stage)
  return directory !== undefined && (await listTasks(directory)).size > 0
}

const nothingCommitted = async (connection: KafkaConnection, group: string): Promise<KsError> => {
  const known = await allGroups(connection)
  const message = known.includes(group) ? `group ${group} has no offsets` : `there is no group ${group}`
  return new KsError('failed', message, {
    hint: '--topic TOPIC gives it some',
    didYouMean: known.includes(group) ? [] : nearestNames(group, known),
  })
}
