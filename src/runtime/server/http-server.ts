// An HTTP server on a TCP address or a unix socket. Routes answer; everything that protects them stands here: who may ask,
// how large and how slow a request may be, how many connections there are, and an end that lets answers finish.

import { chmod } from 'node:fs/promises'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { KsError } from '../model/errors.ts'
import { nearestNames } from '../model/nearest-name.ts'
import { systemErrorName, systemErrorText } from '../model/system-error.ts'
import { stringifyJson } from '../serde/json-parse.ts'
import { checkAccess, type ListenerKind } from './access-rules.ts'
import type { AccessToken } from './access-token.ts'
import { badRequest, errorBody, HttpError, notAvailable, toHttpError } from './http-error.ts'
import { listenAddressText, isLoopback, type ListenAddress } from '../model/listen-address.ts'
import { checkBodyType, parseBody, readBody } from './request-body.ts'
import { responseStream } from './response-stream.ts'
import { RouteTable, type Answer, type QueryParameter, type Route, type RouteRequest } from './route.ts'

/** Limits of a server. */
export interface ServerLimits {
  /** Largest body of a request. */
  readonly bodyBytes: number
  /** Largest head of a request. */
  readonly headBytes: number
  readonly connections: number
  /** For the head of a request to come. */
  readonly headMs: number
  /** For a whole request to come, and for an answer that is no stream. */
  readonly requestMs: number
}

export const defaultLimits: ServerLimits = {
  bodyBytes: 1024 * 1024,
  headBytes: 16 * 1024,
  connections: 100,
  headMs: 10_000,
  requestMs: 60_000,
}

/** How a server is made. */
export interface ServerOptions {
  readonly routes: readonly Route[]
  readonly token: AccessToken | undefined
  readonly limits?: ServerLimits
  /** Hears of errors that are not the client's. */
  failed?(error: Error): void
}

/** How long answers under way may take when the server closes, ms. */
const closeMs = 2_000

export class HttpServer {
  private readonly table: RouteTable
  private readonly options: ServerOptions
  private readonly limits: ServerLimits
  private readonly server: Server
  private readonly closing = new AbortController()
  private listener: ListenerKind = { kind: 'unix' }

  constructor(options: ServerOptions) {
    this.options = options
    this.limits = options.limits ?? defaultLimits
    this.table = new RouteTable(options.routes)
    const { headBytes, headMs, requestMs, connections } = this.limits
    this.server = createServer(
      {
        maxHeaderSize: headBytes,
        headersTimeout: headMs,
        requestTimeout: requestMs,
        keepAliveTimeout: 5_000,
        connectionsCheckingInterval: Math.min(1_000, headMs),
      },
      (request, response) => {
        void this.serve(request, response)
      },
    )
    this.server.maxConnections = connections
    this.server.on('clientError', (error: Error & { code?: string }, socket) => {
      if (socket.destroyed || !socket.writable) return
      const isLarge = error.code === 'HPE_HEADER_OVERFLOW'
      const isSlow = error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
      const status = isLarge
        ? '431 Request Header Fields Too Large'
        : isSlow
          ? '408 Request Timeout'
          : '400 Bad Request'
      socket.end(`HTTP/1.1 ${status}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`)
    })
  }

  /**
   * Listens at a TCP address; resolves with the one that it is, where port 0 asks for any.
   * @param names further names under which others reach it.
   * @throws KsError config if some route needs a token and there is none, io if the address cannot be had.
   */
  async listen(address: ListenAddress, names: readonly string[] = []): Promise<ListenAddress> {
    const { routes, token } = this.options
    if (!isLoopback(address.host) && token === undefined && routes.some(({ access }) => access !== 'open')) {
      throw new KsError(
        'config',
        `${listenAddressText(address)} can be reached from other machines: that needs a token`,
        {
          hint: 'put one into a file (openssl rand -hex 32) for --token-file, or into KS_TOKEN; or listen at 127.0.0.1',
        },
      )
    }
    this.listener = { kind: 'tcp', host: address.host, names }
    await this.start({ host: address.host, port: address.port }, listenAddressText(address))
    const { port } = this.server.address() as AddressInfo // it listens at a port
    return { host: address.host, port }
  }

