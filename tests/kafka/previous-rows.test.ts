// Records that see those before them or behind them, on topics: the states go through the changelog, and go on as if nothing had
// happened.

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

suite('on topics', { skip }, () => {
  for (const [how, more] of [
    ['at least once', []],
    ['exactly once', ['--eos']],
  ] as const) {
    test(`lag, moving averages and ranks of several runs are those of one, also from the changelog (${how})`, async (t) => {
      const ks = kafkaKs(broker, t)
      const [input, output] = await Promise.all([newTopic(broker, 'readings', 2), newTopic(broker, 'rows', 1)])
      const app = uniqueName('app')
      const columns = [
        'n=last(.n)',
        'before=lag(.temp)',
        'third=lag(.temp, 3, "none")',
        'mean=moving_avg(.temp, 4)',
        'total=sum(.temp)',
        'rank=rank(.temp, 5)',
      ]
      const chain = ['agg', '--by', '.sensor', '--emit', 'changes', ...columns]
      const readings = Array.from({ length: 120 }, (_, n): NewRecord => ({
        // The records of a sensor stay in their order.
        key: `s${String(n % 5)}`,
        value: JSON.stringify({ sensor: `s${String(n % 5)}`, n, temp: ((n * 37) % 50) + 0.5 }),
        timestamp: 1_700_000_000_000 + n * 1000,
      }))
      const expected = rowsOf(
        (await ks.ok(chain, { stdin: readings.map(({ value }) => `${String(value)}\n`).join('') })).stdout,
      )
      for (const [from, to] of [
        [0, 50],
        [50, 51],
        [51, 120],
      ] as const) {
        await broker.produce(input, readings.slice(from, to))
        await ks.ok([...chain, '-t', input, '-a', app, '-e', '--to', output, ...more])
        if (from === 0) rmSync(join(ks.directory, 'state'), { recursive: true })
      }
      const found = rowsOf((await ks.ok(['read', '-t', output, '-e'])).stdout)
      assert.equal(found.length, readings.length)
      assert.deepEqual(sorted(found), sorted(expected))
    })

    test(`lead: what comes in a later run is waited for, also from the changelog (${how})`, async (t) => {
      const ks = kafkaKs(broker, t)
      const [input, output] = await Promise.all([newTopic(broker, 'visits', 2), newTopic(broker, 'rows', 1)])
      const app = uniqueName('app')
      const visits = Array.from({ length: 60 }, (_, n): NewRecord => ({
        key: `u${String(n % 5)}`,
        value: JSON.stringify({ user: `u${String(n % 5)}`, n }),
        timestamp: 1_700_000_000_000 + n * 1000,
      }))
      const chain = ['lead', '--by', '.user', '-n', '2', '--wait', '1h', 'later=.n']
      for (const [from, to] of [
        [0, 7],
        [7, 60],
      ] as const) {
        await broker.produce(input, visits.slice(from, to))
        await ks.ok([...chain, '-t', input, '-a', app, '-e', '--to', output, ...more])
        if (from === 0) rmSync(join(ks.directory, 'state'), { recursive: true })
      }
      const found = rowsOf((await ks.ok(['read', '-t', output, '-e'])).stdout)
      // The last two of each user wait on.
      const expected = Array.from({ length: 50 }, (_, n) => ({ user: `u${String(n % 5)}`, n, later: n + 10 }))
      assert.deepEqual(sorted(found), sorted(expected))
    })
  }
})
