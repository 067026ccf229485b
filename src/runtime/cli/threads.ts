// Threads that run the command line of the process once more: how they are started, and their end of it. Standard streams,
// signals and the terminal stay with the first thread; what others have to say goes through it.

import { parentPort, Worker, workerData } from 'node:worker_threads'
import { exitStatus } from '../model/errors.ts'
import { occupiedDirectoriesMemory, shareOccupiedDirectories } from '../stores/level-database.ts'
import type { CliContext, RunningThread, ThreadEnd, ThreadStart } from './context.ts'
import type { Loss } from './terminal/summary.ts'

/** What a thread gets when it starts. */
interface ThreadData {
  readonly start: ThreadStart
  readonly directories: SharedArrayBuffer
  /** Secrets that have been asked for, by question. */
  readonly secrets: ReadonlyMap<string, string | undefined>
}

/** What a thread says to the one that started it. */
type Message = { readonly text: string } | ThreadEnd

/** Starts a thread. @param tell takes what it writes to standard error. */
export const startThread = (
  start: ThreadStart,
  secrets: ReadonlyMap<string, string | undefined>,
  tell: (text: string) => void,
): RunningThread => {
  const [, program = '', ...argv] = process.argv
  const data: ThreadData = { start, directories: occupiedDirectoriesMemory(), secrets }
  const worker = new Worker(program, { argv, workerData: data })
  let end: ThreadEnd | undefined
  worker.on('message', (message: Message) => {
    if ('text' in message) tell(message.text)
    else end = message
  })
  // An error that nobody has caught, or memory that has run out.
  worker.on('error', (error) => {
    tell(`ks: thread ${String(start.number)} has failed: ${error instanceof Error ? error.message : String(error)}\n`)
  })
  return {
    stop: (status) => {
      worker.postMessage(status)
    },
    kill: async () => {
      await worker.terminate()
    },
    ended: new Promise((resolve) => {
      worker.once('exit', () => {
        resolve(end ?? { status: exitStatus.failed, losses: [] })
      })
    }),
  }
}

/** The context of a thread that `startThread` has started, and how it says that it has ended. */
export const threadContext = (): { readonly context: CliContext; end(status: number): void } => {
  const port = parentPort
  if (port === null) throw new Error('this is the first thread')
  const { start, directories, secrets } = workerData as ThreadData // what startThread gives
  shareOccupiedDirectories(directories)
  const controller = new AbortController()
  port.on('message', (status: number) => {
    controller.abort(status)
  })
  const post = (message: Message): void => {
    port.postMessage(message)
  }
  let losses: readonly Loss[] = []
  const noOutput = (): never => {
    throw new Error('only the first thread has standard streams')
  }
  const context: CliContext = {
    environment: process.env,
    currentDirectory: process.cwd(),
    now: () => Date.now(),
    elapsed: () => performance.now(),
    print: noOutput,
    tell: (text) => {
      post({ text })
    },
    // The first thread has found it out as well.
    warn: () => undefined,
    askSecret: (question) => Promise.resolve(secrets.get(question)),
    outputTerminal: undefined,
    errorTerminal: undefined,
    onResize: noOutput,
    signal: controller.signal,
    style: noOutput,
    errorStyle: async () => (await import('./terminal/colour.ts')).createStyle(false),
    thread: {
      ...start,
      report: (list) => {
        losses = list
      },
    },
    startThread: () => {
      throw new Error('only the first thread starts others')
    },
  }
  return {
    context,
    end: (status) => {
      post({ status, losses })
      port.close()
    },
  }
}
