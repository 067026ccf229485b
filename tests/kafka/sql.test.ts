// SQL over topics: the same answers as over files, with and without an application, over several partitions and runs.

import assert from 'node:assert/strict'
import { before, suite, test } from 'node:test'
import { brokerSkip, type NewRecord, sharedBroker, type TestBroker, uniqueName } from '../support/kafka-broker.ts'
import { kafkaKs, newTopic, rowsOf, sorted } from '../support/kafka-ks.ts'

const skip = brokerSkip()
let broker: TestBroker

before(async () => {
  if (!skip) broker = await sharedBroker()
})

const start = 1_760_000_040_000 // the start of a minute
const clicks = Array.from({ length: 200 }, (_, n): NewRecord => ({
  key: `k${String(n % 7)}`,
  value: JSON.stringify({ ts: start + n * 1000, user: `u${String(n % 5)}`, page: `/p${String(n % 3)}`, ms: n % 40 }),
  timestamp: start + n * 1000,
}))
const stdin = clicks.map(({ value }) => `${String(value)}\n`).join('')

const minute = 'WINDOW TUMBLING (SIZE 1 MINUTE, GRACE PERIOD 0 SECONDS)'
const queries: readonly (readonly [string, string])[] = [
  ['rows', "SELECT user, ms * 2 AS twice FROM PLACE WHERE page = '/p1' AND ms > 5"],
  ['groups', 'SELECT page, COUNT(*) AS n, SUM(ms) AS s, COLLECT_SET(page) AS p FROM PLACE GROUP BY page'],
  ['one group', 'SELECT COUNT(*) AS n, MAX(ms) AS m FROM PLACE'],
  ['windows', `SELECT user, WINDOWSTART AS w, AVG(ms) AS a FROM PLACE ${minute} GROUP BY user`],
  ['an order', 'SELECT page, user, COUNT(*) AS n FROM PLACE GROUP BY page, user ORDER BY n DESC, page, user LIMIT 4'],
  ['functions', "SELECT UCASE(user) || '!' AS u, CAST(ms AS STRING) AS m FROM PLACE WHERE user LIKE '%3'"],
]

suite('SQL over topics', { skip }, () => {
  for (const [what, query] of queries) {
    test(`${what}: what is there now, as over a pipe`, async (t) => {
      const ks = kafkaKs(broker, t)
      const input = await newTopic(broker, 'clicks', 3)
      await broker.produce(input, clicks)
      const fromPipe = await ks.ok(['sql', query.replace('PLACE', 'stdin'), '--ts', '.ts'], { stdin })
      const fromTopic = await ks.ok(['sql', query.replace('PLACE', `'@${input}'`)])
      const isOrdered = query.includes('ORDER BY')
      const rows = [fromPipe, fromTopic].map(({ stdout }) => (isOrdered ? rowsOf(stdout) : sorted(rowsOf(stdout))))
      assert.deepEqual(rows[1], rows[0])
      assert.notEqual(rows[0]?.length, 0)
    })
  }

  for (const more of [[], ['--eos']]) {
    test(`groups under an application go on from run to run ${more.join('')}`, async (t) => {
      const ks = kafkaKs(broker, t)
      const [input, output] = await Promise.all([newTopic(broker, 'clicks', 3), newTopic(broker, 'totals', 2)])
      const app = uniqueName('app')
      const statement = `SELECT user, COUNT(*) AS n, LATEST_BY_OFFSET(ms) AS l FROM '@${input}' GROUP BY user`
      for (const [from, to] of [
        [0, 80],
        [80, 200],
      ] as const) {
        await broker.produce(input, clicks.slice(from, to))
        await ks.ok(['sql', statement, '-a', app, '-e', '--to', output, ...more])
      }
      const { stdout } = await ks.ok(['read', '-t', output, '-e'])
      const latest = new Map(rowsOf(stdout).map((row) => [(row as { user: string }).user, row as { n: number }]))
      assert.deepEqual(
        [...latest].map(([user, { n }]) => [user, n]).sort(),
        ['u0', 'u1', 'u2', 'u3', 'u4'].map((user) => [user, 40]),
      )
    })
  }

  test('streams are joined within a span of time, over partitions', async (t) => {
    const ks = kafkaKs(broker, t)
    const [left, right] = await Promise.all([newTopic(broker, 'orders', 2), newTopic(broker, 'payments', 2)])
    const record = (n: number, value: object, at: number): NewRecord => ({
      key: `k${String(n)}`,
      value: JSON.stringify(value),
      timestamp: start + at,
    })
    await broker.produce(
      left,
      Array.from({ length: 20 }, (_, n) => record(n, { id: n, amount: n * 10 }, n * 1000)),
    )
    // Every second order is paid, by a record with another key; some of them too late.
    await broker.produce(
      right,
      Array.from({ length: 10 }, (_, n) =>
        record(n + 3, { order: 2 * n, paid: n * 20 }, 2 * n * 1000 + (n < 5 ? 500 : 90_000)),
      ),
    )
    const statement =
      `SELECT o.id AS id, p.paid AS paid FROM '@${left}' o JOIN '@${right}' p WITHIN 1 MINUTE GRACE PERIOD 1 DAY ` +
      'ON o.id = p.order EMIT CHANGES'
    const { stdout } = await ks.ok(['sql', statement, '-a', uniqueName('app'), '-e'])
    assert.deepEqual(sorted(rowsOf(stdout)), sorted([0, 1, 2, 3, 4].map((n) => ({ id: 2 * n, paid: 20 * n }))))
  })

  test('a topic that is not there, and a file beside a topic, are said', async (t) => {
    const ks = kafkaKs(broker, t)
    const missing = await ks.run(['sql', `SELECT a FROM '@${uniqueName('nowhere')}'`])
    assert.equal(missing.status, 78)
    const mixed = await ks.run(['sql', "SELECT a FROM '@x' UNION ALL SELECT a FROM 'y.ndjson'"])
    assert.equal(mixed.status, 2)
    assert.match(mixed.stderr, /topics or files, not both/)
  })
})
