// The token that requests from other machines need.

import { createHash, timingSafeEqual } from 'node:crypto'
import { open } from 'node:fs/promises'
import { KsError } from '../model/errors.ts'
import { ioError } from '../model/system-error.ts'

const shortestToken = 16

/** Compares what requests bring with a token, in a time that says nothing about it. It shows itself to nobody. */
export class AccessToken {
  readonly #text: string
  readonly #digest: Buffer

  /** KsError config for a token that can be guessed, or that no header can carry. @param origin for the message. */
  constructor(text: string, origin: string) {
    if (!/^[\x21-\x7e]*$/.test(text))
      throw new KsError('config', `${origin}: a token has no spaces and only ASCII letters`)
    if (text.length < shortestToken) {
      throw new KsError('config', `${origin}: the token is shorter than ${String(shortestToken)} characters`, {
        hint: 'make one: openssl rand -hex 32',
      })
    }
    this.#text = text
    this.#digest = digest(text)
  }

  /** For requests to other instances. */
  get header(): string {
    return `Bearer ${this.#text}`
  }

  /** What an `authorization` header brings is this token: as `Bearer TOKEN`, or as the password of `Basic`. */
  admits(header: string | undefined): boolean {
    const [, scheme = '', credentials = ''] = /^(bearer|basic) +(\S+)$/i.exec(header ?? '') ?? []
    const isBasic = scheme.toLowerCase() === 'basic'
    const offered = isBasic
      ? Buffer.from(credentials, 'base64')
          .toString('utf8')
          .replace(/^[^:]*:/, '')
      : credentials
    return timingSafeEqual(digest(offered), this.#digest)
  }
}

const digest = (text: string): Buffer => createHash('sha256').update(text, 'utf8').digest()

/**
 * The token of a file, or else of the environment (`KS_TOKEN`); undefined if there is neither.
 * @throws KsError config if others can read the file, io if it cannot be read.
 */
export const readAccessToken = async (
  file: string | undefined,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<AccessToken | undefined> => {
  if (file === undefined) {
    const text = environment['KS_TOKEN']
    return text === undefined || text === '' ? undefined : new AccessToken(text, 'KS_TOKEN')
  }
  const handle = await open(file, 'r').catch((error: unknown) => {
    throw ioError(`cannot read the token in ${file}`, error)
  })
  try {
    const { mode } = await handle.stat()
    if ((mode & 0o077) !== 0) {
      throw new KsError('config', `others can read the token in ${file}`, { hint: `chmod 600 ${file}` })
    }
    return new AccessToken((await handle.readFile('utf8')).trim(), file)
  } catch (error) {
    throw ioError(`cannot read the token in ${file}`, error)
  } finally {
    await handle.close()
  }
}