  /**
   * Listens at a unix socket that only its user may open; who may may ask everything. The caller has removed a file that was left
   * there, and its directory is private: between two system calls the file has the mode that the umask says. KsError io.
   */
  async listenUnix(path: string): Promise<void> {
    this.listener = { kind: 'unix' }
    await this.start({ path }, path)
    await chmod(path, 0o600)
  }

  /** From now on the process ends although it listens. */
  unref(): void {
    this.server.unref()
  }

  /** Takes no more requests, ends streams, lets other answers finish for a moment. Closing again does nothing. */
  async close(): Promise<void> {
    if (this.closing.signal.aborted) return
    this.closing.abort(new Error('the server closes'))
    if (!this.server.listening) return
    const closed = new Promise<void>((resolve) => {
      this.server.close(() => {
        resolve()
      })
    })
    this.server.closeIdleConnections()
    const timer = setTimeout(() => {
      this.server.closeAllConnections()
    }, closeMs)
    await closed
    clearTimeout(timer)
  }

  private start(at: { host: string; port: number } | { path: string }, text: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const refuse = (error: Error): void => {
        const isTaken = systemErrorName(error) === 'EADDRINUSE'
        reject(
          new KsError('io', `cannot listen at ${text}: ${systemErrorText(error)}`, {
            cause: error,
            ...(isTaken && 'port' in at ? { hint: 'choose another port; 0 takes a free one and says which' } : {}),
          }),
        )
      }
      this.server.once('error', refuse)
      this.server.listen(at, () => {
        this.server.off('error', refuse)
        this.server.on('error', (error) => this.options.failed?.(error))
        resolve()
      })
    })
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const gone = new AbortController()
    response.once('close', () => {
      gone.abort(new Error('the client has gone'))
    })
    const signal = AbortSignal.any([gone.signal, this.closing.signal])
    let route: Route | undefined
    try {
      const { pathname, search } = splitTarget(request.url ?? '')
      const method = request.method ?? ''
      const match = this.table.find(method, pathname)
      // Who may not ask learns nothing about what there is.
      const isFound = 'route' in match
      checkAccess(this.listener, this.options.token, isFound ? match.route.access : 'read', {
        method,
        headers: request.headers,
      })
      if (!isFound) throw noRoute(pathname, match.allowed)
      route = match.route
      const query = checkQuery(search, route.query ?? {})
      if (method === 'POST' || method === 'PUT') checkBodyType(request, route.bodyTypes)
      const timeUp = new AbortController()
      const timer = setTimeout(() => {
        timeUp.abort()
      }, this.limits.requestMs)
      const body = (): Promise<string> => readBody(request, this.limits.bodyBytes)
      const routeRequest: RouteRequest = {
        method,
        target: request.url ?? '',
        path: match.path,
        query,
        headers: request.headers,
        isLocal: this.listener.kind === 'unix',
        text: body,
        json: async () => parseBody(await body()),
        signal: AbortSignal.any([signal, timeUp.signal]),
      }
      let answer: Answer
      try {
        answer = await unlessAborted(route.handle(routeRequest), timeUp.signal)
      } finally {
        clearTimeout(timer)
      }
      await this.answer(answer, method, response, signal)
    } catch (error) {
      // What is left of a body that nobody wants is not waited for.
      if (!request.complete && !response.headersSent) response.setHeader('connection', 'close')
      this.refuse(toHttpError(error), route, response)
    }
  }

  private async answer(answer: Answer, method: string, response: ServerResponse, signal: AbortSignal): Promise<void> {
    const headers = { ...answer.headers }
    if ('stream' in answer) {
      response.writeHead(answer.status ?? 200, { ...headers, ...fixedHeaders, 'content-type': answer.contentType })
      response.flushHeaders()
      if (method !== 'HEAD') await answer.stream(responseStream(response, signal))
      response.end()
      return
    }
    const isJson = 'json' in answer
    const text = isJson ? `${stringifyJson(answer.json)}\n` : answer.text
    this.end(response, answer.status ?? 200, isJson ? 'application/json' : answer.contentType, headers, text, method)
  }

  private refuse(error: HttpError, route: Route | undefined, response: ServerResponse): void {
    if (error.status === 500) this.options.failed?.(error)
    // Half a body must not look like a whole one.
    if (response.headersSent) {
      response.destroy()
      return
    }
    const body = `${stringifyJson(route?.errorBody?.(error) ?? errorBody(error))}\n`
    this.end(response, error.status, 'application/json', error.headers, body, '')
  }

  private end(
    response: ServerResponse,
    status: number,
    contentType: string,
    headers: Readonly<Record<string, string>>,
    text: string,
    method: string,
  ): void {
    const bytes = Buffer.from(text, 'utf8')
    response.writeHead(status, {
      ...(this.closing.signal.aborted ? { connection: 'close' } : {}),
      ...headers,
      ...fixedHeaders,
      'content-type': contentType,
      'content-length': bytes.length,
    })
    response.end(method === 'HEAD' ? undefined : bytes)
  }
}

