// A broker that is gone for a while: runs wait for it, and say so once.

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { brokerSkip, ownBroker, uniqueName } from '../support/kafka-broker.ts'
import { eventually, kafkaKs, newTopic } from '../support/kafka-ks.ts'

const skip = brokerSkip()

suite('an outage', { skip }, () => {
  test('is told once on standard error, not with -q, and all goes on', { timeout: 120_000 }, async (t) => {
    const broker = await ownBroker({ nodes: 1 })
    t.after(() => broker.close())
    const ks = kafkaKs(broker, t)
    const [input, output] = await Promise.all([newTopic(broker, 'in', 2, [{ value: '1' }]), newTopic(broker, 'out', 2)])
    const run = (...more: string[]): ReturnType<typeof ks.start> =>
      ks.start(['tee', output, '-t', input, ...more].map((word) => (word === output ? `@${output}` : word)))
    const runs = [run(), run('-q'), run('-a', uniqueName('app'))]
    await eventually('first results', () => runs.every((one) => one.stdout() !== '') || undefined)
    await broker.kill(1)
    await delay(9_000)
    await broker.start(1)
    await broker.produce(input, [{ value: '2' }])
    await eventually('the rest', () => runs.every((one) => one.stdout().includes('2')) || undefined)
    const notices = runs.map((one) => one.stderr().match(/^ks: waiting for the cluster: cannot .*$/gm) ?? [])
    assert.deepEqual(
      notices.map(({ length }) => length),
      [1, 0, 1],
      runs.map((one) => one.stderr()).join('---\n'),
    )
    for (const one of runs) assert.equal((await one.stop()).status, 143)
  })
})
