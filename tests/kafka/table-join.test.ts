// join --table @TOPIC: a KTable beside a stream, without an application id and with one, by the key and by a field.

import assert from 'node:assert/strict'
import { before, suite, test } from 'node:test'
import { clicks, clicksBase } from '../support/click-records.ts'
import { type NewRecord, brokerSkip, sharedBroker, type TestBroker, uniqueName } from '../support/kafka-broker.ts'
import { eventually, kafkaKs, newTopic, sorted } from '../support/kafka-ks.ts'

const skip = brokerSkip()
let broker: TestBroker

before(async () => {
  if (!skip) broker = await sharedBroker()
})

suite('join with a table topic', { skip, concurrency: 3 }, () => {
  const users: NewRecord[] = [
    { key: 'u0', value: '{"name":"Ann"}', timestamp: clicksBase - 5000 },
    { key: 'u1', value: '{"name":"Bob"}', timestamp: clicksBase - 4000 },
    { key: 'u2', value: '{"name":"Eve"}', timestamp: clicksBase - 3000 },
    { key: 'u1', value: '{"name":"Bobby"}', timestamp: clicksBase + 5500 },
    { key: 'u2', value: null, timestamp: clicksBase + 6500 },
  ]
  const tableTopic = (): Promise<string> => newTopic(broker, 'users', 3, users)
  /** Who clicked 0 to 9, as the table was then. */
  const names = ['Ann', 'Bob', 'Eve', null, null, 'Ann', 'Bobby', null, null, null]

  for (const [how, ad] of [
    ['without an application id', false],
    ['with one', true],
  ] as const) {
    test(`inner and left, by $key, by a field, through a repartition: ${how}`, async (t) => {
      const ks = kafkaKs(broker, t)
      const [input, table] = await Promise.all([newTopic(broker, 'in', 3, clicks(0, 10)), tableTopic()])
      const durable = (): string[] => (ad ? ['-a', uniqueName('app')] : [])
      const join = (...more: string[]): Promise<unknown[]> =>
        ks.rows([
          'join',
          '--table',
          `@${table}`,
          '-t',
          input,
          '-e',
          ...durable(),
          ...more,
          'then',
          'cut',
          more.includes('--as') ? 'amount,u' : 'amount,name',
        ])
      const inner = names.flatMap((name, amount) => (name === null ? [] : [{ amount, name }]))
      const left = names.map((name, amount) => ({ amount, u: name === null ? null : { name } }))
      const [byKey, byField, leftByKey, leftByField] = await Promise.all([
        join('--on', '$key'),
        join('--on', '.user=$key'),
        join('--on', '$key', '--left', '--as', 'u'),
        join('--on', '.user=$key', '--left', '--as', 'u'),
      ])
      assert.deepEqual(sorted(byKey), sorted(inner), 'by $key')
      assert.deepEqual(sorted(leftByKey), sorted(left), 'left, by $key')
      assert.deepEqual(sorted(byField), sorted(inner), 'by a field')
      assert.deepEqual(sorted(leftByField), sorted(left), 'left, by a field')
    })
  }

  test('an endless run takes updates in as they come', async (t) => {
    const ks = kafkaKs(broker, t)
    const [input, table, output] = await Promise.all([
      newTopic(broker, 'in', 1),
      newTopic(broker, 'users', 1, [{ key: 'a', value: '{"v":1}', timestamp: clicksBase }]),
      newTopic(broker, 'out', 1),
    ])
    ks.start([
      'join',
      '--table',
      `@${table}`,
      '--on',
      '$key',
      '--left',
      '--as',
      'row',
      '-t',
      input,
      '-a',
      uniqueName('app'),
      '--to',
      output,
    ])
    const values = async (): Promise<(string | null)[]> => (await broker.consume(output)).map(({ value }) => value)
    const click = async (n: number): Promise<void> => {
      await broker.produce(input, [{ key: 'a', value: `{"n":${String(n)}}`, timestamp: clicksBase + n * 1000 }])
      await eventually(`result ${String(n)}`, async () => (await values()).length === n || undefined)
    }
    const update = async (value: string | null, n: number): Promise<void> => {
      await broker.produce(table, [{ key: 'a', value, timestamp: clicksBase + n * 1000 - 500 }])
      // Topics are not in step with each other in real time.
      await new Promise((resolve) => setTimeout(resolve, 1000))
    }
    await click(1)
    await update('{"v":2}', 2)
    await click(2)
    await update(null, 3)
    await click(3)
    assert.deepEqual(await values(), ['{"n":1,"row":{"v":1}}', '{"n":2,"row":{"v":2}}', '{"n":3,"row":null}'])
  })

  test('the table is there again in the next run, without a changelog of its own', async (t) => {
    const ks = kafkaKs(broker, t)
    const [input, table] = await Promise.all([newTopic(broker, 'in', 3, clicks(0, 1)), tableTopic()])
    const app = uniqueName('app')
    const chain = ['join', '--table', `@${table}`, '--on', '$key', '-t', input, '-a', app, '-e']
    assert.equal((await ks.rows(chain)).length, 1)
    await broker.produce(input, [{ key: 'u1', value: '{"n":1}', timestamp: clicksBase + 10_000 }])
    assert.deepEqual(await ks.rows(chain), [{ n: 1, name: 'Bobby' }])
    await broker.produce(input, [{ key: 'u0', value: '{"n":2}', timestamp: clicksBase + 11_000 }])
    assert.deepEqual(await ks.rows([...chain, '--state-dir', `${ks.directory}/b`]), [{ n: 2, name: 'Ann' }])
    assert.deepEqual(
      (await broker.topics()).filter((name) => name.startsWith(app)),
      [],
    )
  })
})