const fixedHeaders = { 'x-content-type-options': 'nosniff', 'cache-control': 'no-store' }

const unlessAborted = async (answer: Answer | Promise<Answer>, timeUp: AbortSignal): Promise<Answer> => {
  let stop: () => void = () => undefined
  const tooLate = new Promise<never>((_, reject) => {
    stop = () => {
      reject(notAvailable('it has taken too long'))
    }
    timeUp.addEventListener('abort', stop)
  })
  try {
    return await Promise.race([answer, tooLate])
  } finally {
    timeUp.removeEventListener('abort', stop)
  }
}

const splitTarget = (target: string): { readonly pathname: string; readonly search: string } => {
  if (!target.startsWith('/')) throw badRequest('the request line has no path')
  const at = target.indexOf('?')
  return at < 0 ? { pathname: target, search: '' } : { pathname: target.slice(0, at), search: target.slice(at + 1) }
}

const noRoute = (pathname: string, allowed: readonly string[]): HttpError =>
  allowed.length > 0
    ? new HttpError(405, 'method', `${pathname} has no such method`, { headers: { allow: allowed.join(', ') } })
    : new HttpError(404, 'not_found', `there is nothing at ${pathname}`, {
        hint: 'GET /openapi.json says what there is',
      })

/** The parameters of a request. HttpError 400 for one that is unknown, there twice, or of another kind. */
const checkQuery = (
  search: string,
  declared: Readonly<Record<string, QueryParameter>>,
): ReadonlyMap<string, string> => {
  const found = new Map<string, string>()
  for (const [name, value] of new URLSearchParams(search)) {
    const parameter = Object.hasOwn(declared, name) ? declared[name] : undefined
    if (parameter === undefined) {
      const [near] = nearestNames(name, Object.keys(declared), 1)
      throw badRequest(`there is no parameter ${name}`, near === undefined ? undefined : `did you mean ${near}?`)
    }
    if (found.has(name)) throw badRequest(`the parameter ${name} is there twice`)
    found.set(name, checkParameter(name, value, parameter))
  }
  return found
}

const checkParameter = (name: string, value: string, { kind, min = 0, max = Infinity }: QueryParameter): string => {
  if (kind === 'integer') {
    const number = /^\d{1,15}$/.test(value) ? Number(value) : -1
    if (number >= min && number <= max) return value
    const range = max === Infinity ? `from ${String(min)}` : `from ${String(min)} to ${String(max)}`
    throw badRequest(`${name}=${value}: a whole number ${range}`)
  }
  if (kind === 'time') return String(parseTime(name, value))
  if (kind === 'flag') {
    if (value === '' || value === 'true') return 'true'
    if (value === 'false') return 'false'
    throw badRequest(`${name}=${value}: true or false`)
  }
  return value
}

/** Milliseconds, or a time as ISO 8601 has it. */
const parseTime = (name: string, value: string): number => {
  const time = /^-?\d{1,15}$/.test(value) ? Number(value) : /^\d{4}-\d\d/.test(value) ? Date.parse(value) : NaN
  if (Number.isNaN(time)) throw badRequest(`${name}=${value}: milliseconds, or a time such as 2026-11-01T00:00:00Z`)
  return time
}
