// The client against brokers that a test scripts: which requests it makes, and what it remembers.

import assert from 'node:assert/strict'
import { createServer } from 'node:net'
import { suite, test, type TestContext } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { KafkaClient } from '../../../src/runtime/kafka/client.ts'
import { errorCode } from '../../../src/runtime/kafka/error-codes.ts'
import { KafkaConnectionError, KafkaError } from '../../../src/runtime/kafka/kafka-errors.ts'
import { KsError } from '../../../src/runtime/model/errors.ts'
import {
  bodyOf,
  clientOptions,
  echo,
  listen,
  metadataBody,
  type Script,
  scriptedBroker,
  type ScriptedBroker,
} from './client-scripted-broker.ts'

const never = new AbortController().signal
const metadataKey = 3
const coordinatorKey = 10
const apis = { [metadataKey]: [0, 8], [coordinatorKey]: [0, 2], 900: [0, 3] } as const

const rejection = async (promise: Promise<unknown>): Promise<unknown> => {
  try {
    await promise
  } catch (error) {
    return error
  }
  assert.fail('it should have been rejected')
}

const ksError = async (promise: Promise<unknown>): Promise<KsError> => {
  const error = await rejection(promise)
  assert.ok(error instanceof KsError, String(error))
  return error
}

/** A port where nobody listens. */
const closedPort = async (): Promise<number> => {
  const server = createServer()
  await listen(server)
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  return typeof address === 'object' && address !== null ? address.port : 0
}

/** A cluster of one scripted broker that answers Metadata; the rest is up to the script. */
const scripted = async (t: TestContext, script: Script = () => undefined): Promise<ScriptedBroker> => {
  const broker: ScriptedBroker = await scriptedBroker(apis, (request) => {
    if (request.key === metadataKey) request.reply(metadataBody(broker.port))
    else script(request)
  })
  t.after(() => broker.close())
  return broker
}

const connect = async (t: TestContext, ports: readonly number[], more = {}): Promise<KafkaClient> => {
  const client = await KafkaClient.connect(clientOptions(ports, more), 10_000, never)
  t.after(() => client.close())
  return client
}

suite('connect', () => {
  test('goes on to the next bootstrap server', async (t) => {
    const broker = await scripted(t)
    const client = await connect(t, [await closedPort(), broker.port])
    assert.equal(client.clusterId, 'scripted')
    assert.deepEqual(client.brokers(), [{ nodeId: 1, host: '127.0.0.1', port: broker.port, rack: null }])
    assert.equal(await client.controller(), 1)
    assert.equal(broker.connections(), 1)
  })

  test('says at once that nobody listens', async () => {
    const [one, other] = [await closedPort(), await closedPort()]
    const start = performance.now()
    const error = await ksError(KafkaClient.connect(clientOptions([one, other]), 30_000, never))
    assert.ok(performance.now() - start < 10_000)
    assert.deepEqual(
      [error.kind, error.message],
      [
        'broker',
        `cannot reach any of the brokers 127.0.0.1:${one}: connection refused (ECONNREFUSED), ` +
          `127.0.0.1:${other}: connection refused (ECONNREFUSED)`,
      ],
    )
    assert.match(error.hint ?? '', /bootstrap\.servers/)
  })

  test('gives up at its deadline', async (t) => {
    const server = createServer((socket) => socket.on('error', () => undefined))
    await listen(server)
    t.after(() => server.close())
    const address = server.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    const start = performance.now()
    const error = await ksError(KafkaClient.connect(clientOptions([port]), 300, never))
    assert.ok(performance.now() - start < 3_000)
    assert.deepEqual([error.kind, error.message], ['broker', `cannot reach the broker 127.0.0.1:${port}: no answer`])
  })

  test('ends when it is told to', async (t) => {
    const server = createServer((socket) => socket.on('error', () => undefined))
    await listen(server)
    t.after(() => server.close())
    const address = server.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    const reason = new Error('interrupted')
    const stop = new AbortController()
    setTimeout(() => {
      stop.abort(reason)
    }, 50)
    assert.equal(await rejection(KafkaClient.connect(clientOptions([port]), 30_000, stop.signal)), reason)
  })

  test('waits for a broker that is starting', async (t) => {
    let asked = 0
    const broker: ScriptedBroker = await scriptedBroker(apis, ({ reply }) => {
      reply(metadataBody(broker.port, asked++ < 2 ? 0 : 1))
    })
    t.after(() => broker.close())
    await connect(t, [broker.port])
    assert.equal(asked, 3)
  })

  test('guesses that a broker that hangs up wants a log-in', async (t) => {
    const broker = await scriptedBroker(apis, ({ socket }) => {
      socket.end()
    })
    t.after(() => broker.close())
    const error = await ksError(KafkaClient.connect(clientOptions([broker.port]), 400, never))
    assert.equal(error.message, `cannot reach the broker 127.0.0.1:${broker.port}: the broker closed the connection`)
    assert.match(error.hint ?? '', /SASL_PLAINTEXT/)
  })
})

