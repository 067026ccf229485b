// Everything that a run with an application id has open before its first task: the stage, the connection, its place in the
// group.

import type { CliContext } from './cli/context.ts'
import { dormantOffsetSums } from './dormant-tasks.ts'
import { EndWatch } from './end-watch.ts'
import { createGroupMember, layoutTasks, type LayoutTask } from './group-assignment.ts'
import { openLayout, type GroupLayout } from './group-layout.ts'
import type { GroupMember } from './kafka/group/group-member.ts'
import { KafkaConnection } from './kafka-connection.ts'
import { holdStage, type HeldStage } from './open-state.ts'
import type { ThreadMetrics } from './metrics/thread-metrics.ts'
import type { TaskEnvironment } from './opened-task.ts'
import type { RunOutputs } from './run-outputs.ts'
import type { Durability, RunSettings, TopicSettings } from './run-settings.ts'
import { StandbyTasks } from './standby-tasks.ts'
import { placesIn, type StorePlaces } from './store-places.ts'
import { stateDirectoryId } from './stores/state-directory-id.ts'
import { ScannerPool } from './tasks/record-lane.ts'
import type { Topology } from './topology/topology.ts'

/** What is open. */
export interface OpenGroup {
  readonly connection: KafkaConnection
  /** undefined for a stage that keeps nothing and does not end. */
  readonly held: HeldStage | undefined
  readonly layout: GroupLayout
  /** All tasks of the application, by name. */
  readonly allTasks: ReadonlyMap<string, LayoutTask>
  readonly places: StorePlaces
  readonly member: GroupMember
  readonly groupId: string
  readonly groupInstanceId: string | null
  readonly environment: TaskEnvironment
  readonly standbys: StandbyTasks
  /** For a run that ends (`-e`). */
  readonly endWatch: EndWatch | undefined
  /** Lets go of it all, in order, after the tasks are closed. @param inOrder false after an error: what fails is passed over. */
  close(inOrder: boolean): Promise<void>
}

/** What the group asks its member. */
export interface GroupEvents {
  /** Tasks that run here. */
  owned(): readonly string[]
  /** The group has to be joined again. */
  rebalance(reason: string): void
  /** The stage has been taken: whoever is asked for its state from now on is this process. */
  held(stage: HeldStage): Promise<void>
}

/** How a run is opened. */
export interface GroupOptions {
  readonly topology: Topology
  readonly settings: RunSettings
  readonly topics: TopicSettings
  readonly durability: Durability
  readonly context: CliContext
  readonly outputs: RunOutputs
  readonly metrics: ThreadMetrics | undefined
}

/** Takes the stage and connects. KsError busy, config, denied or broker; nothing stays open then. */
export const openGroup = async (options: GroupOptions, events: GroupEvents): Promise<OpenGroup> => {
  const { topology, settings, topics, durability, context, outputs } = options
  const connection = await KafkaConnection.open(topics.config, context, (message) => {
    outputs.notice(message)
  })
  let held: HeldStage | undefined
  try {
    // A run that ends has the stage for itself; one that keeps nothing and goes on may run as often as one likes.
    if (topology.stores.length > 0 || topics.exit) {
      held = await holdStage(durability, settings.commandLine, context, !topics.exit)
      await events.held(held)
    }
    return await openHeld(options, events, connection, held)
  } catch (error) {
    await connection.close()
    await held?.release()
    throw error
  }
}

const openHeld = async (
  { topology, settings, topics, durability, context, outputs, metrics }: GroupOptions,
  events: GroupEvents,
  connection: KafkaConnection,
  held: HeldStage | undefined,
): Promise<OpenGroup> => {
  const prefix = `${durability.applicationId}-${durability.stage}`
  const layout = await openLayout(connection, topology, prefix)
  const allTasks = layoutTasks(layout)
  const directoryId = held === undefined ? undefined : await stateDirectoryId(held.directory)
  const instance =
    directoryId === undefined
      ? `${String(process.pid)}-${String(context.thread?.number ?? 1)}`
      : `${directoryId}-${String(held?.instance ?? 'run')}`
  const chosen = topics.config.text('group.instance.id', 'main.consumer')
  // A static member that starts again after a crash takes its old place at once (KIP-345).
  const groupInstanceId = chosen !== '' ? chosen : directoryId === undefined ? null : instance
  const endWatch = topics.exit ? await EndWatch.create(connection, layout, prefix) : undefined
  const sharedProducer = topics.exactlyOnce ? undefined : await connection.producer(undefined)
  const environment: TaskEnvironment = {
    connection,
    settings,
    topics,
    context,
    outputs,
    prefix,
    directory: held?.directory,
    instance,
    scanners: new ScannerPool(),
    fetcher: connection.fetcher(),
    sharedProducer,
    metrics,
    stopAt: (topic, partition) => endWatch?.stopAt(topic, partition) ?? Infinity,
  }
  const standbys = new StandbyTasks(environment)
  const dormant =
    held === undefined || topics.exit ? new Map<string, number>() : await dormantOffsetSums(held.directory, allTasks)
  const member = createGroupMember(connection, layout, {
    groupId: prefix,
    groupInstanceId,
    instance,
    stateDirectory: directoryId ?? instance,
    fingerprint: durability.fingerprint,
    clock: context,
    owned: () => events.owned(),
    offsetSums: () => new Map([...dormant, ...standbys.offsetSums()]),
    rebalance: (reason) => {
      events.rebalance(reason)
    },
  })
  return {
    connection,
    held,
    layout,
    allTasks,
    places: placesIn(layout, allTasks),
    member,
    groupId: prefix,
    groupInstanceId,
    environment,
    standbys,
    endWatch,
    close: async (inOrder) => {
      const passOver = (error: unknown): void => {
        if (inOrder) throw error
      }
      await standbys.close().catch(passOver)
      await member.leave()
      await environment.fetcher.close().catch(passOver)
      await (inOrder ? sharedProducer?.close() : sharedProducer?.abandon())
      await connection.close().catch(passOver)
      await held?.release().catch(passOver)
    },
  }
}
