// What `ks reset` does: what kafka-streams-application-reset does, and the state on this host. Offsets first, then topics, then
// state, each of which can be done again: after a crash in between, the same reset finishes it.

import path from 'node:path'
import type { CliContext } from './cli/context.ts'
import type { KafkaConnection } from './kafka-connection.ts'
import { allGroups, internalTopics, stageGroup, stageOfGroup } from './kafka-groups.ts'
import {
  groupHasMembers,
  offsetsAt,
  partitionsOf,
  requireEmptyGroup,
  setPositions,
  type PositionChange,
} from './kafka-positions.ts'
import { removeTopics } from './kafka-topics.ts'
import { describeGroups, type GroupInfo } from './kafka/admin/group-admin.ts'
import { fetchOffsets, type CommittedOffset } from './kafka/group/group-offsets.ts'
import { KsError } from './model/errors.ts'
import { nearestNames } from './model/nearest-name.ts'
import type { OffsetPoint } from './model/offset-range.ts'
import { partitionName } from './model/topic-partition.ts'
import {
  assertApplicationId,
  assertStageName,
  findStateRoot,
  listApplicationIds,
  listStages,
  removeStage,
  stateRootPath,
  type StageDirectory,
  type StateRoot,
} from './stores/state-directory.ts'
import { acquireStage, stageHolders, stageIsBusy, type StageLock } from './stores/state-lock.ts'
import { decodeCommitMetadata, encodeCommitMetadata, latestReset } from './tasks/commit-metadata.ts'

/** What is to be reset, and where to. */
export interface Reset {
  readonly applicationId: string
  /** None: all that there are. */
  readonly stages: readonly string[]
  readonly place: OffsetPoint
  /** None: those that a stage has offsets of, but for its own. */
  readonly inputTopics: readonly string[]
  readonly stateRoot: StateRoot | undefined
}

/** One thing that changes. */
export type ResetChange =
  | (PositionChange & { readonly kind: 'offset' })
  | { readonly kind: 'topic'; readonly topic: string }
  | { readonly kind: 'state'; readonly stage: string }

/** Hears of changes that have been made. */
type Done = (changes: readonly ResetChange[]) => Promise<void>

/** Everything that changes. */
export interface ResetPlan {
  /** In the order in which it is done. */
  readonly changes: readonly ResetChange[]
  /** Groups that look like stages of the application but that somebody else seems to use. */
  readonly leftAlone: readonly string[]
  /** Does it, and reports what has been done step by step. Throws KsError busy if a process has begun to run meanwhile. */
  perform(done: Done): Promise<void>
}

/** The root of state on this host; undefined if there is none. Throws KsError config and io. */
export const openStateRoot = (
  connection: KafkaConnection,
  option: string | undefined,
  { environment, currentDirectory }: CliContext,
  homeDirectory: () => string,
): Promise<StateRoot | undefined> => {
  const chosen = option ?? (connection.config.text('state.dir') || undefined)
  const root = stateRootPath({ option: chosen, environment, homeDirectory })
  return findStateRoot(path.resolve(currentDirectory, root), process.getuid?.())
}

/** A stage with everything that is known of it. */
interface StageFacts {
  readonly stage: string
  readonly group: string
  readonly info: GroupInfo
  readonly committed: ReadonlyMap<string, ReadonlyMap<number, CommittedOffset>>
  readonly internal: readonly string[]
  readonly directory: StageDirectory | undefined
}

/**
 * Works out what a reset changes.
 * @throws KsError busy if a group has members or a process has the state, failed if there is no such application or stage,
 * config if an input topic does not exist.
 */
