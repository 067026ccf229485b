// Topologies in TypeScript on a broker: in a module that `ks run` runs, and inside a program, which asks its stores.

import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { before, suite, test } from 'node:test'
import {
  KafkaStreams,
  SessionWindows,
  StreamsBuilder,
  TimeWindows,
  type StreamsState,
} from '../../src/runtime/index.ts'
import { KsError } from '../../src/runtime/model/errors.ts'
import { brokerSkip, sharedBroker, type TestBroker, uniqueName } from '../support/kafka-broker.ts'
import { eventually, kafkaKs, newTopic, sorted } from '../support/kafka-ks.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'

const skip = brokerSkip()
let broker: TestBroker

before(async () => {
  if (!skip) broker = await sharedBroker()
})

const base = Math.floor(Date.now() / 60_000) * 60_000 - 60_000

const clicks = (...pages: readonly string[]): { key: string; value: string; timestamp: number }[] =>
  pages.map((page, index) => ({
    key: `u${index % 2}`,
    value: JSON.stringify({ page }),
    timestamp: base + index * 1000,
  }))

suite('ks run MODULE', { skip }, () => {
  test('a topology with a join and a count, ad hoc and with an application id', async (t) => {
    const ks = kafkaKs(broker, t)
    const [input, users] = await Promise.all([
      newTopic(broker, 'clicks', 2, clicks('/a', '/b', '/a')),
      newTopic(broker, 'users', 2, [{ key: 'u0', value: '{"name":"Ann"}', timestamp: base - 1000 }]),
    ])
    for (const application of [[], ['-a', uniqueName('app')]]) {
      const output = await newTopic(broker, 'out', 2)
      const module = `
        export default (builder, { TimeWindows }) => {
          builder
            .stream('${input}')
            .leftJoin(builder.table('${users}'), ({ page }, user) => ({ page, name: user?.name ?? 'nobody' }))
            .groupBy(({ value }) => value.page)
            .windowedBy(TimeWindows.ofSizeWithNoGrace('1m'))
            .aggregate(() => [], ({ value }, names) => [...names, value.name])
            .toStream()
            .mapValues(({ key, value, window }) => ({ page: key, names: value, minute: window.start - ${base} }))
            .to('${output}')
        }
      `
      await writeFile(join(ks.directory, 'pages.mjs'), module)
      await ks.ok(['run', './pages.mjs', '-e', ...application])
      const latest = new Map<unknown, unknown>()
      for (const row of await ks.rows(['read', '-t', output, '-e'])) latest.set((row as { page: string }).page, row)
      assert.deepEqual(
        sorted([...latest.values()]),
        sorted([
          { page: '/a', names: ['Ann', 'Ann'], minute: 0 },
          { page: '/b', names: ['nobody'], minute: 0 },
        ]),
      )
    }
  })

  test('a topology of nothing but a table', async (t) => {
    const ks = kafkaKs(broker, t)
    const users = await newTopic(broker, 'users', 2, [
      { key: 'u0', value: '{"name":"Ann"}' },
      { key: 'u1', value: '{"name":"Bob"}' },
    ])
    for (const application of [[], ['-a', uniqueName('app')]]) {
      const output = await newTopic(broker, 'out', 2)
      const module = `export default (builder) => builder.table('${users}').toStream().to('${output}')`
      await writeFile(join(ks.directory, 'users.mjs'), module)
      await ks.ok(['run', './users.mjs', '-e', ...application])
      const expected = [{ name: 'Ann' }, { name: 'Bob' }]
      assert.deepEqual(sorted(await ks.rows(['read', '-t', output, '-e'])), sorted(expected))
    }
  })

  test('what cannot be', async (t) => {
    const ks = kafkaKs(broker, t)
    await writeFile(join(ks.directory, 'global.mjs'), 'export default (builder) => { builder.globalTable("users") }\n')
    const global = await ks.run(['run', './global.mjs'])
    assert.equal(global.status, 78)
    assert.match(global.stderr, /nothing but global tables/)
    await writeFile(join(ks.directory, 'nothing.mjs'), 'export default () => {}\n')
    const nothing = await ks.run(['run', './nothing.mjs', '-e'])
    assert.equal(nothing.status, 78)
    assert.match(nothing.stderr, /the topology reads no topic/)
    await writeFile(join(ks.directory, 'wrong.mjs'), 'export default (builder) => {\n  builder.streams("a")\n}\n')
    const wrong = await ks.run(['run', './wrong.mjs', '-e'])
    assert.equal(wrong.status, 78)
    assert.match(wrong.stderr, /builder.streams is not a function \(wrong.mjs:2\)/)
    const both = await ks.run(['run', './wrong.mjs', '-t', 'x'])
    assert.equal(both.status, 2, both.stderr)
  })
})

