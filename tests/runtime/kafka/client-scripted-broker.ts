// A server that speaks as much of Kafka's protocol as a test tells it to: it counts connections, keeps the requests it gets, and
// answers with the bytes that its script gives.

import { once } from 'node:events'
import { createServer, type Server, type Socket } from 'node:net'
import { type ClientOptions } from '../../../src/runtime/kafka/client.ts'
import type { ApiRequest } from '../../../src/runtime/kafka/protocol/api-request.ts'
import { BrokerConnection } from '../../../src/runtime/kafka/wire/broker-connection.ts'
import { ByteReader } from '../../../src/runtime/kafka/wire/byte-reader.ts'
import { ByteWriter } from '../../../src/runtime/kafka/wire/byte-writer.ts'
import { systemClock } from '../../../src/runtime/tasks/clock.ts'

export interface ReceivedRequest {
  readonly key: number
  readonly version: number
  readonly correlationId: number
  readonly clientId: string
  /** Everything after the client id. */
  readonly body: Buffer
  readonly socket: Socket
  /** Sends an answer: what comes after the correlation id. */
  reply(body: Buffer): void
}

/** Answers a request, or leaves it. `versions` have been answered already. */
export type Script = (request: ReceivedRequest) => void

export interface ScriptedBroker {
  readonly port: number
  readonly connections: () => number
  close(): Promise<void>
}

/** The body that a writing function makes. */
export const bodyOf = (write: (writer: ByteWriter) => void): Buffer => {
  const writer = new ByteWriter()
  write(writer)
  return writer.toBuffer()
}

/** A server that knows these requests, by key, in these versions. */
export const scriptedBroker = async (
  versions: Readonly<Record<number, readonly [min: number, max: number]>>,
  script: Script,
): Promise<ScriptedBroker> => {
  const sockets = new Set<Socket>()
  let connections = 0
  const server = createServer((socket) => {
    connections++
    sockets.add(socket)
    socket.on('error', () => undefined)
    socket.on('close', () => sockets.delete(socket))
    let pending = Buffer.alloc(0)
    socket.on('data', (bytes: Buffer) => {
      pending = Buffer.concat([pending, bytes])
      while (pending.length >= 4 && pending.length >= 4 + pending.readInt32BE(0)) {
        const end = 4 + pending.readInt32BE(0)
        const request = readRequest(pending.subarray(4, end), socket)
        pending = pending.subarray(end)
        if (request.key === 18) request.reply(versionsBody(versions))
        else script(request)
      }
    })
  })
  await listen(server)
  const address = server.address()
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    connections: () => connections,
    close: async () => {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}

export const listen = async (server: Server): Promise<void> => {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
}

const readRequest = (bytes: Buffer, socket: Socket): ReceivedRequest => {
  const reader = new ByteReader(bytes)
  const key = reader.int16()
  const version = reader.int16()
  const correlationId = reader.int32()
  const clientId = reader.string()
  const body = reader.slice(reader.remaining)
  const reply = (answer: Buffer): void => {
    const writer = new ByteWriter()
    writer.int32(4 + answer.length)
    writer.int32(correlationId)
    writer.raw(answer)
    socket.write(writer.toBuffer())
  }
  return { key, version, correlationId, clientId, body, socket, reply }
}

const versionsBody = (versions: Readonly<Record<number, readonly [number, number]>>): Buffer =>
  bodyOf((writer) => {
    writer.int16(0)
    writer.array(Object.entries(versions), ([key, [min, max]]) => {
      writer.int16(Number(key))
      writer.int16(min)
      writer.int16(max)
    })
  })

/** The answer to Metadata version 8 of a cluster of one broker, without topics. */
export const metadataBody = (port: number, brokers = 1): Buffer =>
  bodyOf((writer) => {
    writer.int32(0)
    writer.array([1].slice(0, brokers), (nodeId) => {
      writer.int32(nodeId)
      writer.string('127.0.0.1')
      writer.int32(port)
      writer.nullableString(null)
    })
    writer.nullableString('scripted')
    writer.int32(1)
    writer.array([], () => undefined)
    writer.int32(0)
  })

/** A request with one number, whose answer is one number. */
export const echo = (value: number, more: Partial<ApiRequest<number>> = {}): ApiRequest<number> => ({
  name: 'Echo',
  key: 900,
  minVersion: 0,
  maxVersion: 3,
  encode: (writer) => {
    writer.int32(value)
  },
  decode: (reader) => reader.int32(),
  ...more,
})

/** Options of a client of such brokers. */
export const clientOptions = (ports: readonly number[], more: Partial<ClientOptions> = {}): ClientOptions => ({
  bootstrapServers: ports.map((port) => ({ host: '127.0.0.1', port })),
  clientId: 'ks-test',
  tls: undefined,
  sasl: undefined,
  requestTimeoutMs: 5_000,
  connectionTimeoutMs: 5_000,
  metadataMaxAgeMs: 300_000,
  retryBackoffMs: 20,
  reconnectBackoffMs: 10,
  clock: systemClock,
  ...more,
})

/** An open connection to such a broker. */
export const connectTo = (port: number, more: Partial<ClientOptions> = {}): Promise<BrokerConnection> =>
  BrokerConnection.open('127.0.0.1', port, clientOptions([port], more))
