// Errors that HTTP answers with: a status, a word that programs can go by, what happened, and what to do about it.

import { KsError, type ErrorKind } from '../model/errors.ts'

/** What an error may say besides its message. */
export interface HttpErrorDetails {
  /** One thing to do or to try, without a full stop. */
  readonly hint?: string | undefined
  readonly headers?: Readonly<Record<string, string>>
  readonly cause?: unknown
}

/** An error that the client of a request gets to see. */
export class HttpError extends Error {
  readonly status: number
  /** For programs: `not_found`, `not_available`, … */
  readonly code: string
  readonly hint: string | undefined
  readonly headers: Readonly<Record<string, string>>

  constructor(status: number, code: string, message: string, { hint, headers = {}, cause }: HttpErrorDetails = {}) {
    super(message, cause === undefined ? undefined : { cause })
    this.name = 'HttpError'
    this.status = status
    this.code = code
    this.hint = hint
    this.headers = headers
  }
}

/** What cannot be answered at the moment. @param retryAfterSeconds when it is worth asking again. */
export const notAvailable = (message: string, retryAfterSeconds = 1): HttpError =>
  new HttpError(503, 'not_available', `not available, retry: ${message}`, {
    headers: { 'retry-after': String(retryAfterSeconds) },
  })

/** A request that is wrong in itself. */
export const badRequest = (message: string, hint?: string): HttpError =>
  new HttpError(400, 'bad_request', message, { hint })

/** The body of an answer that is an error. */
export const errorBody = ({ code, message, hint }: HttpError): unknown => ({
  error: message,
  code,
  ...(hint === undefined ? {} : { hint }),
})

const statusOfKind: Readonly<Record<ErrorKind, readonly [status: number, code: string]>> = {
  usage: [400, 'bad_request'],
  compile: [400, 'does_not_compile'],
  data: [422, 'bad_data'],
  denied: [403, 'denied'],
  busy: [503, 'not_available'],
  broker: [503, 'not_available'],
  config: [500, 'failed'],
  io: [500, 'failed'],
  failed: [500, 'failed'],
}

/** Any error as one for the client. */
export const toHttpError = (error: unknown): HttpError => {
  if (error instanceof HttpError) return error
  if (error instanceof KsError) {
    const [status, code] = statusOfKind[error.kind]
    const { message, hint } = error
    return new HttpError(status, code, message, {
      hint,
      cause: error,
      ...(status === 503 ? { headers: { 'retry-after': '1' } } : {}),
    })
  }
  const message = error instanceof Error ? error.message : String(error)
  return new HttpError(500, 'failed', `this should not have happened: ${message}`, { cause: error })
}
