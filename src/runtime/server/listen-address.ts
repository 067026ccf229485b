// Where something listens: HOST:PORT as people type it. Options are parsed with it before anything runs, so it does without
// node:net, which takes longer to load than all of the parsing.

import { KsError } from '../model/errors.ts'

/** An address to listen at. */
export interface ListenAddress {
  /** A name or an IP address, without brackets. */
  readonly host: string
  /** 0 takes any that is free. */
  readonly port: number
}

/** `HOST:PORT`, `[::1]:8088`, `:8088` or `8088` (both on 127.0.0.1). @param option for the message. KsError usage. */
export const parseListenAddress = (option: string, typed: string): ListenAddress => {
  const [, bracketed, plain, digits = ''] = /^(?:(?:\[([0-9A-Fa-f:.]+)\]|([\w.-]*)):)?(\d{1,5})$/.exec(typed) ?? []
  const port = Number(digits)
  if (digits === '' || port > 65_535) {
    throw new KsError('usage', `${option} ${typed}: not an address to listen at`, {
      hint: `HOST:PORT, for example ${option} 127.0.0.1:8088`,
    })
  }
  return { host: (bracketed ?? plain ?? '') || '127.0.0.1', port }
}

/** `host:port` as it stands in a URL. */
export const addressText = ({ host, port }: ListenAddress): string =>
  `${host.includes(':') ? `[${host}]` : host}:${String(port)}`

const loopback = /^(?:localhost|::1|127(?:\.(?:\d|[1-9]\d|1\d\d|2[0-4]\d|25[0-5])){3})$/

/** Only programs on this machine can reach it. */
export const isLoopback = (host: string): boolean => loopback.test(host)
