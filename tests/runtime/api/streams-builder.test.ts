// The DSL of the library in its test driver: what programs in TypeScript write, and what comes out.

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import {
  JoinWindows,
  SessionWindows,
  SlidingWindows,
  StreamsBuilder,
  TimeWindows,
  UnlimitedWindows,
  type KeyValueStore,
  type Processor,
} from '../../../src/runtime/index.ts'
import { clicks, run, type Click } from '../../support/run-topology.ts'

suite('streams', () => {
  test('filter, map and their relatives', async () => {
    const found = await run(
      (builder) => {
        builder
          .stream<string, Click>('clicks')
          .filter(({ value }) => value.page !== '/bot')
          .filterNot(({ key }) => key === 'eve')
          .mapValues(({ value }) => value.page)
          .flatMapValues(({ value }) => [value, value.toUpperCase()])
          .map(({ key, value }) => ({ key: value, value: key }))
          .to('out')
      },
      clicks(['ann', '/a', 1], ['bob', '/bot', 2], ['eve', '/a', 3]),
    )
    assert.deepEqual(found, [
      ['/a', 'ann', 1],
      ['/A', 'ann', 1],
    ])
  })

  test('split, merge, peek', async () => {
    const seen: string[] = []
    const found = await run(
      (builder) => {
        const { carts, rest } = builder
          .stream<string, Click>('clicks')
          .peek(({ value }) => seen.push(value.page))
          .split({ carts: ({ value }) => value.page === '/cart' })
        carts
          .mapValues(() => 'cart')
          .merge(rest.mapValues(({ value }) => value.page))
          .to('out')
      },
      clicks(['ann', '/a', 1], ['bob', '/cart', 2]),
    )
    assert.deepEqual(found, [
      ['ann', '/a', 1],
      ['bob', 'cart', 2],
    ])
    assert.deepEqual(seen, ['/a', '/cart'])
  })

  test('a function that throws is the fault of the record', async () => {
    const failing = run(
      (builder) => {
        builder
          .stream<string, Click>('clicks')
          .mapValues(({ value }) => {
            throw new Error(`no ${value.page}`)
          })
          .to('out')
      },
      clicks(['ann', '/a', 1]),
    )
    await assert.rejects(failing, /^RecordError: no \/a \(\S+:\d+\)$/)
  })
})

