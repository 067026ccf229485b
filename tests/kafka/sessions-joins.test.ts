// Sessions and joins of streams on topics: one run or several, with the state at hand or only in the changelogs, give the same.

import assert from 'node:assert/strict'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { before, suite, test } from 'node:test'
import { brokerSkip, type NewRecord, sharedBroker, type TestBroker, uniqueName } from '../support/kafka-broker.ts'
import { kafkaKs, newTopic, rowsOf, sorted } from '../support/kafka-ks.ts'

const skip = brokerSkip()
let broker: TestBroker

before(async () => {
  if (!skip) broker = await sharedBroker()
})

/** Changelogs of windows keep no records of long ago. */
const base = Math.floor(Date.now() / 60_000) * 60_000 - 3_600_000 * 2
const second = 1000

/** Orders a minute apart, and payments for two of three of them, half a minute later. */
const orders = (from: number, to: number): NewRecord[] =>
  Array.from({ length: to - from }, (_, index) => {
    const n = from + index
    return { key: `o${String(n)}`, value: `{"order":${String(n)}}`, timestamp: base + n * 60 * second }
  })
const payments = (from: number, to: number): NewRecord[] =>
  orders(from, to).flatMap(({ timestamp = 0 }, index) => {
    const n = from + index
    if (n % 3 === 0) return []
    return [
      { key: null, value: `{"order":${String(n)},"amount":${String(n * 10)}}`, timestamp: timestamp + 30 * second },
    ]
  })

suite('on topics', { skip }, () => {
  for (const [how, more] of [
    ['at least once', []],
    ['exactly once', ['--eos']],
  ] as const) {
    test(`a left join of streams goes on where it was, also from its changelogs (${how})`, async (t) => {
      const ks = kafkaKs(broker, t)
      const [left, right, output] = await Promise.all([
        newTopic(broker, 'orders', 2),
        newTopic(broker, 'payments', 3),
        newTopic(broker, 'paid', 1),
      ])
      const app = uniqueName('app')
      const within = ['--within', '0s/10m', '--grace', '2h', '--left']
      const chain = ['join', '--stream', `@${right}`, '--on', '.order', ...within, '-t', left]
      const run = (): Promise<unknown> => ks.ok([...chain, '-a', app, '-e', '--to', output, ...more])
      for (const [from, to] of [
        [0, 20],
        [20, 40],
        [40, 70],
      ] as const) {
        await broker.produce(left, orders(from, to))
        await broker.produce(right, payments(from, to))
        await run()
        if (from === 20) rmSync(join(ks.directory, 'state'), { recursive: true })
      }
      // What waits is given up when time has gone on, in each partition.
      await broker.produce(
        left,
        orders(1000, 1040).map((record, n) => ({ ...record, value: `{"order":${String(-1 - n)}}` })),
      )
      await run()
      const found = rowsOf((await ks.ok(['read', '-t', output, '-e'])).stdout) as { order: number; amount?: number }[]
      const expected = Array.from({ length: 70 }, (_, n) => (n % 3 === 0 ? { order: n } : { order: n, amount: n * 10 }))
      assert.deepEqual(sorted(found.filter(({ order }) => order >= 0)), sorted(expected))
    })
  }

  test('sessions go on over runs, and a topic has their windowed keys', async (t) => {
    const ks = kafkaKs(broker, t)
    const [input, output] = await Promise.all([newTopic(broker, 'clicks', 2), newTopic(broker, 'sessions', 1)])
    const app = uniqueName('app')
    const chain = ['count', '--by', '.user', '--window', 'session:30s', '--grace', '10s', '-t', input]
    const click = (user: string, at: number): NewRecord => ({
      key: String(at),
      value: `{"user":"${user}"}`,
      timestamp: base + at * second,
    })
    const run = (): Promise<unknown> => ks.ok([...chain, '-a', app, '-e', '--to', output])
    await broker.produce(input, [click('ann', 0), click('ann', 20), click('bob', 21)])
    await run()
    rmSync(join(ks.directory, 'state'), { recursive: true })
    await broker.produce(input, [click('ann', 45), click('bob', 55)])
    await run()
    const letters = await broker.consume(output)
    const rows = new Map(letters.map(({ key, value }) => [key, value === null ? null : (JSON.parse(value) as object)]))
    // Those that were taken up by a longer one are deleted.
    const alive = [...rows.values()].filter((value) => value !== null)
    const row = (user: string, from: number, to: number, count: number): object => ({
      user,
      window_start: base + from * second,
      window_end: base + to * second,
      count,
    })
    assert.deepEqual(sorted(alive), sorted([row('ann', 0, 45, 3), row('bob', 21, 21, 1), row('bob', 55, 55, 1)]))
    assert.equal(rows.size, 4)
  })
})
