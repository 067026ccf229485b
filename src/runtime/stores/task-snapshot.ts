// A copy of the databases of a stage that nobody has open, as they are at one moment: to be read at leisure, while others may go
// on with the originals. Tables never change, so they are linked rather than copied.

import { copyFile, link, rm, stat } from 'node:fs/promises'
import path from 'node:path'
import { createPrivateDirectory, entryNames, fileError } from './private-files.ts'
import { createSnapshotDirectory, listSnapshots, listTasks, type StageDirectory } from './state-directory.ts'
import { isProcess, whileNobodyRuns } from './state-lock.ts'

/** Copies of the databases of a stage. */
export interface StageSnapshot {
  /** Their directories, by task. */
  readonly tasks: ReadonlyMap<string, string>
  remove(): Promise<void>
}

/** Makes it; undefined if somebody has the stage. KsError io. */
export const snapshotStage = async (stage: StageDirectory): Promise<StageSnapshot | undefined> => {
  let directory: string | undefined
  const remove = async (): Promise<void> => {
    if (directory !== undefined) await rm(directory, { recursive: true, force: true })
  }
  try {
    const tasks = await whileNobodyRuns(stage, async () => {
      await removeAbandoned(stage)
      directory = await createSnapshotDirectory(stage, process.pid)
      const copies = new Map<string, string>()
      for (const [task, original] of await newestDatabases(stage)) {
        const copy = path.join(directory, task)
        await createPrivateDirectory(copy)
        await copyDatabase(original, copy)
        copies.set(task, copy)
      }
      return copies
    })
    if (tasks !== undefined) return { tasks, remove }
    await remove()
    return undefined
  } catch (error) {
    await remove()
    throw fileError('copy', stage.path, error)
  }
}

/** Removes what processes have left that were killed while they read it. */
const removeAbandoned = async (stage: StageDirectory): Promise<void> => {
  for (const snapshot of await listSnapshots(stage)) {
    if (!isProcess(snapshot.pid)) await rm(snapshot.path, { recursive: true, force: true })
  }
}

/** The database of each task; where one has been made beside another that was locked, the one that was written last. */
const newestDatabases = async (stage: StageDirectory): Promise<ReadonlyMap<string, string>> => {
  const newest = new Map<string, { readonly directory: string; readonly modified: number }>()
  for (const [name, directory] of await listTasks(stage)) {
    const task = /^(\d+_\d+)(?:@|$)/.exec(name)?.[1]
    if (task === undefined) continue
    const times = await Promise.all(
      (await entryNames(directory)).map(async (file) => (await stat(path.join(directory, file))).mtimeMs),
    )
    const modified = Math.max(0, ...times)
    if (modified >= (newest.get(task)?.modified ?? 0)) newest.set(task, { directory, modified })
  }
  return new Map([...newest].map(([task, { directory }]) => [task, directory]))
}

const copyDatabase = async (original: string, copy: string): Promise<void> => {
  for (const name of await entryNames(original)) {
    if (name === 'LOCK') continue
    const from = path.join(original, name)
    const to = path.join(copy, name)
    const isTable = /\.(?:ldb|sst)$/.test(name)
    // Some file systems have no links.
    if (isTable) await link(from, to).catch(() => copyFile(from, to))
    else await copyFile(from, to)
  }
}
