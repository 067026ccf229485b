// After random updates and commits, what a store answers equals a model.

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import fc from 'fast-check'
import { compareText } from '../../../src/runtime/model/text-order.ts'
import { versionedCodec, VersionedRows, type VersionedRow } from '../../../src/runtime/operators/versioned-rows.ts'
import { readKey, readStore } from '../../../src/runtime/query/read-store.ts'
import { mergePages, type QueryRow, type StoreQuery } from '../../../src/runtime/query/store-query.ts'
import type { ReadableStore } from '../../../src/runtime/query/text-row.ts'
import { TableRow } from '../../../src/runtime/serde/joined-json.ts'
import type { BytesStore, StoreWrite } from '../../../src/runtime/stores/bytes-store.ts'
import { KeyValueStore } from '../../../src/runtime/stores/key-value-store.ts'
import { createMemoryStore } from '../../../src/runtime/stores/memory-store.ts'
import { SessionStore } from '../../../src/runtime/stores/session-store.ts'
import { plainCodec } from '../../../src/runtime/stores/store-row.ts'
import { valueView } from '../../../src/runtime/stores/store-view.ts'
import { TimelineStore } from '../../../src/runtime/stores/timeline-store.ts'
import type { TypedStore } from '../../../src/runtime/stores/typed-store.ts'
import { WindowStore } from '../../../src/runtime/stores/window-store.ts'

const keys = fc.constantFrom('', 'a', 'a\0', 'aa', 'ab', 'b', 'ä', 'z', '\u{1F600}', '\uFFFD')

const questions = fc.record(
  { from: keys, to: keys, prefix: keys, reverse: fc.boolean(), limit: fc.integer({ min: 1, max: 12 }) },
  { requiredKeys: ['reverse', 'limit'] },
)

/** A row: its key, the bounds of its window, its value. */
type ModelRow = readonly [key: string, start: number | undefined, end: number | undefined, value: unknown]

const between = ({ from, to, prefix }: StoreQuery, key: string): boolean =>
  (from === undefined || compareText(key, from) >= 0) &&
  (to === undefined || compareText(key, to) <= 0) &&
  (prefix === undefined || key.startsWith(prefix))

/** What is to come out, out of all rows that there are. */
const wantedRows = (rows: Iterable<ModelRow>, query: StoreQuery): readonly ModelRow[] => {
  const { start: first = -Infinity, end: last = Infinity } = query
  const sorted = [...rows]
    .filter(([key, start = 0]) => between(query, key) && start >= first && start <= last)
    .sort(([a, x = 0, to = 0], [b, y = 0, other = 0]) => compareText(a, b) || x - y || to - other)
  return query.reverse ? sorted.reverse() : sorted
}

const plainRow = ({ key, start, end, valueJson }: QueryRow): ModelRow => [key, start, end, JSON.parse(valueJson)]

/** All pages of a question to some tasks, each of which goes on after the one before. */
const allPages = async (tasks: readonly ReadableStore[], first: StoreQuery): Promise<readonly ModelRow[]> => {
  const rows: ModelRow[] = []
  for (let query = first; ;) {
    const page = mergePages(await Promise.all(tasks.map((task) => readStore(task, query))), query)
    assert.ok(page.rows.length <= query.limit)
    rows.push(...page.rows.map(plainRow))
    const last = page.rows.at(-1)
    if (!page.more || last === undefined) return rows
    query = { ...query, after: last }
  }
}

const commit = async (bytes: BytesStore | undefined, stores: readonly KeyValueStore<never>[]): Promise<void> => {
  const writes: StoreWrite[] = []
  for (const store of stores) store.collectWrites(writes)
  await bytes?.write(writes, false)
  for (const store of stores) store.committed(3)
}

