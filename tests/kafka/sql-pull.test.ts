// Pull queries over a program of SQL: over HTTP and from the shell, while it runs on two threads and after it has ended.

import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { before, suite, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { brokerSkip, type NewRecord, sharedBroker, type TestBroker, uniqueName } from '../support/kafka-broker.ts'
import { kafkaKs, newTopic, type RunningKs, sorted } from '../support/kafka-ks.ts'

const skip = brokerSkip()
let broker: TestBroker

before(async () => {
  if (!skip) broker = await sharedBroker()
})

interface Reply {
  readonly status: number
  readonly body: string
}

const post = async (address: string, path: string, body: object): Promise<Reply> => {
  const answer = await fetch(`${address}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  return { status: answer.status, body: await answer.text() }
}

const addressOf = async (run: RunningKs): Promise<string> => {
  for (let waited = 0; waited < 20_000; waited += 50) {
    const found = /serving at (http:\/\/\S+)/.exec(run.stderr())?.[1]
    if (found !== undefined) return found
    await delay(50)
  }
  throw new Error(run.stderr())
}

/** Rows of an answer of /query-stream, without its header. */
const rowsIn = (body: string): unknown[] =>
  body
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => JSON.parse(line) as unknown)

suite('pull queries', { skip }, () => {
  test('answer what the tables have, over HTTP and in the shell', async (t) => {
    const ks = kafkaKs(broker, t)
    const [input, output] = await Promise.all([newTopic(broker, 'clicks', 4), newTopic(broker, 'totals', 2)])
    const clicks = Array.from({ length: 300 }, (_, n): NewRecord => ({
      value: JSON.stringify({ id: n % 25, page: `/p${String(n % 3)}`, ms: n }),
      timestamp: n * 1000,
    }))
    await broker.produce(input, clicks)
    writeFileSync(
      join(ks.directory, 'totals.sql'),
      `CREATE STREAM clicks (id INT, page VARCHAR, ms BIGINT) WITH (KAFKA_TOPIC = '${input}', VALUE_FORMAT = 'JSON');
      CREATE TABLE totals WITH (KAFKA_TOPIC = '${output}') AS
        SELECT id, COUNT(*) AS n, SUM(ms) AS total FROM clicks GROUP BY id HAVING COUNT(*) > 1;
      CREATE TABLE minutes WITH (KAFKA_TOPIC = '${output}-minutes') AS
        SELECT page, COUNT(*) AS n FROM clicks WINDOW TUMBLING (SIZE 1 MINUTE) GROUP BY page;
      CREATE TABLE doubled WITH (KAFKA_TOPIC = '${output}-doubled') AS SELECT id, n * 2 AS twice FROM totals WHERE id < 10;`,
    )
    const app = uniqueName('app')
    const args = ['sql', '-f', 'totals.sql', '-a', app]
    const run = ks.start([...args, '-X', 'num.stream.threads=2', '--serve', '127.0.0.1:0'])
    const address = await addressOf(run)
    const ask = (sql: string): Promise<Reply> => post(address, '/query-stream', { sql })
    const deadline = Date.now() + 30_000
    const settled = async (sql: string, isThere: (rows: unknown[]) => boolean): Promise<unknown[]> => {
      for (;;) {
        const { status, body } = await ask(sql)
        // Tasks that move are not there, which is said, and never half of an answer.
        assert.ok(status === 200 || status === 503, body)
        if (status === 200 && isThere(rowsIn(body))) return rowsIn(body)
        if (Date.now() > deadline) throw new Error(`${String(status)} ${body}\n${run.stderr()}`)
        await delay(100)
      }
    }
    const [[pages]] = (await settled('SELECT SUM(n) AS s FROM totals', ([row]) => (row as number[])[0] === 300)) as [
      [number],
    ]
    assert.equal(pages, 300)
    const total = (id: number): number => clicks.reduce((sum, _, n) => (n % 25 === id ? sum + n : sum), 0)
    for (const id of [0, 7, 24]) {
      assert.deepEqual(rowsIn((await ask(`SELECT * FROM totals WHERE id = ${String(id)}`)).body), [[id, 12, total(id)]])
    }
    assert.deepEqual(rowsIn((await ask('SELECT * FROM totals WHERE id = 99')).body), [])
    assert.deepEqual(
      sorted(rowsIn((await ask('SELECT id, n FROM totals WHERE id IN (3, 4) AND n > 1')).body)),
      sorted([
        [3, 12],
        [4, 12],
      ]),
    )
    assert.deepEqual(
      rowsIn(
        (await ask("SELECT * FROM minutes WHERE page = '/p1' AND WINDOWSTART >= 60000 AND WINDOWSTART < 180000")).body,
      ),
      [
        ['/p1', 60_000, 120_000, 20],
        ['/p1', 120_000, 180_000, 20],
      ],
    )
    assert.equal(rowsIn((await ask('SELECT * FROM doubled')).body).length, 10)
    assert.deepEqual(rowsIn((await ask('SELECT id, total FROM totals ORDER BY total DESC LIMIT 2')).body), [
      [24, total(24)],
      [23, total(23)],
    ])
    const json = await post(address, '/query', { ksql: 'SELECT id, n FROM totals WHERE id = 7;' })
    assert.deepEqual(JSON.parse(json.body), [
      { header: { queryId: 'query', schema: '`ID` INTEGER KEY, `N` BIGINT' } },
      { row: { columns: [7, 12] } },
    ])
    const refused = await ask('SELECT nope FROM totals')
    assert.equal(refused.status, 400)
    assert.equal((JSON.parse(refused.body) as { error_code: number }).error_code, 40001)
    const listed = await post(address, '/ksql', { ksql: 'SHOW QUERIES;' })
    assert.match(listed.body, /"id":"CTAS_TOTALS_1"/)

    const health = await fetch(`${address}/healthcheck`)
    assert.deepEqual(await health.json(), {
      isHealthy: true,
      details: { tasks: { isHealthy: true } },
      serverState: 'READY',
    })

    const inShell = ['sql', '-a', app, 'SELECT id, total FROM totals WHERE id = 7']
    assert.deepEqual(await ks.rows(inShell), [{ id: 7, total: total(7) }])
    await run.stop()
    assert.deepEqual(await ks.rows(inShell), [{ id: 7, total: total(7) }])
    assert.deepEqual(await ks.rows(['sql', '-a', app, 'SELECT COUNT(*) AS c FROM doubled']), [{ c: 10 }])
  })
})
