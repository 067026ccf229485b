// Metrics and health over HTTP: GET /metrics, /health and /ready. They need no token, and change nothing. `answer` can stand
// before the requests of any other server.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { KsError } from '../model/errors.ts'
import { isLoopback, listenAddressText, type ListenAddress } from '../model/listen-address.ts'
import { expositionType } from './exposition.ts'

/** How a run is. */
export interface Health {
  /** A state of KafkaStreams: CREATED, REBALANCING, RUNNING, … */
  readonly state: string
  /** It goes on. */
  readonly isHealthy: boolean
  /** Its tasks are assigned and restored. */
  readonly isReady: boolean
}

/** What can be asked for. */
export interface Observed {
  /** The metrics, as text. */
  exposition(): Promise<string>
  health(): Promise<Health>
}

/** Answers a request if it is for one of the three; false if it is not. */
export const answerObserver = async (
  request: IncomingMessage,
  response: ServerResponse,
  observed: Observed,
): Promise<boolean> => {
  const [path] = (request.url ?? '').split('?')
  if (path !== '/metrics' && path !== '/health' && path !== '/ready') return false
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.setHeader('Allow', 'GET, HEAD')
    send(response, 405, 'text/plain', 'only GET\n')
    return true
  }
  if (path === '/metrics') {
    send(response, 200, expositionType, await observed.exposition())
    return true
  }
  const health = await observed.health()
  const isGood = path === '/health' ? health.isHealthy : health.isReady
  send(response, isGood ? 200 : 503, 'application/json', `${JSON.stringify(health)}\n`)
  return true
}

const send = (response: ServerResponse, status: number, type: string, body: string): void => {
  response.writeHead(status, {
    'Content-Type': type,
    'Content-Length': Buffer.byteLength(body),
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
  })
  // Node leaves out the body of an answer to HEAD.
  response.end(body)
}

/** An endpoint that listens. */
export interface MetricsEndpoint {
  /** Where; the port is the real one. */
  readonly address: ListenAddress
  close(): Promise<void>
}

const maxConnections = 100
const headersTimeoutMs = 10_000
const maxHeaderSize = 16 * 1024

/** Listens. It does not keep the process alive. @throws KsError busy if the port is taken, config if there is no such address. */
export const openMetricsEndpoint = async (wanted: ListenAddress, observed: Observed): Promise<MetricsEndpoint> => {
  const server = createServer({ headersTimeout: headersTimeoutMs, maxHeaderSize }, (request, response) => {
    respond(request, response, wanted, observed).catch((error: unknown) => {
      if (response.headersSent) response.destroy()
      else send(response, 500, 'text/plain', `${error instanceof Error ? error.message : String(error)}\n`)
    })
  })
  server.maxConnections = maxConnections
  await listen(server, wanted)
  server.unref()
  const { port } = server.address() as AddressInfo // it listens on TCP
  return {
    address: { host: wanted.host, port },
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve()
        })
        server.closeAllConnections()
      }),
  }
}

const respond = async (
  request: IncomingMessage,
  response: ServerResponse,
  { host }: ListenAddress,
  observed: Observed,
): Promise<void> => {
  // A page in a browser on this machine must not get here by a name of its own that leads to it.
  if (isLoopback(host) && !isLoopback(hostOf(request))) send(response, 421, 'text/plain', 'not the name of this host\n')
  else if (!(await answerObserver(request, response, observed))) {
    send(response, 404, 'text/plain', 'there are /metrics, /health and /ready\n')
  }
}

const hostOf = ({ headers }: IncomingMessage): string =>
  (headers.host ?? '').replace(/:\d+$/, '').replace(/^\[|\]$/g, '')

const listen = (server: Server, wanted: ListenAddress): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const isTaken = error.code === 'EADDRINUSE'
      const why = isTaken ? 'somebody else listens there' : (error.code ?? error.message)
      reject(
        new KsError(isTaken ? 'busy' : 'config', `cannot listen on ${listenAddressText(wanted)}: ${why}`, {
          cause: error,
          ...(isTaken ? { hint: 'choose another port; :0 takes a free one and says which' } : {}),
        }),
      )
    })
    server.listen(wanted.port, wanted.host, resolve)
  })
