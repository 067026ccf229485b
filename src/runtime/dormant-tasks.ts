// State of tasks that lies here and nobody uses: a reason to get those tasks.

import { KsError } from './model/errors.ts'
import { openLevelStore } from './stores/level-store.ts'
import { listTasks, type StageDirectory } from './stores/state-directory.ts'
import { readLogPosition } from './stores/task-store.ts'
import type { LayoutTask } from './group-assignment.ts'

/** More are not looked into: opening a database takes time. */
const mostTasks = 64

/** The sums of the changelog positions of such tasks. */
export const dormantOffsetSums = async (
  stage: StageDirectory,
  tasks: ReadonlyMap<string, LayoutTask>,
): Promise<ReadonlyMap<string, number>> => {
  const sums = new Map<string, number>()
  for (const [id, directory] of [...(await listTasks(stage))].slice(0, mostTasks)) {
    const stores = tasks.get(id)?.part.topology.stores.filter(({ log }) => log === 'changelog') ?? []
    if (stores.length === 0) continue
    try {
      const store = await openLevelStore(directory, { cacheBytes: 0, writeBufferBytes: 0 })
      sums.set(
        id,
        stores.reduce((sum, { name }) => sum + (readLogPosition(store, name)?.offset ?? 0), 0),
      )
      await store.close()
    } catch (error) {
      // Somebody has it, or it is damaged: whoever gets the task sees to that.
      if (!(error instanceof KsError)) throw error
    }
  }
  return sums
}
