// Who is believed about leaders: brokers that have lost the controllers stay reachable and tell what was true once.

import assert from 'node:assert/strict'
import { suite, test, type TestContext } from 'node:test'
import { KafkaClient } from '../../../src/runtime/kafka/client.ts'
import { bodyOf, clientOptions, echo, type ScriptedBroker, scriptedBroker } from './client-scripted-broker.ts'

const apis = { 3: [0, 8], 900: [0, 3] } as const

interface Told {
  readonly leader: number
  readonly epoch: number
}

const metadataOf = (ports: readonly number[], { leader, epoch }: Told): Buffer =>
  bodyOf((writer) => {
    writer.int32(0)
    writer.array([...ports.entries()], ([index, port]) => {
      writer.int32(index + 1)
      writer.string('127.0.0.1')
      writer.int32(port)
      writer.nullableString(null)
    })
    writer.nullableString('scripted')
    writer.int32(1)
    writer.array(['t'], (topic) => {
      writer.int16(0)
      writer.string(topic)
      writer.boolean(false)
      writer.array([0], (partition) => {
        writer.int16(0)
        for (const value of [partition, leader, epoch]) writer.int32(value)
        for (let list = 0; list < 3; list++) writer.array([], () => undefined)
      })
      writer.int32(0)
    })
    writer.int32(0)
  })

/** Two brokers, of which each tells what the test says; the client has a connection to both. */
const twoBrokers = async (t: TestContext, told: readonly [Told, Told]) => {
  const asked = [0, 0]
  const brokers: ScriptedBroker[] = []
  for (const index of [0, 1]) {
    const broker = await scriptedBroker(apis, ({ key, reply }) => {
      if (key === 900) return reply(bodyOf((writer) => writer.int32(0)))
      asked[index] = (asked[index] ?? 0) + 1
      const what = told[index] ?? told[0]
      reply(
        metadataOf(
          brokers.map(({ port }) => port),
          what,
        ),
      )
    })
    brokers.push(broker)
    t.after(() => broker.close())
  }
  const options = clientOptions([brokers[0]?.port ?? 0])
  const client = await KafkaClient.connect(options, 10_000, new AbortController().signal)
  t.after(() => client.close())
  for (const node of [1, 2]) await client.request(node, echo(0))
  const refresh = async (times: number): Promise<void> => {
    for (let time = 0; time < times; time++) await client.topics(['t'], true)
  }
  return { client, asked, refresh }
}

suite('metadata', () => {
  test('is asked of all brokers in turn', async (t) => {
    const same = { leader: 1, epoch: 1 }
    const { asked, refresh } = await twoBrokers(t, [same, same])
    const before = [...asked]
    await refresh(6)
    assert.deepEqual(
      asked.map((count, index) => count - (before[index] ?? 0)),
      [3, 3],
    )
  })

  test('of an epoch that is over is not believed, also in the result', async (t) => {
    const { client, refresh } = await twoBrokers(t, [
      { leader: 1, epoch: 4 },
      { leader: 2, epoch: 5 },
    ])
    await refresh(2)
    for (let time = 0; time < 6; time++) {
      const found = (await client.topics(['t'], true)).get('t')
      assert.equal(found?.partitions[0]?.leader, 2)
      assert.equal(client.leader('t', 0), 2)
    }
  })

  test('is believed when everybody insists: the topic was made anew', async (t) => {
    const told = { leader: 1, epoch: 7 }
    const { client, refresh } = await twoBrokers(t, [told, told])
    await refresh(1)
    Object.assign(told, { leader: 2, epoch: 0 })
    await refresh(4)
    assert.equal(client.leader('t', 0), 2)
  })
})
