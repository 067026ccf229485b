// ks topics and ks offsets against a real broker; what they did is asked of Kafka's own clients.

import assert from 'node:assert/strict'
import { before, suite, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { brokerSkip, sharedBroker, uniqueName, type TestBroker } from '../support/kafka-broker.ts'
import { runKs, type KsResult } from '../support/run-ks.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'

const skip = brokerSkip()
let broker: TestBroker

before(async () => {
  if (!skip) broker = await sharedBroker()
})

/** State of stages that must not see each other's. */
const stateOf = (directory: string): Record<string, string> => ({ KS_BROKERS: broker.bootstrap, KS_STATE: directory })

const ks = (args: readonly string[], env: Record<string, string> = {}, signal?: AbortSignal): Promise<KsResult> =>
  runKs(args, { env: { KS_BROKERS: broker.bootstrap, KS_STATE: '/nonexistent', ...env }, ...(signal && { signal }) })

/** The objects that a command prints. */
const objects = async (args: readonly string[], env: Record<string, string> = {}): Promise<unknown[]> => {
  const { stdout, stderr, status } = await ks([...args, '--json'], env)
  assert.equal(status, 0, stderr)
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line): unknown => JSON.parse(line))
}

const topicOf = async (partitions: number, counts: readonly number[] = []): Promise<string> => {
  const name = uniqueName('tools')
  await broker.createTopic(name, partitions)
  const records = counts.flatMap((count, partition) =>
    Array.from({ length: count }, (_, index) => ({
      partition,
      value: `{"n":${index}}`,
      timestamp: 1_000 * (index + 1),
    })),
  )
  if (records.length > 0) await broker.produce(name, records)
  return name
}

suite('ks topics', { skip }, () => {
  test('lists by pattern with the number of records', async () => {
    const topic = await topicOf(2, [3, 1])
    assert.deepEqual(await objects(['topics', `${topic.slice(0, -1)}?`]), [
      { topic, partitions: 2, replicas: 1, records: 4 },
    ])
    const { stdout } = await ks(['topics', `${topic}*`])
    assert.equal(stdout.split('\n')[1]?.replace(/ +/g, ' '), `${topic} 2 1 4`)
  })

  test('counts what retention has left', async () => {
    const topic = await topicOf(1, [5])
    await broker.deleteRecords(topic, 0, 2)
    assert.deepEqual(await objects(['topics', `${topic}*`]), [{ topic, partitions: 1, replicas: 1, records: 3 }])
  })

  test('shows a topic that is named, with the settings of its own', async () => {
    const topic = await topicOf(2, [0, 2])
    const configured = uniqueName('tools')
    await broker.createTopic(configured, 1, { 'retention.ms': '60000', 'cleanup.policy': 'compact' })
    const [state] = await broker.describeTopic(topic)
    const { leader, replicas, isr } = state ?? assert.fail()
    assert.deepEqual(await objects(['topics', topic, configured]), [
      {
        topic,
        internal: false,
        configs: {},
        partitions: [
          { partition: 0, leader, replicas, isr, start: 0, end: 0 },
          { partition: 1, leader, replicas, isr, start: 0, end: 2 },
        ],
      },
      {
        topic: configured,
        internal: false,
        configs: { 'cleanup.policy': 'compact', 'retention.ms': '60000' },
        partitions: [{ partition: 0, leader, replicas, isr, start: 0, end: 0 }],
      },
    ])
    const { stdout } = await ks(['topics', 'show', configured])
    assert.match(stdout, new RegExp(`^${configured}\\n  cleanup.policy=compact\\n  retention.ms=60000\\n  PARTITION`))
  })

  test('leaves out topics of the brokers unless they are asked for', async () => {
    // A group makes the brokers make theirs.
    await broker.commitOffsets(uniqueName('tools'), [{ topic: await topicOf(1), partition: 0, offset: 0 }])
    const names = async (...args: string[]): Promise<unknown[]> =>
      (await objects(['topics', ...args])).map((row) => (row as { topic: string }).topic)
    assert.ok(!(await names()).includes('__consumer_offsets'))
    assert.ok((await names('--all')).includes('__consumer_offsets'))
    assert.deepEqual(await names('__consumer_o*'), ['__consumer_offsets'])
    assert.ok(!(await names('*')).includes('__consumer_offsets'))
  })

  test('says which name was meant', async () => {
    const topic = await topicOf(1)
    for (const args of [
      ['topics', `${topic}s`],
      ['topics', 'show', `${topic}s`],
      ['topics', 'rm', '-y', `${topic}s`],
    ]) {
      const { status, stderr, stdout } = await ks(args)
      assert.deepEqual([status, stdout], [78, ''])
      assert.ok(stderr.startsWith(`ks: there is no topic ${topic}s\n  = did you mean ${topic}`), stderr)
    }
    const nothing = await ks(['topics', `${topic}-*`])
    assert.deepEqual([nothing.status, nothing.stderr], [0, `ks: no topic matches ${topic}-*\n`])
  })

  test('creates topics as asked', async () => {
    const [first, second] = [uniqueName('tools'), uniqueName('tools')]
    const set = ['--set', 'retention.ms=60000', '--set', 'cleanup.policy=delete']
    const { stdout, stderr, status } = await ks(['topics', 'create', first, second, '--partitions', '3', ...set])
    assert.deepEqual(
      [stdout, stderr, status],
      [`created ${first} (3 partitions)\ncreated ${second} (3 partitions)\n`, '', 0],
    )
    assert.equal((await broker.describeTopic(second)).length, 3)
    const { 'retention.ms': retention } = await broker.topicConfigs(second)
    assert.equal(retention, '60000')
    const again = await ks(['topics', 'create', first])
    assert.equal(again.status, 78)
    assert.match(again.stderr, /already exists/)
    const wrong = await ks(['topics', 'create', uniqueName('tools'), '--set', 'no.such.setting=1'])
    assert.equal(wrong.status, 78)
    assert.match(wrong.stderr, /no\.such\.setting/)
  })

  test('deletes only with --yes, and everything or nothing', async () => {
    const topic = await topicOf(2, [1, 1])
    const dry = await ks(['topics', 'rm', topic])
    assert.deepEqual(
      [dry.stdout, dry.stderr, dry.status],
      [`would delete ${topic} (2 partitions, 2 records)\n`, 'ks: nothing was deleted; --yes does it\n', 0],
    )
    const missing = await ks(['topics', 'rm', topic, uniqueName('missing'), '--yes'])
    assert.equal(missing.status, 78)
    assert.ok((await broker.topics()).includes(topic))
    assert.deepEqual(await objects(['topics', 'rm', topic, '--yes']), [
      { action: 'delete', topic, partitions: 2, records: 2, done: true },
    ])
    assert.ok(!(await broker.topics()).includes(topic))
  })
})

