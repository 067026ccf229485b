// What a program asks the stores of its KafkaStreams, on a broker: each kind of store, in two tasks.

import assert from 'node:assert/strict'
import { before, suite, test, type TestContext } from 'node:test'
import {
  KafkaStreams,
  SessionWindows,
  SlidingWindows,
  StreamsBuilder,
  TimeWindows,
  UnlimitedWindows,
  type KeyValueStore,
  type Processor,
  type QueryableStore,
  type StoredRow,
  type WindowStore,
} from '../../src/runtime/index.ts'
import { brokerSkip, sharedBroker, type TestBroker, uniqueName } from '../support/kafka-broker.ts'
import { eventually, newTopic } from '../support/kafka-ks.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'

const skip = brokerSkip()
let broker: TestBroker

before(async () => {
  if (!skip) broker = await sharedBroker()
})

const minute = 60_000
const base = Math.floor(Date.now() / minute) * minute - 2 * minute

const started = async (builder: StreamsBuilder, t: TestContext): Promise<KafkaStreams> => {
  const streams = new KafkaStreams(builder.build(), {
    'bootstrap.servers': broker.bootstrap,
    'application.id': uniqueName('app'),
    'state.dir': temporaryDirectory(t),
    'commit.interval.ms': 100,
  })
  t.after(() => streams.close())
  await streams.start()
  return streams
}

const listed = async (rows: AsyncIterable<StoredRow>): Promise<readonly unknown[]> => {
  const found: unknown[] = []
  for await (const { key, value, start, end } of rows) {
    found.push(start === undefined ? [key, value] : [key, value, start - base, end === undefined ? end : end - base])
  }
  return found
}

/** Waits until a store has these rows, and asks for them in every other way. */
const hasRows = async (
  store: QueryableStore,
  rows: readonly (readonly [key: unknown, value: unknown, ...window: unknown[]])[],
): Promise<void> => {
  const expected = JSON.stringify(rows)
  try {
    await eventually('the rows', async () => JSON.stringify(await listed(store.all())) === expected || undefined)
  } catch {
    // Below is said what there is instead.
  }
  assert.deepEqual(await listed(store.all()), rows)
  assert.deepEqual(await listed(store.reverseAll()), rows.toReversed())
  const [first, second] = [...new Set(rows.map(([key]) => key))]
  const ofBoth = rows.filter(([key]) => key === first || key === second)
  assert.deepEqual(await listed(store.range(first, second)), ofBoth)
  assert.deepEqual(await listed(store.range(undefined, second)), ofBoth)
  assert.deepEqual(await listed(store.reverseRange(first, second)), ofBoth.toReversed())
  assert.deepEqual(
    await listed(store.range(second, undefined)),
    rows.filter(([key]) => key !== first),
  )
}

const clicks = (...all: readonly (readonly [user: string, page: string, seconds: number])[]) =>
  all.map(([key, page, seconds]) => ({ key, value: JSON.stringify({ page }), timestamp: base + seconds * 1000 }))