export const planReset = async (connection: KafkaConnection, reset: Reset, context: CliContext): Promise<ResetPlan> => {
  const { applicationId, stages, stateRoot } = reset
  assertApplicationId(applicationId)
  for (const stage of stages) assertStageName(stage)
  const { chosen, leftAlone } = await findStages(connection, reset)
  for (const { info } of chosen) if (info.members.length > 0) throw groupHasMembers(info)
  for (const { directory } of chosen) {
    if (directory === undefined) continue
    const holders = await stageHolders(directory)
    if (holders.length > 0) throw stageIsBusy(directory, holders[0])
  }
  if (chosen.length === 0) throw await nothingToReset(connection, applicationId, leftAlone, stateRoot)

  const positions = new Map<string, readonly PositionChange[]>()
  const inputs = inputsOf(chosen, reset)
  for (const facts of chosen) {
    positions.set(facts.group, await planPositions(connection, facts, inputs.get(facts.stage) ?? [], reset))
  }
  const changes: ResetChange[] = [
    ...[...positions.values()]
      .flat()
      .filter(({ from, to }) => from !== to)
      .map((change) => ({ kind: 'offset', ...change }) as const),
    ...chosen.flatMap(({ internal }) => internal.map((topic) => ({ kind: 'topic', topic }) as const)),
    ...chosen.flatMap(({ stage, directory }) => (directory === undefined ? [] : [{ kind: 'state', stage } as const])),
  ]
  const holder = { pid: process.pid, command: `ks reset ${applicationId}`, started: context.now() }
  const perform = async (done: Done): Promise<void> => {
    const locks: StageLock[] = []
    try {
      // Held to the end, so that no run on this host begins in the middle; runs elsewhere are members of the group.
      for (const { directory } of chosen) {
        if (directory === undefined) continue
        const options = { endless: false, holder, lockWaitMs: 0, signal: context.signal }
        locks.push(await acquireStage(directory, options))
      }
      await performHeld(connection, chosen, positions, changes, context.now(), done)
    } finally {
      for (const lock of locks) await lock.release()
    }
  }
  return { changes, leftAlone, perform }
}

const findStages = async (
  connection: KafkaConnection,
  { applicationId, stages, stateRoot }: Reset,
): Promise<{ readonly chosen: readonly StageFacts[]; readonly leftAlone: readonly string[] }> => {
  const { client } = connection
  const groups = await allGroups(connection)
  const topics = (await client.allTopics()).map(({ name }) => name)
  const directories = stateRoot === undefined ? [] : await listStages(stateRoot, applicationId)
  const localGroups = stateRoot === undefined ? [] : await localStageGroups(stateRoot)
  const candidates =
    stages.length > 0
      ? stages
      : [
          ...directories.map(({ stage }) => stage),
          ...groups.flatMap((group) => stageOfGroup(applicationId, group) ?? []),
        ]
  const chosen: StageFacts[] = []
  const leftAlone: string[] = []
  for (const stage of [...new Set(candidates)].sort()) {
    const group = stageGroup(applicationId, stage)
    const directory = directories.find((each) => each.stage === stage)
    const [info] = await describeGroups(client, [group])
    if (info === undefined) throw new Error(`nothing is known about group ${group}`)
    const committed = await fetchOffsets(client, group, 'all', false)
    const internal = internalTopics(group, topics, [...groups, ...localGroups])
    const facts: StageFacts = { stage, group, info, committed, internal, directory }
    const exists = groups.includes(group) || internal.length > 0 || directory !== undefined
    if (!exists) throw noSuchStage(applicationId, stage, groups)
    if (stages.length > 0 || isOfKs(facts)) chosen.push(facts)
    else leftAlone.push(group)
  }
  return { chosen, leftAlone }
}

const localStageGroups = async (root: StateRoot): Promise<readonly string[]> => {
  const groups: string[] = []
  for (const applicationId of await listApplicationIds(root)) {
    for (const { stage } of await listStages(root, applicationId)) groups.push(stageGroup(applicationId, stage))
  }
  return groups
}

/** Other programs have groups too, and one of them may be called as a stage would be. */
const isOfKs = ({ directory, info, committed }: StageFacts): boolean => {
  if (directory !== undefined) return true
  if (info.members.length > 0) return info.protocolName === 'ks'
  return [...committed.values()].some((partitions) =>
    [...partitions.values()].some(({ metadata }) => decodeCommitMetadata(metadata) !== undefined),
  )
}