suite('ks offsets', { skip }, () => {
  test('shows positions, ends and lag', async () => {
    const topic = await topicOf(3, [5, 2, 1])
    const group = uniqueName('app')
    await broker.commitOffsets(group, [
      { topic, partition: 0, offset: 2 },
      { topic, partition: 1, offset: 2 },
    ])
    const row = { group, topic, client_id: null, host: null }
    assert.deepEqual(await objects(['offsets', 'show', group]), [
      { ...row, partition: 0, committed: 2, end: 5, lag: 3 },
      { ...row, partition: 1, committed: 2, end: 2, lag: 0 },
    ])
    const listed = (await objects(['offsets'])).find((each) => (each as { group: string }).group === group)
    assert.deepEqual(listed, { group, state: 'Empty', members: 0, topics: 1, lag: 3 })
    const { stdout } = await ks(['offsets', 'show', group])
    assert.equal(stdout.split('\n')[1]?.replace(/ +/g, ' '), `${group} ${topic} 0 2 5 3 -`)
  })

  test('shows the stages of an application, and not those of one with a longer name', async () => {
    const topic = await topicOf(1, [1])
    const app = uniqueName('app')
    const offset = [{ topic, partition: 0, offset: 1 }]
    for (const group of [`${app}-count`, `${app}-filter_top`, `${app}-more-count`])
      await broker.commitOffsets(group, offset)
    const groups = async (...args: string[]): Promise<unknown[]> =>
      (await objects(['offsets', 'show', ...args])).map((each) => (each as { group: string }).group)
    assert.deepEqual(await groups(app), [`${app}-count`, `${app}-filter_top`])
    assert.deepEqual(await groups(app, 'filter_top'), [`${app}-filter_top`])
    assert.deepEqual(await groups(`${app}-more`), [`${app}-more-count`])
    const { status, stderr } = await ks(['offsets', 'show', app, 'cont'])
    assert.equal(status, 1)
    assert.equal(stderr.split('\n')[0], `ks: there is no group ${app}-cont`)
    assert.match(stderr, new RegExp(`did you mean ${app}-count`))
  })

  test('says who has a partition, and does not move the positions of a group with members', async () => {
    const topic = await topicOf(1, [2])
    const app = uniqueName('app')
    const stop = new AbortController()
    const run = ks(['filter', '.n >= 0', '-a', app, '-t', topic, '-X', 'client.id=reader'], {}, stop.signal)
    try {
      const clients = async (): Promise<unknown[]> => {
        const { stdout } = await ks(['offsets', 'show', app, '--json'])
        return stdout.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line) as { client_id: unknown }]))
      }
      const deadline = performance.now() + 30_000
      let rows: unknown[] = []
      while (!rows.some((row) => (row as { client_id: unknown }).client_id !== null)) {
        assert.ok(performance.now() < deadline, 'the stage has not joined its group')
        await delay(100)
        rows = await clients()
      }
      const { client_id: clientId, host } = rows[0] as { client_id: string; host: string }
      assert.equal(clientId, 'reader')
      assert.equal(host, '127.0.0.1')
      const moved = await ks(['offsets', 'seek', `${app}-filter`, 'start', '--yes'])
      assert.deepEqual([moved.status, moved.stdout], [75, ''])
      assert.equal(moved.stderr.split('\n')[0], `ks: group ${app}-filter has members: reader at 127.0.0.1`)
    } finally {
      stop.abort()
      await run
    }
  })
})

