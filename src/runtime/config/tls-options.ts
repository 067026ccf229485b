// Options for node:tls from the `ssl.` properties. Certificates and keys come from PEM files and from PKCS12 files; what a
// file is, its bytes say. Everything is tried out at once, so that a wrong file is no failed connection later.

import { X509Certificate } from 'node:crypto'
import path from 'node:path'
import { type ConnectionOptions, createSecureContext, type SecureContextOptions, type SecureVersion } from 'node:tls'
import { KsError } from '../model/errors.ts'
import type { Config } from './config.ts'
import { readSmallFile } from './config-files.ts'
import type { NameOf, PropertyName } from './property-table.ts'

/** Reads a secret that is a property or in the file that a property names; '' if there is neither. */
export type ReadSecret = (name: NameOf<'secret'>, fileName: NameOf<'text'>) => Promise<string>

type Identity = Pick<SecureContextOptions, 'cert' | 'key' | 'pfx' | 'passphrase'>

/** Throws a KsError: `config` for what is missing or cannot be used, `denied` for a wrong password. */
export const tlsOptions = async (
  config: Config,
  currentDirectory: string,
  readSecret: ReadSecret,
): Promise<ConnectionOptions> => {
  const readStore = async (name: NameOf<'text'>): Promise<Store> => {
    const filePath = path.resolve(currentDirectory, config.text(name))
    const { bytes } = await readSmallFile(filePath, name)
    return { bytes, filePath, where: `${name} (${config.origin(name)})` }
  }
  const authorities = await trusted(config, readStore)
  const identity = await ownIdentity(config, readStore, readSecret)
  const ciphers = config.list('ssl.cipher.suites')
  const context: SecureContextOptions = {
    ...versions(config),
    ...(authorities === undefined ? {} : { ca: authorities }),
    ...(ciphers.length === 0 ? {} : { ciphers: ciphers.join(':') }),
    ...identity,
  }
  tryOut(context)
  return {
    ...context,
    rejectUnauthorized: config.flag('enable.ssl.certificate.verification'),
    ...(config.text('ssl.endpoint.identification.algorithm') === 'none'
      ? { checkServerIdentity: () => undefined }
      : {}),
  }
}

interface Store {
  readonly bytes: Buffer
  readonly filePath: string
  readonly where: string
}

type ReadStore = (name: NameOf<'text'>) => Promise<Store>

// Undefined: the authorities that Node.js knows, as Java would take those of the JVM.
const trusted = async (config: Config, readStore: ReadStore): Promise<string[] | undefined> => {
  const inline = config.secret('ssl.truststore.certificates')?.reveal()
  if (inline !== undefined) return certificatesIn(inline, inlineWhere(config, 'ssl.truststore.certificates'))
  if (config.text('ssl.truststore.location') === '') return undefined
  const store = await readStore('ssl.truststore.location')
  const format = formatOf(store.bytes)
  if (format !== 'PEM') {
    throw new KsError('config', `${store.where}: ${store.filePath} is ${described[format]}, not a PEM file`, {
      hint: `keytool -list -rfc -keystore ${store.filePath} > ca.pem makes one of it; set ssl.truststore.location to that`,
    })
  }
  return certificatesIn(store.bytes.toString('utf8'), store.where)
}

const ownIdentity = async (config: Config, readStore: ReadStore, readSecret: ReadSecret): Promise<Identity> => {
  const keyPassword = (): Promise<string> => readSecret('ssl.key.password', 'ssl.key.password.file')
  if (config.isSet('ssl.keystore.key') || config.isSet('ssl.keystore.certificate.chain')) {
    const key = config.secret('ssl.keystore.key')?.reveal() ?? ''
    const chain = config.secret('ssl.keystore.certificate.chain')?.reveal() ?? ''
    const keyWhere = inlineWhere(config, 'ssl.keystore.key')
    return identityOf(chain, inlineWhere(config, 'ssl.keystore.certificate.chain'), key, keyWhere, await keyPassword())
  }
  if (config.text('ssl.certificate.location') !== '' || config.text('ssl.key.location') !== '') {
    for (const name of ['ssl.certificate.location', 'ssl.key.location'] as const) {
      if (config.text(name) === '') throw new KsError('config', `${name} is missing: certificate and key go together`)
    }
    const chain = await readStore('ssl.certificate.location')
    const key = await readStore('ssl.key.location')
    const [chainText, keyText] = [chain.bytes.toString('utf8'), key.bytes.toString('utf8')]
    return identityOf(chainText, chain.where, keyText, key.where, await keyPassword())
  }
  if (config.text('ssl.keystore.location') === '') return {}

  const store = await readStore('ssl.keystore.location')
  const format = formatOf(store.bytes)
  if (format === 'PEM') {
    const text = store.bytes.toString('utf8')
    return identityOf(text, store.where, text, store.where, await keyPassword())
  }
  if (format === 'PKCS12') {
    return { pfx: store.bytes, passphrase: await readSecret('ssl.keystore.password', 'ssl.keystore.password.file') }
  }
  throw new KsError('config', `${store.where}: ${store.filePath} is ${described[format]}, not a PEM or PKCS12 file`, {
    hint: `keytool -importkeystore -srckeystore ${store.filePath} -destkeystore client.p12 -deststoretype PKCS12 converts a Java keystore`,
  })
}

