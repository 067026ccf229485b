// What `ks state` tells about state on disk, and its removal. Looking changes nothing that others can see; removing needs
// the stage for itself, so nobody loses state that is in use.

import { lstat, readdir, utimes } from 'node:fs/promises'
import path from 'node:path'
import { KsError } from '../model/errors.ts'
import { nearestNames } from '../model/nearest-name.ts'
import { openLevelStore } from './level-store.ts'
import { fileError, unlessMissing } from './private-files.ts'
import { readFingerprint, type StageFingerprint } from './stage-fingerprint.ts'
import {
  assertApplicationId,
  listApplicationIds,
  listStages,
  listTasks,
  removeStage,
  type StageDirectory,
  type StateRoot,
} from './state-directory.ts'
import { acquireStage, type LockHolder, stageHolders, type StageLock } from './state-lock.ts'

/** One task's database. */
export interface TaskReport {
  /** Name of its directory: the task, and `@` with an instance id for a copy beside the usual one. */
  readonly task: string
  readonly sizeBytes: number
  /** When something was last written, ms; undefined if nothing was. */
  readonly lastCommit: number | undefined
}

/** One stage of an application. */
export interface StageReport {
  readonly stage: string
  /** All files of the stage. */
  readonly sizeBytes: number
  /** The newest of its tasks. */
  readonly lastCommit: number | undefined
  /** Who has it now; undefined for a process that did not leave its name. */
  readonly holders: readonly (LockHolder | undefined)[]
  readonly tasks: readonly TaskReport[]
}

/** One application with all its stages. */
export interface ApplicationReport {
  readonly applicationId: string
  readonly stages: readonly StageReport[]
}

/** All applications that have state, in order of their ids. */
export const reportApplications = async (root: StateRoot): Promise<readonly ApplicationReport[]> => {
  const reports: ApplicationReport[] = []
  for (const applicationId of await listApplicationIds(root)) {
    const stages: StageReport[] = []
    for (const stage of await listStages(root, applicationId)) stages.push(await reportStage(stage))
    if (stages.length > 0) reports.push({ applicationId, stages })
  }
  return reports
}

/** What is in a task's database. */
export interface TaskContent extends TaskReport {
  /** Rows per store, in key order; undefined if the database could not be read. */
  readonly rows: ReadonlyMap<string, number> | undefined
  /** Why it could not be read: it is in use, or damaged. */
  readonly problem: string | undefined
}

/** A stage with what is in its databases. */
export interface StageContent extends StageReport {
  /** The program that the stage belongs to; undefined if none has claimed it, or if that is not legible. */
  readonly program: StageFingerprint | undefined
  readonly tasks: readonly TaskContent[]
}

/**
 * The stages of an application and what is in them. `storeOf` names the store that a key belongs to.
 * Throws a `KsError` of kind `failed` if the application has no state.
 */
export const reportApplication = async (
  root: StateRoot,
  applicationId: string,
  storeOf: (key: Uint8Array) => string,
): Promise<readonly StageContent[]> => {
  const contents: StageContent[] = []
  for (const stage of await stagesOf(root, applicationId)) {
    const report = await reportStage(stage)
    const paths = await listTasks(stage)
    const tasks: TaskContent[] = []
    for (const task of report.tasks) tasks.push(await readTask(task, paths.get(task.task), storeOf))
    const program = await readFingerprint(stage).catch(() => undefined)
    contents.push({ ...report, program, tasks })
  }
  return contents
}

/**
 * Removes the state of an application, or of the stages named, and returns what was there. `holder` says who removes.
 * Throws a `KsError`: `busy` if any of it is in use (nothing is removed then), `failed` if there is none.
 */
export const removeState = async (
  root: StateRoot,
  applicationId: string,
  stageNames: readonly string[] | 'all',
  holder: LockHolder,
): Promise<readonly StageReport[]> => {
  const stages = await stagesOf(root, applicationId)
  const names = stages.map(({ stage }) => stage)
  const chosen = stageNames === 'all' ? names : stageNames
  const unknown = chosen.find((name) => !names.includes(name))
  if (unknown !== undefined) {
    throw new KsError('failed', `application '${applicationId}' has no stage '${unknown}'`, {
      didYouMean: nearestNames(unknown, names, 3),
    })
  }
  const reports: StageReport[] = []
  const doomed: { stage: StageDirectory; lock: StageLock }[] = []
  try {
    for (const stage of stages) {
      if (!chosen.includes(stage.stage)) continue
      const report = await reportStage(stage)
      const { signal } = new AbortController()
      doomed.push({ stage, lock: await acquireStage(stage, { endless: false, holder, lockWaitMs: 0, signal }) })
      reports.push({ ...report, holders: [] })
    }
    for (const { stage } of doomed) await removeStage(stage)
  } finally {
    for (const { lock } of doomed) await lock.release()
  }
  return reports
}