suite('ks offsets seek', { skip }, () => {
  const committed = async (group: string): Promise<unknown[]> =>
    (await broker.committedOffsets(group)).map(({ partition, offset }) => [partition, offset])

  test('only says what it would do without --yes', async () => {
    const topic = await topicOf(2, [4, 4])
    const group = uniqueName('group')
    await broker.commitOffsets(group, [{ topic, partition: 1, offset: 3 }])
    const { stdout, stderr, status } = await ks(['offsets', 'seek', group, 'start'])
    assert.equal(stdout, `would set ${group} in ${topic}-1 from 3 to 0\n`)
    assert.deepEqual([stderr, status], ['ks: nothing was changed; --yes does it\n', 0])
    assert.deepEqual(await committed(group), [[1, 3]])
  })

  test('goes to ends, offsets, distances and times, within the partition', async () => {
    const topic = await topicOf(2, [4, 2])
    await broker.deleteRecords(topic, 0, 1)
    const group = uniqueName('group')
    const places: readonly (readonly [string, number, number])[] = [
      ['start', 1, 0],
      ['end', 4, 2],
      ['-1', 3, 1],
      ['+1', 2, 1],
      ['3', 3, 2],
      ['0', 1, 0],
      ['@3000', 2, 2],
      ['@9000', 4, 2],
    ]
    for (const [place, first, second] of places) {
      const { status, stderr } = await ks(['offsets', 'seek', group, place, '-t', topic, '--yes'])
      assert.equal(status, 0, stderr)
      assert.deepEqual(await committed(group), [[0, first], [1, second]], place) // prettier-ignore
    }
    assert.deepEqual(await objects(['offsets', 'seek', group, 'start', '-p', '1', '--yes']), [
      { group, topic, partition: 1, from: 2, to: 0, done: true },
    ])
    assert.deepEqual(await committed(group), [[0, 4], [1, 0]]) // prettier-ignore
  })

  test('needs a group with offsets, or a topic', async () => {
    const topic = await topicOf(1)
    const group = uniqueName('group')
    await broker.commitOffsets(group, [{ topic, partition: 0, offset: 0 }])
    const unknown = await ks(['offsets', 'seek', `${group}x`, 'start', '--yes'])
    assert.equal(unknown.status, 1)
    assert.match(unknown.stderr, new RegExp(`there is no group ${group}x\n  = did you mean ${group}`))
    const partition = await ks(['offsets', 'seek', group, 'start', '-p', '7', '--yes'])
    assert.equal(partition.status, 78)
    const missing = await ks(['offsets', 'seek', group, 'start', '-t', `${topic}x`, '--yes'])
    assert.equal(missing.status, 78)
    assert.deepEqual(await committed(group), [[0, 0]])
  })

  test('takes a stage without state somewhere else, with what it writes beside offsets', async (context) => {
    const env = stateOf(temporaryDirectory(context))
    const topic = await topicOf(1, [3])
    const app = uniqueName('app')
    const run = ['filter', '.n >= 0', '-a', app, '-t', topic, '-e']
    assert.equal((await ks(run, env)).stdout, '{"n":0}\n{"n":1}\n{"n":2}\n')
    assert.equal((await ks(['offsets', 'seek', `${app}-filter`, '-1', '--yes'], env)).status, 0)
    const [{ offset, metadata } = assert.fail()] = await broker.committedOffsets(`${app}-filter`)
    // Version 2 and no time: what Kafka Streams writes before the first record.
    assert.deepEqual([offset, Buffer.from(metadata, 'base64').toString('hex')], [2, '02ffffffffffffffff'])
    assert.equal((await ks(run, env)).stdout, '{"n":2}\n')
  })

  test('refuses a stage with state, here or anywhere', async (context) => {
    const directory = temporaryDirectory(context)
    const topic = await topicOf(1)
    await broker.produce(topic, [{ value: '{"page":"/home"}' }])
    const app = uniqueName('app')
    const run = await ks(['count', '--by', '.page', '-a', app, '-t', topic, '-e'], stateOf(directory))
    assert.equal(run.status, 0, run.stderr)
    const before = await broker.committedOffsets(`${app}-count`)
    for (const env of [stateOf(directory), {}]) {
      const { status, stderr } = await ks(['offsets', 'seek', `${app}-count`, 'start', '--yes'], env)
      assert.equal(status, 78)
      assert.match(stderr, /has state/)
      assert.match(stderr, new RegExp(`ks reset ${app} count --to`))
    }
    assert.deepEqual(await broker.committedOffsets(`${app}-count`), before)
  })
})
