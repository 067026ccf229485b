// A member that is told to end while the group keeps it waiting for a rebalance has given its tasks up: what came for them
// since is the work of whoever gets them next, and of nobody else.

import assert from 'node:assert/strict'
import { before, suite, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { brokerSkip, sharedBroker, type TestBroker, uniqueName } from '../support/kafka-broker.ts'
import { eventually, kafkaKs, newTopic } from '../support/kafka-ks.ts'

const skip = brokerSkip()
let broker: TestBroker

before(async () => {
  if (!skip) broker = await sharedBroker()
})

const records = (from: number, to: number): { key: string; value: string }[] =>
  Array.from({ length: to - from }, (_, index) => ({ key: `k${String(from + index)}`, value: String(from + index) }))

suite('a clean stop in a join that the broker holds', { skip, concurrency: 2 }, () => {
  for (const guarantee of ['at_least_once', 'exactly_once_v2']) {
    test(`repeats nothing (${guarantee})`, { timeout: 60_000 }, async (t) => {
      const ks = kafkaKs(broker, t)
      const [input, output] = await Promise.all([newTopic(broker, 'in', 2, records(0, 20)), newTopic(broker, 'out', 1)])
      const app = uniqueName('app')
      const start = (): ReturnType<typeof ks.start> =>
        ks.start([
          ...['map', '.', '-t', input, '-a', app, '--to', output, '-X', `processing.guarantee=${guarantee}`],
          ...['-X', 'heartbeat.interval.ms=200', '-X', 'commit.interval.ms=100'],
        ])
      const values = async (): Promise<string[]> => (await broker.consume(output)).map(({ value }) => value ?? '')
      const group = (): ReturnType<TestBroker['group']> => broker.group(`${app}-map`)

      const first = start()
      await eventually('the first results', async () => (await values()).length === 20 || undefined)
      const second = start()
      await eventually('two members', async () => {
        const { state, members } = await group()
        return (state === 'Stable' && members.length === 2) || undefined
      })
      second.kill('SIGSTOP')
      const third = start()
      await eventually('a rebalance', async () => (await group()).state === 'PreparingRebalance' || undefined)
      await delay(1_000)
      await broker.produce(input, records(20, 200))
      await delay(500)
      assert.equal((await first.stop()).status, 143)
      second.kill('SIGCONT')
      await eventually('all results', async () => new Set(await values()).size === 200 || undefined)
      await delay(500)
      assert.equal((await values()).length, 200)
      await Promise.all([second.stop(), third.stop()])
    })
  }
})