const stagesOf = async (root: StateRoot, applicationId: string): Promise<readonly StageDirectory[]> => {
  assertApplicationId(applicationId)
  const stages = await listStages(root, applicationId)
  if (stages.length > 0) return stages
  throw new KsError('failed', `application '${applicationId}' has no state in ${root.path}`, {
    didYouMean: nearestNames(applicationId, await listApplicationIds(root), 3),
  })
}

const reportStage = async (stage: StageDirectory): Promise<StageReport> => {
  const tasks: TaskReport[] = []
  for (const [task, directory] of await listTasks(stage)) {
    const files = await filesBelow(directory)
    tasks.push({
      task,
      sizeBytes: totalBytes(files),
      lastCommit: newest(files.filter(isData).map((file) => file.modified)),
    })
  }
  return {
    stage: stage.stage,
    sizeBytes: totalBytes(await filesBelow(stage.path)),
    lastCommit: newest(tasks.flatMap(({ lastCommit }) => lastCommit ?? [])),
    holders: await stageHolders(stage),
    tasks,
  }
}

const readTask = async (
  task: TaskReport,
  directory: string | undefined,
  storeOf: (key: Uint8Array) => string,
): Promise<TaskContent> => {
  if (directory === undefined) return { ...task, rows: undefined, problem: 'it has just been removed' }
  try {
    const rows = await countRows(directory, storeOf)
    await restoreTimes(directory, task.lastCommit)
    return { ...task, rows, problem: undefined }
  } catch (error) {
    if (!(error instanceof KsError)) throw error
    if (error.kind !== 'busy') await restoreTimes(directory, task.lastCommit)
    return { ...task, rows: undefined, problem: error.message }
  }
}

const countRows = async (directory: string, storeOf: (key: Uint8Array) => string): Promise<Map<string, number>> => {
  const rows = new Map<string, number>()
  const store = await openLevelStore(directory, { cacheBytes: 1 << 20, writeBufferBytes: 1 << 20 })
  try {
    for await (const page of store.scan(Buffer.of(), undefined)) {
      for (const [key] of page) {
        const name = storeOf(key)
        rows.set(name, (rows.get(name) ?? 0) + 1)
      }
    }
  } finally {
    await store.close()
  }
  return rows
}

// Opening a database writes files, which would look like a commit.
const restoreTimes = async (directory: string, lastCommit: number | undefined): Promise<void> => {
  if (lastCommit === undefined) return
  for (const { file, modified } of await filesBelow(directory)) {
    if (modified > lastCommit) await unlessMissing(utimes(file, lastCommit / 1000, lastCommit / 1000))
  }
}

interface FileStatus {
  readonly file: string
  readonly sizeBytes: number
  /** ms */
  readonly modified: number
}

/** All files in a directory and below; those that disappear meanwhile are left out. */
const filesBelow = async (directory: string): Promise<readonly FileStatus[]> => {
  const files: FileStatus[] = []
  try {
    for (const entry of (await unlessMissing(readdir(directory, { withFileTypes: true }))) ?? []) {
      const file = path.join(directory, entry.name)
      if (entry.isDirectory()) files.push(...(await filesBelow(file)))
      else {
        const status = await unlessMissing(lstat(file))
        if (status !== undefined) files.push({ file, sizeBytes: status.size, modified: status.mtimeMs })
      }
    }
  } catch (error) {
    throw error instanceof KsError ? error : fileError('read', directory, error)
  }
  return files
}

const isData = ({ file, sizeBytes }: FileStatus): boolean => /\.(?:log|ldb|sst)$/.test(file) && sizeBytes > 0

const totalBytes = (files: readonly FileStatus[]): number => files.reduce((bytes, file) => bytes + file.sizeBytes, 0)

const newest = (times: readonly number[]): number | undefined => (times.length === 0 ? undefined : Math.max(...times))
