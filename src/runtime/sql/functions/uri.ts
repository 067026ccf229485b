// The parts of a URI as java.net.URI takes it apart: nothing is normalised, unlike what browsers do. A reference without a
// scheme is one too.

import { largestInt } from '../integers.ts'

/** Parts as they are written, with their percent codes; null for what is not there. */
export interface UriParts {
  readonly scheme: string | null
  readonly host: string | null
  readonly port: number | null
  /** Null if the URI is opaque, as `mailto:a@b`. */
  readonly path: string | null
  readonly query: string | null
  readonly fragment: string | null
}

// RFC 3986, appendix B.
const uri = /^(?:([^:/?#]+):)?(?:\/\/([^/?#]*))?([^?#]*)(?:\?([^#]*))?(?:#(.*))?$/s
// White space, control characters, what RFC 2396 excludes, percent signs that begin no code.
const illegal = /[\s\p{Cc}"<>\\^`{|}]|%(?![0-9A-Fa-f]{2})/u
const schemeName = /^[A-Za-z][A-Za-z0-9+.-]*$/
const serverAuthority = /^(?:[^@]*@)?([A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(?::(\d*))?$/
const hostLabel = /^[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?$/

/** The parts of a URI; undefined if the text is none. */
export const parseUri = (text: string): UriParts | undefined => {
  const match = illegal.test(text) ? null : uri.exec(text)
  if (match === null) return undefined
  const [, scheme = null, authority, path = '', query = null, fragment = null] = match
  if (scheme !== null && !schemeName.test(scheme)) return undefined
  // `http:` and `http://` lack what has to follow.
  if (path === '' && query === null && (authority === undefined ? scheme !== null : authority === '')) return undefined
  if (scheme !== null && authority === undefined && !path.startsWith('/')) {
    return { scheme, host: null, port: null, path: null, query: null, fragment }
  }
  return { scheme, ...hostAndPort(authority ?? ''), path, query, fragment }
}

/** What names no server, as `a_b:80`, has neither a host nor a port. */
const hostAndPort = (authority: string): Pick<UriParts, 'host' | 'port'> => {
  const [, host = '', port = ''] = serverAuthority.exec(authority) ?? []
  const labels = host.replace(/\.$/, '').split('.')
  const isServer = host.startsWith('[') || labels.every((label) => hostLabel.test(label))
  if (!isServer || Number(port) > largestInt) return { host: null, port: null }
  return { host, port: port === '' ? null : Number(port) }
}