for (const backed of [true, false]) {
  suite(`${backed ? 'with' : 'without'} a backing store`, () => {
    test('a key-value store', async () => {
      const step = fc.oneof(
        { weight: 6, arbitrary: fc.record({ key: keys, value: fc.option(fc.nat(99), { nil: undefined }) }) },
        { weight: 1, arbitrary: fc.constant('commit' as const) },
      )
      await fc.assert(
        fc.asyncProperty(fc.array(step, { maxLength: 60 }), questions, keys, async (steps, query, wanted) => {
          const bytes = backed ? createMemoryStore() : undefined
          const store = new KeyValueStore<unknown>('s', plainCodec, bytes)
          const model = new Map<string, ModelRow>()
          for (const each of steps) {
            if (each === 'commit') {
              await commit(bytes, [store as KeyValueStore<never>])
              continue
            }
            const { key, value } = each
            store.put(key, value, 1)
            if (value === undefined) model.delete(key)
            else model.set(key, [key, undefined, undefined, value])
          }
          const readable = { store, view: valueView, numbers: undefined }
          assert.deepEqual(await allPages([readable], query), wantedRows(model.values(), query))
          const row = model.get(wanted)
          assert.deepEqual(readKey(readable, wanted, {}).map(plainRow), row === undefined ? [] : [row])
        }),
      )
    })

    test('a versioned store, as it is and as it was', async () => {
      const historyMs = 12
      const put = fc.record({ key: keys, time: fc.nat(24), value: fc.option(fc.nat(99)) })
      const step = fc.oneof({ weight: 6, arbitrary: put }, { weight: 1, arbitrary: fc.constant('commit' as const) })
      const times = fc.option(fc.nat(26), { nil: undefined })
      await fc.assert(
        fc.asyncProperty(fc.array(step, { maxLength: 60 }), questions, times, async (steps, asked, asOf) => {
          const bytes = backed ? createMemoryStore() : undefined
          const store = new KeyValueStore<VersionedRow>('v', versionedCodec, bytes)
          const numbers = new KeyValueStore<number>('v-stream-time', { encode: (time) => time, decode: Number }, bytes)
          const rows = new VersionedRows(store, numbers, historyMs)
          const model = new Map<string, Map<number, number | null>>()
          let newest = -1
          for (const each of steps) {
            if (each === 'commit') {
              await commit(bytes, [store as KeyValueStore<never>, numbers as KeyValueStore<never>])
              continue
            }
            const { key, time, value } = each
            const versions = model.get(key) ?? new Map<number, number | null>()
            // Two updates of the same time have rules of their own, which are not those of questions.
            if (versions.has(time)) continue
            rows.put(key, value === null ? null : TableRow.of(value), time)
            if (time < newest - historyMs) continue
            newest = Math.max(newest, time)
            model.set(key, versions.set(time, value))
          }
          const at = (versions: ReadonlyMap<number, number | null>): number | null => {
            const latest = Math.max(...versions.keys())
            if (asOf === undefined || latest <= asOf) return versions.get(latest) ?? null
            if (asOf < newest - historyMs) return null
            return versions.get(Math.max(...[...versions.keys()].filter((time) => time <= asOf))) ?? null
          }
          const there = [...model].flatMap(([key, versions]): ModelRow[] => {
            const value = at(versions)
            return value === null ? [] : [[key, undefined, undefined, value]]
          })
          const query = asOf === undefined ? asked : { ...asked, asOf }
          const readable = { store: store as TypedStore, view: { keys: 'plain', historyMs }, numbers } as const
          assert.deepEqual(await allPages([readable], query), wantedRows(there, query))
          for (const key of model.keys()) {
            assert.deepEqual(
              readKey(readable, key, asOf === undefined ? {} : { asOf }).map(plainRow),
              there.filter((row) => row[0] === key),
            )
          }
        }),
      )
    })
  })
}

