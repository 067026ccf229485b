// A bytes store in a LevelDB database. It refuses a store that lost rows instead of answering from what is left, and never
// repairs or empties one. After an error LevelDB goes on acknowledging writes that it loses, so the first error closes and
// opens the database, which shows what is really there, and writes once more.

import { KsError } from '../model/errors.ts'
import {
  batchBytes,
  type BatchChain,
  chainFoundation,
  type ChainSource,
  createBatchChain,
  readChain,
} from './batch-chain.ts'
import {
  assertWritable,
  type BytesStore,
  isReservedKey,
  reservedByte,
  type StoredPair,
  type StoreWrite,
} from './bytes-store.ts'
import {
  type LevelDatabase,
  type LevelOptions,
  occupyDirectory,
  openDatabase,
  smallestWriteBufferBytes,
} from './level-database.ts'
import { damagedStore, foreignFormat, openError, readError, writeError } from './level-errors.ts'

interface OpenStore {
  readonly database: LevelDatabase
  readonly chain: BatchChain
}

const pageRows = 1000
const pageBytes = 256 * 1024
const firstUserKey = Buffer.of(reservedByte + 1)

/**
 * Opens the store in a directory, which is created if it is missing. Throws a `KsError`: `busy` while somebody else has
 * it, `config` if another version of ks wrote it, `io` if it is damaged or cannot be read; it stays there then.
 */
export const openLevelStore = async (directory: string, options: LevelOptions): Promise<BytesStore> => {
  const leave = await occupyDirectory(directory)
  if (leave === undefined) throw new KsError('busy', `the store ${directory} is already open in this process`)
  try {
    return createLevelStore(directory, options, await openVerified(directory, options), leave)
  } catch (error) {
    leave()
    throw error
  }
}

const createLevelStore = (
  directory: string,
  options: LevelOptions,
  verified: OpenStore,
  leave: () => void,
): BytesStore => {
  let open: OpenStore | undefined = verified
  let whyNot = new Error('the store is closed')
  let pending: Promise<unknown> = Promise.resolve()

  const current = (): OpenStore => {
    if (open === undefined) throw whyNot
    return open
  }

  const commit = async (writes: readonly StoreWrite[], sync: boolean): Promise<void> => {
    const { database, chain } = current()
    const number = chain.newest + 1
    try {
      await writeLinked(current(), writes, sync)
    } catch (error) {
      open = undefined
      const closed = whyNot
      whyNot = writeError(directory, error)
      try {
        await database.close()
        open = await openAndWrite(directory, options, number, writes, sync)
      } catch (secondError) {
        whyNot = secondError instanceof KsError ? secondError : writeError(directory, secondError)
        throw whyNot
      }
      whyNot = closed
    }
  }

  let closing: Promise<void> | undefined
  const closeOnce = async (): Promise<void> => {
    await pending
    const closed = open
    open = undefined
    try {
      await closed?.database.close()
    } finally {
      leave()
    }
  }

  async function* scan(
    from: Uint8Array,
    to: Uint8Array | undefined,
    backwards = false,
  ): AsyncGenerator<readonly StoredPair[]> {
    const start = isReservedKey(from) ? firstUserKey : from
    const range = to === undefined ? { gte: start } : { gte: start, lt: to }
    const iterator = current().database.iterator({ ...range, reverse: backwards, highWaterMarkBytes: pageBytes })
    try {
      for (let page = await iterator.nextv(pageRows); page.length > 0; page = await iterator.nextv(pageRows)) yield page
    } catch (error) {
      throw readError(directory, error)
    } finally {
      await iterator.close()
    }
  }

  return {
    persistent: true,

    get(key) {
      const { database } = current()
      if (isReservedKey(key)) return undefined
      try {
        return database.getSync(key)
      } catch (error) {
        throw readError(directory, error)
      }
    },

    async write(writes, sync) {
      assertWritable(writes)
      const done = pending.then(() => commit(writes, sync))
      pending = done.catch(() => undefined)
      await done
    },

    scan,

    async approximateBytes(from, to) {
      return current().database.approximateSize(from, to)
    },

    close() {
      closing ??= closeOnce()
      return closing
    },
  }
}

const openVerified = async (directory: string, options: LevelOptions): Promise<OpenStore> => {
  const writeBufferBytes = Math.max(options.writeBufferBytes, smallestWriteBufferBytes)
  const database = await openDatabase(directory, { ...options, writeBufferBytes })
  try {
    const verdict = await readChain(chainSource(database))
    switch (verdict.kind) {
      case 'new':
        await writeRows(database, chainFoundation(), true)
        return { database, chain: createBatchChain({ oldest: 1, newest: 0 }, writeBufferBytes) }
      case 'whole':
        return { database, chain: createBatchChain(verdict.position, writeBufferBytes) }
      case 'foreign':
        throw foreignFormat(directory, verdict.format)
      case 'damaged':
        throw damagedStore(directory, verdict.reason)
    }
  } catch (error) {
    await database.close()
    throw error instanceof KsError ? error : openError(directory, error)
  }
}

/** Opens the database after the write of batch `number` failed, and writes it again unless it arrived after all. */
const openAndWrite = async (
  directory: string,
  options: LevelOptions,
  number: number,
  writes: readonly StoreWrite[],
  sync: boolean,
): Promise<OpenStore> => {
  const opened = await openVerified(directory, options)
  const { newest } = opened.chain
  try {
    if (newest < number - 1) throw damagedStore(directory, `the batches after ${newest} are lost`)
    if (newest < number) await writeLinked(opened, writes, sync)
  } catch (error) {
    await opened.database.close()
    throw error
  }
  return opened
}

const writeLinked = async ({ database, chain }: OpenStore, writes: readonly StoreWrite[], sync: boolean) => {
  await writeRows(database, [...writes, ...chain.extend(batchBytes(writes))], sync)
}

const writeRows = async (database: LevelDatabase, rows: readonly StoreWrite[], sync: boolean): Promise<void> => {
  const batch = database.batch()
  for (const { key, value } of rows) {
    if (value === null) batch.del(key)
    else batch.put(key, value)
  }
  await batch.write({ sync })
}

const chainSource = (database: LevelDatabase): ChainSource => ({
  get: (key) => database.getSync(key),

  async *keys(from, to) {
    const keys = database.keys({ gte: from, lt: to, highWaterMarkBytes: pageBytes })
    try {
      for (let page = await keys.nextv(pageRows); page.length > 0; page = await keys.nextv(pageRows)) yield page
    } finally {
      await keys.close()
    }
  },

  async isEmpty() {
    return (await database.keys({ limit: 1 }).all()).length === 0
  },
})
