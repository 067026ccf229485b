// Where a run can be asked, where it begins. Nothing of it is loaded for a run that nobody can ask.

import type { CliContext, RunningThread } from './cli/context.ts'
import type { RunOutputs } from './run-outputs.ts'
import type { RunSettings } from './run-settings.ts'
import type { StoreSource } from './run-stores.ts'
import type { Serving } from './serving.ts'
import type { StreamTask } from './tasks/stream-task.ts'
import type { TopicTasks } from './topic-tasks.ts'
import type { Topology } from './topology/topology.ts'

const open = async (
  topology: Topology,
  settings: RunSettings,
  context: CliContext,
  outputs: RunOutputs,
  source: StoreSource,
): Promise<Serving | undefined> => {
  const hasStores = topology.stores.some(({ view }) => view !== undefined)
  if (settings.serve === undefined && (settings.durability === undefined || !hasStores)) return undefined
  const { Serving } = await import('./serving.ts')
  return Serving.open(topology, settings, context, outputs, source)
}

/** Of a run on files: it has one task, once that has been made. @throws KsError config or io for `--serve`. */
export const openServing = (
  topology: Topology,
  settings: RunSettings,
  context: CliContext,
  outputs: RunOutputs,
  task: () => StreamTask | undefined,
): Promise<Serving | undefined> =>
  open(topology, settings, context, outputs, {
    tasks: () => {
      const running = task()
      return running === undefined ? [] : [{ id: '0_0', task: running }]
    },
    whyNotOwner: () => (task() === undefined ? 'the run is starting' : undefined),
    whyNotAll: () => undefined,
    watches: settings.durability === undefined ? undefined : outputs.watches,
    threads: () => [],
    places: () => undefined,
  })

/** Of a run on topics. */
export const openTopicServing = (
  topology: Topology,
  settings: RunSettings,
  context: CliContext,
  outputs: RunOutputs,
  tasks: () => TopicTasks | undefined,
  threads: () => readonly RunningThread[],
): Promise<Serving | undefined> =>
  open(topology, settings, context, outputs, {
    tasks: () => tasks()?.running() ?? [],
    whyNotOwner: () => {
      const running = tasks()
      if (running === undefined) return 'the run is starting'
      return running.isCurrent ? undefined : 'the group is rebalancing'
    },
    whyNotAll: () => (tasks()?.isSettled === true ? undefined : 'tasks are being moved or restored'),
    watches: settings.durability === undefined ? undefined : outputs.watches,
    threads,
    places: () => tasks()?.places,
  })
