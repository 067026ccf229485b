// ks over topics with an application id: a member of a group that carries on where the last run ended. What it leaves on the
// broker is what Kafka Streams leaves there, as Kafka's own tools see it.

import assert from 'node:assert/strict'
import { before, suite, test } from 'node:test'
import { clicks } from '../support/click-records.ts'
import { brokerSkip, sharedBroker, type TestBroker, uniqueName } from '../support/kafka-broker.ts'
import { eventually, kafkaKs, latest, newTopic, sorted } from '../support/kafka-ks.ts'

const skip = brokerSkip()
let broker: TestBroker

before(async () => {
  if (!skip) broker = await sharedBroker()
})

const pageCounts = (to: number): Map<string, unknown> => {
  const counts = new Map<string, number>()
  for (let n = 0; n < to; n++) {
    const page = `/p${String((n * 3) % 4)}`
    counts.set(page, (counts.get(page) ?? 0) + 1)
  }
  return new Map([...counts].map(([page, count]) => [page, { page, count }]))
}

const sortedMap = (map: ReadonlyMap<string, unknown>): string[] => sorted([...map])

suite('what a run leaves on the broker', { skip, concurrency: 3 }, () => {
  test('group, offsets, repartition and changelog topics as Kafka Streams has them', async (t) => {
    const ks = kafkaKs(broker, t)
    const [input, output] = await Promise.all([newTopic(broker, 'in', 3, clicks(0, 40)), newTopic(broker, 'out', 2)])
    const app = uniqueName('app')
    await ks.ok(['count', '--by', '.page', '-t', input, '-a', app, '-e', '--to', output])
    assert.deepEqual(sortedMap(await latest(broker, output)), sortedMap(pageCounts(40)))

    const group = `${app}-count`
    const own = (await broker.topics()).filter((name) => name.startsWith(app))
    const repartition = `${group}-count-repartition`
    const changelog = `${group}-count-changelog`
    assert.deepEqual(own.sort(), [changelog, repartition])
    for (const topic of own) assert.equal((await broker.describeTopic(topic)).length, 3)
    const ofRepartition = await broker.topicConfigs(repartition)
    assert.equal(ofRepartition['cleanup.policy'], 'delete')
    assert.equal(ofRepartition['retention.ms'], '-1')
    assert.equal(ofRepartition['segment.bytes'], '52428800')
    assert.equal(ofRepartition['message.timestamp.type'], 'CreateTime')
    const ofChangelog = await broker.topicConfigs(changelog)
    assert.equal(ofChangelog['cleanup.policy'], 'compact')
    assert.equal(ofChangelog['message.timestamp.type'], 'CreateTime')

    // A count in a changelog of Kafka Streams is a long, its key the text.
    const rows = await broker.consume(changelog, { encoding: 'base64' })
    const counts = new Map(
      rows.map(({ key, value }) => [
        Buffer.from(key ?? '', 'base64').toString(),
        Number(Buffer.from(value ?? '', 'base64').readBigInt64BE()),
      ]),
    )
    assert.deepEqual(sorted([...counts]), sorted(['/p0', '/p1', '/p2', '/p3'].map((page) => [page, 10])))

    const committed = await broker.committedOffsets(group)
    const ends = await broker.endOffsets(input)
    for (const [partition, end] of ends.entries()) {
      const found = committed.find((offset) => offset.topic === input && offset.partition === partition)
      if (end > 0) assert.equal(found?.offset, end)
    }
    const state = await broker.group(group)
    assert.equal(state.state, 'Empty')
    // What has been read of a repartition topic is deleted.
    assert.deepEqual(await broker.beginningOffsets(repartition), await broker.endOffsets(repartition))
  })

  test('a window has a changelog that is compacted and expires, with keys of Kafka Streams', async (t) => {
    const ks = kafkaKs(broker, t)
    // Of today, or the broker deletes the changelog as it should.
    const start = Math.floor(Date.now() / 60_000) * 60_000
    const records = clicks(0, 40).map((click, n) => ({ ...click, timestamp: start + n * 1000 }))
    const [input, output] = await Promise.all([newTopic(broker, 'in', 1, records), newTopic(broker, 'out', 1)])
    const app = uniqueName('app')
    await ks.ok(['count', '--window', '1m', '--grace', '5m', '-t', input, '-a', app, '-e', '--to', output])
    const changelog = `${app}-count-count-changelog`
    const configs = await broker.topicConfigs(changelog)
    assert.deepEqual(configs['cleanup.policy']?.split(',').sort(), ['compact', 'delete'])
    // Retention (window + grace) and windowstore.changelog.additional.retention.ms.
    assert.equal(configs['retention.ms'], String(6 * 60_000 + 86_400_000))
    const [row] = await broker.consume(changelog, { encoding: 'base64' })
    const key = Buffer.from(row?.key ?? '', 'base64')
    // The key, 8 bytes of the window's start, 4 of a sequence number.
    assert.equal(key.toString('utf8', 0, 2), 'u0')
    assert.equal(key.length, 2 + 8 + 4)
    assert.equal(Number(key.readBigInt64BE(2)), start)
    assert.equal(key.readInt32BE(10), 0)
  })

  test('an endless run is a member that the console tools show', async (t) => {
    const ks = kafkaKs(broker, t)
    const [input, output] = await Promise.all([newTopic(broker, 'in', 3, clicks(0, 40)), newTopic(broker, 'out', 1)])
    const app = uniqueName('app')
    const run = ks.start([
      'count',
      '--by',
      '.page',
      '-t',
      input,
      '-a',
      app,
      '--to',
      output,
      '-X',
      'commit.interval.ms=200',
    ])
    await eventually('counts', async () => (await broker.endOffsets(output)).some((end) => end > 0) || undefined)
    const { stdout } = await broker.kafkaTool('org.apache.kafka.tools.consumer.group.ConsumerGroupCommand', [
      ...['--bootstrap-server', broker.bootstrap, '--describe', '--group', `${app}-count`, '--members', '--verbose'],
    ])
    assert.match(stdout, new RegExp(`${input}:0,1,2`))
    const state = await broker.group(`${app}-count`)
    assert.equal(state.state, 'Stable')
    assert.equal(state.members.length, 1)
    assert.equal(state.members[0]?.partitions.length, 6)
    await broker.produce(input, clicks(40, 60))
    const expected = sortedMap(pageCounts(60))
    await eventually(
      'the new totals',
      async () => JSON.stringify(sortedMap(await latest(broker, output))) === JSON.stringify(expected) || undefined,
    )
    assert.equal((await run.stop()).status, 143)
  })
})

