// Joins beyond that of a stream with a KTable: tables in files beside topics, GlobalKTables, tables with tables.

import assert from 'node:assert/strict'
import { rmSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join as path } from 'node:path'
import { before, suite, test } from 'node:test'
import { brokerSkip, sharedBroker, type NewRecord, type TestBroker, uniqueName } from '../support/kafka-broker.ts'
import { eventually, kafkaKs, newTopic, sorted } from '../support/kafka-ks.ts'

const skip = brokerSkip()
let broker: TestBroker

before(async () => {
  if (!skip) broker = await sharedBroker()
})

const orders: NewRecord[] = ['ann', 'bob', 'eve'].map((user, id) => ({
  key: `o${id}`,
  value: JSON.stringify({ id, user }),
  timestamp: 1000 + id,
}))

/** Makes records whose times are so many seconds behind `base`, ms. */
const recordsFrom =
  (base: number) =>
  (key: string, seconds: number, value: unknown): NewRecord => ({
    key,
    value: JSON.stringify(value),
    timestamp: base + seconds * 1000,
  })

for (const [how, application] of [
  ['without an application id', false],
  ['with one', true],
] as const) {
  suite(`joins with tables, ${how}`, { skip, concurrency: 3 }, () => {
    const durable = (): string[] => (application ? ['-a', uniqueName('app')] : [])

    test('a table in a file beside a topic', async (t) => {
      const ks = kafkaKs(broker, t)
      const file = path(ks.directory, 'users.csv')
      await writeFile(file, 'id,name\nann,Ann\nbob,Bob\n')
      const input = await newTopic(broker, 'in', 3, orders)
      const rows = await ks.rows(['join', '--table', file, '--on', '.user=.id', '-t', input, '-e', ...durable()])
      const expected = [
        { id: 0, user: 'ann', name: 'Ann' },
        { id: 1, user: 'bob', name: 'Bob' },
      ]
      assert.deepEqual(sorted(rows), sorted(expected))
    })

    test('a global table by any field, whatever the partitions; the others go aside', async (t) => {
      const ks = kafkaKs(broker, t)
      const [input, users, aside] = await Promise.all([
        newTopic(broker, 'in', 3, orders),
        newTopic(broker, 'users', 2, [
          { key: '1', value: '{"login":"ann","name":"Ann"}', timestamp: 9000 },
          { key: '2', value: '{"login":"bob","name":"Bob"}', timestamp: 9000 },
          // Is found by another login from now on.
          { key: '2', value: '{"login":"rob","name":"Bob"}', timestamp: 9000 },
          { key: '3', value: '{"login":"eve","name":"Eve"}', timestamp: 9000 },
          { key: '3', value: null, timestamp: 9000 },
        ]),
        newTopic(broker, 'aside', 1),
      ])
      const global = ['join', '--global', `@${users}`, '--on', '.user=.login', '--as', 'u']
      const rows = await ks.rows([...global, '--unmatched', `@${aside}`, '-t', input, '-e', ...durable()])
      assert.deepEqual(rows, [{ id: 0, user: 'ann', u: { login: 'ann', name: 'Ann' } }])
      const others = [
        { id: 1, user: 'bob' },
        { id: 2, user: 'eve' },
      ]
      assert.deepEqual(sorted(await ks.rows(['read', '-t', aside, '-e'])), sorted(others))
    })

    test('a global table takes in what comes later', async (t) => {
      const ks = kafkaKs(broker, t)
      const [input, users, output] = await Promise.all([
        newTopic(broker, 'in', 2),
        newTopic(broker, 'users', 1, [{ key: 'ann', value: '{"name":"Ann"}', timestamp: 1000 }]),
        newTopic(broker, 'out', 1),
      ])
      const running = ks.start([
        ...['join', '--global', `@${users}`, '--on', '.user', '--left', '-t', input, '--to', output, ...durable()],
        ...['-X', 'commit.interval.ms=100'],
      ])
      const out = (): Promise<unknown[]> => ks.rows(['read', '-t', output, '-e'])
      await broker.produce(input, [{ key: 'a', value: '{"user":"ann"}', timestamp: 2000 }])
      const first = await eventually('the row that was there', async () => (await out())[0])
      assert.deepEqual(first, { user: 'ann', name: 'Ann' })
      await broker.produce(users, [{ key: 'ann', value: '{"name":"Anne"}', timestamp: 1500 }])
      await eventually('the row that came later', async () => {
        await broker.produce(input, [{ key: 'a', value: '{"user":"ann"}', timestamp: 3000 }])
        return (await out()).some((row) => (row as { name: string }).name === 'Anne') || undefined
      })
      running.kill('SIGTERM')
    })

    test('rows of later times are seen if the table is read first', async (t) => {
      const ks = kafkaKs(broker, t)
      const [input, users] = await Promise.all([
        newTopic(broker, 'in', 2, orders),
        newTopic(
          broker,
          'users',
          2,
          ['ann', 'bob', 'eve'].map((key) => ({ key, value: '{"known":true}', timestamp: 9000 })),
        ),
      ])
      const words = (): string[] => [
        'join',
        '--table',
        `@${users}`,
        '--on',
        '.user=$key',
        '-t',
        input,
        '-e',
        ...durable(),
      ]
      const [inTime, first] = await Promise.all([ks.rows(words()), ks.rows([...words(), '--table-first'])])
      assert.deepEqual(inTime, [])
      assert.deepEqual(sorted(first), sorted(['ann', 'bob', 'eve'].map((user, id) => ({ id, user, known: true }))))
    })

    test('two tables: an update of either changes the result; 7 and "7" are two groups that meet one key', async (t) => {
      const ks = kafkaKs(broker, t)
      const [input, pages, output] = await Promise.all([
        newTopic(broker, 'in', 3, [
          { key: 'a', value: '{"page":7}', timestamp: 1000 },
          { key: 'b', value: '{"page":"7"}', timestamp: 1001 },
          { key: 'c', value: '{"page":"/x"}', timestamp: 1002 },
          { key: 'd', value: '{"page":"/x"}', timestamp: 1003 },
          { key: 'e', value: '{"page":"/none"}', timestamp: 1004 },
        ]),
        newTopic(broker, 'pages', 3, [
          { key: '7', value: '{"title":"seven"}', timestamp: 500 },
          { key: '/x', value: '{"title":"ex"}', timestamp: 5000 },
        ]),
        newTopic(broker, 'out', 1),
      ])
      const words = (): string[] => ['count', '--by', '.page', '-t', input, '-e', ...durable()]
      const joined = ['then', 'join', '--table', `@${pages}`, '--on', '$key']
      const expected = [
        { page: '/x', count: 2, title: 'ex' },
        { page: '7', count: 1, title: 'seven' },
        { page: 7, count: 1, title: 'seven' },
      ]
      assert.deepEqual(sorted(await ks.rows([...words(), ...joined])), sorted(expected))
      await ks.ok([...words(), ...joined, '--left', '--to', output])
      const latest = new Map<string, unknown>()
      for (const row of await ks.rows(['read', '-t', output, '-e', '-J'])) {
        const { key, payload } = row as { key: string; payload: { page: unknown } }
        latest.set(`${key} ${typeof payload.page}`, payload)
      }
      assert.deepEqual(latest.get('/none string'), { page: '/none', count: 1 })
      assert.deepEqual(latest.get('7 string'), { page: '7', count: 1, title: 'seven' })
      assert.deepEqual(latest.get('/x string'), { page: '/x', count: 2, title: 'ex' })
    })
  })
}

