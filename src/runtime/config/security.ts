// What a configuration says about TLS and SASL, in the form the connections take. Files are read and secrets revealed here
// and nowhere else; what is wrong with them is found before anything is connected to.

import path from 'node:path'
import type { ConnectionOptions } from 'node:tls'
import { fileURLToPath } from 'node:url'
import { KsError } from '../model/errors.ts'
import type { Config } from './config.ts'
import { readSmallFile } from './config-files.ts'
import { type JaasEntry, parseJaasConfig } from './jaas-config.ts'
import type { PropertyName } from './property-table.ts'
import { type ReadSecret, tlsOptions } from './tls-options.ts'

/** How to show a broker who one is. */
export type SaslOptions =
  | {
      readonly mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512'
      readonly username: string
      readonly password: string
    }
  /** The token is asked for each time a connection opens. */
  | { readonly mechanism: 'oauthbearer'; readonly token: () => Promise<string> }

/** What connections need to know. */
export interface ConnectionSecurity {
  /** Undefined: plain text. */
  readonly tls: ConnectionOptions | undefined
  readonly sasl: SaslOptions | undefined
  /** What is worth telling once, without full stops. */
  readonly warnings: readonly string[]
}

/** What is needed besides the configuration. */
export interface SecurityContext {
  /** What relative paths start from. */
  readonly currentDirectory: string
  /** Asks for a password that is nowhere else; undefined where nobody can be asked, or does not answer. */
  askSecret(question: string): Promise<string | undefined>
}

/**
 * TLS and SASL as `security.protocol` and the `ssl.` and `sasl.` properties say. Throws a KsError: `config` for what is
 * missing, unreadable or not supported, `denied` for a password that does not open a file.
 */
export const connectionSecurity = async (config: Config, context: SecurityContext): Promise<ConnectionSecurity> => {
  const protocol = config.text('security.protocol')
  const wantsTls = protocol.endsWith('SSL')
  const wantsSasl = protocol.startsWith('SASL')
  const warnings: string[] = []
  const unused = (names: readonly PropertyName[]): void => {
    const set = names.filter((name) => config.isSet(name))
    if (set.length === 0) return
    const are = set.length === 1 ? 'is' : 'are'
    warnings.push(`${set.join(', ')} ${are} not used: security.protocol is ${protocol}`)
  }
  if (!wantsTls) unused(['ssl.truststore.location', 'ssl.truststore.certificates', 'ssl.keystore.location'])
  if (!wantsSasl) unused(['sasl.mechanism', 'sasl.jaas.config', 'sasl.username'])

  const readSecret: ReadSecret = async (name, fileName) => {
    const file = config.text(fileName)
    if (file === '') return config.secret(name)?.reveal() ?? ''
    const filePath = path.resolve(context.currentDirectory, file)
    const { bytes, readableByOthers } = await readSmallFile(filePath, fileName)
    if (readableByOthers) warnings.push(`${fileName}: others can read it: chmod 600 ${filePath}`)
    return withoutLineEnd(bytes.toString('utf8'))
  }
  const tls = wantsTls ? await tlsOptions(config, context.currentDirectory, readSecret) : undefined
  if (tls?.rejectUnauthorized === false) {
    warnings.push(`the broker can be anybody: ${said(config, 'enable.ssl.certificate.verification', 'false')}`)
  }
  return { tls, sasl: wantsSasl ? await saslOptions(config, context, readSecret) : undefined, warnings }
}

const withoutLineEnd = (text: string): string => text.replace(/\r?\n$/, '')

const said = (config: Config, name: PropertyName, value: string): string => `${name}=${value} (${config.origin(name)})`