suite('aggregations', () => {
  test('count, reduce and aggregate by key', async () => {
    const aggregated = (make: (builder: StreamsBuilder) => void): Promise<unknown[]> =>
      run(make, clicks(['ann', '/a', 1], ['ann', '/b', 5], ['bob', '/a', 3]))
    const pages = (builder: StreamsBuilder) =>
      builder.stream<string, Click>('clicks').mapValues(({ value }) => value.page)
    assert.deepEqual(await aggregated((b) => pages(b).groupByKey().count().toStream().to('out')), [
      ['ann', 1, 1],
      ['ann', 2, 5],
      ['bob', 1, 3],
    ])
    const reduced = await aggregated((builder) => {
      pages(builder)
        .groupByKey()
        .reduce((all, page) => all + page)
        .toStream()
        .to('out')
    })
    assert.deepEqual(reduced[1], ['ann', '/a/b', 5])
    const listed = await aggregated((builder) => {
      builder
        .stream<string, Click>('clicks')
        .groupBy(({ value }) => value.page)
        .aggregate<readonly string[]>(
          () => [],
          ({ key, value }, users) => [...users, `${key} ${value.user}`],
        )
        .toStream()
        .to('out')
    })
    assert.deepEqual(listed.at(-1), ['/a', ['/a ann', '/a bob'], 3])
  })

  test('null deletes the row of an aggregate', async () => {
    const found = await run(
      (builder) => {
        builder
          .stream<string, Click>('clicks')
          .groupByKey()
          .aggregate<number | null>(
            () => 0,
            ({ value }, count) => (value.page === '/logout' ? null : (count ?? 0) + 1),
          )
          .toStream()
          .to('out')
      },
      clicks(['ann', '/a', 1], ['ann', '/logout', 2], ['ann', '/a', 3]),
    )
    assert.deepEqual(found, [
      ['ann', 1, 1],
      ['ann', null, 2],
      ['ann', 1, 3],
    ])
  })

  test('windows of all kinds', async () => {
    const windowed = (windows: Parameters<ReturnType<ReturnType<typeof users>['groupByKey']>['windowedBy']>[0]) =>
      run(
        (builder) => {
          users(builder).groupByKey().windowedBy(windows).count().toStream().to('out')
        },
        clicks(['a', '/', 1], ['a', '/', 9], ['a', '/', 12]),
      )
    const users = (builder: StreamsBuilder) => builder.stream<string, Click>('clicks')
    assert.deepEqual(await windowed(TimeWindows.ofSizeWithNoGrace(10)), [
      ['a@0-10', 1, 1],
      ['a@0-10', 2, 9],
      ['a@10-20', 1, 12],
    ])
    assert.deepEqual((await windowed(TimeWindows.ofSizeAndGrace(10, '1s').advanceBy(5))).at(-1), ['a@10-20', 1, 12])
    assert.deepEqual((await windowed(SessionWindows.ofInactivityGapWithNoGrace(4))).at(-1), ['a@9-12', 2, 12])
    assert.deepEqual(await windowed(UnlimitedWindows.of().startOn(9)), [
      [`a@9-${Number.MAX_SAFE_INTEGER}`, 1, 9],
      [`a@9-${Number.MAX_SAFE_INTEGER}`, 2, 12],
    ])
    assert.deepEqual((await windowed(SlidingWindows.ofTimeDifferenceAndGrace(3, 5))).at(-1), ['a@9-12', 2, 12])
  })

  test('windows when they close; suppress does the same', async () => {
    const closed = (builder: StreamsBuilder) =>
      builder.stream<string, Click>('clicks').groupByKey().windowedBy(TimeWindows.ofSizeWithNoGrace(10))
    const inputs = clicks(['a', '/', 1], ['a', '/', 9], ['a', '/', 12])
    for (const describe of [
      (b: StreamsBuilder) => closed(b).emitStrategy('on-window-close').count().toStream().to('out'),
      (b: StreamsBuilder) => closed(b).count().suppress('window-close').toStream().to('out'),
    ]) {
      assert.deepEqual(await run(describe, inputs), [['a@0-10', 2, 9]])
    }
  })
})

suite('tables and joins', () => {
  const users = [
    ['users', { key: 'ann', value: { name: 'Ann' }, timestamp: 0 }],
    ['users', { key: 'bob', value: { name: 'Bob' }, timestamp: 0 }],
  ] as const

  test('a table regrouped: rows that move are taken back', async () => {
    const found = await run(
      (builder) => {
        builder
          .stream<string, Click>('clicks')
          .toTable()
          .groupBy(({ value }) => value.page)
          .count()
          .toStream()
          .to('out')
      },
      clicks(['ann', '/a', 1], ['bob', '/a', 2], ['ann', '/b', 3]),
    )
    assert.deepEqual(found.slice(-2), [
      ['/a', 1, 3],
      ['/b', 1, 3],
    ])
  })

  test('a stream with a table, a global table, and another stream', async () => {
    const joined = (describe: (builder: StreamsBuilder) => void) =>
      run(describe, [...users, ...clicks(['ann', '/a', 1], ['eve', '/b', 2])])
    const named = ({ page }: Click, user: { readonly name: string } | null): string => `${page} ${user?.name ?? '?'}`
    const inner = await joined((builder) => {
      const table = builder.table<{ name: string }>('users')
      builder.stream<string, Click>('clicks').join(table, named).to('out')
    })
    assert.deepEqual(inner, [['ann', '/a Ann', 1]])
    const global = await joined((builder) => {
      const table = builder.globalTable<{ name: string }>('users')
      builder
        .stream<string, Click>('clicks')
        .leftJoin(table, ({ value }) => value.user, named)
        .to('out')
    })
    assert.deepEqual(global, [
      ['ann', '/a Ann', 1],
      ['eve', '/b ?', 2],
    ])
    const streams = await joined((builder) => {
      const other = builder.stream<string, { name: string }>('users')
      const windows = JoinWindows.ofTimeDifferenceWithNoGrace(1)
      builder.stream<string, Click>('clicks').join(other, named, windows).to('out')
    })
    assert.deepEqual(streams, [['ann', '/a Ann', 1]])
  })

  test('two tables', async () => {
    const found = await run(
      (builder) => {
        const counts = builder.stream<string, Click>('clicks').groupByKey().count()
        counts
          .leftJoin(builder.table<{ name: string }>('users'), (count, user) => `${user?.name ?? '?'} ${count}`)
          .toStream()
          .to('out')
      },
      [...clicks(['ann', '/a', 1]), ...users],
    )
    assert.deepEqual(found, [
      ['ann', '? 1', 1],
      ['ann', 'Ann 1', 1],
    ])
  })
})

