// Durable state of one run: locks, database, input positions, marks of sink files.

import { homedir } from 'node:os'
import path from 'node:path'
import type { CliContext } from './cli/context.ts'
import { saveProgram } from './program-recipe.ts'
import type { Durability } from './run-settings.ts'
import { PositionTable } from './stdio/position-table.ts'
import { sinkMarkPrefix } from './stdio/sink-set.ts'
import type { BytesStore, StoreWrite } from './stores/bytes-store.ts'
import { openLevelStore } from './stores/level-store.ts'
import { forEachRow } from './stores/row-format.ts'
import { claimStage } from './stores/stage-fingerprint.ts'
import {
  createStageDirectory,
  createStateRoot,
  createTaskDirectory,
  stateRootPath,
  type StageDirectory,
} from './stores/state-directory.ts'
import { acquireStage } from './stores/state-lock.ts'

const positionPrefix = Buffer.from('mposition\0')
const memoryBytes = 16 * 1024 * 1024

/** The state of a stage, held by this process. */
export interface OpenState {
  readonly held: HeldStage
  readonly store: BytesStore
  readonly positions: PositionTable
  /** What the last commit of a sink file left. */
  sinkMark(path: string): string | undefined
  /** Rows for the positions that changed since the last call. */
  positionWrites(): StoreWrite[]
  close(): Promise<void>
}

/** A stage that this process has taken, with nothing of it opened yet. */
export interface HeldStage {
  readonly directory: StageDirectory
  /** Number of this process among those that run the stage without end on this state directory; undefined for a run that ends. */
  readonly instance: number | undefined
  release(): Promise<void>
}

/**
 * Takes a stage and checks that it belongs to this program. Runs without end share it.
 * @throws KsError busy while another run has it, config if it is another program's.
 */
export const holdStage = async (
  { applicationId, stage, fingerprint, program, stateDirectory, lockWaitMs }: Durability,
  commandLine: string,
  context: CliContext,
  endless: boolean,
): Promise<HeldStage> => {
  const rootPath = stateRootPath({ option: stateDirectory, environment: context.environment, homeDirectory: homedir })
  const root = await createStateRoot(path.resolve(context.currentDirectory, rootPath), process.getuid?.())
  const directory = await createStageDirectory(root, applicationId, stage)
  const holder = { pid: process.pid, command: commandLine, started: context.now() }
  const lock = await acquireStage(directory, { endless, holder, lockWaitMs, signal: context.signal })
  try {
    await claimStage(directory, { command: commandLine, fingerprint, created: context.now() })
    await saveProgram(directory, program)
  } catch (error) {
    await lock.release()
    throw error
  }
  return { directory, instance: lock.instance, release: () => lock.release() }
}

/**
 * Takes the stage, checks that it belongs to this program, opens its database.
 * @param recover brings the database up to what was committed elsewhere, before anything is read from it.
 * @throws KsError busy while another run has it, config if it is another program's, io if it is damaged.
 */
export const openState = async (
  durability: Durability,
  commandLine: string,
  context: CliContext,
  recover: (store: BytesStore) => Promise<void> | undefined = () => undefined,
): Promise<OpenState> => {
  // In pipe mode there is one task, so one run at a time whether it ends or not.
  const lock = await holdStage(durability, commandLine, context, false)
  const { directory } = lock
  try {
    const store = await openLevelStore(await createTaskDirectory(directory, '0_0'), {
      cacheBytes: memoryBytes,
      writeBufferBytes: memoryBytes / 2,
    })
    await recover(store)
    const positions = new PositionTable(await texts(store, positionPrefix))
    const marks = await sinkMarks(store)
    return {
      held: lock,
      store,
      positions,
      sinkMark: (file) => marks.get(file),
      positionWrites: () =>
        positions.takeChanges().map(({ key, json }) => ({
          key: Buffer.concat([positionPrefix, Buffer.from(key)]),
          value: json === undefined ? null : Buffer.from(json),
        })),
      close: async () => {
        await store.close()
        await lock.release()
      },
    }
  } catch (error) {
    await lock.release()
    throw error
  }
}

const texts = async (store: BytesStore, prefix: Buffer): Promise<string[]> => {
  const found: string[] = []
  await forEachRow(store, prefix, (_key, value) => {
    found.push(Buffer.from(value).toString('utf8'))
  })
  return found
}

const sinkMarks = async (store: BytesStore): Promise<ReadonlyMap<string, string>> => {
  const prefix = Buffer.from(sinkMarkPrefix)
  const marks = new Map<string, string>()
  await forEachRow(store, prefix, (key, value) => {
    marks.set(Buffer.from(key.subarray(prefix.length)).toString('utf8'), Buffer.from(value).toString('utf8'))
  })
  return marks
}
