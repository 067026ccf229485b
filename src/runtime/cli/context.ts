// The process, as commands see it: the only door to arguments, environment, streams and signals.

import type { Environment, Terminal } from './terminal/detect-terminal.ts'
import type { Style } from './terminal/colour.ts'

/** What a run may use of the world. */
export interface CliContext {
  readonly environment: Environment
  readonly currentDirectory: string
  /** Wall-clock ms. */
  now(): number
  /** Monotonic ms. */
  elapsed(): number
  /** Writes text to standard output and waits until it is taken. */
  print(text: string): Promise<void>
  /** Writes text to standard error; never fails. */
  tell(text: string): void
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
}