suite('the next run', { skip, concurrency: 3 }, () => {
  for (const guarantee of [[], ['--eos']]) {
    const words = guarantee.length === 0 ? 'at least once' : 'exactly once'
    test(`goes on where the last one ended (${words})`, async (t) => {
      const ks = kafkaKs(broker, t)
      const [input, output] = await Promise.all([newTopic(broker, 'in', 3, clicks(0, 40)), newTopic(broker, 'out', 1)])
      const chain = ['count', '--by', '.page', '-t', input, '-a', uniqueName('app'), '-e', '--to', output, ...guarantee]
      await ks.ok(chain)
      const first = await broker.consume(output)
      await ks.ok(chain)
      assert.deepEqual(await broker.consume(output), first, 'nothing new, nothing written')
      await broker.produce(input, clicks(40, 44))
      await ks.ok(chain)
      assert.deepEqual(sortedMap(await latest(broker, output)), sortedMap(pageCounts(44)))
      assert.equal((await broker.consume(output)).length, first.length + 4)
    })

    test(`restores its state when the directory is gone (${words})`, async (t) => {
      const ks = kafkaKs(broker, t)
      const [input, output] = await Promise.all([newTopic(broker, 'in', 3, clicks(0, 40)), newTopic(broker, 'out', 1)])
      const chain = ['count', '--by', '.page', '-t', input, '-a', uniqueName('app'), '-e', '--to', output, ...guarantee]
      await ks.ok(chain)
      await broker.produce(input, clicks(40, 60))
      await ks.ok([...chain, '--state-dir', `${ks.directory}/elsewhere`])
      assert.deepEqual(sortedMap(await latest(broker, output)), sortedMap(pageCounts(60)))
      // And back: the old directory has to catch up first.
      await broker.produce(input, clicks(60, 80))
      await ks.ok(chain)
      assert.deepEqual(sortedMap(await latest(broker, output)), sortedMap(pageCounts(80)))
    })
  }

  test('of a filter carries on as well, without any state', async (t) => {
    const ks = kafkaKs(broker, t)
    const [input, output] = await Promise.all([newTopic(broker, 'in', 3, clicks(0, 10)), newTopic(broker, 'out', 1)])
    const chain = ['filter', '.amount >= 0', '-t', input, '-a', uniqueName('app'), '-e', '--to', output]
    await ks.ok(chain)
    await broker.produce(input, clicks(10, 12))
    await ks.ok(chain)
    assert.equal((await broker.consume(output)).length, 12)
  })

  test('begins where -o says only if nothing was committed', async (t) => {
    const ks = kafkaKs(broker, t)
    const [input, output] = await Promise.all([newTopic(broker, 'in', 1, clicks(0, 10)), newTopic(broker, 'out', 1)])
    const chain = ['cat', '-t', input, '-a', uniqueName('app'), '-e', '-o', '-3', '--to', output]
    await ks.ok(chain)
    assert.equal((await broker.consume(output)).length, 3)
    await ks.ok(chain)
    assert.equal((await broker.consume(output)).length, 3)
  })

  test('prints to standard output what has changed since', async (t) => {
    const ks = kafkaKs(broker, t)
    const input = await newTopic(broker, 'in', 3, clicks(0, 40))
    const chain = ['count', '--by', '.page', '-t', input, '-a', uniqueName('app'), '-e']
    assert.deepEqual(sorted(await ks.rows(chain)), sorted([...pageCounts(40).values()]))
    await broker.produce(input, clicks(40, 41))
    assert.deepEqual(await ks.rows(chain), [{ page: '/p0', count: 11 }])
    assert.deepEqual(await ks.rows(chain), [])
  })

  test('takes over at once after SIGTERM, and after a crash counts once', async (t) => {
    const ks = kafkaKs(broker, t)
    const [input, output] = await Promise.all([newTopic(broker, 'in', 3, clicks(0, 40)), newTopic(broker, 'out', 1)])
    const chain = ['count', '-t', input, '-a', uniqueName('app'), '--to', output, '-X', 'commit.interval.ms=100']
    const total = async (): Promise<number> =>
      [...(await latest(broker, output)).values()].reduce<number>(
        (sum, row) => sum + (row as { count: number }).count,
        0,
      )
    const reaches = (count: number): Promise<boolean> =>
      eventually(`a total of ${String(count)}`, async () => (await total()) === count || undefined)
    const first = ks.start(chain)
    await reaches(40)
    assert.equal((await first.stop()).status, 143)
    await broker.produce(input, clicks(40, 50))
    const start = performance.now()
    const second = ks.start(chain)
    await reaches(50)
    assert.ok(performance.now() - start < 10_000)
    second.kill('SIGKILL')
    await second.ended
    await broker.produce(input, clicks(50, 60))
    // The same instance on the same host: nobody has to wait for the session of the dead one.
    const third = ks.start(chain)
    await reaches(60)
    assert.equal((await third.stop()).status, 143)
  })
})

