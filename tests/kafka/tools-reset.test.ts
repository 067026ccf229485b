// ks reset against a real broker: everything of an application and nothing else, again after a crash, never under a running one.

import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { before, suite, test, type TestContext } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { findStateRoot, listStages } from '../../src/runtime/stores/state-directory.ts'
import { acquireStage } from '../../src/runtime/stores/state-lock.ts'
import { brokerSkip, sharedBroker, uniqueName, type TestBroker } from '../support/kafka-broker.ts'
import { runKs, type KsResult } from '../support/run-ks.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'

const skip = brokerSkip()
let broker: TestBroker

before(async () => {
  if (!skip) broker = await sharedBroker()
})

/** An application that counts, has run to the end of its topic, and has everything that one can have. */
interface Fixture {
  readonly app: string
  readonly group: string
  readonly topic: string
  readonly directory: string
  ks(args: readonly string[], options?: { readonly signal?: AbortSignal; readonly state?: string }): Promise<KsResult>
  /** What a run to the end of the topic prints, in order of the pages. */
  count(): Promise<string[]>
  internalTopics(): Promise<string[]>
  positions(): Promise<unknown[]>
}

const clicks = ['/home', '/cart', '/home', '/help', '/home']
const counted = ['{"page":"/cart","count":1}', '{"page":"/help","count":1}', '{"page":"/home","count":3}']

const fixture = async (context: TestContext): Promise<Fixture> => {
  const app = uniqueName('reset')
  const group = `${app}-count`
  const topic = uniqueName('clicks')
  const directory = temporaryDirectory(context)
  await broker.createTopic(topic, 2)
  await broker.produce(
    topic,
    clicks.map((page, index) => ({ partition: index % 2, value: JSON.stringify({ page }), timestamp: 1_000 * index })),
  )
  const ks: Fixture['ks'] = (args, { signal, state = directory } = {}) =>
    runKs(args, { env: { KS_BROKERS: broker.bootstrap, KS_STATE: state }, ...(signal && { signal }) })
  const count = async (): Promise<string[]> => {
    const { stdout, stderr, status } = await ks(['count', '--by', '.page', '-a', app, '-t', topic, '-e'])
    assert.equal(status, 0, stderr)
    return stdout.split('\n').filter((line) => line !== '').sort() // prettier-ignore
  }
  const fixed: Fixture = {
    app,
    group,
    topic,
    directory,
    ks,
    count,
    internalTopics: async () => (await broker.topics()).filter((name) => name.startsWith(`${group}-`)).sort(),
    positions: async () =>
      (await broker.committedOffsets(group))
        .filter((each) => each.topic === topic)
        .map(({ partition, offset }) => [partition, offset]),
  }
  assert.deepEqual(await count(), counted)
  assert.deepEqual(await fixed.positions(), [[0, 3], [1, 2]]) // prettier-ignore
  return fixed
}

const lines = (text: string): string[] => text.split('\n').filter((line) => line !== '')

