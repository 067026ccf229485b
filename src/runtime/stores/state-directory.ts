// Where state lies: `<root>/<application id>/<stage>/<task>/`. The only file that knows paths. Everything under the root is
// a real directory that belongs to the user and that nobody else can write to; names that come from outside cannot lead
// out of it.

import { randomUUID } from 'node:crypto'
import { lstat, readdir, realpath, rename, rm, rmdir } from 'node:fs/promises'
import path from 'node:path'
import { KsError } from '../model/errors.ts'
import {
  assertPrivateDirectory,
  createPrivateDirectory,
  entryNames,
  fileError,
  unlessMissing,
} from './private-files.ts'

/** What decides where the root is. */
export interface StateRootSources {
  /** What the user asked for, if anything. */
  readonly option: string | undefined
  readonly environment: Readonly<Record<string, string | undefined>>
  /** `homedir` of node:os: looks the user up where HOME is not set, and throws for a user it does not know. */
  readonly homeDirectory: () => string
}

/** The absolute path of the root. Throws a `KsError` of kind `config` if there is no place for one. */
export const stateRootPath = ({ option, environment, homeDirectory }: StateRootSources): string => {
  const chosen = option || environment['KS_STATE_DIR'] || environment['KS_STATE']
  if (chosen) return path.resolve(chosen)
  // The XDG specification says to ignore a relative one.
  const stateHome = environment['XDG_STATE_HOME'] ?? ''
  if (path.isAbsolute(stateHome)) return path.join(stateHome, 'ks')
  const home = environment['HOME'] || homeOrNothing(homeDirectory)
  if (path.isAbsolute(home)) return path.join(home, '.local', 'state', 'ks')
  throw new KsError('config', 'there is no place for state: HOME is not set', {
    hint: 'name a directory with --state-dir or in KS_STATE_DIR',
  })
}

const homeOrNothing = (homeDirectory: () => string): string => {
  try {
    return homeDirectory()
  } catch {
    return ''
  }
}

/** A root that has been checked. */
export interface StateRoot {
  /** Absolute and free of symbolic links. */
  readonly path: string
  /** Who must own everything in it; undefined where files have no owners. */
  readonly userId: number | undefined
}

/** Where the state of one stage is. */
export interface StageDirectory {
  readonly root: StateRoot
  readonly applicationId: string
  readonly stage: string
  readonly path: string
}

/**
 * Creates the root if need be. Throws a `KsError`: `config` if it belongs to somebody else or others can write to it,
 * `io` if it cannot be created.
 */
export const createStateRoot = async (rootPath: string, userId: number | undefined): Promise<StateRoot> => {
  await createPrivateDirectory(rootPath)
  const root = await findStateRoot(rootPath, userId)
  if (root === undefined) throw new KsError('io', `the state directory ${rootPath} is a broken symbolic link`)
  return root
}

/** The root, undefined if it does not exist. Checks and throws like `createStateRoot`. */
export const findStateRoot = async (rootPath: string, userId: number | undefined): Promise<StateRoot | undefined> => {
  const realPath = await unlessMissing(realpath(rootPath)).catch((error: unknown) => {
    throw fileError('read', rootPath, error)
  })
  if (realPath === undefined) return undefined
  await assertPrivateDirectory(realPath, userId)
  return { path: realPath, userId }
}

/** Creates the directory of a stage. Throws a `KsError`: `usage` for a bad name, otherwise like `createStateRoot`. */
export const createStageDirectory = async (
  root: StateRoot,
  applicationId: string,
  stage: string,
): Promise<StageDirectory> => {
  assertApplicationId(applicationId)
  assertStageName(stage)
  const applicationPath = path.join(root.path, applicationId)
  const stagePath = path.join(applicationPath, stage)
  await createChecked(applicationPath, root)
  await createChecked(stagePath, root)
  return { root, applicationId, stage, path: stagePath }
}

/**
 * Creates the directory of a task's database and returns its path. With `instance` it is one beside the usual place, for
 * a task that a stopped process still has locked there.
 */