suite('what is refused', { skip, concurrency: 3 }, () => {
  test('a second -e run beside one that goes on, with 75 and who holds it', async (t) => {
    const ks = kafkaKs(broker, t)
    const input = await newTopic(broker, 'in', 1, clicks(0, 4))
    const chain = ['count', '--by', '.page', '-t', input, '-a', uniqueName('app')]
    const run = ks.start(chain)
    await eventually('results', () => run.stdout().includes('count') || undefined)
    const second = await ks.run([...chain, '-e'])
    assert.equal(second.status, 75, second.stderr)
    assert.match(second.stderr, new RegExp(String(run.pid)))
    await run.stop()
    await ks.ok([...chain, '-e'])
  })

  test('another program under the same name, with 78', async (t) => {
    const ks = kafkaKs(broker, t)
    const input = await newTopic(broker, 'in', 1, clicks(0, 4))
    const app = uniqueName('app')
    await ks.ok(['count', '--by', '.page', '-t', input, '-a', app, '-e'])
    const other = await ks.run(['count', '--by', '.user', '-t', input, '-a', app, '-e'])
    assert.equal(other.status, 78, other.stderr)
    assert.match(other.stderr, /--name/)
    await ks.ok(['count', '--by', '.user', '-t', input, '-a', app, '-e', '--name', 'users'])
    const running = ks.start(['count', '--by', '.page', '-t', input, '-a', app])
    await eventually('the group', async () =>
      (await broker.groups()).includes(`${app}-count`) && (await broker.group(`${app}-count`)).state === 'Stable'
        ? true
        : undefined,
    )
    // Another host, on which nothing is known about the application.
    const elsewhere = await ks.run([
      'count',
      '--by',
      '.user',
      '-t',
      input,
      '-a',
      app,
      '--state-dir',
      `${ks.directory}/b`,
    ])
    assert.equal(elsewhere.status, 78, elsewhere.stderr)
    assert.match(elsewhere.stderr, /--name/)
    assert.equal((await running.stop()).status, 143)
  })

  test('positions that somebody else has set, of a stage with state', async (t) => {
    const ks = kafkaKs(broker, t)
    const input = await newTopic(broker, 'in', 1, clicks(0, 4))
    const app = uniqueName('app')
    await ks.ok(['count', '-t', input, '-a', app, '-e'])
    await broker.commitOffsets(`${app}-count`, [{ topic: input, partition: 0, offset: 0 }])
    const refused = await ks.run(['count', '-t', input, '-a', app, '-e'])
    assert.equal(refused.status, 78, refused.stderr)
    assert.match(refused.stderr, new RegExp(`ks reset ${app}`))
    // A stage without state takes them.
    await ks.ok(['cat', '-t', input, '-a', app, '-e'])
    await broker.commitOffsets(`${app}-cat`, [{ topic: input, partition: 0, offset: 3 }])
    assert.equal((await ks.rows(['cat', '-t', input, '-a', app, '-e'])).length, 1)
  })

  test('a join of topics with different numbers of partitions', async (t) => {
    const ks = kafkaKs(broker, t)
    const [stream, table] = await Promise.all([newTopic(broker, 'in', 3, clicks(0, 4)), newTopic(broker, 'table', 2)])
    const refused = await ks.run([
      'join',
      '--table',
      `@${table}`,
      '--on',
      '$key',
      '-t',
      stream,
      '-a',
      uniqueName('app'),
      '-e',
    ])
    assert.equal(refused.status, 78, refused.stderr)
    assert.match(refused.stderr, new RegExp(`${stream} has 3`))
  })

  test('-c, -p, an end in -o and head', async (t) => {
    const ks = kafkaKs(broker, t)
    const input = await newTopic(broker, 'in', 1, clicks(0, 4))
    for (const more of [
      ['-c', '2'],
      ['-p', '0'],
      ['-o', '1:2'],
      ['then', 'head', '-n', '1'],
    ]) {
      const { status, stderr } = await ks.run(['cat', '-t', input, '-a', uniqueName('app'), '-e', ...more])
      assert.equal(status, 2, `${more.join(' ')}: ${stderr}`)
    }
  })
})

