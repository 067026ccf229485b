// What a part of ks adds to the HTTP server: routes. A route says which requests it takes, who may send them, what they can
// ask, and what comes back; the server sees to everything else, and /openapi.json is made of the same declarations.

import type { IncomingHttpHeaders } from 'node:http'
import type { HttpError } from './http-error.ts'
import type { ResponseStream } from './response-stream.ts'

/**
 * Who may send a request: `open`: everybody, without a token (health); `read`: through the unix socket and on loopback without
 * a token, from elsewhere with it; `change`: always with a token, but for the unix socket.
 */
export type Access = 'open' | 'read' | 'change'

/** A parameter behind the `?`. Those that are not declared are refused. */
export interface QueryParameter {
  readonly kind: 'text' | 'integer' | 'time' | 'flag'
  readonly summary: string
  /** Of an integer. */
  readonly min?: number
  readonly max?: number
}

/** What a status means, for /openapi.json. */
export interface AnswerDescription {
  readonly summary: string
  /** `application/json` if not given. */
  readonly contentType?: string
  /** JSON Schema of the body. */
  readonly schema?: Readonly<Record<string, unknown>>
}

/** A request that has passed every check. */
export interface RouteRequest {
  readonly method: string
  /** The path and what follows it, as it came. */
  readonly target: string
  /** The parts of the path that the route has names for, decoded. */
  readonly path: Readonly<Record<string, string>>
  /** The parameters that were given, checked against their declarations. */
  readonly query: ReadonlyMap<string, string>
  readonly headers: IncomingHttpHeaders
  /** The request came through the unix socket. */
  readonly isLocal: boolean
  /** The body, decoded as UTF-8. HttpError 413 if it is too large, 408 if it does not come. */
  text(): Promise<string>
  /** The body as JSON data. HttpError 400 if it is none. */
  json(): Promise<unknown>
  /** Aborted when the client has gone, time is up, or the server closes. */
  readonly signal: AbortSignal
}

/** What a route answers: JSON data, text, or a stream. */
export type Answer = {
  /** 200 if not given. */
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
} & (
  | { readonly json: unknown }
  | { readonly text: string; readonly contentType: string }
  | {
      readonly contentType: string
      /** Writes the body. It goes on for as long as it likes; when the signal of the request is aborted it returns. */
      stream(out: ResponseStream): Promise<void>
    }
)

/** One kind of request. */
export interface Route {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  /** `/stores/{store}/{key}`: a name in braces stands for one segment, percent-decoded. Literal segments win over names. */
  readonly path: string
  readonly access: Access
  readonly summary: string
  /** What the names in the path are, for /openapi.json. */
  readonly pathParameters?: Readonly<Record<string, string>>
  readonly query?: Readonly<Record<string, QueryParameter>>
  /** Of a request with a body: the media types that it may have; JSON if not given. */
  readonly bodyTypes?: readonly string[]
  readonly answers: Readonly<Record<number, AnswerDescription>>
  /** The body of errors, for protocols that have one of their own. */
  errorBody?(error: HttpError): unknown
  /** @throws HttpError or KsError */
  handle(request: RouteRequest): Answer | Promise<Answer>
}

/** Segments of a path as they stand in the request line. */
const segmentsOf = (path: string): readonly string[] => path.split('/').slice(1)

/** A route that takes a request, with the parts of the path. */
export interface RouteMatch {
  readonly route: Route
  readonly path: Readonly<Record<string, string>>
}

/** Finds the route of a request. */
export class RouteTable {
  readonly routes: readonly Route[]

  /** @throws Error if two routes take the same requests: a mistake in the program. */
  constructor(routes: readonly Route[]) {
    // Literal segments are smaller than names: `/stores/a/changes` comes before `/stores/a/{key}`.
    const order = ({ path }: Route): string => path.replace(/\{\w+\}/g, '\u{10FFFF}')
    const shapes = new Set<string>()
    for (const route of routes) {
      const shape = `${route.method} ${order(route)}`
      if (shapes.has(shape)) throw new Error(`two routes take ${route.method} ${route.path}`)
      shapes.add(shape)
    }
    this.routes = [...routes].sort((a, b) => (order(a) < order(b) ? -1 : 1))
  }

  /** @returns the route, or the methods that the path has instead. @param pathname undecoded. HttpError 400 for bad escapes. */
  find(method: string, pathname: string): RouteMatch | { readonly allowed: readonly string[] } {
    const segments = segmentsOf(pathname)
    const allowed: string[] = []
    for (const route of this.routes) {
      const path = matchPath(segmentsOf(route.path), segments)
      if (path === undefined) continue
      if (route.method === method || (method === 'HEAD' && route.method === 'GET')) return { route, path }
      allowed.push(route.method)
    }
    return { allowed }
  }
}

const matchPath = (
  pattern: readonly string[],
  segments: readonly string[],
): Readonly<Record<string, string>> | undefined => {
  if (pattern.length !== segments.length) return undefined
  const found: Record<string, string> = {}
  for (const [index, part] of pattern.entries()) {
    const segment = segments[index] ?? ''
    const name = /^\{(\w+)\}$/.exec(part)?.[1]
    const decoded = decode(segment)
    if (name === undefined) {
      if (decoded !== part) return undefined
    } else if (decoded === undefined) return undefined
    else found[name] = decoded
  }
  return found
}

const decode = (segment: string): string | undefined => {
  try {
    return decodeURIComponent(segment)
  } catch {
    return undefined
  }
}
