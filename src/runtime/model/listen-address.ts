// HOST:PORT of something that listens. Without a host only this machine can reach it.

import { KsError } from './errors.ts'

export interface ListenAddress {
  /** A name, or an address without brackets. */
  readonly host: string
  /** 0: whichever is free. */
  readonly port: number
}

/** `:9464`, `9464`, `HOST:9464` or `[::1]:9464`. Throws KsError usage. */
export const parseListenAddress = (typed: string): ListenAddress => {
  const [, address, name, digits = ''] = /^(?:(?:\[([0-9a-fA-F:.]+)\]|([^:[\]\s/]*)):)?(\d{1,5})$/.exec(typed) ?? []
  const port = Number(digits)
  if (digits === '' || port > 65535) {
    throw new KsError('usage', `"${typed}" is no HOST:PORT`, { hint: 'as :9464 (this machine only) or 0.0.0.0:9464' })
  }
  return { host: (address ?? name) || '127.0.0.1', port }
}

/** As it is typed. */
export const listenAddressText = ({ host, port }: ListenAddress): string =>
  `${host.includes(':') ? `[${host}]` : host}:${String(port)}`

/** Only this machine can reach it. */
export const isLoopback = (host: string): boolean => /^(?:localhost|127(?:\.\d{1,3}){3}|::1)$/i.test(host)