suite('the stores of KafkaStreams', { skip }, () => {
  test('key-value: an aggregate, a table, and what a processor keeps', async (t) => {
    const [input, users] = await Promise.all([
      newTopic(broker, 'clicks', 2, clicks(['u0', '/a', 0], ['u1', '/b', 1], ['u0', '/a', 2], ['u2', '/a/c', 3])),
      newTopic(broker, 'users', 2, [
        { key: '1', value: '{"name":"Ann"}', timestamp: base },
        { key: '2', value: '{"name":"Bob"}', timestamp: base },
        { key: '30', value: '{"name":"Eve"}', timestamp: base },
        { key: '31', value: '{"name":"Joe"}', timestamp: base },
        { key: '30', value: null, timestamp: base + 1 },
      ]),
    ])
    const builder = new StreamsBuilder()
    const stream = builder.stream<string, { page: string }>(input)
    stream.groupBy(({ value }) => value.page).count({ store: 'counts' })
    stream
      .groupBy(({ value }) => ({ length: value.page.length }))
      .aggregate(
        () => ({ pages: [] as string[] }),
        ({ value }, { pages }) => ({ pages: [...pages, value.page].sort() }),
        { store: 'lengths' },
      )
    builder.table(users, { store: 'users' })
    builder.addStateStore('last', { type: 'key-value' })
    stream.processValues((): Processor => {
      let last: KeyValueStore
      return {
        init: (context) => {
          last = context.getStateStore<KeyValueStore>('last')
        },
        process: ({ key, value }) => {
          last.put(key, value)
        },
      }
    }, 'last')
    const streams = await started(builder, t)

    const counts = streams.store<string, number>('counts')
    await hasRows(counts, [
      ['/a', 2],
      ['/a/c', 1],
      ['/b', 1],
    ])
    assert.deepEqual(
      ['/a', '/a/c', '/none'].map((page) => counts.get(page)),
      [2, 1, null],
    )
    assert.deepEqual(await listed(counts.prefixScan('/a')), [
      ['/a', 2],
      ['/a/c', 1],
    ])
    const lengths = streams.store<{ length: number }, { pages: string[] }>('lengths')
    await hasRows(lengths, [
      [{ length: 2 }, { pages: ['/a', '/a', '/b'] }],
      [{ length: 4 }, { pages: ['/a/c'] }],
    ] as const)
    // Whoever has asked has a row of his own.
    lengths.get({ length: 2 })?.pages.push('/x')
    assert.deepEqual(lengths.get({ length: 2 }), { pages: ['/a', '/a', '/b'] })
    const names = streams.store<string, { name: string }>('users')
    await hasRows(names, [
      ['1', { name: 'Ann' }],
      ['2', { name: 'Bob' }],
      ['31', { name: 'Joe' }],
    ])
    assert.deepEqual(
      ['1', '30', '31'].map((key) => names.get(key)?.name),
      ['Ann', undefined, 'Joe'],
    )
    assert.deepEqual(await listed(names.prefixScan('3')), [['31', { name: 'Joe' }]])
    const last = streams.store('last')
    await hasRows(last, [
      ['u0', { page: '/a' }],
      ['u1', { page: '/b' }],
      ['u2', { page: '/a/c' }],
    ])
    assert.deepEqual(last.get('u2'), { page: '/a/c' })
    assert.throws(() => counts.fetch('/a'), /counts has no windows/)
    assert.throws(() => counts.get('/a', base), /counts has no history/)
  })

  test('versioned: as it is and as it was', async (t) => {
    const price = (key: string, value: string | null, seconds: number) => ({
      key,
      value,
      timestamp: base + seconds * 1000,
    })
    const prices = await newTopic(broker, 'prices', 2, [
      price('a', '1', 0),
      price('ab', '5', 0),
      price('b', '7', 0),
      price('c', '9', 0),
      price('a', '2', 10),
      price('b', null, 10),
      // Too late to be the latest one.
      price('a', '3', 5),
    ])
    const builder = new StreamsBuilder()
    builder.table(prices, { store: 'prices', history: '1h' })
    const store = (await started(builder, t)).store<string, number>('prices')
    await eventually('the late one', () => store.get('a', base + 5000) === 3 || undefined)
    await hasRows(store, [
      ['a', 2],
      ['ab', 5],
      ['c', 9],
    ])
    assert.deepEqual(
      ['a', 'b', 'c', 'none'].map((key) => store.get(key)),
      [2, null, 9, null],
    )
    assert.deepEqual(
      [-1, 0, 4999, 5000, 10_000].map((ms) => store.get('a', base + ms)),
      [null, 1, 1, 3, 2],
    )
    assert.deepEqual(
      [0, 10_000].map((ms) => store.get('b', base + ms)),
      [7, null],
    )
    assert.deepEqual(await listed(store.prefixScan('a')), [
      ['a', 2],
      ['ab', 5],
    ])
    assert.throws(() => store.fetch('a'), /prices has no windows/)
  })

  test('windows and sessions', async (t) => {
    const input = await newTopic(
      broker,
      'clicks',
      2,
      clicks(['u0', '/a', 0], ['u1', '/b', 1], ['u0', '/a', 2], ['u1', '/a/c', 3], ['u0', '/a', 61], ['u1', '/b', 62]),
    )
    const builder = new StreamsBuilder()
    const stream = builder.stream<string, { page: string }>(input)
    const pages = stream.groupBy(({ value }) => value.page)
    pages.windowedBy(TimeWindows.ofSizeAndGrace('1m', '1h')).count({ store: 'minutes' })
    pages.windowedBy(SessionWindows.ofInactivityGapAndGrace('30s', '1h')).count({ store: 'visits' })
    pages.windowedBy(SlidingWindows.ofTimeDifferenceAndGrace('10s', '1h')).count({ store: 'sliding' })
    pages.windowedBy(UnlimitedWindows.of().startOn(base + 1000)).count({ store: 'ever' })
    builder.addStateStore('seen', { type: 'window', retentionMs: 60 * minute })
    stream.processValues((): Processor => {
      let seen: WindowStore
      return {
        init: (context) => {
          seen = context.getStateStore<WindowStore>('seen')
        },
        process: ({ key, value, timestamp }) => {
          seen.put(key, value, timestamp)
        },
      }
    }, 'seen')
    const streams = await started(builder, t)

    const minutes = streams.store<string, number>('minutes')
    await hasRows(minutes, [
      ['/a', 2, 0, minute],
      ['/a', 1, minute, 2 * minute],
      ['/a/c', 1, 0, minute],
      ['/b', 1, 0, minute],
      ['/b', 1, minute, 2 * minute],
    ])
    assert.deepEqual(await listed(minutes.prefixScan('/a/')), [['/a/c', 1, 0, minute]])
    const [first, second] = [
      { start: base, end: base + minute, value: 2 },
      { start: base + minute, end: base + 2 * minute, value: 1 },
    ]
    assert.deepEqual(minutes.fetch('/a'), [first, second])
    assert.deepEqual(minutes.fetch('/a', base, base + minute - 1), [first])
    assert.deepEqual(minutes.fetch('/a', base + 1), [second])
    assert.deepEqual(minutes.fetch('/none'), [])
    assert.throws(() => minutes.get('/a'), /minutes has windows/)

    const visits = streams.store<string, number>('visits')
    await hasRows(visits, [
      ['/a', 2, 0, 2000],
      ['/a', 1, 61_000, 61_000],
      ['/a/c', 1, 3000, 3000],
      ['/b', 1, 1000, 1000],
      ['/b', 1, 62_000, 62_000],
    ])
    assert.deepEqual(await listed(visits.prefixScan('/b')), [
      ['/b', 1, 1000, 1000],
      ['/b', 1, 62_000, 62_000],
    ])
    assert.deepEqual(visits.fetch('/a', base, base + 1000), [{ start: base, end: base + 2000, value: 2 }])
    assert.throws(() => visits.get('/a'), /visits has windows/)

    const sliding = streams.store<string, number>('sliding')
    await hasRows(sliding, [
      ['/a', 1, -10_000, 0],
      ['/a', 2, -8000, 2000],
      ['/a', 1, 1, 10_001],
      ['/a', 1, 51_000, 61_000],
      ['/a/c', 1, -7000, 3000],
      ['/b', 1, -9000, 1000],
      ['/b', 1, 52_000, 62_000],
    ])
    assert.deepEqual(sliding.fetch('/b', base), [{ start: base + 52_000, end: base + 62_000, value: 1 }])

    const ever = streams.store<string, number>('ever')
    const noEnd = Number.MAX_SAFE_INTEGER
    await hasRows(ever, [
      ['/a', 2, 1000, noEnd - base],
      ['/a/c', 1, 1000, noEnd - base],
      ['/b', 2, 1000, noEnd - base],
    ])
    assert.deepEqual(ever.fetch('/a'), [{ start: base + 1000, end: noEnd, value: 2 }])

    const seen = streams.store<string, { page: string }>('seen')
    await hasRows(seen, [
      ['u0', { page: '/a' }, 0, undefined],
      ['u0', { page: '/a' }, 2000, undefined],
      ['u0', { page: '/a' }, 61_000, undefined],
      ['u1', { page: '/b' }, 1000, undefined],
      ['u1', { page: '/a/c' }, 3000, undefined],
      ['u1', { page: '/b' }, 62_000, undefined],
    ])
    assert.deepEqual(seen.fetch('u1', base + 2000, base + 3000), [
      { start: base + 3000, end: undefined, value: { page: '/a/c' } },
    ])
  })

  test('a range of many rows: in portions, and not after the end', async (t) => {
    const keys = Array.from({ length: 2500 }, (_, index) => `k${String(index).padStart(4, '0')}`)
    const rows = keys.map((key, index) => ({ key, value: String(index), timestamp: base }))
    const topic = await newTopic(broker, 'many', 2, rows)
    const builder = new StreamsBuilder()
    builder
      .stream<string, number>(topic)
      .groupBy(({ key }) => key)
      .aggregate(
        () => 0,
        ({ value }) => value,
        { store: 'many' },
      )
    const streams = await started(builder, t)
    const many = streams.store<string, number>('many')
    await eventually('all', async () => (await listed(many.all())).length === keys.length || undefined)
    const expected = keys.map((key, index) => [key, index])
    assert.deepEqual(await listed(many.all()), expected)
    assert.deepEqual(await listed(many.reverseRange('k0100', 'k2400')), expected.slice(100, 2401).toReversed())
    assert.deepEqual(await listed(many.prefixScan('k11')), expected.slice(1100, 1200))

    const walk = async (): Promise<void> => {
      for await (const { key } of many.all()) if (key === 'k0000') await streams.close()
    }
    await assert.rejects(walk(), /the stores are not open: the state is NOT_RUNNING/)
    assert.throws(() => many.get('k0000'), /not open/)
    await assert.rejects(listed(many.all()), /not open/)
  })
})
