// --metrics, where a run begins. Nothing of it is loaded if nobody has asked for it.

import type { CliContext, RunningThread } from './cli/context.ts'
import type { RunMetrics } from './run-metrics.ts'
import type { RunOutputs } from './run-outputs.ts'
import type { RunSettings } from './run-settings.ts'
import type { StreamTask } from './tasks/stream-task.ts'
import type { TopicTasks } from './topic-tasks.ts'

/** Of a run on files: it has one task, once that has been made. undefined without `--metrics`. @throws KsError io. */
export const openRunMetrics = async (
  { metrics }: RunSettings,
  context: CliContext,
  outputs: RunOutputs,
  task: () => StreamTask | undefined,
): Promise<RunMetrics | undefined> => {
  if (metrics === undefined) return undefined
  const { RunMetrics } = await import('./run-metrics.ts')
  const tasks = (): Iterable<{ id: string; task: StreamTask }> => {
    const running = task()
    return running === undefined ? [] : [{ id: '0_0', task: running }]
  }
  return RunMetrics.open(metrics, { tasks, isReady: () => true, threads: () => [] }, context, (message) => {
    outputs.notice(message)
  })
}

/** Of a run on topics. */
export const openTopicMetrics = async (
  { metrics }: RunSettings,
  context: CliContext,
  outputs: RunOutputs,
  tasks: () => TopicTasks | undefined,
  threads: () => readonly RunningThread[],
): Promise<RunMetrics | undefined> => {
  if (metrics === undefined) return undefined
  const { RunMetrics } = await import('./run-metrics.ts')
  const run = { tasks: () => tasks()?.running() ?? [], isReady: () => tasks()?.isSettled === true, threads }
  return RunMetrics.open(metrics, run, context, (message) => {
    outputs.notice(message)
  })
}