export const createTaskDirectory = async (stage: StageDirectory, task: string, instance?: string): Promise<string> => {
  if (!taskPattern.test(task)) throw badName('task name', task, nameRule)
  if (instance !== undefined && !namePattern.test(instance)) throw badName('instance id', instance, nameRule)
  const taskPath = path.join(stage.path, instance === undefined ? task : `${task}@${instance}`)
  await createChecked(taskPath, stage.root)
  return taskPath
}

/** One of the locks of a stage: the directory to lock, and the file that says who has it. */
export interface LockPlace {
  readonly directory: string
  readonly holderFile: string
}

/** Creates the place for the lock of a run that ends by itself. */
export const createRunLockPlace = async (stage: StageDirectory): Promise<LockPlace> => {
  const place = runLockPlace(stage)
  await createChecked(place.directory, stage.root)
  return place
}

/** Creates the place for the lock of the endless instance with this number. */
export const createInstanceLockPlace = async (stage: StageDirectory, number: number): Promise<LockPlace> => {
  const place = instanceLockPlace(stage, number)
  await createChecked(path.dirname(place.directory), stage.root)
  await createChecked(place.directory, stage.root)
  return place
}

/** The locks of the stage that somebody says to have: those with a holder file. */
export const claimedLockPlaces = async (stage: StageDirectory): Promise<LockPlaces> => {
  const run = runLockPlace(stage)
  const names = await entryNames(path.join(stage.path, instancesName))
  const numbers = names.flatMap((name) => (/^\d+\.json$/.test(name) ? [Number.parseInt(name, 10)] : []))
  return {
    run: (await unlessMissing(lstat(run.holderFile))) === undefined ? undefined : run,
    instances: numbers.sort((left, right) => left - right).map((number) => instanceLockPlace(stage, number)),
  }
}

/** The locks of a stage by kind. */
export interface LockPlaces {
  readonly run: LockPlace | undefined
  readonly instances: readonly LockPlace[]
}

/** Where the run that has a lock of a stage can be asked, as long as it has it. @param instance undefined for a run that ends. */
export const querySocketPath = (stage: StageDirectory, instance: number | undefined): string =>
  `${(instance === undefined ? runLockPlace(stage) : instanceLockPlace(stage, instance)).directory}${socketEnding}`

/** The sockets that are there, or files that say where they are; their runs may have been killed. */
export const querySocketPaths = async (stage: StageDirectory): Promise<readonly string[]> => {
  const directories = [stage.path, path.join(stage.path, instancesName)]
  const found = await Promise.all(
    directories.map(async (directory) => {
      const names = await entryNames(directory)
      return names.filter((name) => socketPattern.test(name)).map((name) => path.join(directory, name))
    }),
  )
  return [...new Set(found.flat().map((file) => file.replace(/\.json$/, '')))].sort()
}

/** The file that describes the program of a stage to those who ask for its state. */
export const programFile = (stage: StageDirectory): string => path.join(stage.path, 'program.json')

/** A new directory for copies of databases, beside them; nobody takes it for a task. @param pid of the process that reads them. */
export const createSnapshotDirectory = async (stage: StageDirectory, pid: number): Promise<string> => {
  const snapshot = path.join(stage.path, `${snapshotPrefix}${String(pid)}-${randomUUID()}`)
  await createChecked(snapshot, stage.root)
  return snapshot
}

/** Snapshots that are there, with the processes that read them, or were killed while they did. */
export const listSnapshots = async (stage: StageDirectory): Promise<readonly { path: string; pid: number }[]> =>
  (await entryNames(stage.path))
    .filter((name) => name.startsWith(snapshotPrefix))
    .map((name) => ({
      path: path.join(stage.path, name),
      pid: Number.parseInt(name.slice(snapshotPrefix.length), 10),
    }))

/** The file that names the program of a stage. */
export const fingerprintFile = (stage: StageDirectory): string => path.join(stage.path, 'fingerprint.json')

/** Application ids that have state, in order. */
export const listApplicationIds = async (root: StateRoot): Promise<readonly string[]> =>
  directoryNames(root.path, namePattern)

