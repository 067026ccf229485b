// One connection to one broker: what is sent, and what becomes of requests when the broker does not do what it should.

import assert from 'node:assert/strict'
import { createServer } from 'node:net'
import { suite, test, type TestContext } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { KafkaConnectionError } from '../../../src/runtime/kafka/kafka-errors.ts'
import { KsError } from '../../../src/runtime/model/errors.ts'
import {
  bodyOf,
  connectTo,
  echo,
  listen,
  type ReceivedRequest,
  type Script,
  scriptedBroker,
  type ScriptedBroker,
} from './client-scripted-broker.ts'

const echoKey = 900

const withBroker = async (
  t: TestContext,
  script: Script,
  versions: readonly [number, number] = [0, 3],
): Promise<ScriptedBroker> => {
  const broker = await scriptedBroker({ [echoKey]: versions }, script)
  t.after(() => broker.close())
  return broker
}

const replyEcho: Script = ({ body, reply }) => {
  reply(body)
}

/** What a promise is rejected with. */
const rejection = async (promise: Promise<unknown>): Promise<unknown> => {
  try {
    await promise
  } catch (error) {
    return error
  }
  assert.fail('it should have been rejected')
}

const isLost = (error: unknown, uncertain: boolean, message: RegExp): void => {
  assert.ok(error instanceof KafkaConnectionError, String(error))
  assert.deepEqual([error.uncertain, error.retriable], [uncertain, true])
  assert.match(error.message, message)
  assert.match(error.broker, /^127\.0\.0\.1:\d+$/)
}