for (const [how, application] of [
  ['without an application id', false],
  ['with one', true],
] as const) {
  suite(`foreign keys and cogroups, ${how}`, { skip, concurrency: 3 }, () => {
    const durable = (): string[] => (application ? ['-a', uniqueName('app')] : [])

    test('a table with the rows that a field of its own names', async (t) => {
      const ks = kafkaKs(broker, t)
      const [input, customers] = await Promise.all([
        newTopic(broker, 'orders', 3, [
          ...orders,
          { key: 'o9', value: '{"id":9,"user":"nobody"}', timestamp: 1009 },
          // Changes its customer.
          { key: 'o0', value: '{"id":0,"user":"eve"}', timestamp: 2000 },
        ]),
        newTopic(broker, 'customers', 2, [
          { key: 'ann', value: '{"name":"Ann"}', timestamp: 500 },
          { key: 'bob', value: '{"name":"Bob"}', timestamp: 5000 },
          { key: 'eve', value: '{"name":"Eva"}', timestamp: 500 },
          { key: 'eve', value: '{"name":"Eve"}', timestamp: 6000 },
        ]),
      ])
      const latest = async (...more: string[]): Promise<Map<unknown, unknown>> => {
        const output = await newTopic(broker, 'out', 2)
        await ks.ok([
          ...['table', '-t', input, '-e', ...durable(), 'then', 'join', '--table', `@${customers}`, '--on', '.user'],
          ...['--as', 'customer', ...more, '--to', output],
        ])
        const rows = new Map<unknown, unknown>()
        for (const row of await ks.rows(['read', '-t', output, '-e', '-J'])) {
          const { key, payload } = row as { key: string; payload: unknown }
          if (payload === null) rows.delete(key)
          else rows.set(key, payload)
        }
        return rows
      }
      const inner = await latest()
      assert.deepEqual(
        sorted([...inner.values()]),
        sorted([
          { id: 0, user: 'eve', customer: { name: 'Eve' } },
          { id: 1, user: 'bob', customer: { name: 'Bob' } },
          { id: 2, user: 'eve', customer: { name: 'Eve' } },
        ]),
      )
      const left = await latest('--left')
      assert.deepEqual(left.get('o9'), { id: 9, user: 'nobody', customer: null })
      assert.equal(left.size, 4)
    })

    test('a table with history: the row as it was, also for late records and after a restart', async (t) => {
      const ks = kafkaKs(broker, t)
      const at = recordsFrom(Math.floor(Date.now() / 1000) * 1000 - 100_000)
      const [input, rates] = await Promise.all([
        newTopic(broker, 'in', 2, [at('eur', 5, { n: 1 }), at('eur', 25, { n: 2 })]),
        newTopic(broker, 'rates', 2, [at('eur', 0, { rate: 1 }), at('eur', 20, { rate: 3 })]),
      ])
      const words = ['join', '--table', `@${rates}`, '--on', '$key', '--history', '1h', '-t', input, '-e', ...durable()]
      assert.deepEqual(await ks.rows(words), [
        { n: 1, rate: 1 },
        { n: 2, rate: 3 },
      ])
      // A rate that comes late goes into the history, and a late record finds it.
      await broker.produce(rates, [at('eur', 10, { rate: 2 }), at('eur', 30, { rate: 4 })])
      await broker.produce(input, [at('eur', 40, { n: 3 }), at('eur', 15, { n: 4 })])
      const later = await ks.rows(words)
      assert.deepEqual(
        sorted(later.slice(application ? 0 : 2)),
        sorted([
          { n: 3, rate: 4 },
          { n: 4, rate: 2 },
        ]),
      )
    })

    test('records that wait for rows of their time', async (t) => {
      const ks = kafkaKs(broker, t)
      const at = recordsFrom(Math.floor(Date.now() / 1000) * 1000 - 100_000)
      const [input, rates] = await Promise.all([
        newTopic(broker, 'in', 1, [at('eur', 10, { n: 1 }), at('eur', 12, { n: 2 })]),
        newTopic(broker, 'rates', 1, [at('eur', 0, { rate: 1 })]),
      ])
      const grace = ['--history', '1h', '--grace', '10s', ...durable()]
      const run = () => ks.rows(['join', '--table', `@${rates}`, '--on', '$key', '-t', input, '-e', ...grace])
      const early = [
        { n: 1, rate: 1 },
        { n: 2, rate: 1 },
      ]
      // With an application id they go on waiting when a run has ended; without nothing can come any more.
      assert.deepEqual(await run(), application ? [] : early)
      await broker.produce(rates, [at('eur', 11, { rate: 2 })])
      await broker.produce(input, [at('eur', 21, { n: 3 })])
      // They come back from the changelog.
      if (application) rmSync(path(ks.directory, 'state'), { recursive: true })
      const [first, second, third] = [
        { n: 1, rate: 1 },
        { n: 2, rate: 2 },
        { n: 3, rate: 2 },
      ]
      assert.deepEqual(await run(), application ? [first] : [first, second, third])
      await broker.produce(input, [at('eur', 40, { n: 4 })])
      const last = await run()
      assert.deepEqual(last, application ? [second, third] : [first, second, third, { n: 4, rate: 2 }])
    })

    test('columns of several topics in one row', async (t) => {
      const ks = kafkaKs(broker, t)
      const [views, sales] = await Promise.all([
        newTopic(broker, 'views', 3, orders),
        newTopic(broker, 'sales', 2, [
          { key: 'x', value: '{"user":"bob","amount":5}', timestamp: 1500 },
          { key: 'y', value: '{"user":"bob","amount":6}', timestamp: 61_000 },
        ]),
      ])
      const cogroup = (...more: string[]): string[] => [
        ...['cogroup', '--by', '.user', ...more, 'views=count()', `@${sales}`, 'spent=sum(.amount)'],
        ...['-t', views, '-e', ...durable()],
      ]
      assert.deepEqual(
        sorted(await ks.rows(cogroup())),
        sorted([
          { user: 'ann', views: 1, spent: 0 },
          { user: 'bob', views: 1, spent: 11 },
          { user: 'eve', views: 1, spent: 0 },
        ]),
      )
    })
  })
}