/** The stages of an application, in order; none if it has no state. */
export const listStages = async (root: StateRoot, applicationId: string): Promise<readonly StageDirectory[]> => {
  assertApplicationId(applicationId)
  const applicationPath = path.join(root.path, applicationId)
  const stages = await directoryNames(applicationPath, stagePattern)
  return stages.map((stage) => ({ root, applicationId, stage, path: path.join(applicationPath, stage) }))
}

/** The task databases of a stage: path by name, in the order of the names. */
export const listTasks = async (stage: StageDirectory): Promise<ReadonlyMap<string, string>> => {
  const names = await directoryNames(stage.path, taskDirectoryPattern)
  return new Map(names.map((name) => [name, path.join(stage.path, name)]))
}

/**
 * Removes a stage with everything in it, and the application's directory with its last stage. The caller holds the stage.
 * Throws a `KsError` of kind `io`.
 */
export const removeStage = async (stage: StageDirectory): Promise<void> => {
  const applicationPath = path.dirname(stage.path)
  try {
    // Gone at once for everybody else, and never half there if this is interrupted: no stage has a minus in its name.
    await rename(stage.path, path.join(applicationPath, `${removedPrefix}${randomUUID()}`))
    await removeRemains(applicationPath)
  } catch (error) {
    throw fileError('remove', stage.path, error)
  }
}

const removeRemains = async (applicationPath: string): Promise<void> => {
  const names = await entryNames(applicationPath)
  const remains = names.filter((name) => name.startsWith(removedPrefix))
  for (const name of remains) await rm(path.join(applicationPath, name), { recursive: true, force: true })
  // Somebody may have begun a new stage meanwhile; an empty directory left behind harms nobody.
  if (remains.length === names.length) await rmdir(applicationPath).catch(() => undefined)
}

const runName = 'run'
const instancesName = 'instances'
const removedPrefix = 'removed-'
// No name of a task begins so.
const snapshotPrefix = '~snapshot-'
const socketEnding = '.sock'
const socketPattern = /^(?:run|\d+)\.sock(?:\.json)?$/

// Topic names have the same alphabet. Nothing in it leads out of a directory, except the two names excluded.
const namePattern = /^(?!\.{1,2}$)[A-Za-z0-9._-]{1,200}$/
const stagePattern = /^(?!\.{1,2}$)[A-Za-z0-9._]{1,200}$/
const taskPattern = /^(?!\.{1,2}$|run$|instances$)[A-Za-z0-9._-]{1,200}$/
const taskDirectoryPattern = /^(?!\.{1,2}$|run$|instances$)[A-Za-z0-9._-]{1,200}(?:@[A-Za-z0-9._-]{1,200})?$/
const nameRule = 'use up to 200 letters, digits, ".", "_" and "-"'

/** Throws a `KsError` of kind `usage` unless the text can be an application id. */
export const assertApplicationId = (applicationId: string): void => {
  if (!namePattern.test(applicationId)) throw badName('application id', applicationId, nameRule)
}

/** Throws a `KsError` of kind `usage` unless the text can be the name of a stage. */
export const assertStageName = (stage: string): void => {
  if (!stagePattern.test(stage)) throw badName('stage name', stage, 'use up to 200 letters, digits, "." and "_"')
}

const badName = (what: string, name: string, hint: string): KsError =>
  new KsError('usage', `${JSON.stringify(name)} is no ${what}`, { hint })

const runLockPlace = (stage: StageDirectory): LockPlace => lockPlace(path.join(stage.path, runName))

const instanceLockPlace = (stage: StageDirectory, number: number): LockPlace =>
  lockPlace(path.join(stage.path, instancesName, String(number)))

const lockPlace = (directory: string): LockPlace => ({ directory, holderFile: `${directory}.json` })

const createChecked = async (directory: string, root: StateRoot): Promise<void> => {
  await createPrivateDirectory(directory)
  await assertPrivateDirectory(directory, root.userId)
}

const directoryNames = async (directory: string, pattern: RegExp): Promise<readonly string[]> => {
  const entries = (await unlessMissing(readdir(directory, { withFileTypes: true }))) ?? []
  const directories = entries.filter((entry) => entry.isDirectory() && pattern.test(entry.name))
  return directories.map((entry) => entry.name).sort()
}
