// What the DSL of the library holds back: records that wait for rows, updates that wait for their time.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { StreamsBuilder, TimeWindows, type JoinedOptions, type SuppressOptions } from '../../../src/runtime/index.ts'
import { clicks, run, type Click } from '../../support/run-topology.ts'

test('a join waits for rows that come late', async () => {
  const joined = (options: JoinedOptions) =>
    run(
      (builder) => {
        const users = builder.table<string>('users', { history: '1h' })
        builder
          .stream<string, Click>('clicks')
          .leftJoin(users, ({ page }, user) => `${page} ${user ?? 'nobody'}`, options)
          .to('out')
      },
      [
        ...clicks(['a', '/', 10]),
        ['users', { key: 'a', value: 'Ann', timestamp: 9 }],
        ...clicks(['b', '/', 15]),
        ['users', { key: 'b', value: 'Bob', timestamp: 9 }],
        ...clicks(['a', '/late', 9], ['c', '/', 20]),
      ],
    )
  const ofB = ['b', '/ nobody', 15]
  const late = ['a', '/late Ann', 9]
  assert.deepEqual(await joined({}), [['a', '/ nobody', 10], ofB, late, ['c', '/ nobody', 20]])
  assert.deepEqual(await joined({ gracePeriod: 5 }), [['a', '/ Ann', 10], late, ['b', '/ Bob', 15]])
  const stream = new StreamsBuilder().stream<string, Click>('clicks')
  const join = (history: string | undefined, gracePeriod: number) =>
    stream.join(new StreamsBuilder().table('users', history === undefined ? {} : { history }), () => 1, { gracePeriod })
  assert.throws(() => join(undefined, 5), /takes a table from a topic with a history/)
  assert.throws(() => join('4ms', 5), /at least as long/)
  assert.throws(() => join('4ms', -1), /negative/)
})

test('suppress holds back no more than it may', async () => {
  const held = (options: SuppressOptions) =>
    run(
      (builder) => {
        const latest = builder.stream<string, Click>('clicks').toTable()
        latest.suppress({ untilTimeLimit: '1h' }, options).toStream().to('out')
      },
      clicks(['a', '/', 1], ['b', '/', 2], ['c', '/', 3]),
    )
  assert.deepEqual(await held({}), [])
  assert.equal((await held({ maxRecords: 2 })).length, 1)
  assert.equal((await held({ maxBytes: 0 })).length, 3)
  await assert.rejects(held({ maxRecords: 2, whenFull: 'shut-down' }), /more than 2 rows/)
  await assert.rejects(held({ maxBytes: 99, whenFull: 'shut-down' }), /more than 99 bytes/)
  const windowed = new StreamsBuilder()
    .stream('clicks')
    .groupByKey()
    .windowedBy(TimeWindows.ofSizeWithNoGrace(10))
    .count()
  assert.throws(
    () => windowed.suppress('window-close', { maxRecords: 1, whenFull: 'emit-early' }),
    /once, when it closes/,
  )
  assert.throws(() => windowed.suppress('window-close', { maxBytes: NaN }), /maxBytes is NaN/)
})
