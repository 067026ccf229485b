// Random operations on the memory store and on LevelDB side by side: the same answers, also after opening LevelDB again.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { StoreWrite } from '../../../src/runtime/stores/bytes-store.ts'
import { openLevelStore } from '../../../src/runtime/stores/level-store.ts'
import { createMemoryStore } from '../../../src/runtime/stores/memory-store.ts'
import { createMirrorStore } from '../../support/mirror-store.ts'
import { temporaryDirectory } from './temporary-directory.ts'

// Few different bytes, so that keys meet, share prefixes and lie beside the bounds of scans.
const byte = fc.constantFrom(0x01, 0x61, 0x62, 0x7f, 0x80, 0xff)
const key = fc.array(byte, { minLength: 1, maxLength: 3 }).map((bytes) => Buffer.from(bytes))
const bound = fc.array(fc.oneof(byte, fc.constant(0)), { maxLength: 3 }).map((bytes) => Buffer.from(bytes))
const value = fc.option(fc.uint8Array({ maxLength: 40 }), { nil: null, freq: 3 })
const batch: fc.Arbitrary<StoreWrite[]> = fc.array(fc.record({ key, value }), { maxLength: 12 })

const operation = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('write' as const), batch, sync: fc.boolean() }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('get' as const), key }) },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('scan' as const), from: bound, to: fc.option(bound, { nil: undefined }) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('reopen' as const) }) },
)

test('memory and LevelDB give the same answers', async (context) => {
  const root = await temporaryDirectory(context)
  const options = { cacheBytes: 1 << 16, writeBufferBytes: 1 << 16 }
  let runs = 0
  await fc.assert(
    fc.asyncProperty(fc.array(operation, { minLength: 1, maxLength: 60 }), async (operations) => {
      const directory = `${root}/${runs++}`
      const memory = createMemoryStore()
      let level = await openLevelStore(directory, options)
      let mirror = createMirrorStore(memory, level)
      try {
        for (const step of operations) {
          if (step.kind === 'write') await mirror.write(step.batch, step.sync)
          else if (step.kind === 'get') mirror.get(step.key)
          else if (step.kind === 'scan') await readAll(mirror.scan(step.from, step.to))
          else {
            await level.close()
            level = await openLevelStore(directory, options)
            mirror = createMirrorStore(memory, level)
          }
        }
        await readAll(mirror.scan(Buffer.of(), undefined))
      } finally {
        await mirror.close()
      }
    }),
    { numRuns: 60 },
  )
})

test('the mirror notices a difference', async (context) => {
  const directory = await temporaryDirectory(context)
  const memory = createMemoryStore()
  const level = await openLevelStore(directory, { cacheBytes: 1 << 16, writeBufferBytes: 1 << 16 })
  const mirror = createMirrorStore(memory, level)
  await memory.write([{ key: Buffer.from('a'), value: Buffer.from('1') }], false)
  assert.throws(() => mirror.get(Buffer.from('a')), assert.AssertionError)
  await assert.rejects(readAll(mirror.scan(Buffer.of(), undefined)), assert.AssertionError)
  await mirror.close()
})

const readAll = async (scan: AsyncIterable<readonly unknown[]>): Promise<void> => {
  for await (const page of scan) assert.ok(page.length > 0)
}