const saslOptions = async (config: Config, context: SecurityContext, readSecret: ReadSecret): Promise<SaslOptions> => {
  const jaas = readJaas(config)
  const mechanism = config.text('sasl.mechanism')
  switch (mechanism) {
    case 'PLAIN':
      refuseOtherModule(jaas, 'PlainLoginModule', mechanism)
      return { mechanism: 'plain', ...(await credentials(config, context, readSecret, jaas)) }
    case 'SCRAM-SHA-256':
    case 'SCRAM-SHA-512': {
      refuseOtherModule(jaas, 'ScramLoginModule', mechanism)
      if (jaas?.options.get('tokenauth')?.toLowerCase() === 'true') {
        throw new KsError('config', 'sasl.jaas.config: delegation tokens (tokenauth) are not supported')
      }
      const name = mechanism === 'SCRAM-SHA-256' ? 'scram-sha-256' : 'scram-sha-512'
      return { mechanism: name, ...(await credentials(config, context, readSecret, jaas)) }
    }
    case 'OAUTHBEARER':
      refuseOtherModule(jaas, 'OAuthBearerLoginModule', mechanism)
      return { mechanism: 'oauthbearer', token: await tokenSource(config, context) }
    default: {
      const protocol = said(config, 'security.protocol', config.text('security.protocol'))
      throw new KsError('config', `${protocol} needs sasl.mechanism`, {
        hint: "PLAIN, SCRAM-SHA-256, SCRAM-SHA-512 or OAUTHBEARER; Kafka's default, GSSAPI, is not supported",
      })
    }
  }
}

const readJaas = (config: Config): JaasEntry | undefined => {
  const text = config.secret('sasl.jaas.config')?.reveal()
  if (text === undefined) return undefined
  return parseJaasConfig(text, `sasl.jaas.config (${config.origin('sasl.jaas.config')})`)
}

// Other programs have the class under other packages (shaded): only its own name counts.
const refuseOtherModule = (jaas: JaasEntry | undefined, wanted: string, mechanism: string): void => {
  if (jaas === undefined || jaas.loginModule.endsWith(`.${wanted}`) || jaas.loginModule === wanted) return
  throw new KsError('config', `sasl.jaas.config: ${jaas.loginModule} does not go with sasl.mechanism=${mechanism}`, {
    hint: `${mechanism} needs ${wanted}, or sasl.username and sasl.password instead of sasl.jaas.config`,
  })
}

const credentials = async (
  config: Config,
  { askSecret }: Pick<SecurityContext, 'askSecret'>,
  readSecret: ReadSecret,
  jaas: JaasEntry | undefined,
): Promise<{ readonly username: string; readonly password: string }> => {
  const username = config.text('sasl.username') || jaas?.options.get('username')
  if (!username) {
    throw new KsError('config', 'there is no user name for SASL', {
      hint: 'set sasl.username, or username="…" in sasl.jaas.config',
    })
  }
  const password =
    (await readSecret('sasl.password', 'sasl.password.file')) ||
    jaas?.options.get('password') ||
    (await askSecret(`Password of ${username}: `))
  if (!password) {
    throw new KsError('config', `there is no password for the user ${username}`, {
      hint: 'put it in a file and set sasl.password.file, or in KS_X_SASL_PASSWORD; on a terminal ks asks for it',
    })
  }
  return { username, password }
}

// Tried once at the start, so that a wrong path shows at once; read again later, because tokens are renewed.
const tokenSource = async (config: Config, context: SecurityContext): Promise<() => Promise<string>> => {
  const file = tokenFile(config)
  if (file !== undefined) {
    const filePath = path.resolve(context.currentDirectory, file.path)
    const token = async (): Promise<string> => {
      const { bytes } = await readSmallFile(filePath, file.name)
      const text = bytes.toString('utf8').trim()
      if (text === '') throw new KsError('config', `${file.name}: ${filePath}: there is no token in it`)
      return text
    }
    await token()
    return token
  }
  const token = config.secret('sasl.oauthbearer.token')
  if (token === undefined) {
    throw new KsError('config', 'there is no token for OAUTHBEARER', {
      hint: 'let a program write it to a file and set sasl.oauthbearer.token.file, or put it in KS_X_SASL_OAUTHBEARER_TOKEN',
    })
  }
  return () => Promise.resolve(token.reveal().trim())
}

const tokenFile = (config: Config): { readonly path: string; readonly name: PropertyName } | undefined => {
  const file = config.text('sasl.oauthbearer.token.file')
  if (file !== '') return { path: file, name: 'sasl.oauthbearer.token.file' }
  const name = 'sasl.oauthbearer.token.endpoint.url'
  const url = config.text(name)
  if (url === '' || config.isSet('sasl.oauthbearer.token')) return undefined
  try {
    if (/^file:/i.test(url)) return { path: fileURLToPath(url), name }
  } catch (error) {
    throw new KsError('config', `${name} (${config.origin(name)}): not the URL of a file on this machine`, {
      cause: error,
    })
  }
  throw new KsError('config', `${name} (${config.origin(name)}): ks asks no token service`, {
    hint: 'let a program write the token to a file and set sasl.oauthbearer.token.file',
  })
}