suite('a request', () => {
  test('has the header of its version and gets its answer, whatever the order', async (t) => {
    const received: ReceivedRequest[] = []
    const broker = await withBroker(t, (request) => {
      received.push(request)
      // The answers of three requests, last one first.
      if (received.length === 3) for (const each of received.toReversed()) each.reply(each.body)
    })
    const connection = await connectTo(broker.port)
    assert.deepEqual(await Promise.all([1, 2, 3].map((value) => connection.request(echo(value)))), [1, 2, 3])
    assert.deepEqual(
      received.map(({ key, version, clientId }) => [key, version, clientId]),
      received.map(() => [echoKey, 3, 'ks-test']),
    )
    assert.equal(new Set(received.map(({ correlationId }) => correlationId)).size, 3)
    await connection.close()
  })

  test('of a flexible version has tags in both headers', async (t) => {
    const broker = await withBroker(t, ({ version, body, reply }) => {
      assert.deepEqual([version, body.toString('hex')], [3, '0000000007'])
      // One tagged field in the header of the answer.
      reply(Buffer.from('0105010900000008', 'hex'))
    })
    const connection = await connectTo(broker.port)
    assert.equal(await connection.request(echo(7, { flexibleFrom: 3 })), 8)
    await connection.close()
  })

  test('large ones and answers in pieces', async (t) => {
    const broker = await withBroker(t, ({ body, correlationId, socket }) => {
      const frame = bodyOf((writer) => {
        writer.int32(4 + body.length)
        writer.int32(correlationId)
        writer.raw(body)
      })
      for (let at = 0; at < frame.length; at += 100_001) socket.write(frame.subarray(at, at + 100_001))
    })
    const connection = await connectTo(broker.port)
    const large = Buffer.alloc(3_000_000, 'abcdefg')
    const answer = await connection.request({
      ...echo(0),
      encode: (writer) => {
        writer.bytes(large)
      },
      decode: (reader) => reader.bytes(),
    })
    assert.ok(answer.equals(large))
    await connection.close()
  })

  test('that nobody answers is done when it is sent', async (t) => {
    let sent: (body: string) => void = () => undefined
    const arrived = new Promise<string>((resolve) => (sent = resolve))
    const broker = await withBroker(t, ({ body }) => {
      sent(body.toString('hex'))
    })
    const connection = await connectTo(broker.port)
    const silent = echo(5, { expectsResponse: false, decode: (reader) => reader.remaining })
    assert.equal(await connection.request(silent), 0)
    assert.equal(await arrived, '00000005')
    await connection.close()
  })

  test('without an answer is done when the network has taken it', { timeout: 10_000 }, async (t) => {
    const broker = await withBroker(t, ({ key, socket, body, reply }) => {
      if (body.length === 4) socket.pause()
      else if (key !== 900) reply(body)
    })
    const connection = await connectTo(broker.port)
    const silent = { expectsResponse: false, decode: () => 0 } as const
    await connection.request(echo(0, silent))
    const megabyte = Buffer.alloc(1_048_576)
    const sent = new Set<number>()
    const all = Array.from({ length: 32 }, async (_, index) => {
      await connection.request(echo(0, { ...silent, encode: (writer) => writer.raw(megabyte) }))
      sent.add(index)
    })
    await pause(200)
    assert.ok(sent.size < 32, String(sent.size))
    connection.destroy()
    const outcomes = await Promise.allSettled(all)
    assert.ok(outcomes.some(({ status }) => status === 'rejected'))
  })

  test('that was given up before is not sent, and the connection stays', async (t) => {
    const broker = await withBroker(t, replyEcho)
    const connection = await connectTo(broker.port)
    const abandoned = AbortSignal.abort()
    isLost(await rejection(connection.request(echo(1, { abandoned }))), false, /given up before it was sent/)
    assert.equal(await connection.request(echo(2)), 2)
    await connection.close()
  })

  for (const [theirs, ours, chosen] of [
    [[0, 9], [1, 3], 3],
    [[0, 2], [1, 3], 2],
    [[3, 9], [1, 3], 3],
  ] as const) {
    test(`broker ${theirs.join('–')}, ks ${ours.join('–')}: version ${chosen}`, async (t) => {
      const broker = await withBroker(
        t,
        ({ version, reply }) => {
          reply(
            bodyOf((writer) => {
              writer.int32(version)
            }),
          )
        },
        theirs,
      )
      const connection = await connectTo(broker.port)
      assert.equal(await connection.request(echo(0, { minVersion: ours[0], maxVersion: ours[1] })), chosen)
      await connection.close()
    })
  }

  for (const [theirs, message, hint] of [
    [[4, 18], 'speaks Echo 4–18, this ks 0–3: no version in common', /too new: use a newer ks/],
    [[0, 0], 'speaks Echo 0, this ks 1–3: no version in common', /too old/],
    [undefined, 'speaks no Echo, this ks 1–3: no version in common', /too old/],
  ] as const) {
    test(`without a common version is refused: ${message}`, async (t) => {
      const broker = await scriptedBroker(theirs === undefined ? {} : { [echoKey]: theirs }, () => {
        assert.fail('nothing should have been sent')
      })
      t.after(() => broker.close())
      const connection = await connectTo(broker.port)
      const error = await rejection(connection.request(echo(0, { minVersion: theirs?.[0] === 4 ? 0 : 1 })))
      assert.ok(error instanceof KsError)
      assert.deepEqual([error.kind, error.message], ['broker', `broker 127.0.0.1:${broker.port} ${message}`])
      assert.match(error.hint ?? '', hint)
      assert.ok(connection.isUsable)
      await connection.close()
    })
  }

  test('to the listener of a controller says what it is', async (t) => {
    const controller = await scriptedBroker({ 52: [0, 1], 53: [0, 1] }, () => {
      assert.fail('nothing should have been sent')
    })
    t.after(() => controller.close())
    const connection = await connectTo(controller.port)
    const error = await rejection(connection.request(echo(0)))
    assert.ok(error instanceof KsError)
    assert.equal(error.kind, 'config')
    assert.match(error.message, /is the listener of a KRaft controller/)
    await connection.close()
  })

  test('whose answer cannot be read says so, and the next one goes on', async (t) => {
    const broker = await withBroker(t, ({ body, reply }) => {
      reply(body.subarray(body.readInt32BE(0) === 1 ? 1 : 0))
    })
    const connection = await connectTo(broker.port)
    const error = await rejection(connection.request(echo(1)))
    assert.ok(error instanceof KsError)
    assert.match(error.message, /the answer of broker 127\.0\.0\.1:\d+ to Echo version 3 cannot be read/)
    assert.equal(await connection.request(echo(2)), 2)
    const decodes = echo(3, {
      decode: () => {
        throw new TypeError('of decode')
      },
    })
    await assert.rejects(connection.request(decodes), new TypeError('of decode'))
    await connection.close()
  })
})

