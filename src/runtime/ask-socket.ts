// A request through the unix socket of a run.

import { request, type IncomingMessage } from 'node:http'
import { text } from 'node:stream/consumers'
import { KsError } from './model/errors.ts'
import { ioError, systemErrorName } from './model/system-error.ts'
import { parseJsonText } from './serde/json-parse.ts'

/** What a run has answered. */
export interface SocketAnswer {
  header(name: string): string | undefined
  /** The lines of the body. KsError busy if it breaks off. */
  lines(): AsyncGenerator<string, void>
  /** The body as JSON data. KsError as `lines`. */
  json(): Promise<unknown>
  /** Nobody wants the body. */
  discard(): void
}

/** Why a run has not answered. */
export interface SocketRefusal {
  readonly status: number
  /** `no_row`, `no_store`, `not_available`, … */
  readonly code: string
  readonly error: string
  readonly hint?: string
}

/** undefined if nobody listens there: the run has ended, or was killed. KsError denied or io. @param target path and query. */
export const askSocket = (socketPath: string, target: string): Promise<SocketAnswer | SocketRefusal | undefined> =>
  new Promise((resolve, reject) => {
    const asked = request({ socketPath, path: target, headers: { host: 'localhost' }, agent: false }, (response) => {
      const answer = answerOf(response)
      const { statusCode: status = 0 } = response
      if (status === 200) resolve(answer)
      // Errors have one form, whatever the route.
      else
        answer.json().then((body) => {
          resolve({ ...(body as SocketRefusal), status })
        }, reject)
    })
    asked.on('error', (error) => {
      const name = systemErrorName(error) ?? ''
      if (['ECONNREFUSED', 'ENOENT', 'ECONNRESET', 'EPIPE'].includes(name)) resolve(undefined)
      else reject(ioError(`cannot ask at ${socketPath}`, error))
    })
    asked.end()
  })

const answerOf = (response: IncomingMessage): SocketAnswer => ({
  header: (name) => {
    const value = response.headers[name]
    return typeof value === 'string' ? value : undefined
  },
  lines: async function* () {
    let rest = ''
    try {
      // Not by `readline`, for which U+2028 ends a line.
      for await (const chunk of response.setEncoding('utf8') as AsyncIterable<string>) {
        const lines = `${rest}${chunk}`.split('\n')
        rest = lines.pop() ?? ''
        yield* lines
      }
    } catch (error) {
      throw brokenOff(error)
    }
    // Without an error, too, when the connection ends in the middle.
    if (!response.complete || rest !== '') throw brokenOff(undefined)
  },
  discard: () => {
    response.destroy()
  },
  json: async () => {
    try {
      return parseJsonText(await text(response))
    } catch (error) {
      throw brokenOff(error)
    }
  },
})

const brokenOff = (cause: unknown): KsError =>
  new KsError('busy', 'the answer breaks off: the run has ended, or its tasks were moved', {
    hint: 'ask again',
    cause,
  })