suite('ks reset', { skip }, () => {
  test('says exactly what it does, and does it only with --yes', async (context) => {
    const { app, group, topic, directory, ks, count, internalTopics, positions } = await fixture(context)
    const own = await internalTopics()
    assert.ok(own.some((name) => name.endsWith('-repartition')) && own.some((name) => name.endsWith('-changelog')))

    const dry = await ks(['reset', app])
    assert.deepEqual([dry.stderr, dry.status], ['ks: nothing was changed; --yes does it\n', 0])
    const expected = [
      `set ${group} in ${topic}-0 from 3 to 0`,
      `set ${group} in ${topic}-1 from 2 to 0`,
      ...own.map((name) => `delete topic ${name}`),
      `delete state ${app}/count`,
    ]
    assert.deepEqual(
      lines(dry.stdout),
      expected.map((line) => `would ${line}`),
    )
    assert.deepEqual([await internalTopics(), await positions()], [own, [[0, 3], [1, 2]]]) // prettier-ignore
    assert.ok(existsSync(join(directory, app, 'count')))
    // Nothing was changed: there is nothing new to count.
    assert.deepEqual(await count(), [])

    const real = await ks(['reset', app, '--yes'])
    assert.deepEqual([real.stderr, real.status], ['', 0])
    assert.deepEqual(
      lines(real.stdout),
      expected.map((line) => line.replace(/^delete/, 'deleted')),
    )
    assert.deepEqual([await internalTopics(), await positions()], [[], [[0, 0], [1, 0]]]) // prettier-ignore
    assert.ok(!existsSync(join(directory, app)))

    const again = await ks(['reset', app, '--yes'])
    assert.deepEqual([again.stdout, again.stderr, again.status], ['', 'ks: there is nothing to change\n', 0])
    // Everything is counted once: no state is left anywhere, and the stage takes the positions for its own.
    assert.deepEqual(await count(), counted)
  })

  test('puts inputs elsewhere', async (context) => {
    const { app, topic, ks, count, positions } = await fixture(context)
    assert.equal((await ks(['reset', app, '--to', '-1', '--yes'])).status, 0)
    assert.deepEqual(await positions(), [[0, 2], [1, 1]]) // prettier-ignore
    assert.deepEqual(await count(), ['{"page":"/help","count":1}', '{"page":"/home","count":1}'])

    assert.equal((await ks(['reset', app, 'count', '--to-latest', '--yes'])).status, 0)
    assert.deepEqual(await positions(), [[0, 3], [1, 2]]) // prettier-ignore
    await broker.produce(topic, [{ partition: 0, value: '{"page":"/home"}' }])
    assert.deepEqual(await count(), ['{"page":"/home","count":1}'])
  })

  test('leaves topics alone that were not named, and asks which stage is meant', async (context) => {
    const { app, topic, ks, positions } = await fixture(context)
    const other = uniqueName('other')
    await broker.createTopic(other, 1)
    await broker.commitOffsets(`${app}-filter`, [{ topic, partition: 0, offset: 1, metadata: 'Av//////////' }])
    const unclear = await ks(['reset', app, '--input-topics', other])
    assert.equal(unclear.status, 2)
    assert.match(unclear.stderr, /name the stage: count, filter/)
    const missing = await ks(['reset', app, 'count', '--input-topics', `${other}x`])
    assert.equal(missing.status, 78)

    const { stdout, status } = await ks(['reset', app, 'count', '--input-topics', other, '--json', '--yes'])
    assert.equal(status, 0)
    const changes = lines(stdout).map((line) => JSON.parse(line) as { change: string })
    assert.deepEqual(
      changes.filter(({ change }) => change === 'offset'),
      [{ change: 'offset', group: `${app}-count`, topic: other, partition: 0, from: null, to: 0, done: true }],
    )
    assert.deepEqual(await positions(), [[0, 3], [1, 2]]) // prettier-ignore
    assert.equal((await broker.committedOffsets(`${app}-filter`))[0]?.offset, 1)
  })

  test('finishes what was interrupted', async (context) => {
    const { app, group, topic, directory, ks, count, internalTopics } = await fixture(context)
    // As far as a crash between the first and the second step gets.
    const [{ metadata } = assert.fail()] = await broker.committedOffsets(group)
    await broker.commitOffsets(group, [0, 1].map((partition) => ({ topic, partition, offset: 0, metadata }))) // prettier-ignore
    const { stdout, status } = await ks(['reset', app, '--yes'])
    assert.equal(status, 0)
    assert.ok(!stdout.includes(`set ${group}`) && stdout.includes('deleted topic') && stdout.includes('deleted state'))
    assert.deepEqual(await internalTopics(), [])
    // And between the second and the third: state on disk alone.
    assert.deepEqual(await count(), counted)
    for (const name of await internalTopics()) await broker.deleteTopic(name)
    assert.equal((await ks(['reset', app, '--yes'])).status, 0)
    assert.ok(!existsSync(join(directory, app)))
    assert.deepEqual(await count(), counted)
  })

  test('does nothing while a stage runs, here or elsewhere', async (context) => {
    const { app, group, topic, ks, internalTopics, positions } = await fixture(context)
    const own = await internalTopics()
    const stop = new AbortController()
    const elsewhere = temporaryDirectory(context)
    const args = ['count', '--by', '.page', '-a', app, '-t', topic, '-X', 'client.id=counter']
    const run = ks(args, { signal: stop.signal, state: elsewhere })
    try {
      const deadline = performance.now() + 30_000
      while ((await broker.group(group)).members.length === 0) {
        assert.ok(performance.now() < deadline, 'the stage has not joined its group')
        await delay(100)
      }
      const { status, stdout, stderr } = await ks(['reset', app, '--yes'])
      assert.deepEqual([status, stdout], [75, ''])
      assert.equal(stderr.split('\n')[0], `ks: group ${group} has members: counter at 127.0.0.1`)
    } finally {
      stop.abort()
      await run
    }
    assert.deepEqual([await internalTopics(), await positions()], [own, [[0, 3], [1, 2]]]) // prettier-ignore
  })

  test('does nothing while a process has the state', async (context) => {
    const { app, ks, directory, internalTopics } = await fixture(context)
    const root = (await findStateRoot(directory, process.getuid?.())) ?? assert.fail()
    const [stage = assert.fail()] = await listStages(root, app)
    const lock = await acquireStage(stage, {
      endless: false,
      holder: { pid: process.pid, command: 'a run from a pipe', started: 0 },
      lockWaitMs: 0,
      signal: new AbortController().signal,
    })
    try {
      const { status, stdout, stderr } = await ks(['reset', app, '--yes'])
      assert.deepEqual([status, stdout], [75, ''])
      assert.match(stderr, new RegExp(`is held by process ${String(process.pid)} \\(a run from a pipe\\)`))
      assert.notDeepEqual(await internalTopics(), [])
    } finally {
      await lock.release()
    }
  })

  test('takes nothing of others that only have a similar name', async (context) => {
    const { app, topic, ks } = await fixture(context)
    // A group of another program, called as a stage would be; and an application with a longer name.
    await broker.commitOffsets(`${app}-api`, [{ topic, partition: 0, offset: 1 }])
    const [longer, theirs] = [`${app}-count-sum`, `${app}-count-sum-sum-changelog`]
    await broker.commitOffsets(longer, [{ topic, partition: 0, offset: 2 }])
    await broker.createTopic(theirs)
    const { status, stdout, stderr } = await ks(['reset', app, '--yes'])
    assert.equal(status, 0, stderr)
    assert.match(stderr, new RegExp(`group ${app}-api does not look like a stage of ks and is left alone`))
    assert.ok(!stdout.includes(theirs))
    assert.ok((await broker.topics()).includes(theirs))
    assert.equal((await broker.committedOffsets(`${app}-api`))[0]?.offset, 1)
    assert.equal((await broker.committedOffsets(longer))[0]?.offset, 2)
    // Who names it means it.
    const named = await ks(['reset', app, 'api', '--yes'])
    assert.equal(
      named.stdout,
      `set ${app}-api in ${topic}-0 from 1 to 0\nset ${app}-api in ${topic}-1 from nothing to 0\n`,
    )
  })

  test('says when there is no such application', async (context) => {
    const { app, topic, ks } = await fixture(context)
    const missing = await ks(['reset', `${app}x`])
    assert.equal(missing.status, 1)
    assert.match(missing.stderr, new RegExp(`there is no application '${app}x'.*\n  = did you mean ${app}`))
    const stage = await ks(['reset', app, 'cont'])
    assert.equal(stage.status, 1)
    assert.match(stage.stderr, /has no stage 'cont'\n {2}= did you mean count\?/)
    const plain = uniqueName('plain')
    await broker.commitOffsets(plain, [{ topic, partition: 0, offset: 1 }])
    const group = await ks(['reset', plain])
    assert.equal(group.status, 1)
    assert.match(group.stderr, new RegExp(`ks offsets seek ${plain} start`))
  })
})
