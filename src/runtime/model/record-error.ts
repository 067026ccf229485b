// What is wrong with one record: the expression is fine, the data is not what it needs. `--on-error` decides what follows.

/** An error of a single record. The message names the value and what was expected of it. */
export class RecordError extends Error {
  /** The path or expression whose value is wrong, as the user wrote it, if one can be named. */
  readonly path: string | undefined

  constructor(message: string, path?: string) {
    super(message)
    this.name = 'RecordError'
    this.path = path
  }
}