suite('requests', () => {
  test('share a connection per channel', async (t) => {
    const broker = await scripted(t, ({ body, reply }) => {
      reply(body)
    })
    const client = await connect(t, [broker.port])
    const answers = await Promise.all(
      (['main', 'fetch', 'group', 'main', 'fetch', 'group'] as const).map((channel, index) =>
        client.request(1, echo(index), channel),
      ),
    )
    assert.deepEqual(answers, [0, 1, 2, 3, 4, 5])
    assert.equal(await client.request('any', echo(6)), 6)
    // The bootstrap server is that broker.
    assert.equal(broker.connections(), 3)
  })

  test('open a lost connection again, once and not at once', async (t) => {
    let hangUp = true
    const broker = await scripted(t, ({ body, reply, socket }) => {
      if (hangUp) socket.destroy()
      else reply(body)
    })
    const client = await connect(t, [broker.port], { reconnectBackoffMs: 100 })
    const lost = await rejection(client.request(1, echo(1)))
    assert.ok(lost instanceof KafkaConnectionError)
    assert.ok(lost.uncertain)
    hangUp = false
    const start = performance.now()
    assert.deepEqual(await Promise.all([client.request(1, echo(2)), client.request(1, echo(3))]), [2, 3])
    assert.ok(performance.now() - start >= 90)
    assert.equal(broker.connections(), 2)
  })

  test('to a node that is not there, or gone, were not sent', async (t) => {
    const broker = await scripted(t)
    const client = await connect(t, [broker.port])
    const unknown = await rejection(client.request(7, echo(1)))
    assert.ok(unknown instanceof KafkaConnectionError)
    assert.deepEqual([unknown.broker, unknown.uncertain], ['node 7', false])
    await broker.close()
    // Until the client has heard of it.
    await pause(50)
    for (const nodeId of [1, 'any'] as const) {
      const gone = await rejection(client.request(nodeId, echo(1)))
      assert.ok(gone instanceof KafkaConnectionError)
      assert.match(gone.message, /closed|reset|refused/)
      assert.ok(!gone.uncertain)
    }
  })

  test('are refused after close, which does not wait for long polls', async (t) => {
    const broker = await scripted(t)
    const client = await connect(t, [broker.port])
    await client.request(1, echo(0, { expectsResponse: false, decode: () => 0 }), 'fetch')
    const poll = rejection(client.request(1, echo(1), 'fetch'))
    const start = performance.now()
    await client.close()
    assert.ok(performance.now() - start < 1_000)
    assert.ok((await poll) instanceof KafkaConnectionError)
    for (const nodeId of [1, 'any'] as const) {
      const refused = await rejection(client.request(nodeId, echo(2)))
      assert.ok(refused instanceof KafkaConnectionError)
      assert.equal(refused.message, 'the client is closed')
    }
  })
})

suite('coordinator', () => {
  const coordinatorBody = (code: number, port: number): Buffer =>
    bodyOf((writer) => {
      writer.int32(0)
      writer.int16(code)
      writer.nullableString(null)
      writer.int32(code === 0 ? 4 : -1)
      writer.string('127.0.0.1')
      writer.int32(port)
    })

  test('is asked for until there is one, then remembered until forgotten', async (t) => {
    let asked = 0
    const broker: ScriptedBroker = await scripted(t, ({ key, body, reply }) => {
      if (key === coordinatorKey) reply(coordinatorBody(asked++ < 2 ? 15 : 0, broker.port))
      else reply(body)
    })
    const client = await connect(t, [broker.port])
    assert.deepEqual(await Promise.all([client.coordinator('group', 'g'), client.coordinator('group', 'g')]), [4, 4])
    assert.equal(await client.coordinator('group', 'g'), 4)
    assert.equal(asked, 3)
    // It can be asked although no metadata has named it.
    assert.equal(await client.request(4, echo(9)), 9)
    client.forgetCoordinator('group', 'g')
    await client.coordinator('group', 'g')
    assert.equal(asked, 4)
    await client.coordinator('transaction', 'g')
    assert.equal(asked, 5)
  })

  test('is given up after request.timeout.ms, with an error that can be retried', async (t) => {
    const broker: ScriptedBroker = await scripted(t, ({ reply }) => {
      reply(coordinatorBody(15, broker.port))
    })
    const client = await connect(t, [broker.port], { requestTimeoutMs: 800 })
    const error = await rejection(client.coordinator('group', 'g'))
    assert.ok(error instanceof KafkaError)
    assert.deepEqual([error.name, error.retriable], ['COORDINATOR_NOT_AVAILABLE', true])
  })

  test('that may not be asked for is an error at once', async (t) => {
    let asked = 0
    const broker: ScriptedBroker = await scripted(t, ({ reply }) => {
      asked++
      reply(coordinatorBody(30, broker.port))
    })
    const client = await connect(t, [broker.port])
    const error = await rejection(client.coordinator('group', 'g'))
    assert.ok(error instanceof KafkaError)
    assert.equal(error.name, 'GROUP_AUTHORIZATION_FAILED')
    assert.equal(asked, 1)
  })
})

