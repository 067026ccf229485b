// After random updates and commits, what a store answers equals a model.

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import fc from 'fast-check'
import { compareText } from '../../../src/runtime/model/text-order.ts'
import { countRows, readStore } from '../../../src/runtime/query/read-store.ts'
import { decodePlace, encodePlace, mergePages, type StoreQuery } from '../../../src/runtime/query/store-query.ts'
import type { StoreWrite } from '../../../src/runtime/stores/bytes-store.ts'
import { KeyValueStore } from '../../../src/runtime/stores/key-value-store.ts'
import { createMemoryStore } from '../../../src/runtime/stores/memory-store.ts'
import { plainCodec } from '../../../src/runtime/stores/store-row.ts'
import { valueView } from '../../../src/runtime/stores/store-view.ts'
import { WindowStore } from '../../../src/runtime/stores/window-store.ts'

const keys = fc.constantFrom('', 'a', 'a\0', 'aa', 'ab', 'b', 'ä', 'z', '\u{1F600}', '\uFFFD')

const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ key: keys, value: fc.option(fc.nat(99), { nil: undefined }) }) },
  { weight: 1, arbitrary: fc.constant('commit' as const) },
)

const questions = fc.record(
  { from: keys, to: keys, prefix: keys, reverse: fc.boolean(), limit: fc.integer({ min: 1, max: 12 }) },
  { requiredKeys: ['reverse', 'limit'] },
)

const between = ({ from, to, prefix }: StoreQuery, key: string): boolean =>
  (from === undefined || compareText(key, from) >= 0) &&
  (to === undefined || compareText(key, to) <= 0) &&
  (prefix === undefined || key.startsWith(prefix))

/** All pages of a question, each of which goes on after the one before. */
const allPages = async (ask: (query: StoreQuery) => ReturnType<typeof readStore>, first: StoreQuery) => {
  const rows: (readonly [string, number | undefined, unknown])[] = []
  for (let query = first; ;) {
    const page = await ask(query)
    assert.ok(page.rows.length <= query.limit)
    for (const { key, start, valueJson } of page.rows) rows.push([key, start, JSON.parse(valueJson)])
    const last = page.rows.at(-1)
    if (!page.more || last === undefined) return rows
    query = { ...query, after: decodePlace(encodePlace(last)) }
  }
}

suite('a key-value store', () => {
  for (const backed of [true, false]) {
    test(`${backed ? 'with' : 'without'} a backing store`, async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(step, { maxLength: 60 }), questions, keys, async (steps, query, wanted) => {
          const bytes = backed ? createMemoryStore() : undefined
          const store = new KeyValueStore<unknown>('s', plainCodec, bytes)
          const model = new Map<string, number>()
          for (const each of steps) {
            if (each === 'commit') {
              const writes: StoreWrite[] = []
              store.collectWrites(writes)
              await bytes?.write(writes, false)
              store.committed(3)
              continue
            }
            store.put(each.key, each.value, 1)
            if (each.value === undefined) model.delete(each.key)
            else model.set(each.key, each.value)
          }
          const readable = { store, view: valueView, numbers: undefined }
          const sorted = [...model].filter(([key]) => between(query, key)).sort(([a], [b]) => compareText(a, b))
          if (query.reverse) sorted.reverse()
          assert.deepEqual(
            await allPages((each) => readStore(readable, each), query),
            sorted.map(([key, value]) => [key, undefined, value]),
          )
          const { rows } = await readStore(readable, { keys: [wanted], reverse: false, limit: 1 })
          assert.equal(rows[0]?.valueJson, model.has(wanted) ? String(model.get(wanted)) : undefined)
          assert.equal(await countRows(readable), model.size)
        }),
      )
    })
  }
})

test('a window store', async () => {
  const puts = fc.array(fc.record({ key: keys, start: fc.nat(5), value: fc.nat(99) }), { maxLength: 40 })
  await fc.assert(
    fc.asyncProperty(puts, questions, fc.nat(5), fc.nat(5), async (rows, asked, start, end) => {
      // Two tasks with half of the windows each.
      const stores = [0, 1].map(() => new WindowStore<unknown>('w', plainCodec, undefined))
      const model = new Map<string, readonly [string, number, unknown]>()
      for (const { key, start: at, value } of rows) {
        const row = stores[at % 2]?.row(key, at)
        if (row !== undefined) row.value = value
        model.set(`${String(at)} ${key}`, [key, at, value])
      }
      const query = { ...asked, start, end }
      const sorted = [...model.values()]
        .filter(([key, at]) => between(query, key) && at >= start && at <= end)
        .sort(([a, x], [b, y]) => compareText(a, b) || x - y)
      if (query.reverse) sorted.reverse()
      const view = { ...valueView, windowMs: 10 }
      const ask = async (each: StoreQuery) =>
        mergePages(await Promise.all(stores.map((store) => readStore({ store, view, numbers: undefined }, each))), each)
      assert.deepEqual(await allPages(ask, query), sorted)
    }),
  )
})
