// The database of a task, taken over from whoever had it before on this host.

import { randomUUID } from 'node:crypto'
import { rename } from 'node:fs/promises'
import { setTimeout } from 'node:timers/promises'
import { KsError } from './model/errors.ts'
import type { BytesStore } from './stores/bytes-store.ts'
import { DamagedStore } from './stores/level-errors.ts'
import { openLevelStore } from './stores/level-store.ts'
import { createTaskDirectory, type StageDirectory } from './stores/state-directory.ts'

const memoryBytes = 16 * 1024 * 1024
const patienceMs = 10_000
const pollMs = 50

/**
 * Opens it. A process that is still closing it is waited for; one that does not let go (it is stopped, not dead) keeps it, and
 * the task gets another directory. A damaged one is put aside: what it had is in the changelogs.
 */
export const openTaskStore = async (
  stage: StageDirectory,
  task: string,
  instance: string,
  notice: (message: string) => void,
): Promise<BytesStore> => {
  const directory = await createTaskDirectory(stage, task)
  for (let waitedMs = 0; ; waitedMs += pollMs) {
    try {
      return await open(directory)
    } catch (error) {
      if (!(error instanceof KsError)) throw error
      if (error instanceof DamagedStore) {
        // One of an earlier time may lie there already, also from a process with the same id.
        const aside = `${directory}.broken.${randomUUID()}`
        notice(`${error.message}; it is put aside as ${aside} and built anew from the changelogs`)
        await rename(directory, aside)
        return open(await createTaskDirectory(stage, task))
      }
      if (error.kind !== 'busy') throw error
      if (waitedMs >= patienceMs) {
        notice(`task ${task} is still locked by a process that does not go on; its state is restored beside it`)
        return open(await createTaskDirectory(stage, task, instance))
      }
    }
    await setTimeout(pollMs)
  }
}

const open = (directory: string): Promise<BytesStore> =>
  openLevelStore(directory, { cacheBytes: memoryBytes, writeBufferBytes: memoryBytes / 2 })
