// What ks takes of kafkajs' inside, which no version promises: each part does what src/runtime/kafka/wire relies on. One that
// fails here after an update has to be looked at there.

import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { connect, createServer, type Socket } from 'node:net'
import { suite, test, type TestContext } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import Connection, { type Logger, type QueueEntry } from 'kafkajs/src/network/connection.js'
import { listen } from './client-scripted-broker.ts'

const logged: string[] = []
const log = (message: string): void => {
  logged.push(message)
}
const logger: Logger = { namespace: () => logger, debug: log, info: log, warn: log, error: log }

interface Opened {
  readonly connection: Connection
  readonly socket: Socket
  /** The other end. */
  readonly peer: Socket
}

const open = async (t: TestContext, more: object = {}): Promise<Opened> => {
  let accept: (socket: Socket) => void = () => undefined
  const accepted = new Promise<Socket>((resolve) => (accept = resolve))
  const server = createServer((socket) => {
    socket.on('error', () => undefined)
    accept(socket)
  })
  await listen(server)
  const address = server.address()
  let made: Socket | undefined
  const connection = new Connection({
    host: '127.0.0.1',
    port: typeof address === 'object' && address !== null ? address.port : 0,
    logger,
    socketFactory: ({ host, port, ssl, onConnect }) => {
      assert.equal(ssl, null)
      return (made = connect({ host, port }, onConnect))
    },
    requestTimeout: 5_000,
    connectionTimeout: 5_000,
    enforceRequestTimeout: false,
    clientId: 'ks-test',
    ssl: null,
    sasl: null,
    ...more,
  })
  t.after(() => {
    connection.requestQueue.destroy()
    made?.destroy()
    server.close()
  })
  assert.equal(connection.isConnected(), false)
  await connection.connect()
  assert.ok(made !== undefined)
  return { connection, socket: made, peer: await accepted }
}

/** Puts a request into the queue; resolves with the payload of its answer. */
const push = (connection: Connection, send: () => void, expectResponse = true): Promise<Buffer | null> =>
  new Promise((resolve, reject) => {
    const entry: QueueEntry = {
      apiKey: 900,
      apiName: 'Echo',
      apiVersion: 0,
      correlationId: connection.nextCorrelationId(),
      resolve: ({ payload }) => {
        resolve(payload)
      },
      reject,
    }
    connection.requestQueue.push({ entry, expectResponse, requestTimeout: null, sendRequest: send })
  })

const answer = (correlationId: number, payload: string): Buffer => {
  const bytes = Buffer.alloc(8 + payload.length)
  bytes.writeInt32BE(4 + payload.length, 0)
  bytes.writeInt32BE(correlationId, 4)
  bytes.write(payload, 8)
  return bytes
}

