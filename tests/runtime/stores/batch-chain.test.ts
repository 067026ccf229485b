import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import fc from 'fast-check'
import {
  batchBytes,
  chainFoundation,
  type ChainSource,
  type ChainVerdict,
  createBatchChain,
  readChain,
  storeFormat,
} from '../../../src/runtime/stores/batch-chain.ts'
import type { StoreWrite } from '../../../src/runtime/stores/bytes-store.ts'

// Rows by key in hex, as a database would have them after a number of batches.
type Rows = ReadonlyMap<string, Uint8Array>

const apply = (rows: Rows, writes: readonly StoreWrite[]): Rows => {
  const next = new Map(rows)
  for (const { key, value } of writes) {
    const name = Buffer.from(key).toString('hex')
    if (value === null) next.delete(name)
    else next.set(name, value)
  }
  return next
}

const sourceOf = (rows: Rows): ChainSource => ({
  get: (key) => rows.get(Buffer.from(key).toString('hex')),
  async *keys(from, to) {
    const keys = [...rows.keys()].sort().map((name) => Buffer.from(name, 'hex'))
    yield await Promise.resolve(keys.filter((key) => Buffer.compare(key, from) >= 0 && Buffer.compare(key, to) < 0))
  },
  isEmpty: () => Promise.resolve(rows.size === 0),
})

const verdictOf = (rows: Rows): Promise<ChainVerdict> => readChain(sourceOf(rows))

/** The batches of a store: the foundation and then `count` with a data row of `dataBytes` each. */
const batchesOf = (count: number, dataBytes: number, writeBufferBytes: number): readonly (readonly StoreWrite[])[] => {
  const chain = createBatchChain({ oldest: 1, newest: 0 }, writeBufferBytes)
  const batches: (readonly StoreWrite[])[] = [chainFoundation()]
  for (let number = 1; number <= count; number++) {
    const data = { key: Buffer.from(`k${number}`), value: Buffer.alloc(dataBytes) }
    batches.push([data, ...chain.extend(batchBytes([data]))])
  }
  return batches
}

suite('batch chain', () => {
  test('an empty database is a new one', async () => {
    assert.deepEqual(await verdictOf(new Map()), { kind: 'new' })
  })

  test('every prefix of the batches is whole', async () => {
    let rows: Rows = new Map()
    for (const [number, batch] of batchesOf(300, 50, 2000).entries()) {
      rows = apply(rows, batch)
      const verdict = await verdictOf(rows)
      assert.equal(verdict.kind, 'whole')
      assert.equal(verdict.kind === 'whole' && verdict.position.newest, number)
    }
  })

  test('losing any batches but the last ones is noticed while they can be lost', async () => {
    const writeBufferBytes = 1000
    const batches = batchesOf(200, 60, writeBufferBytes)
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 2, max: 200 }), fc.integer({ min: 1, max: 40 }), async (end, back) => {
        // Two write buffers hold at least that many of these batches.
        const lost = end - (((back - 1) % 20) + 1)
        fc.pre(lost >= 0)
        const kept = batches.slice(0, end + 1).filter((_, number) => number !== lost)
        const verdict = await verdictOf(kept.reduce(apply, new Map()))
        assert.equal(verdict.kind, 'damaged')
      }),
      { numRuns: 300 },
    )
  })

  test('a lost batch is noticed even if it would have deleted as many markers as it left', async () => {
    // Batches that fill a write buffer each: every one deletes a marker.
    const batches = batchesOf(20, 1001, 1000)
    for (let lost = 18; lost <= 19; lost++) {
      const kept = batches.filter((_, number) => number !== lost)
      const rows = kept.reduce(apply, new Map())
      assert.equal(rows.size, batches.reduce(apply, new Map()).size - 1, 'only the data row makes a difference')
      assert.equal((await verdictOf(rows)).kind, 'damaged')
    }
  })

  test('markers stay for at least two write buffers and not much longer', async () => {
    const writeBufferBytes = 10_000
    const dataBytes = 74
    const batches = batchesOf(2000, dataBytes, writeBufferBytes)
    const verdict = await verdictOf(batches.reduce(apply, new Map()))
    assert.ok(verdict.kind === 'whole')
    const bytesKept = (verdict.position.newest - verdict.position.oldest + 1) * dataBytes
    assert.ok(bytesKept > 1.4 * writeBufferBytes && bytesKept < 4 * writeBufferBytes, String(bytesKept))
    const markers = [...batches.reduce(apply, new Map()).keys()].filter((name) => name.startsWith('0063'))
    assert.equal(markers.length, verdict.position.newest - verdict.position.oldest + 1)
  })

  test('after opening, markers of earlier runs go a thousand at a time, all but the last', async () => {
    let rows = batchesOf(2500, 10, 1 << 20).reduce(apply, new Map())
    const chain = createBatchChain({ oldest: 1, newest: 2500 }, 1 << 20)
    const oldest: number[] = []
    for (let batch = 0; batch < 4; batch++) {
      rows = apply(rows, chain.extend(0))
      const verdict = await verdictOf(rows)
      assert.ok(verdict.kind === 'whole')
      oldest.push(verdict.position.oldest)
    }
    assert.deepEqual(oldest, [1001, 2001, 2500, 2500])
  })

  test('a missing head, format or marker is damage', async () => {
    const rows = batchesOf(5, 10, 1000).reduce(apply, new Map())
    for (const name of rows.keys()) {
      if (!name.startsWith('00')) continue
      const verdict = await verdictOf(new Map([...rows].filter(([other]) => other !== name)))
      assert.equal(verdict.kind, 'damaged', name)
    }
  })

  test('rows without any chain are damage', async () => {
    assert.equal((await verdictOf(new Map([['61', Buffer.from('1')]]))).kind, 'damaged')
  })

  test('another format is told apart from damage', async () => {
    const rows = new Map(batchesOf(5, 10, 1000).reduce(apply, new Map()))
    rows.set('0066', Buffer.of(0, 0, 0, storeFormat + 1))
    assert.deepEqual(await verdictOf(rows), { kind: 'foreign', format: storeFormat + 1 })
  })
})