suite('stream time', { skip, concurrency: 2 }, () => {
  const base = Date.UTC(2026, 0, 1)

  test('does not go back over runs that read old records only', async (t) => {
    const ks = kafkaKs(broker, t)
    const [input, output] = await Promise.all([newTopic(broker, 'in'), newTopic(broker, 'out')])
    const args = ['count', '--window', '1m', '-t', input, '-a', uniqueName('app'), '-e', '--to', output]
    for (const minute of [10, 0, 0]) {
      await broker.produce(input, [{ key: 'k', value: '{}', timestamp: base + minute * 60_000 }])
      await ks.ok(args)
    }
    assert.equal((await broker.consume(output)).length, 1)
  })

  test('is that of --ts', async (t) => {
    const ks = kafkaKs(broker, t)
    const [input, output] = await Promise.all([newTopic(broker, 'in'), newTopic(broker, 'out')])
    const args = ['count', '--window', '1m', '--ts', '.t', '-t', input, '-a', uniqueName('app'), '-e', '--to', output]
    for (const time of [1000, 2000]) {
      await broker.produce(input, [{ key: 'k', value: JSON.stringify({ t: time }), timestamp: base }])
      await ks.ok(args)
    }
    assert.equal((await broker.consume(output)).length, 2)
  })
})