suite('kafkajs', () => {
  test('is the version that was looked at', () => {
    const manifest = createRequire(import.meta.url)('kafkajs/package.json') as { readonly version: string }
    assert.equal(manifest.version, '2.2.4')
  })

  test('connects through our socket factory, and knows whether it is connected', async (t) => {
    const { connection } = await open(t)
    assert.ok(connection.isConnected())
    connection.connectionStatus = 'disconnected'
    assert.ok(!connection.isConnected())
  })

  test('gives each request its number, from 0 on', async (t) => {
    const { connection } = await open(t)
    assert.deepEqual(
      [0, 1, 2].map(() => connection.nextCorrelationId()),
      [0, 1, 2],
    )
  })

  test('sends at once when a request is pushed, and matches answers by number', async (t) => {
    const { connection, peer } = await open(t)
    const sent: number[] = []
    const first = push(connection, () => sent.push(0))
    const second = push(connection, () => sent.push(1))
    assert.deepEqual(sent, [0, 1])
    peer.write(answer(1, 'second'))
    assert.equal((await second)?.toString(), 'second')
    const bytes = answer(0, 'first')
    peer.write(bytes.subarray(0, 6))
    await pause(10)
    peer.write(bytes.subarray(6))
    assert.equal((await first)?.toString(), 'first')
  })

  test('settles a request that nobody answers when it is sent', async (t) => {
    const { connection } = await open(t)
    assert.equal(await push(connection, () => undefined, false), null)
  })

  test('rejects everything under way with the error it is given', async (t) => {
    const { connection } = await open(t)
    const all = [push(connection, () => undefined), push(connection, () => undefined)]
    const error = new Error('ours')
    connection.requestQueue.rejectAll(error)
    for (const result of await Promise.allSettled(all)) assert.deepEqual(result, { status: 'rejected', reason: error })
  })

  test('has no time limit of its own for requests', async (t) => {
    const { connection, peer } = await open(t, { requestTimeout: 20 })
    const late = push(connection, () => undefined)
    await pause(300)
    peer.write(answer(0, 'late'))
    assert.equal((await late)?.toString(), 'late')
  })

  test('sets its endless timer in a method of the queue that can be replaced', async (t) => {
    const { connection, peer } = await open(t)
    let calls = 0
    connection.requestQueue.scheduleCheckPendingRequests = () => void calls++
    for (let number = 0; number < 3; number++) {
      const done = push(connection, () => undefined)
      peer.write(answer(number, 'x'))
      await done
    }
    assert.ok(calls > 0)
    await pause(10)
    assert.equal(process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length <= 1, true)
  })

  test('says what it has to say to the logger only', async (t) => {
    logged.length = 0
    const { connection, socket } = await open(t)
    socket.destroy(new Error('broken'))
    await pause(10)
    connection.requestQueue.destroy()
    assert.ok(logged.includes('Connection error: broken'))
  })

  test('lets a SASL mechanism of ours exchange bytes after a handshake', async (t) => {
    const exchanged: string[] = []
    const sasl = {
      mechanism: 'oauthbearer',
      authenticationProvider: ({ saslAuthenticate }: { saslAuthenticate: (message: object) => Promise<unknown> }) => ({
        authenticate: async () => {
          const result = await saslAuthenticate({
            request: { encode: () => Promise.resolve(Buffer.from('\u0000\u0000\u0000\u0002hi')) },
            response: {
              decode: (data: Buffer) => Promise.resolve(data),
              parse: (data: Buffer) => Promise.resolve(data),
            },
          })
          exchanged.push(String(result))
        },
      }),
    }
    const { connection, peer } = await open(t, { sasl })
    connection.setVersions({ 17: { minVersion: 0, maxVersion: 1 }, 36: { minVersion: 0, maxVersion: 2 } })
    connection.setSupportAuthenticationProtocol(true)
    peer.on('data', (bytes: Buffer) => {
      const key = bytes.readInt16BE(4)
      exchanged.push(`${key} version ${bytes.readInt16BE(6)} ${bytes.subarray(-6).toString('hex')}`)
      // SaslHandshake: no error, one mechanism. SaslAuthenticate: no error, no message, three bytes, a session of 11 s.
      const body =
        key === 17 ? '0000000000010' + '00b4f4155544842454152455' + '2' : '0000ffff00000003616263' + '0000000000002af8'
      const payload = Buffer.from(body, 'hex')
      const frame = Buffer.alloc(8 + payload.length)
      frame.writeInt32BE(4 + payload.length, 0)
      frame.writeInt32BE(bytes.readInt32BE(8), 4)
      payload.copy(frame, 8)
      peer.write(frame)
    })
    assert.ok(!connection.isAuthenticated())
    await connection.authenticate()
    assert.ok(connection.isAuthenticated())
    assert.deepEqual(exchanged.slice(1), ['36 version 1 000000026869', '\u0000\u0000\u0000\u0003abc'])
    // The session ends in 11 s; kafkajs logs in anew ten seconds before.
    await pause(1_100)
    assert.ok(!connection.isAuthenticated())
  })
})