test('cogroup, and a join by foreign key', async () => {
  const inputs = [
    ...clicks(['ann', '/a', 1], ['ann', '/b', 2]),
    ['users', { key: '/b', value: { name: 'B' }, timestamp: 3 }],
  ] as const
  const cogrouped = await run((builder) => {
    const users = builder.stream<string, { name: string }>('users').selectKey(() => 'ann')
    builder
      .stream<string, Click>('clicks')
      .groupByKey()
      .cogroup<string>(({ value }, all) => all + value.page)
      .cogroup(users.groupByKey(), ({ value }, all) => `${all}:${value.name}`)
      .aggregate(() => '>')
      .toStream()
      .to('out')
  }, inputs)
  assert.deepEqual(cogrouped, [
    ['ann', '>/a', 1],
    ['ann', '>/a/b', 2],
    ['ann', '>/a/b:B', 3],
  ])
  const joined = await run((builder) => {
    builder
      .stream<string, Click>('clicks')
      .toTable()
      .leftJoinForeignKey(
        builder.table<{ name: string }>('users'),
        ({ value }) => value.page,
        (click, page) => `${click.page} ${page?.name ?? '?'}`,
      )
      .toStream()
      .to('out')
  }, inputs)
  assert.deepEqual(joined.at(-1), ['ann', '/b B', 3])
})

suite('processors', () => {
  const counter = (): Processor => {
    let store: KeyValueStore<string, number> | undefined
    let forward: ((record: { value: unknown }) => void) | undefined
    return {
      init: (context) => {
        store = context.getStateStore('counts')
        forward = (record) => {
          context.forward({ ...record, value: [record.value, context.appConfigs['unit']] })
        }
      },
      process: ({ key }) => {
        const count = (store?.get(key as string) ?? 0) + 1
        store?.put(key as string, count)
        forward?.({ value: count })
      },
    }
  }

  test('stores that the supplier declares, or the builder has', async () => {
    const options = { appConfigs: { unit: 'clicks' } }
    const inputs = clicks(['ann', '/a', 1], ['ann', '/b', 2])
    const expected = [
      ['ann', [1, 'clicks'], 1],
      ['ann', [2, 'clicks'], 2],
    ]
    const supplier = { get: counter, stores: () => ({ counts: { type: 'key-value' } }) as const }
    const declared = await run((builder) => void builder.stream('clicks').process(supplier).to('out'), inputs, options)
    assert.deepEqual(declared, expected)
    const added = await run(
      (builder) => {
        builder.addStateStore('counts', { type: 'key-value' })
        builder.stream('clicks').processValues(counter, 'counts').to('out')
      },
      inputs,
      options,
    )
    assert.deepEqual(added, expected)
    assert.throws(() => new StreamsBuilder().stream('clicks').process(counter, 'nothing'), /there is no store nothing/)
  })
})

test('durations and windows that cannot be', () => {
  assert.throws(() => TimeWindows.ofSizeWithNoGrace('5 minutes'), /no duration/)
  assert.throws(() => TimeWindows.ofSizeWithNoGrace(0), /more than 0/)
  assert.throws(() => TimeWindows.ofSizeWithNoGrace(5).advanceBy(6), /more than their size/)
  assert.throws(() => JoinWindows.ofTimeDifferenceWithNoGrace(1).before(-2), /ends before/)
  assert.throws(() => SessionWindows.ofInactivityGapAndGrace(1, -1), /negative/)
  assert.throws(() => UnlimitedWindows.of().startOn(-1), /negative/)
  assert.throws(() => UnlimitedWindows.of().startOn(NaN), /no time/)
  const unlimited = new StreamsBuilder().stream('a').groupByKey().windowedBy(UnlimitedWindows.of())
  assert.throws(() => unlimited.emitStrategy('on-window-close'), /never close/)
})