suite('metadata', () => {
  /** One topic with one partition, or an error. */
  const topicBody = (port: number, name: string, leader: number, code = 0): Buffer =>
    bodyOf((writer) => {
      writer.raw(metadataBody(port).subarray(0, -8))
      writer.array([name], () => {
        writer.int16(code)
        writer.string(name)
        writer.boolean(false)
        writer.array(code === 0 ? [0] : [], () => {
          writer.int16(0)
          writer.int32(0)
          writer.int32(leader)
          writer.int32(11)
          writer.array([leader], writer.int32.bind(writer))
          writer.array([leader], writer.int32.bind(writer))
          writer.array([], () => undefined)
        })
        writer.int32(0)
      })
      writer.int32(0)
    })

  test('is kept until it is old, or a refresh is asked for', async (t) => {
    let asked = -1
    let nowMs = 1_000
    const broker: ScriptedBroker = await scriptedBroker(apis, ({ reply }) => {
      asked++
      reply(asked === 0 ? metadataBody(broker.port) : topicBody(broker.port, 't', asked))
    })
    t.after(() => broker.close())
    const client = await connect(t, [broker.port], {
      metadataMaxAgeMs: 60_000,
      clock: { now: () => nowMs, elapsed: () => nowMs },
    })
    assert.equal(client.leader('t', 0), undefined)
    const partition = { partition: 0, errorCode: 0, leader: 1, leaderEpoch: 11, replicas: [1], isr: [1] }
    assert.deepEqual((await client.topics(['t'])).get('t'), {
      name: 't',
      errorCode: 0,
      isInternal: false,
      partitions: [partition],
    })
    await client.topics(['t'])
    assert.deepEqual([asked, client.leader('t', 0), client.leader('t', 1)], [1, 1, undefined])
    await client.topics(['t'], true)
    assert.deepEqual([asked, client.leader('t', 0)], [2, 2])
    nowMs += 60_001
    await client.topics(['t'])
    assert.deepEqual([asked, client.leader('t', 0)], [3, 3])
    // `leader` does not wait, but asks.
    nowMs += 60_001
    assert.equal(client.leader('t', 0), 3)
    await client.refreshMetadata(['t'])
    assert.deepEqual([asked, client.leader('t', 0)], [4, 4])
  })

  test('refreshes that come together are one question, and the next one waits', async (t) => {
    const sizes: number[] = []
    const broker: ScriptedBroker = await scriptedBroker(apis, ({ body, reply }) => {
      sizes.push(body.readInt32BE(0))
      reply(metadataBody(broker.port))
    })
    t.after(() => broker.close())
    const client = await connect(t, [broker.port], { retryBackoffMs: 100 })
    const start = performance.now()
    await Promise.all([
      client.refreshMetadata(['a', 'b']),
      client.refreshMetadata(['b', 'c']),
      client.refreshMetadata([]),
    ])
    assert.deepEqual(sizes, [0, 3])
    await client.refreshMetadata([])
    assert.ok(performance.now() - start >= 90)
    assert.deepEqual(sizes, [0, 3, 0])
  })

  test('a refresh that nobody answers leaves what is known', async (t) => {
    const broker: ScriptedBroker = await scriptedBroker(apis, ({ reply }) => {
      reply(topicBody(broker.port, 't', 1))
    })
    const client = await connect(t, [broker.port])
    await client.topics(['t'])
    await broker.close()
    await client.refreshMetadata(['t'])
    assert.equal(client.leader('t', 0), 1)
  })

  for (const [code, kind, message] of [
    [29, 'denied', /^cannot use topic t: .*TOPIC_AUTHORIZATION_FAILED/],
    [17, 'config', /^cannot use topic t: .*INVALID_TOPIC_EXCEPTION/],
  ] as const) {
    test(`a topic with ${errorCode(code).name} is an error`, async (t) => {
      const broker: ScriptedBroker = await scriptedBroker(apis, ({ body, reply }) => {
        reply(body.readInt32BE(0) === 0 ? metadataBody(broker.port) : topicBody(broker.port, 't', 1, code))
      })
      t.after(() => broker.close())
      const client = await connect(t, [broker.port])
      const error = await ksError(client.topics(['t']))
      assert.equal(error.kind, kind)
      assert.match(error.message, message)
    })
  }

  test('a topic without a leader at the moment is there, and asked for again', async (t) => {
    let asked = 0
    const broker: ScriptedBroker = await scriptedBroker(apis, ({ body, reply }) => {
      reply(
        body.readInt32BE(0) === 0 ? metadataBody(broker.port) : topicBody(broker.port, 't', 1, asked++ === 0 ? 5 : 0),
      )
    })
    t.after(() => broker.close())
    const client = await connect(t, [broker.port])
    assert.equal((await client.topics(['t'])).get('t')?.errorCode, 5)
    assert.equal((await client.topics(['t'])).get('t')?.errorCode, 0)
  })
})
