// The real process as a CliContext. Nothing else touches streams and signals.

import { exitStatus } from '../model/errors.ts'
import { ioError, systemErrorName } from '../model/system-error.ts'
import type { CliContext } from './context.ts'
import { createStyle, wantsColour } from './terminal/colour.ts'
import { detectTerminal } from './terminal/detect-terminal.ts'
import { startThread } from './threads.ts'

/** How long closing may take after a signal. */
const closeDeadlineMs = 10_000

/** The context of this process. SIGINT, SIGTERM and SIGHUP abort its signal; a second one ends the process at once. */
export const processContext = (): CliContext => {
  const { env, stdout, stderr } = process
  const outputTerminal = detectTerminal(stdout, env)
  const errorTerminal = detectTerminal(stderr, env)
  const controller = new AbortController()
  // The user has asked twice, or closing takes too long: what is pending is given up.
  const giveUp = (status: number): never => process.exit(status) // eslint-disable-line no-restricted-properties
  const interrupt = (status: number): void => {
    if (controller.signal.aborted) giveUp(status)
    controller.abort(status)
    setTimeout(() => giveUp(status), closeDeadlineMs).unref()
  }
  process.on('SIGINT', () => {
    interrupt(exitStatus.interrupted)
  })
  process.on('SIGTERM', () => {
    interrupt(exitStatus.terminated)
  })
  process.on('SIGHUP', () => {
    interrupt(exitStatus.terminated)
  })
  // A standard error that is closed or full is no reason to stop.
  stderr.on('error', () => undefined)
  const tell = (text: string): void => {
    stderr.write(text)
  }
  const secrets = new Map<string, string | undefined>()
  return {
    environment: env,
    currentDirectory: process.cwd(),
    now: () => Date.now(),
    elapsed: () => Number(process.hrtime.bigint() / 1000n) / 1000,
    print: (text) =>
      new Promise((resolve, reject) => {
        // It is told to the callback too.
        if (stdout.listenerCount('error') === 0) stdout.on('error', () => undefined)
        stdout.write(text, (error) => {
          // A reader that goes away has seen what it wanted.
          if (!error || ['EPIPE', 'ERR_STREAM_DESTROYED'].includes(systemErrorName(error) ?? '')) resolve()
          else reject(ioError('cannot write to standard output', error))
        })
      }),
    tell,
    warn: (message) => {
      tell(`ks: ${message}\n`)
    },
    askSecret: async (question) => {
      if (!secrets.has(question)) {
        const { askSecret } = await import('./ask-secret.ts')
        const ctrlC = (): void => {
          interrupt(exitStatus.interrupted)
        }
        secrets.set(question, await askSecret(question, ctrlC, controller.signal))
      }
      return secrets.get(question)
    },
    outputTerminal,
    errorTerminal,
    onResize: (callback) => {
      stdout.on('resize', callback)
      return () => {
        stdout.off('resize', callback)
      }
    },
    signal: controller.signal,
    style: (colour) => createStyle(wantsColour(colour, env, outputTerminal)),
    errorStyle: () => createStyle(wantsColour('auto', env, errorTerminal)),
    thread: undefined,
    startThread: (start) => startThread(start, secrets, tell),
  }
}
