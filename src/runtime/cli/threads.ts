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
type Message = { readonly text: string } | { readonly reply: number; readonly answer: unknown } | ThreadEnd

/** What it is told: to stop, with an exit status as the reason, or to answer. */
type Order = { readonly stop: number } | { readonly ask: string; readonly about: unknown; readonly reply: number }

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
  /** Questions that have not been answered. */
  const waiting = new Map<number, (answer: unknown) => void>()
  let questions = 0
  let hasEnded = false
  const order = (text: Order): void => {
    worker.postMessage(text)
  }
  worker.on('message', (message: Message) => {
    if ('text' in message) tell(message.text)
    else if ('reply' in message) {
      waiting.get(message.reply)?.(message.answer)
      waiting.delete(message.reply)
    } else end = message
  })
  // An error that nobody has caught, or memory that has run out.
  worker.on('error', (error) => {
    tell(`ks: thread ${String(start.number)} has failed: ${error instanceof Error ? error.message : String(error)}\n`)
  })
  return {
    stop: (status) => {
      order({ stop: status })
    },
    ask: (question, about) =>
      new Promise((resolve) => {
        if (hasEnded) resolve(undefined)
        else {
          waiting.set(++questions, resolve)
          order({ ask: question, about, reply: questions })
        }
      }),
    kill: async () => {
      await worker.terminate()
    },
    ended: new Promise((resolve) => {
      worker.once('exit', () => {
        hasEnded = true
        for (const answer of waiting.values()) answer(undefined)
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
  const answers = new Map<string, (about: unknown) => Promise<unknown>>()
  const post = (message: Message): void => {
    port.postMessage(message)
  }
  port.on('message', (order: Order) => {
    if ('stop' in order) {
      controller.abort(order.stop)
      return
    }
    const { ask, about, reply } = order
    const give = answers.get(ask) ?? (() => Promise.resolve(undefined))
    // What cannot be answered is as if it had not been asked.
    give(about).then(
      (answer) => {
        post({ reply, answer })
      },
      () => {
        post({ reply, answer: undefined })
      },
    )
  })
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
      answer: (question, give) => {
        answers.set(question, give)
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
