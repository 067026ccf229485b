// The kinds of errors and the exit status of each (sysexits(3) where it has one). Whoever detects an error says what
// happened, where, and what to do; main.ts prints it and sets the status.

/** What kind of thing went wrong; decides the exit status. */
export type ErrorKind = 'usage' | 'compile' | 'data' | 'broker' | 'io' | 'busy' | 'denied' | 'config' | 'failed'

/** The exit status of each kind; `nothing` and the signals are no errors but have a status too. */
export const exitStatus = {
  ok: 0,
  failed: 1,
  usage: 2,
  compile: 3,
  nothing: 4,
  data: 5,
  broker: 69,
  io: 74,
  busy: 75,
  denied: 77,
  config: 78,
  interrupted: 130,
  terminated: 143,
} as const

/** Source text with the place that is wrong in it. */
export interface Snippet {
  /** One line of source text. */
  readonly text: string
  /** Zero-based column of the caret, in UTF-16 units. */
  readonly column: number
  /** How many columns the caret underlines; 1 if not given. */
  readonly length?: number
}

/** Everything an error can say besides its message. */
export interface ErrorDetails {
  readonly snippet?: Snippet
  /** One thing to do or to try, without a full stop. */
  readonly hint?: string
  /** Names that come close to the wrong one, nearest first. */
  readonly didYouMean?: readonly string[]
  readonly cause?: unknown
}

/** An error that the user can understand: no stack trace is shown. */
export class KsError extends Error {
  readonly kind: ErrorKind
  readonly snippet: Snippet | undefined
  readonly hint: string | undefined
  readonly didYouMean: readonly string[]

  constructor(kind: ErrorKind, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause })
    this.name = 'KsError'
    this.kind = kind
    this.snippet = details.snippet
    this.hint = details.hint
    this.didYouMean = details.didYouMean ?? []
  }
}
