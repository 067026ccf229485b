// A proxy in front of a Kafka node that understands as much of the protocol as it takes to lose a given request or answer of a
// given client. The node advertises the proxy's address, so that everybody comes through it.

import { connect, createServer, type Server, type Socket } from 'node:net'

/** Kafka's numbers of the requests that a test can name. */
const apiKeys = {
  Produce: 0,
  Fetch: 1,
  ListOffsets: 2,
  Metadata: 3,
  OffsetCommit: 8,
  OffsetFetch: 9,
  FindCoordinator: 10,
  JoinGroup: 11,
  Heartbeat: 12,
  LeaveGroup: 13,
  SyncGroup: 14,
  InitProducerId: 22,
  AddPartitionsToTxn: 24,
  AddOffsetsToTxn: 25,
  EndTxn: 26,
  TxnOffsetCommit: 28,
} as const

export type Api = keyof typeof apiKeys

/**
 * What happens to one request: its answer is lost together with the connection; it is lost itself together with the connection;
 * its answer never comes and the connection stays.
 */
export type Loss = 'answer' | 'request' | 'silence'

export interface KafkaProxy {
  /** Where it listens. */
  readonly port: number
  /** Loses the next request of an API. Resolves when that has happened. */
  lose(api: Api, loss: Loss): Promise<void>
  /** Answers come after so many ms, more or less. */
  delay(meanMs: number): void
  /** Answers come in pieces of so many bytes; Infinity: as they are. */
  slice(bytes: number): void
  /** Cuts all connections of the clients in question. */
  cut(): void
  close(): Promise<void>
}

export interface ProxyOptions {
  /** Port of the node. */
  readonly target: number
  /** Only clients whose client.id begins like this are disturbed. */
  readonly clientId: string
}

const host = '127.0.0.1'

interface Rule {
  readonly apiKey: number
  readonly loss: Loss
  readonly resolve: () => void
}

/** Starts to listen on a port; 0: a free one. */
export const startProxy = async (port: number, { target, clientId }: ProxyOptions): Promise<KafkaProxy> => {
  const rules: Rule[] = []
  const disturbed = new Set<Socket>()
  const all = new Set<Socket>()
  let meanDelayMs = 0
  let sliceBytes = Infinity

  const takeRule = (apiKey: number, isFirstHalf: boolean): Rule | undefined => {
    const index = rules.findIndex((rule) => rule.apiKey === apiKey && (rule.loss === 'request') === isFirstHalf)
    return index < 0 ? undefined : rules.splice(index, 1)[0]
  }

  const server: Server = createServer((client) => {
    const node = connect(target, host)
    const waiting = new Map<number, { apiKey: number; isDisturbed: boolean }>()
    const end = (): void => {
      client.destroy()
      node.destroy()
      disturbed.delete(client)
      all.delete(client)
    }
    all.add(client)
    for (const socket of [client, node]) {
      socket.setNoDelay(true)
      socket.on('error', end)
      socket.on('close', end)
    }
    const isSilent = { value: false }
    forEachFrame(client, (frame) => {
      const apiKey = frame.readInt16BE(4)
      const correlationId = frame.readInt32BE(8)
      const length = frame.readInt16BE(12)
      const isDisturbed = length >= 0 && frame.toString('utf8', 14, 14 + length).startsWith(clientId)
      if (isDisturbed) disturbed.add(client)
      const rule = isDisturbed ? takeRule(apiKey, true) : undefined
      if (rule !== undefined) {
        end()
        rule.resolve()
        return
      }
      waiting.set(correlationId, { apiKey, isDisturbed })
      node.write(frame)
    })
    // Answers leave in their order, whatever each is delayed by.
    let queue = Promise.resolve()
    forEachFrame(node, (frame) => {
      const request = waiting.get(frame.readInt32BE(4))
      waiting.delete(frame.readInt32BE(4))
      const isDisturbed = request?.isDisturbed === true
      const rule = isDisturbed ? takeRule(request.apiKey, false) : undefined
      if (rule?.loss === 'answer') end()
      if (rule?.loss === 'silence') isSilent.value = true
      rule?.resolve()
      if (isSilent.value || rule !== undefined) return
      if (!isDisturbed || (meanDelayMs === 0 && sliceBytes === Infinity)) {
        if (meanDelayMs === 0) client.write(frame)
        else queue = queue.then(() => void client.write(frame))
        return
      }
      const delayMs = meanDelayMs * (0.5 + Math.random())
      queue = queue.then(() => send(client, frame, delayMs, sliceBytes))
    })
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, resolve)
  })
  return {
    port: (server.address() as { port: number }).port,
    lose: (api, loss) => new Promise((resolve) => rules.push({ apiKey: apiKeys[api], loss, resolve })),
    delay(meanMs) {
      meanDelayMs = meanMs
    },
    slice(bytes) {
      sliceBytes = bytes
    },
    cut() {
      for (const client of disturbed) client.destroy()
    },
    close: () => {
      for (const client of all) client.destroy()
      return new Promise((resolve) => server.close(() => resolve()))
    },
  }
}

/** Calls back with each frame: four bytes of length and what they count. */
const forEachFrame = (socket: Socket, onFrame: (frame: Buffer) => void): void => {
  let pending: Buffer = Buffer.alloc(0)
  socket.on('data', (part) => {
    pending = pending.length === 0 ? part : Buffer.concat([pending, part])
    while (pending.length >= 4 && pending.length >= 4 + pending.readInt32BE(0)) {
      const length = 4 + pending.readInt32BE(0)
      const frame = pending.subarray(0, length)
      pending = pending.subarray(length)
      if (!socket.destroyed) onFrame(frame)
    }
  })
}

const send = async (socket: Socket, frame: Buffer, delayMs: number, sliceBytes: number): Promise<void> => {
  if (delayMs > 0) await new Promise((resolve) => setTimeout(resolve, delayMs))
  // A large answer in single bytes would take for ever; its beginning is where the interesting places are.
  const slicedBytes = sliceBytes === Infinity ? 0 : Math.min(frame.length, 200)
  for (let at = 0; at < slicedBytes && !socket.destroyed; at += sliceBytes) {
    socket.write(frame.subarray(at, Math.min(at + sliceBytes, slicedBytes)))
    await new Promise((resolve) => setImmediate(resolve))
  }
  if (!socket.destroyed && slicedBytes < frame.length) socket.write(frame.subarray(slicedBytes))
}
