// Where a run can be asked, where it begins. Nothing of it is loaded for a run that nobody can ask.

import type { CliContext, RunningThread } from './cli/context.ts'
import type { HeldStage } from './open-state.ts'
import type { RunOutputs } from './run-outputs.ts'
import type { RunSettings } from './run-settings.ts'
import type { StoreSource } from './run-stores.ts'
import type { Serving } from './serving.ts'
import type { StreamTask } from './tasks/stream-task.ts'
import type { TopicTasks } from './topic-tasks.ts'
import type { Topology } from './topology/topology.ts'

/** What a run has of it; see Serving. */
export type RunServing = Pick<Serving, 'openSocket' | 'close'>

/** Somebody can be expected to ask. */
const isAsked = ({ stores }: Topology, { serve, durability }: RunSettings): boolean =>
  serve !== undefined || (durability !== undefined && stores.some(({ view }) => view !== undefined))

const open = async (
  topology: Topology,
  settings: RunSettings,
  context: CliContext,
  outputs: RunOutputs,
  source: StoreSource,
): Promise<Serving> => {
  const { Serving } = await import('./serving.ts')
  return Serving.open(topology, settings, context, outputs, source)
}

/** A run that is over before that is asked in its files, and is spared loading a server, ms. */
const socketDelayMs = 100

/** Opens the socket of a run that goes on. */
class LateSocket implements RunServing {
  private readonly load: () => Promise<Serving>
  private timer: NodeJS.Timeout | undefined
  private opening: Promise<Serving> | undefined

  constructor(load: () => Promise<Serving>) {
    this.load = load
  }

  openSocket(stage: HeldStage): Promise<void> {
    this.timer = setTimeout(() => {
      this.opening = this.load().then(async (serving) => {
        await serving.openSocket(stage)
        return serving
      })
    }, socketDelayMs).unref()
    return Promise.resolve()
  }

  async close(): Promise<void> {
    clearTimeout(this.timer)
    await (await this.opening)?.close()
  }
}

/** Of a run on files: it has one task, once that has been made. @throws KsError config or io for `--serve`. */
export const openServing = (
  topology: Topology,
  settings: RunSettings,
  context: CliContext,
  outputs: RunOutputs,
  task: () => StreamTask | undefined,
): Promise<RunServing | undefined> => {
  const load = (): Promise<Serving> =>
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
  if (!isAsked(topology, settings)) return Promise.resolve(undefined)
  return settings.serve === undefined ? Promise.resolve(new LateSocket(load)) : load()
}

/** Of a run on topics. */
export const openTopicServing = (
  topology: Topology,
  settings: RunSettings,
  context: CliContext,
  outputs: RunOutputs,
  tasks: () => TopicTasks | undefined,
  threads: () => readonly RunningThread[],
): Promise<RunServing | undefined> => {
  if (!isAsked(topology, settings)) return Promise.resolve(undefined)
  return open(topology, settings, context, outputs, {
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
}
