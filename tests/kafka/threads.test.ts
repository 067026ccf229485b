// num.stream.threads: several members of the group in one process.

import assert from 'node:assert/strict'
import { before, suite, test } from 'node:test'
import { brokerSkip, sharedBroker, type TestBroker, uniqueName } from '../support/kafka-broker.ts'
import { eventually, kafkaKs, latest, newTopic } from '../support/kafka-ks.ts'

const skip = brokerSkip()
let broker: TestBroker

before(async () => {
  if (!skip) broker = await sharedBroker()
})

const members = ['-X', 'session.timeout.ms=6000', '-X', 'heartbeat.interval.ms=500', '-X', 'commit.interval.ms=100']
const threads = (count: number): string[] => ['-X', `num.stream.threads=${String(count)}`, ...members]
const pages = 20

suite('threads', { skip }, () => {
  test('share the tasks of a process, which may be killed and go on with fewer', { timeout: 90_000 }, async (t) => {
    const ks = kafkaKs(broker, t)
    const [input, output] = await Promise.all([newTopic(broker, 'in', 3), newTopic(broker, 'out', 3)])
    const app = uniqueName('app')
    const chain = ['count', '--by', '.page', '-t', input, '-a', app, '--to', output, '--eos', '--verbose']
    let produced = 0
    const produce = async (): Promise<void> => {
      const values = Array.from({ length: 2000 }, () => `{"page":"/p${String((produced++ * 13) % pages)}"}`)
      await broker.produce(
        input,
        values.map((value, index) => ({ key: `u${String(index % 101)}`, value })),
      )
    }
    const inputsOfMembers = async (): Promise<number[]> => {
      const group = await broker.group(`${app}-count`).catch(() => undefined)
      if (group?.state !== 'Stable') return []
      return group.members.map(({ partitions }) => partitions.filter(({ topic }) => topic === input).length).sort()
    }
    const spread = (counts: readonly number[]): Promise<unknown> =>
      eventually(
        `inputs of members ${counts.join('-')}`,
        async () => JSON.stringify(await inputsOfMembers()) === JSON.stringify(counts) || undefined,
        30_000,
      )
    const counted = (): Promise<unknown> =>
      eventually(
        `${String(produced)} counted`,
        async () => {
          const rows = [...(await latest(broker, output)).values()] as { count: number }[]
          const total = rows.reduce((sum, { count }) => sum + count, 0)
          assert.ok(total <= produced, `${String(total)} of ${String(produced)} records counted`)
          return total === produced && rows.every(({ count }) => count === produced / pages) ? true : undefined
        },
        40_000,
      )

    const three = ks.start([...chain, ...threads(3)])
    await produce()
    await spread([1, 1, 1])
    await produce()
    await counted()
    assert.match(three.stderr(), /^ks: thread 3: tasks: /m)
    await produce()
    three.kill('SIGKILL')
    await three.ended

    const two = ks.start([...chain, ...threads(2)])
    await produce()
    await spread([1, 2])
    await counted()
    assert.deepEqual((await two.stop()).status, 143)
    // All of them have left: nobody waits for them.
    assert.equal((await broker.group(`${app}-count`)).members.length, 0)
  })

  test('end together when one of them cannot go on, with its status and its word', async (t) => {
    const ks = kafkaKs(broker, t)
    const [input, output] = await Promise.all([newTopic(broker, 'in', 3), newTopic(broker, 'out', 1)])
    const chain = ['map', '.n', '-t', input, '-a', uniqueName('app'), '--to', output, '--on-error', 'fail']
    const run = ks.start([...chain, ...threads(3)])
    const keys = Array.from({ length: 30 }, (_, index) => `k${String(index)}`)
    await broker.produce(
      input,
      keys.map((key) => ({ key, value: '{"n":1}' })),
    )
    const written = async (): Promise<number> => (await broker.consume(output)).length
    await eventually('the good ones', async () => (await written()) === keys.length || undefined)
    // One of the three; which thread has it is up to the group.
    await broker.produce(input, [{ key: 'k0', value: 'no JSON' }])
    const { status, stderr } = await run.ended
    assert.equal(status, 5, stderr)
    assert.equal(stderr.match(new RegExp(`${input}-\\d@\\d+`, 'g'))?.length, 1, stderr)
    assert.equal(await written(), keys.length)
  })

  test('say in one line what all of them have lost', async (t) => {
    const ks = kafkaKs(broker, t)
    const bad = Array.from({ length: 60 }, (_, index) => ({ key: `k${String(index)}`, value: 'no JSON' }))
    const [input, output] = await Promise.all([
      newTopic(broker, 'in', 3, [...bad, { key: 'k', value: '{"n":1}' }]),
      newTopic(broker, 'out', 1),
    ])
    const run = ks.start(['cat', '-t', input, '-a', uniqueName('app'), '--to', output, '--verbose', ...threads(3)])
    await eventually('all three at work', () => /thread 3: tasks: /.test(run.stderr()) || undefined)
    await eventually('the good one', async () => (await broker.consume(output)).length === 1 || undefined)
    const { status, stderr } = await run.stop()
    assert.equal(status, 143)
    assert.match(stderr, /^ks: 60 bad records skipped \(/m)
    assert.equal(stderr.match(/skipped/g)?.length, 1, stderr)
  })

  test('are not used where one has to write', async (t) => {
    const ks = kafkaKs(broker, t)
    const input = await newTopic(broker, 'in', 2, [{ key: 'k', value: '{"n":1}' }])
    const { stdout, stderr } = await ks.ok(['cat', '-t', input, '-a', uniqueName('app'), '-e', ...threads(2)])
    assert.equal(stdout, '{"n":1}\n')
    assert.equal(stderr, 'ks: num.stream.threads=2 is not used: a run that ends (-e) has one\n')
    const run = ks.start(['cat', '-t', input, '-a', uniqueName('app'), ...threads(2)])
    await eventually('the record', () => run.stdout() === '{"n":1}\n' || undefined)
    assert.match(run.stderr(), /is not used: standard output and files are written by one/)
    await run.stop()
  })
})
