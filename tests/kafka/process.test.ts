// ks process on topics: a store comes back from its changelog, keys that have changed are brought together first.

import assert from 'node:assert/strict'
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { before, suite, test } from 'node:test'
import { brokerSkip, sharedBroker, type TestBroker, uniqueName } from '../support/kafka-broker.ts'
import { kafkaKs, newTopic, sorted, type KafkaKs } from '../support/kafka-ks.ts'

const skip = brokerSkip()
let broker: TestBroker

before(async () => {
  if (!skip) broker = await sharedBroker()
})

const counter = `
export const stores = {
  counts: { type: 'key-value' },
  minutes: { type: 'window', retentionMs: 3_600_000 },
  visits: { type: 'session', retentionMs: 3_600_000 },
}

export default () => {
  let context, counts, minutes, visits
  return {
    init(given) {
      context = given
      counts = context.getStateStore('counts')
      minutes = context.getStateStore('minutes')
      visits = context.getStateStore('visits')
    },
    process({ key, timestamp }) {
      const count = (counts.get(key) ?? 0) + 1
      counts.put(key, count)
      const minute = Math.floor(timestamp / 60_000) * 60_000
      const inMinute = (minutes.fetch(key, minute) ?? 0) + 1
      minutes.put(key, inMinute, minute)
      let start = timestamp
      for (const visit of visits.findSessions(key, timestamp - 30_000, timestamp)) {
        start = visit.start
        visits.remove(visit)
      }
      visits.put({ key, start, end: timestamp }, count)
      context.forward({ value: { key, count, inMinute, since: timestamp - start } })
    },
  }
}
`

/** A minute ago: what is older than its retention would be deleted from the changelogs of windows. */
const base = Math.floor(Date.now() / 60_000) * 60_000 - 60_000

const clicksOf = (from: number, to: number): { key: string; value: string; timestamp: number }[] =>
  Array.from({ length: to - from }, (_, index) => ({
    key: `click-${from + index}`,
    value: JSON.stringify({ user: `u${(from + index) % 3}` }),
    timestamp: base + (from + index) * 1000,
  }))

/** What the module makes of clicks, by the numbers of the clicks. */
const expected = (from: number, to: number): unknown[] =>
  clicksOf(from, to).map(({ timestamp }, index) => {
    const at = from + index
    const count = Math.floor(at / 3) + 1
    const first = at % 3
    return { key: `u${first}`, count, inMinute: count, since: timestamp - base - first * 1000 }
  })

suite('process on topics', { skip }, () => {
  const started = async (ks: KafkaKs, partitions: number): Promise<string> => {
    await writeFile(join(ks.directory, 'counter.mjs'), counter)
    return newTopic(broker, 'in', partitions, clicksOf(0, 12))
  }

  test('ad hoc', async (t) => {
    const ks = kafkaKs(broker, t)
    const input = await started(ks, 3)
    const rows = await ks.rows(['key', '.user', '-t', input, '-e', 'then', 'process', './counter.mjs'])
    assert.deepEqual(sorted(rows), sorted(expected(0, 12)))
  })

  // Exactly once, several tasks write to the repartition topic in no common order.
  for (const [guarantee, partitions] of [
    ['at least once', 3],
    ['exactly once', 1],
  ] as const) {
    test(`with an application id, ${guarantee}: state outlives its directory`, async (t) => {
      const ks = kafkaKs(broker, t)
      const [input, output] = await Promise.all([started(ks, partitions), newTopic(broker, 'out', 2)])
      const run = async (): Promise<unknown[]> => {
        await ks.ok([
          ...['key', '.user', '-t', input, '-a', application, '-e'],
          ...(guarantee === 'exactly once' ? ['--eos'] : []),
          ...['then', 'process', './counter.mjs', '--to', output],
        ])
        return ks.rows(['read', '-t', output, '-e'])
      }
      const application = uniqueName('app')
      assert.deepEqual(sorted(await run()), sorted(expected(0, 12)))
      await rm(join(ks.directory, 'state'), { recursive: true })
      await broker.produce(input, clicksOf(12, 20))
      assert.deepEqual(sorted(await run()), sorted(expected(0, 20)))
      // And with what the run has left on disk.
      await broker.produce(input, clicksOf(20, 24))
      assert.deepEqual(sorted(await run()), sorted(expected(0, 24)))
    })
  }

  test('an error names the record, and is skipped as a bad one', async (t) => {
    const ks = kafkaKs(broker, t)
    const module =
      "export default () => ({ process({ value }) { if (value.user === 'u1') throw new Error('not him') } })\n"
    await writeFile(join(ks.directory, 'picky.mjs'), module)
    const input = await newTopic(broker, 'in', 1, clicksOf(0, 3))
    const failed = await ks.run(['process', './picky.mjs', '--on-error', 'fail', '-t', input, '-e'])
    assert.equal(failed.status, 5)
    assert.match(failed.stderr, new RegExp(`${input}-0@1: ./picky.mjs: not him \\(picky.mjs:1\\)`))
    const skipped = await ks.ok(['process', './picky.mjs', '-t', input, '-e'])
    assert.match(skipped.stderr, /1 bad record skipped/)
  })
})
