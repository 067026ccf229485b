// The process, as commands see it: the only door to arguments, environment, streams and signals.

import type { ConfigFile } from '../config/config-files.ts'
import type { Environment, Terminal } from './terminal/detect-terminal.ts'
import type { Style } from './terminal/colour.ts'
import type { Loss } from './terminal/summary.ts'

/** What a run may use of the world. */
export interface CliContext {
  readonly environment: Environment
  readonly currentDirectory: string
  /** Wall-clock ms. */
  now(): number
  /** Monotonic ms. */
  elapsed(): number
  /**
   * Writes text to standard output and waits until it is taken; a reader that has gone takes everything.
   * @throws KsError io if it cannot be written.
   */
  print(text: string): Promise<void>
  /** Writes text to standard error; never fails. */
  tell(text: string): void
  /** Tells in a line what is worth knowing once, however many threads find it out. @param message without a full stop. */
  warn(message: string): void
  /**
   * Asks the person at the terminal for a secret, once for each question. undefined if there is nobody to ask, or no answer.
   */
  askSecret(question: string): Promise<string | undefined>
  /** The terminal behind standard output or error, if it is one. */
  readonly outputTerminal: Terminal | undefined
  readonly errorTerminal: Terminal | undefined
  /** Calls back when the terminal behind standard output changes its size; returns how to stop that. */
  onResize(callback: () => void): () => void
  /** Aborted by SIGINT, SIGTERM, SIGHUP: stop reading, commit, close. Its reason is the exit status. */
  readonly signal: AbortSignal
  /** The style of standard output for `--color`. */
  style(colour: 'auto' | 'always' | 'never'): Promise<Style>
  /** The style of standard error. */
  errorStyle(): Promise<Style>
  /** Set in a thread that another one has started. */
  readonly thread: ThreadPlace | undefined
  /** Runs this command line once more in another thread of the process. */
  startThread(start: ThreadStart): RunningThread
}

/** What a thread has to know to run the same chain as the one that starts it. */
export interface ThreadStart {
  /** The first thread of a process has number 1, and is not started. */
  readonly number: number
  /** The chain, where the program has several. */
  readonly commandLine: string
  /** What was read for the configuration: a file may be a pipe, which is read once. */
  readonly files: readonly ConfigFile[]
}

/** A thread as it sees itself. */
export interface ThreadPlace extends ThreadStart {
  /** Says what did not make it into the result, for the summary of the process. */
  report(losses: readonly Loss[]): void
  /**
   * Answers a question of the thread that has started it, whenever it comes. What it gives is copied to the other thread.
   * @param give takes what the question is about.
   */
  answer(question: string, give: (about: unknown) => Promise<unknown>): void
}

/** How a thread has ended. */
export interface ThreadEnd {
  readonly status: number
  readonly losses: readonly Loss[]
}

/** A thread that has been started. */
export interface RunningThread {
  /** Aborts its signal. @param status the reason. */
  stop(status: number): void
  /** Ends it in the middle of whatever it does. */
  kill(): Promise<void>
  readonly ended: Promise<ThreadEnd>
  /**
   * Asks for what the thread has said it would answer; undefined if it has not said so, or has ended.
   * @param about plain data, which is copied to the other thread.
   */
  ask(question: string, about?: unknown): Promise<unknown>
}