suite('a connection that fails', () => {
  test('in the middle: what was sent is uncertain, what comes after is not', async (t) => {
    const broker = await withBroker(t, ({ socket }) => {
      socket.destroy()
    })
    const connection = await connectTo(broker.port)
    const errors = await Promise.all([rejection(connection.request(echo(1))), rejection(connection.request(echo(2)))])
    for (const error of errors) isLost(error, true, /closed|reset/)
    assert.ok(!connection.isUsable)
    isLost(await rejection(connection.request(echo(3))), false, /closed|reset/)
    await connection.close()
  })

  test('with half an answer', async (t) => {
    const broker = await withBroker(t, ({ socket }) => {
      socket.end(Buffer.from('00000008000000', 'hex'))
    })
    const connection = await connectTo(broker.port)
    isLost(await rejection(connection.request(echo(1))), true, /the broker closed the connection/)
  })

  test('by silence: after request.timeout.ms, or what the request allows', async (t) => {
    const broker = await withBroker(t, () => undefined)
    const connection = await connectTo(broker.port, { requestTimeoutMs: 600 })
    const start = performance.now()
    const patient = rejection(connection.request(echo(1, { timeoutMs: 1_000 })))
    await pause(700)
    assert.ok(connection.isUsable)
    isLost(await patient, true, /^no answer to Echo within 1000 ms$/)
    assert.ok(performance.now() - start >= 990)
    assert.ok(!connection.isUsable)
    const other = await connectTo(broker.port, { requestTimeoutMs: 600 })
    isLost(await rejection(other.request(echo(1))), true, /^no answer to Echo within 600 ms$/)
  })

  test('before it stands: nobody listens', async () => {
    const server = createServer()
    await listen(server)
    const address = server.address()
    await new Promise((resolve) => server.close(resolve))
    const port = typeof address === 'object' && address !== null ? address.port : 0
    isLost(await rejection(connectTo(port)), false, /^connection refused \(ECONNREFUSED\)$/)
  })

  test('before it stands: somebody listens and says nothing', async (t) => {
    const server = createServer((socket) => socket.on('error', () => undefined))
    await listen(server)
    t.after(() => server.close())
    const address = server.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    isLost(
      await rejection(connectTo(port, { requestTimeoutMs: 100 })),
      true,
      /^no answer to ApiVersions within 100 ms$/,
    )
    isLost(
      await rejection(connectTo(port, { connectionTimeoutMs: 100, tls: { rejectUnauthorized: false } })),
      false,
      /^no connection within 100 ms$/,
    )
  })

  for (const [what, bytes, message] of [
    ['speaks HTTP', 'HTTP/1.1 400 Bad Request\r\n\r\n', /is no Kafka broker: it speaks something else/],
    ['answers with a TLS alert', Buffer.from('15030300020250', 'hex'), /speaks TLS/],
  ] as const) {
    test(`somebody ${what}`, async (t) => {
      const server = createServer((socket) => {
        socket.on('error', () => undefined)
        socket.on('data', () => socket.end(bytes))
      })
      await listen(server)
      t.after(() => server.close())
      const address = server.address()
      const error = await rejection(connectTo(typeof address === 'object' && address !== null ? address.port : 0))
      assert.ok(error instanceof KsError)
      assert.equal(error.kind, 'config')
      assert.match(error.message, message)
    })
  }

  test('TLS with somebody who does not speak it', async (t) => {
    const server = createServer((socket) => {
      socket.on('error', () => undefined)
      socket.on('data', () => socket.end('no TLS here, but some more bytes than a record header has'))
    })
    await listen(server)
    t.after(() => server.close())
    const address = server.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    const error = await rejection(connectTo(port, { tls: {} }))
    assert.ok(error instanceof KsError)
    assert.deepEqual(
      [error.kind, error.message],
      ['config', `broker 127.0.0.1:${port} does not speak TLS at this port`],
    )
  })

  test('TLS with somebody who hangs up', async (t) => {
    const server = createServer((socket) => {
      socket.on('error', () => undefined)
      socket.on('data', () => socket.end())
    })
    await listen(server)
    t.after(() => server.close())
    const address = server.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    isLost(await rejection(connectTo(port, { tls: {} })), false, /closed during the TLS handshake/)
  })
})

suite('closing', () => {
  test('waits for what is under way', async (t) => {
    const broker = await withBroker(t, (request) => {
      setTimeout(() => {
        replyEcho(request)
      }, 100)
    })
    const connection = await connectTo(broker.port)
    const answer = connection.request(echo(1))
    const closed = connection.close()
    isLost(await rejection(connection.request(echo(2))), false, /closed/)
    assert.equal(await answer, 1)
    await closed
  })

  test('but not for longer than two seconds', async (t) => {
    const broker = await withBroker(t, () => undefined)
    const connection = await connectTo(broker.port)
    const answer = rejection(connection.request(echo(1)))
    const start = performance.now()
    await Promise.all([connection.close(), connection.close()])
    const tookMs = performance.now() - start
    assert.ok(tookMs >= 1_900 && tookMs < 4_000, `${tookMs} ms`)
    isLost(await answer, true, /closed by ks/)
  })

  test('at once where nothing is under way, and what was sent arrives', async (t) => {
    const bodies: string[] = []
    const broker = await withBroker(t, ({ body }) => bodies.push(body.toString('hex')))
    const connection = await connectTo(broker.port)
    for (let value = 0; value < 100; value++) {
      await connection.request(echo(value, { expectsResponse: false, decode: () => 0 }))
    }
    const start = performance.now()
    await connection.close()
    assert.ok(performance.now() - start < 1_000)
    while (bodies.length < 100) await pause(5)
    assert.equal(bodies[99], '00000063')
  })

  test('leaves no timer behind', async (t) => {
    const broker = await withBroker(t, replyEcho)
    const connection = await connectTo(broker.port)
    await connection.request(echo(1))
    await connection.close()
    // A connection that is given up while it is being made.
    const silent = createServer((socket) => socket.on('error', () => undefined))
    await listen(silent)
    const address = silent.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    isLost(
      await rejection(connectTo(port, { requestTimeoutMs: 50, tls: {}, connectionTimeoutMs: 50 })),
      false,
      /within 50 ms/,
    )
    silent.close()
    await pause(20)
    const timers = process.getActiveResourcesInfo().filter((name) => name === 'Timeout')
    // The one of this test, which node:test has.
    assert.ok(timers.length <= 1, `${timers.length} timers`)
  })
})
