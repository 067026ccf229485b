// The body of a request: not larger than allowed, and of a kind that a page elsewhere could not have sent unasked.

import type { IncomingMessage } from 'node:http'
import { parseJsonText } from '../serde/json-parse.ts'
import { badRequest, HttpError } from './http-error.ts'

/** Reads it to the end. HttpError 413 beyond `maxBytes`, 400 if it breaks off or is no UTF-8. */
export const readBody = async (request: IncomingMessage, maxBytes: number): Promise<string> => {
  const tooLarge = (): HttpError =>
    new HttpError(413, 'too_large', `the body of a request has at most ${String(maxBytes)} bytes`, {
      headers: { connection: 'close' },
    })
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) throw tooLarge()
  const chunks: Buffer[] = []
  let bytes = 0
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      bytes += chunk.length
      if (bytes > maxBytes) throw tooLarge()
      chunks.push(chunk)
    }
  } catch (error) {
    throw error instanceof HttpError ? error : badRequest('the body of the request breaks off')
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks))
  } catch {
    throw badRequest('the body of the request is no UTF-8')
  }
}

/** The JSON data of a body. HttpError 400 if it is none. */
export const parseBody = (text: string): unknown => {
  try {
    return parseJsonText(text)
  } catch (error) {
    throw badRequest(`the body of the request is no JSON: ${error instanceof Error ? error.message : String(error)}`)
  }
}

const jsonTypes = ['application/json']

/**
 * Throws an `HttpError` for a body that the route does not take. Without an origin, which browsers always send, its type does not
 * matter: `curl -d` calls everything a form.
 */
export const checkBodyType = ({ headers }: IncomingMessage, allowed: readonly string[] = jsonTypes): void => {
  const type = (headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? ''
  if (allowed.includes(type)) return
  if (headers.origin === undefined && headers['sec-fetch-site'] === undefined) return
  throw new HttpError(415, 'media_type', `the body of the request is ${type === '' ? 'of no type' : type}`, {
    hint: `content-type: ${allowed.join(', ')}`,
  })
}