suite('rows with windows, in two tasks', () => {
  const rowsOfTime = fc.array(
    fc.record({ key: keys, start: fc.nat(9), length: fc.nat(3), value: fc.option(fc.nat(99), { nil: undefined }) }),
    { maxLength: 40 },
  )
  const windowMs = 10
  const windowed = { ...valueView, windowMs }

  /** Takes in an update. */
  type Put = (key: string, start: number, end: number, value: number | undefined) => void

  interface Kind {
    readonly store: TypedStore
    readonly put: Put
    /** The end of a window, if it does not follow from its start. */
    readonly hasEnds?: boolean
    /** The first start that can be found. */
    readonly visibleFrom?: (starts: readonly number[]) => number
  }

  const retentionMs = 5

  const kinds: Readonly<Record<string, () => Kind>> = {
    window: () => {
      const store = new WindowStore<unknown>('w', plainCodec, undefined)
      return {
        store,
        put: (key, start, _end, value) => {
          store.row(key, start).value = value
        },
      }
    },
    session: () => {
      const store = new SessionStore<unknown>('s', plainCodec, undefined)
      return {
        store,
        hasEnds: true,
        put: (key, start, end, value) => {
          if (value === undefined) store.remove({ key, start, end, value })
          else store.put({ key, start, end, value })
        },
      }
    },
    timeline: () => {
      const store = new TimelineStore<unknown>('t', plainCodec, undefined, { keepsDuplicates: false, retentionMs })
      return {
        store,
        put: (key, start, _end, value) => {
          if (value === undefined) store.delete(key, start, start)
          else store.put(key, start, value, start)
        },
        visibleFrom: (starts) => Math.max(...starts) - retentionMs + 1,
      }
    },
  }

  for (const [name, create] of Object.entries(kinds)) {
    for (const sized of name === 'session' ? [true] : [true, false]) {
      test(`a ${name} store${sized ? '' : ' that does not know how long its windows are'}`, async () => {
        await fc.assert(
          fc.asyncProperty(rowsOfTime, questions, fc.nat(9), fc.nat(9), async (updates, asked, start, end) => {
            const tasks = [create(), create()].map((kind) => ({
              ...kind,
              model: new Map<string, ModelRow>(),
              starts: [] as number[],
            }))
            for (const { key, start: at, length, value } of updates) {
              const task = tasks[at % 2]
              assert.ok(task !== undefined)
              task.put(key, at, at + length, value)
              if (value !== undefined) task.starts.push(at)
              const to = task.hasEnds === true ? at + length : sized ? at + windowMs : undefined
              const place = `${String(at)} ${String(to)} ${key}`
              if (value === undefined) task.model.delete(place)
              else task.model.set(place, [key, at, to, value])
            }
            const there = tasks.flatMap(({ model, starts, visibleFrom }) => {
              const first = visibleFrom?.(starts) ?? -Infinity
              return [...model.values()].filter(([, at = 0]) => at >= first)
            })
            const readable = tasks.map(({ store }) => ({
              store,
              view: sized ? windowed : valueView,
              numbers: undefined,
            }))
            const query = { ...asked, start, end }
            assert.deepEqual(await allPages(readable, asked), wantedRows(there, asked))
            assert.deepEqual(await allPages(readable, query), wantedRows(there, query))
            const bounds = { start, end, reverse: false, limit: 1 }
            for (const [key] of there) {
              assert.deepEqual(
                wantedRows(readable.flatMap((task) => readKey(task, key, bounds)).map(plainRow), bounds),
                wantedRows(there, { ...bounds, from: key, to: key }),
              )
            }
          }),
        )
      })
    }
  }

  test('what a store of a kind cannot be asked', async () => {
    const keyed = { store: new KeyValueStore('k', plainCodec, undefined), view: valueView, numbers: undefined }
    const query = { reverse: false, limit: 1 }
    await assert.rejects(readStore(keyed, { ...query, start: 1 }), /k has no windows/)
    assert.throws(() => readKey(keyed, 'a', { asOf: 1 }), /k has no history/)
    const windows = { store: new WindowStore('w', plainCodec, undefined), view: valueView, numbers: undefined }
    await assert.rejects(readStore(windows, { ...query, asOf: 1 }), /w has no history/)
  })
})
