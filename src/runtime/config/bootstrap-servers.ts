// Addresses of brokers as people type them, as host and port. No name is looked up here.

import { KsError } from '../model/errors.ts'
import type { Config } from './config.ts'

const defaultPort = 9092

/** Where a broker listens. */
export interface ServerAddress {
  readonly host: string
  readonly port: number
}

/**
 * The addresses in `bootstrap.servers`: `kafka1:9092`, `[::1]:9092`, without a port 9092, also with a protocol in front as
 * listeners have it (`PLAINTEXT://kafka1:9092`). Throws KsError config for anything else and for none at all.
 */
export const bootstrapServers = (config: Config): readonly ServerAddress[] => {
  const typed = config.list('bootstrap.servers')
  const wrong = (what: string): KsError =>
    new KsError('config', `bootstrap.servers (${config.origin('bootstrap.servers')}): ${what}`, {
      hint: 'HOST:PORT, separated by commas: kafka1:9092,kafka2:9092',
    })
  if (typed.length === 0) throw wrong('there is no address in it')
  return typed.map((address) => {
    const parsed = parseAddress(address)
    if (parsed === undefined) throw wrong(`${address}: not the address of a broker`)
    return parsed
  })
}

const parseAddress = (typed: string): ServerAddress | undefined => {
  const address = /^(?:[A-Za-z][\w+.-]*:\/\/)?(?:\[([0-9A-Fa-f:.%\w]+)\]|([\w.%-]+))(?::(\d{1,5}))?$/.exec(typed)
  const host = address?.[1] ?? address?.[2]
  if (host === undefined) return undefined
  const port = Number(address?.[3] ?? defaultPort)
  return port >= 1 && port <= 65_535 ? { host, port } : undefined
}