/** The topics in which each stage starts over, by stage. */
const inputsOf = (chosen: readonly StageFacts[], { inputTopics }: Reset): ReadonlyMap<string, readonly string[]> => {
  const own = new Map(
    chosen.map(({ stage, group, committed }) => [
      stage,
      [...committed.keys()].filter((topic) => internalTopics(group, [topic], []).length === 0).sort(),
    ]),
  )
  if (inputTopics.length === 0) return own
  const [only] = chosen
  if (chosen.length === 1 && only !== undefined) return new Map([[only.stage, inputTopics]])
  const stray = inputTopics.find((topic) => ![...own.values()].some((topics) => topics.includes(topic)))
  if (stray !== undefined) {
    throw new KsError('usage', `--input-topics ${stray}: no stage has offsets of it, so which one is meant?`, {
      hint: `name the stage: ${chosen.map(({ stage }) => stage).join(', ')}`,
    })
  }
  return new Map([...own].map(([stage, topics]) => [stage, topics.filter((topic) => inputTopics.includes(topic))]))
}

const planPositions = async (
  connection: KafkaConnection,
  { group, committed }: StageFacts,
  inputs: readonly string[],
  { place, inputTopics }: Reset,
): Promise<readonly PositionChange[]> => {
  // What the group has once read may have been deleted since.
  const mustExist = inputTopics.length > 0
  const existing = await partitionsOf(connection, inputs, mustExist)
  const partitions = inputs.flatMap((topic) => (existing.get(topic) ?? []).map((partition) => ({ topic, partition })))
  const targets = await offsetsAt(connection, place, partitions)
  return partitions.map(({ topic, partition }) => {
    const offset = committed.get(topic)?.get(partition)?.offset ?? -1
    const from = offset < 0 ? undefined : offset
    return { group, topic, partition, from, to: targets.get(partitionName(topic, partition)) ?? 0 }
  })
}

const performHeld = async (
  connection: KafkaConnection,
  chosen: readonly StageFacts[],
  positions: ReadonlyMap<string, readonly PositionChange[]>,
  changes: readonly ResetChange[],
  now: number,
  done: Done,
): Promise<void> => {
  const report = (kind: ResetChange['kind']): Promise<void> => done(changes.filter((change) => change.kind === kind))
  for (const { group, internal, committed } of chosen) {
    // The brokers forget offsets of a deleted topic some time later; the new topic begins at 0.
    const own = internal.flatMap((topic) =>
      [...(committed.get(topic)?.keys() ?? [])].map((partition) => ({ topic, partition, to: 0 })),
    )
    // State on other hosts is from before this reset, and sees it.
    const before = latestReset([...committed.values()].flatMap((each) => [...each.values()].map((one) => one.metadata)))
    const reset = Math.max(now, before + 1)
    const metadata = encodeCommitMetadata({ partitionTime: -1, values: new Map(), reset })
    await setPositions(connection, group, [...(positions.get(group) ?? []), ...own], metadata)
  }
  await report('offset')
  for (const { group } of chosen) await requireEmptyGroup(connection, group)
  const topics = chosen.flatMap(({ internal }) => internal)
  await removeTopics(connection, topics)
  await report('topic')
  for (const { directory } of chosen) if (directory !== undefined) await removeStage(directory)
  await report('state')
}

const noSuchStage = (applicationId: string, stage: string, groups: readonly string[]): KsError => {
  const known = groups.flatMap((group) => stageOfGroup(applicationId, group) ?? [])
  return new KsError('failed', `application '${applicationId}' has no stage '${stage}'`, {
    didYouMean: nearestNames(stage, known),
  })
}

const nothingToReset = async (
  connection: KafkaConnection,
  applicationId: string,
  leftAlone: readonly string[],
  root: StateRoot | undefined,
): Promise<KsError> => {
  const groups = await allGroups(connection)
  if (groups.includes(applicationId)) {
    return new KsError('failed', `'${applicationId}' is a group, but no application of ks`, {
      hint: `ks offsets seek ${applicationId} start sets its positions`,
    })
  }
  if (leftAlone.length > 0) {
    return new KsError('failed', `there is no application '${applicationId}'; ${leftAlone.join(', ')} is not of ks`, {
      hint: `ks reset ${applicationId} STAGE takes such a group nevertheless`,
    })
  }
  const known = root === undefined ? [] : await listApplicationIds(root)
  const others = groups.map((group) => group.slice(0, group.lastIndexOf('-'))).filter((name) => name !== '')
  return new KsError('failed', `there is no application '${applicationId}': no group, and no state on this host`, {
    didYouMean: nearestNames(applicationId, [...known, ...others]),
  })
}