suite('KafkaStreams', { skip }, () => {
  const config = (directory: string, more = {}): Record<string, string | number> => ({
    'bootstrap.servers': broker.bootstrap,
    'application.id': uniqueName('app'),
    'state.dir': directory,
    'commit.interval.ms': 100,
    ...more,
  })

  test('counts, answers, and goes on after a restart', async (t) => {
    const [input, output] = await Promise.all([
      newTopic(broker, 'clicks', 2, clicks('/a', '/b', '/a')),
      newTopic(broker, 'out'),
    ])
    const describe = (builder: StreamsBuilder): void => {
      const pages = builder.stream<string, { page: string }>(input).groupBy(({ value }) => value.page)
      pages.count({ store: 'counts' }).toStream().to(output)
      pages.windowedBy(TimeWindows.ofSizeWithNoGrace('1m')).count({ store: 'minutes' })
      pages.windowedBy(SessionWindows.ofInactivityGapWithNoGrace('30s')).count({ store: 'visits' })
    }
    const build = (): StreamsBuilder => {
      const builder = new StreamsBuilder()
      describe(builder)
      return builder
    }
    const properties = config(temporaryDirectory(t))
    const first = new KafkaStreams(build().build(), properties)
    const states: StreamsState[] = []
    first.onStateChange((state) => states.push(state))
    t.after(() => first.close())
    await first.start()
    assert.equal(first.state, 'RUNNING')
    const counts = first.store<string, number>('counts')
    await eventually('the count', () => counts.get('/a') === 2 || undefined)
    await eventually('the other count', () => counts.get('/b') === 1 || undefined)
    assert.equal(counts.get('/none'), null)
    const listed = async (rows: AsyncIterable<{ key: unknown; value: unknown }>): Promise<unknown[]> => {
      const found: unknown[] = []
      for await (const { key, value } of rows) found.push([key, value])
      return found
    }
    assert.deepEqual(await listed(counts.range('/a', '/b')), [
      ['/a', 2],
      ['/b', 1],
    ])
    assert.deepEqual(await listed(counts.reverseRange('/a', '/a')), [['/a', 2]])
    assert.deepEqual(await listed(counts.prefixScan('/none')), [])
    const minutes = first.store<string, number>('minutes')
    await eventually('the windows', () => minutes.fetch('/a')[0]?.value === 2 || undefined)
    assert.deepEqual(minutes.fetch('/a', base, base), [{ start: base, end: base + 60_000, value: 2 }])
    assert.deepEqual(first.store('visits').fetch('/a'), [{ start: base, end: base + 2000, value: 2 }])
    assert.throws(() => first.store('nothing'), /there is no store nothing, only counts, minutes, visits/)
    assert.throws(() => minutes.get('/a'), /has windows/)
    await first.close()
    assert.equal(first.state, 'NOT_RUNNING')
    assert.deepEqual(
      states.filter((state) => state !== 'REBALANCING' && state !== 'RUNNING'),
      ['PENDING_SHUTDOWN', 'NOT_RUNNING'],
    )
    assert.throws(() => counts.get('/a'), /not open/)

    await broker.produce(input, clicks('/a'))
    const second = new KafkaStreams(build().build(), properties)
    t.after(() => second.close())
    await second.start()
    await eventually('the next count', () => second.store<string, number>('counts').get('/a') === 3 || undefined)
  })

  test('runs on with nothing but a table, and answers', async (t) => {
    const users = await newTopic(broker, 'users', 2, [{ key: 'u0', value: '{"name":"Ann"}' }])
    const builder = new StreamsBuilder()
    builder.table(users, { store: 'users' })
    const streams = new KafkaStreams(builder.build(), config(temporaryDirectory(t)))
    t.after(() => streams.close())
    await streams.start()
    const names = streams.store<string, { name: string }>('users')
    await eventually('the first row', () => names.get('u0')?.name === 'Ann' || undefined)
    await broker.produce(users, [{ key: 'u0', value: '{"name":"Eve"}' }])
    await eventually('the update', () => names.get('u0')?.name === 'Eve' || undefined)
    assert.equal(streams.state, 'RUNNING')
  })

  test('exactly once', async (t) => {
    const [input, output] = await Promise.all([
      newTopic(broker, 'clicks', 2, clicks('/a', '/b')),
      newTopic(broker, 'out'),
    ])
    const builder = new StreamsBuilder()
    builder.stream(input).to(output)
    const properties = config(temporaryDirectory(t), { 'processing.guarantee': 'exactly_once_v2' })
    const streams = new KafkaStreams(builder.build(), properties)
    t.after(() => streams.close())
    await streams.start()
    await eventually('both', async () => (await broker.consume(output)).length === 2 || undefined)
  })

  test('says why it does not start, or ends', async (t) => {
    const builder = new StreamsBuilder()
    builder.stream('no-such-topic').to('nowhere')
    const streams = new KafkaStreams(builder.build(), config(temporaryDirectory(t)))
    await assert.rejects(
      streams.start(),
      (error) => error instanceof KsError && /no topic no-such-topic/.test(error.message),
    )
    assert.equal(streams.state, 'ERROR')
    assert.match(streams.error?.message ?? '', /no-such-topic/)
    const nameless = new KafkaStreams(builder.build(), { 'bootstrap.servers': broker.bootstrap })
    await assert.rejects(nameless.start(), /needs application.id/)
    const misspelt = new KafkaStreams(builder.build(), config(temporaryDirectory(t), { 'comit.interval.ms': 5 }))
    await assert.rejects(misspelt.start(), /comit.interval.ms/)
  })
})
