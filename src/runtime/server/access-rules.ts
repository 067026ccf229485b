// Who may send what. A page in the user's browser can send requests to loopback, also under a name of its own (DNS rebinding), so
// the Host header has to name this server and nothing may come from another origin; whoever is not on this machine needs a
// token. A unix socket is protected by its file mode; browsers cannot reach it.

import { isIP } from 'node:net'
import type { IncomingHttpHeaders } from 'node:http'
import type { AccessToken } from './access-token.ts'
import { HttpError } from './http-error.ts'
import { isLoopback } from '../model/listen-address.ts'
import type { Access } from './route.ts'

/** What a listener is, for the rules. */
export type ListenerKind =
  | { readonly kind: 'unix' }
  | {
      readonly kind: 'tcp'
      /** As it was asked for: a name or an IP address. */
      readonly host: string
      /** Further names under which others reach it (`application.server`). */
      readonly names: readonly string[]
    }

/** The head of a request. */
export interface RequestHead {
  readonly method: string
  readonly headers: IncomingHttpHeaders
}

/** Throws an `HttpError` if the request may not be answered. */
export const checkAccess = (
  listener: ListenerKind,
  token: AccessToken | undefined,
  access: Access,
  { headers }: RequestHead,
): void => {
  if (listener.kind === 'unix') return
  const isLocal = isLoopback(listener.host)
  // Load balancers look after the health under names that nobody told us.
  if (isLocal || access !== 'open') checkHost(listener, headers.host)
  checkOrigin(headers)
  if (access === 'open' || (access === 'read' && isLocal)) return
  if (token === undefined) {
    throw new HttpError(403, 'denied', 'this server takes no changes: it has no token', {
      hint: 'start it with --token-file or KS_TOKEN',
    })
  }
  if (token.admits(headers.authorization)) return
  throw new HttpError(401, 'no_token', 'this needs the token of the server', {
    hint: 'send it as a header, Authorization: Bearer TOKEN; ks takes it from --token-file or KS_TOKEN',
    headers: { 'www-authenticate': 'Bearer realm="ks"' },
  })
}

/** A page that has made its name point to this server sends that name. An address cannot be made to point elsewhere. */
const checkHost = ({ host, names }: ListenerKind & { kind: 'tcp' }, header: string | undefined): void => {
  const [, bracketed, plain] = /^(?:\[([^\]]+)\]|([^:]+))(?::\d*)?$/.exec(header ?? '') ?? []
  const name = (bracketed ?? plain ?? '').toLowerCase().replace(/\.$/, '')
  const isOurs =
    isLoopback(name) ||
    [host, ...names].some((known) => known.toLowerCase() === name) ||
    (!isLoopback(host) && isIP(name) !== 0)
  if (isOurs) return
  throw new HttpError(421, 'other_host', `this server is not ${name === '' ? 'a host without a name' : name}`, {
    hint: 'use the address that it listens at, or name it in application.server',
  })
}

const checkOrigin = ({ host, origin, 'sec-fetch-site': site }: IncomingHttpHeaders): void => {
  const isOwn = origin === undefined || (host !== undefined && origin === `http://${host}`)
  const isTyped = site === undefined || site === 'same-origin' || site === 'none'
  if (isOwn && isTyped) return
  throw new HttpError(403, 'other_origin', 'requests of web pages of other origins are not answered')
}
