import assert from 'node:assert/strict'
import { stat, symlink } from 'node:fs/promises'
import path from 'node:path'
import { suite, test } from 'node:test'
import { ClassicLevel } from 'classic-level'
import { KsError } from '../../../src/runtime/model/errors.ts'
import type { BytesStore } from '../../../src/runtime/stores/bytes-store.ts'
import { openLevelStore } from '../../../src/runtime/stores/level-store.ts'
import { bytes, bytesStoreSuite, put, rowsOf, valueOf } from './bytes-store-suite.ts'
import { playRole, say, startChild, told } from './child.ts'
import { ksError } from './error-matchers.ts'
import { temporaryDirectory } from './temporary-directory.ts'

const options = { cacheBytes: 1 << 18, writeBufferBytes: 1 << 16 }
const open = (directory: string): Promise<BytesStore> => openLevelStore(directory, options)

/** In another process: opens the store, says how that went, and keeps it until told to go. */
const openElsewhere = async ([directory = '']: readonly string[]): Promise<void> => {
  try {
    const store = await open(directory)
    say('open')
    await told()
    await store.close()
  } catch (error) {
    say(error instanceof KsError ? error.kind : String(error))
  }
}

if (!(await playRole({ open: openElsewhere }))) {
  bytesStoreSuite('level store', open)

  suite('level store on disk', () => {
    test('rows are there when the store is opened again', async (context) => {
      const directory = await temporaryDirectory(context)
      for (let round = 0; round < 5; round++) {
        const store = await open(directory)
        assert.equal((await rowsOf(store)).length, round)
        await store.write([put(`k${round}`, 'x')], round % 2 === 0)
        await store.close()
      }
    })

    test('a store larger than its write buffers stays whole over many runs', async (context) => {
      const directory = await temporaryDirectory(context)
      for (let round = 0; round < 4; round++) {
        const store = await open(directory)
        for (let batch = 0; batch < 150; batch++) {
          await store.write([put(`k${batch}`, String(round).repeat(2000))], false)
        }
        await store.close()
      }
      const store = await open(directory)
      assert.equal((await rowsOf(store)).length, 150)
      assert.equal(valueOf(store, 'k149'), '3'.repeat(2000))
      await store.close()
    })

    test('its directory is private', async (context) => {
      const directory = path.join(await temporaryDirectory(context), 'a', 'b')
      await (await open(directory)).close()
      assert.equal((await stat(directory)).mode & 0o777, 0o700)
    })

    test('a second process is told that the store is busy', async (context) => {
      const directory = await temporaryDirectory(context)
      const store = await open(directory)
      const child = startChild(context, import.meta.url, 'open', [directory])
      assert.equal(await child.nextLine(), 'busy')
      assert.equal(await child.ended, 0)
      await store.close()
    })

    test('a second attempt in the same process fails and does not cost the first one its lock', async (context) => {
      const root = await temporaryDirectory(context)
      const directory = path.join(root, 'store')
      const alias = path.join(root, 'alias')
      await symlink(directory, alias)
      const store = await open(directory)
      await assert.rejects(open(directory), ksError('busy', /already open in this process/))
      await assert.rejects(open(alias), ksError('busy', /already open in this process/))
      const child = startChild(context, import.meta.url, 'open', [directory])
      assert.equal(await child.nextLine(), 'busy')
      await store.close()
      await (await open(directory)).close()
    })

    test('the lock ends with its process', async (context) => {
      const directory = await temporaryDirectory(context)
      const child = startChild(context, import.meta.url, 'open', [directory])
      assert.equal(await child.nextLine(), 'open')
      await assert.rejects(open(directory), ksError('busy', /in use by another process/))
      child.kill('SIGKILL')
      assert.equal(await child.ended, 'SIGKILL')
      await (await open(directory)).close()
    })

    test('a store of another format is refused and kept', async (context) => {
      const directory = await temporaryDirectory(context)
      const store = await open(directory)
      await store.write([put('a', '1')], true)
      await store.close()
      const setFormat = async (format: number): Promise<void> => {
        const database = new ClassicLevel<Buffer, Buffer>(directory, { keyEncoding: 'buffer', valueEncoding: 'buffer' })
        await database.put(bytes('\x00f'), Buffer.of(0, 0, 0, format))
        await database.close()
      }
      await setFormat(2)
      await assert.rejects(open(directory), ksError('config', /has format 2, this version of ks reads format 1/))
      await setFormat(1)
      const again = await open(directory)
      assert.equal(valueOf(again, 'a'), '1')
      await again.close()
    })

    test('a database that is no store of ks is refused', async (context) => {
      const directory = await temporaryDirectory(context)
      const database = new ClassicLevel(directory)
      await database.put('a', '1')
      await database.close()
      await assert.rejects(open(directory), ksError('io', /is damaged: its format number is missing/))
    })

    test('a process that died while it created the database leaves a usable directory', async (context) => {
      const directory = await temporaryDirectory(context)
      const database = new ClassicLevel(directory)
      await database.open()
      await database.close()
      const store = await open(directory)
      await store.write([put('a', '1')], false)
      await store.close()
    })

    test('a place where no directory can be is an error of kind io', async (context) => {
      const directory = await temporaryDirectory(context)
      await (await open(directory)).close()
      await assert.rejects(open(path.join(directory, 'CURRENT', 'below')), ksError('io', /cannot open the store/))
    })
  })
}