const identityOf = (chain: string, chainWhere: string, key: string, keyWhere: string, passphrase: string): Identity => {
  const first = blocks(key).find((block) => /^-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----/.test(block))
  if (first === undefined) throw new KsError('config', `${keyWhere}: there is no PEM key in it`)
  if (passphrase === '' && first.includes('ENCRYPTED')) {
    throw new KsError('config', `${keyWhere}: the key needs a password`, {
      hint: 'put it in a file and set ssl.key.password.file, or in KS_X_SSL_KEY_PASSWORD',
    })
  }
  const cert = certificatesIn(chain, chainWhere).join('\n')
  return { cert, key: first, ...(passphrase === '' ? {} : { passphrase }) }
}

const inlineWhere = (config: Config, name: PropertyName): string => `${name} (${config.origin(name)})`

// Between the blocks there may be anything, such as what `keytool -list` and `openssl` write about them. In a value of one
// line the line ends may be lost: white space between the marks stands for them.
const blocks = (text: string): readonly string[] =>
  [...text.matchAll(/-----BEGIN ([A-Z0-9 ]+)-----([^]*?)-----END \1-----/g)].map(([whole, label = '', body = '']) =>
    body.includes('\n')
      ? whole
      : `-----BEGIN ${label}-----\n${body.trim().replaceAll(/\s+/g, '\n')}\n-----END ${label}-----`,
  )

const certificatesIn = (text: string, where: string): string[] => {
  const found = blocks(text).filter((block) => /^-----BEGIN (X509 |TRUSTED )?CERTIFICATE-----/.test(block))
  if (found.length === 0) throw new KsError('config', `${where}: there is no PEM certificate in it`)
  for (const [index, certificate] of found.entries()) {
    // Node.js passes over an authority that it cannot read, and the broker would seem to be a stranger.
    try {
      new X509Certificate(certificate)
    } catch (error) {
      throw new KsError('config', `${where}: certificate ${index + 1} in it is damaged`, { cause: error })
    }
  }
  return found
}

type StoreFormat = 'PEM' | 'PKCS12' | 'JKS' | 'unknown'

const described: Readonly<Record<StoreFormat, string>> = {
  PEM: 'a PEM file',
  PKCS12: 'a PKCS12 file',
  JKS: 'a Java keystore (JKS)',
  unknown: 'neither PEM nor a keystore',
}

const formatOf = (bytes: Buffer): StoreFormat => {
  if (bytes.includes('-----BEGIN ')) return 'PEM'
  const magic = bytes.length < 4 ? 0 : bytes.readUInt32BE(0)
  if (magic === 0xfeedfeed || magic === 0xcececece) return 'JKS'
  return bytes[0] === 0x30 ? 'PKCS12' : 'unknown' // a sequence in DER
}

const knownVersions: readonly SecureVersion[] = ['TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3']

const versions = (config: Config): { readonly minVersion?: SecureVersion; readonly maxVersion?: SecureVersion } => {
  const typed = config.list('ssl.enabled.protocols')
  const wanted = knownVersions.filter((version) => typed.includes(version))
  const [oldest] = wanted
  const newest = wanted.at(-1)
  if (oldest === undefined || newest === undefined || wanted.length < new Set(typed).size) {
    throw new KsError(
      'config',
      `${inlineWhere(config, 'ssl.enabled.protocols')}: ${typed.join(',')}: not versions of TLS`,
      {
        hint: 'TLSv1.2, TLSv1.3 or both',
      },
    )
  }
  return { minVersion: oldest, maxVersion: newest }
}

// What OpenSSL says, by what it means here.
const faults: readonly {
  readonly pattern: RegExp
  readonly kind: 'config' | 'denied'
  readonly what: string
  readonly hint: string
}[] = [
  {
    pattern: /mac verify failure/i,
    kind: 'denied',
    what: 'the keystore does not open with this password',
    hint: 'check ssl.keystore.password',
  },
  {
    pattern: /bad decrypt|bad password/i,
    kind: 'denied',
    what: 'the key does not open with this password',
    hint: 'check ssl.key.password',
  },
  {
    pattern: /key values mismatch/i,
    kind: 'config',
    what: 'the key is not that of the certificate',
    hint: 'the certificate of the client comes first, then those who signed it',
  },
  {
    pattern: /PKCS12|PFX/i,
    kind: 'config',
    what: 'the keystore has no key, or is encrypted in a way that is no longer supported',
    hint: 'write it anew: keytool -importkeystore -srckeystore OLD -destkeystore NEW.p12 -deststoretype PKCS12',
  },
  {
    pattern: /no cipher match/i,
    kind: 'config',
    what: 'ssl.cipher.suites: none of them is known',
    hint: 'leave it out',
  },
]

const tryOut = (options: SecureContextOptions): void => {
  try {
    createSecureContext(options)
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    const fault = faults.find(({ pattern }) => pattern.test(message))
    if (fault === undefined) {
      throw new KsError('config', `TLS: a certificate or key cannot be used: ${message}`, { cause: error })
    }
    throw new KsError(fault.kind, `TLS: ${fault.what}`, { hint: fault.hint, cause: error })
  }
}
