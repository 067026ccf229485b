// Damage to the files of a store: it holds the rows of the first batches exactly, or is refused and stays where it is.
// What never happens is an answer from rows with a gap in them.

import assert from 'node:assert/strict'
import { cp, open as openFile, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { after, before, suite, test } from 'node:test'
import fc from 'fast-check'
import { KsError } from '../../../src/runtime/model/errors.ts'
import { openLevelStore } from '../../../src/runtime/stores/level-store.ts'
import { batchesIn, numberedBatch } from './numbered-batches.ts'
import { temporaryDirectory } from './temporary-directory.ts'

interface Sound {
  readonly directory: string
  readonly batches: number
  readonly options: { readonly cacheBytes: number; readonly writeBufferBytes: number }
}

const logOnly = { batches: 200, runs: 1, writeBufferBytes: 1 << 22 }
const logAndTables = { batches: 700, runs: 3, writeBufferBytes: 1 << 17 }

const writeStore = async (directory: string, { batches, runs, writeBufferBytes }: typeof logOnly): Promise<Sound> => {
  const options = { cacheBytes: 1 << 18, writeBufferBytes }
  for (let run = 0, number = 1; run < runs; run++) {
    const store = await openLevelStore(directory, options)
    for (; number <= (batches * (run + 1)) / runs; number++) await store.write(numberedBatch(number), false)
    await store.close()
  }
  return { directory, batches, options }
}

const filesOf = async (directory: string, pattern: RegExp): Promise<string[]> =>
  (await readdir(directory)).filter((name) => pattern.test(name)).map((name) => path.join(directory, name))

/** The last log with rows in it: an earlier one stays until LevelDB has made a table of it. */
const logOf = async (directory: string): Promise<{ file: string; sizeBytes: number }> => {
  const files = (await filesOf(directory, /\.log$/)).sort()
  const sizes = await Promise.all(files.map(async (file) => ({ file, sizeBytes: (await stat(file)).size })))
  const last = sizes.findLast(({ sizeBytes }) => sizeBytes > 0)
  assert.ok(last !== undefined)
  return last
}

const overwrite = async (file: string, position: number, bytes: Uint8Array): Promise<void> => {
  const handle = await openFile(file, 'r+')
  await handle.write(bytes, 0, bytes.length, position)
  await handle.close()
}

const flip = async (file: string, position: number, mask: number): Promise<void> => {
  const content = await readFile(file)
  await overwrite(file, position, Buffer.of((content[position] ?? 0) ^ mask))
}

/** The number of batches that a store holds, or the message it is refused with. */
const openDamaged = async ({ options }: Sound, directory: string): Promise<number | string> => {
  try {
    const store = await openLevelStore(directory, options)
    try {
      return await batchesIn(store)
    } finally {
      await store.close()
    }
  } catch (error) {
    assert.ok(error instanceof KsError, String(error))
    assert.equal(error.kind, 'io')
    assert.ok((await readdir(directory)).length > 0, 'the directory is kept')
    return error.message
  }
}

const root = await temporaryDirectory({ after })
let copies = 0
const damaged = async (sound: Sound, damage: (directory: string) => Promise<void>): Promise<number | string> => {
  const directory = path.join(root, `copy-${copies++}`)
  await cp(sound.directory, directory, { recursive: true })
  await damage(directory)
  const result = await openDamaged(sound, directory)
  // Opening it again gives no other answer: LevelDB has rewritten the files by then, the gap is still there.
  assert.equal(await openDamaged(sound, directory), result)
  await rm(directory, { recursive: true })
  return result
}

for (const [name, plan] of Object.entries({ 'a log': logOnly, 'a log and tables': logAndTables })) {
  suite(`damage to a store in ${name}`, () => {
    let sound: Sound

    before(async () => {
      sound = await writeStore(path.join(root, name), plan)
    })

    test('undamaged, it holds everything', async () => {
      assert.equal(await damaged(sound, () => Promise.resolve()), plan.batches)
    })

    test('flipped bits in the log', async () => {
      const results: (number | string)[] = []
      const place = fc.record({ at: fc.double({ min: 0, max: 0.999, noNaN: true }), bit: fc.nat(7) })
      await fc.assert(
        fc.asyncProperty(place, async ({ at, bit }) => {
          const result = await damaged(sound, async (directory) => {
            const { file, sizeBytes } = await logOf(directory)
            await flip(file, Math.floor(at * sizeBytes), 1 << bit)
          })
          results.push(result)
          if (typeof result === 'string') assert.match(result, /is damaged: (?:batch|its format)/)
        }),
        { numRuns: 40 },
      )
      assert.ok(
        results.some((result) => typeof result === 'string'),
        'some are refused',
      )
    })

    test('a flipped bit in the first of several log blocks is refused', async () => {
      const blockBytes = 32 * 1024
      for (const position of [5, 100, blockBytes - 2000]) {
        const result = await damaged(sound, async (directory) => {
          const { file, sizeBytes } = await logOf(directory)
          assert.ok(sizeBytes > blockBytes + 2000)
          await flip(file, position, 0x10)
        })
        assert.match(String(result), /is damaged/, `position ${position}`)
      }
    })

    test('a log that was cut off is a shorter store', async () => {
      const at = fc.double({ min: 0, max: 1, noNaN: true })
      await fc.assert(
        fc.asyncProperty(at, async (share) => {
          const result = await damaged(sound, async (directory) => {
            const { file, sizeBytes } = await logOf(directory)
            await truncate(file, Math.floor(share * sizeBytes))
          })
          assert.equal(typeof result, 'number', String(result))
        }),
        { numRuns: 20 },
      )
    })

    test('losing less than a record from the end costs the last batch only', async () => {
      const result = await damaged(sound, async (directory) => {
        const { file, sizeBytes } = await logOf(directory)
        await truncate(file, sizeBytes - 50)
      })
      assert.equal(result, plan.batches - 1)
    })

    test('zeroed stretches of the log', async () => {
      const stretch = fc.record({
        at: fc.double({ min: 0, max: 0.999, noNaN: true }),
        length: fc.integer({ min: 1, max: 70_000 }),
      })
      await fc.assert(
        fc.asyncProperty(stretch, async ({ at, length }) => {
          await damaged(sound, async (directory) => {
            const { file, sizeBytes } = await logOf(directory)
            const start = Math.floor(at * sizeBytes)
            await overwrite(file, start, Buffer.alloc(Math.min(length, sizeBytes - start)))
          })
        }),
        { numRuns: 30 },
      )
    })

    test('a missing CURRENT is refused, and nothing is made in its place', async () => {
      const result = await damaged(sound, async (directory) => rm(path.join(directory, 'CURRENT')))
      assert.match(String(result), /is damaged: its file CURRENT is missing/)
    })

    test('an emptied CURRENT is refused', async () => {
      const result = await damaged(sound, async (directory) => writeFile(path.join(directory, 'CURRENT'), ''))
      assert.match(String(result), /is damaged/)
    })

    test('a missing or flipped manifest is refused', async () => {
      const manifest = async (directory: string): Promise<string> => {
        const [file] = await filesOf(directory, /^MANIFEST-/)
        assert.ok(file !== undefined)
        return file
      }
      assert.match(String(await damaged(sound, async (directory) => rm(await manifest(directory)))), /is damaged/)
      const flipped = await damaged(sound, async (directory) => flip(await manifest(directory), 10, 1))
      assert.match(String(flipped), /is damaged/)
    })
  })
}

suite('damage to tables', () => {
  let sound: Sound

  before(async () => {
    sound = await writeStore(path.join(root, 'tables'), logAndTables)
  })

  // A table that a compaction has replaced may still be there; nobody misses it.
  const damageEachTable = async (damage: (table: string) => Promise<void>): Promise<readonly string[]> => {
    const refusals: string[] = []
    for (const table of await filesOf(sound.directory, /\.ldb$/)) {
      const result = await damaged(sound, (directory) => damage(path.join(directory, path.basename(table))))
      if (typeof result === 'string') refusals.push(result)
      else assert.equal(result, sound.batches)
    }
    return refusals
  }

  test('a missing table is refused', async () => {
    const refusals = await damageEachTable((table) => rm(table))
    assert.ok(refusals.length > 0)
    for (const refusal of refusals) assert.match(refusal, /is damaged/)
  })

  test('a missing log is refused', async () => {
    const result = await damaged(sound, async (directory) => {
      for (const file of await filesOf(directory, /\.log$/)) await rm(file)
    })
    assert.match(String(result), /is damaged: its log file is missing/)
  })

  test('a table that was cut off is refused when it is read', async () => {
    const refusals = await damageEachTable(async (table) => truncate(table, Math.floor((await stat(table)).size / 2)))
    assert.ok(refusals.length > 0)
    for (const refusal of refusals) assert.match(refusal, /is damaged|cannot (?:open|read) the store/)
  })
})
