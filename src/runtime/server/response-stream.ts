// The body of an answer that is written piece by piece: a reader that is slow makes the writer wait, one that has gone ends it.

import { once } from 'node:events'
import type { ServerResponse } from 'node:http'

/** Takes the body of an answer. */
export interface ResponseStream {
  /** Aborted when nobody reads any more: the client has gone, or the server closes. */
  readonly signal: AbortSignal
  /** Bytes that have been written and not been taken by the reader yet. */
  readonly waitingBytes: number
  /**
   * Writes, and waits while the reader has not taken enough of what was written before. After the signal it writes nothing and
   * returns false.
   */
  write(text: string | Uint8Array): Promise<boolean>
}

/** Writes to a response whose head has been sent. */
export const responseStream = (response: ServerResponse, signal: AbortSignal): ResponseStream => ({
  signal,
  get waitingBytes() {
    return response.writableLength
  },
  write: async (text) => {
    if (signal.aborted) return false
    if (response.write(text)) return true
    try {
      await once(response, 'drain', { signal })
    } catch (error) {
      if (!signal.aborted) throw error
    }
    return !signal.aborted
  },
})

/** How often a stream of events says that it is still there, ms. */
const keepAliveMs = 15_000

/** A stream of server-sent events. */
export interface EventStream {
  /** @param id what a client that comes back says it has seen. */
  send(event: string, data: string, id?: string): Promise<boolean>
}

/**
 * Server-sent events over a stream. Comments keep the connection from being taken for a dead one while nothing happens.
 * @param write sends events until it has none any more or the stream is aborted.
 */
export const sendEvents = async (out: ResponseStream, write: (events: EventStream) => Promise<void>): Promise<void> => {
  const alive = setInterval(() => {
    if (out.waitingBytes === 0) void out.write(': alive\n\n')
  }, keepAliveMs)
  try {
    await out.write('retry: 1000\n\n')
    await write({
      send: (event, data, id) => {
        const lines = data.split(/\r\n|\r|\n/).map((line) => `data: ${line}\n`)
        return out.write(`${id === undefined ? '' : `id: ${id}\n`}event: ${event}\n${lines.join('')}\n`)
      },
    })
  } finally {
    clearInterval(alive)
  }
}
