// Whether an output stream leads to a terminal, and to which kind. KS_FORCE_TTY makes tests believe in one.

/** Environment variables as the process has them. */
export type Environment = Readonly<Record<string, string | undefined>>

/** The part of a stream that says where it leads; what node:tty adds to a stream. */
export interface OutputStream {
  readonly isTTY?: boolean | undefined
  readonly columns?: number | undefined
  readonly rows?: number | undefined
}

/** The terminal behind a stream. Ask for the size whenever it is needed: it changes. */
export interface Terminal {
  columns(): number
  rows(): number
  /** False for TERM=dumb, which knows neither colours nor how to move the cursor. */
  readonly obeysEscapes: boolean
}

const usual = { columns: 80, rows: 24 }

/**
 * The terminal that a stream leads to; undefined if it leads to a file, a pipe or nowhere. `KS_FORCE_TTY=COLUMNS` or
 * `COLUMNSxROWS` stands for a terminal of that size; any other value but `0` and nothing for one of 80x24.
 */
export const detectTerminal = (stream: OutputStream, environment: Environment): Terminal | undefined => {
  const obeysEscapes = environment['TERM'] !== 'dumb'
  const forced = forcedSize(environment['KS_FORCE_TTY'])
  if (forced !== undefined) return { columns: () => forced.columns, rows: () => forced.rows, obeysEscapes }
  if (stream.isTTY !== true) return undefined
  // A terminal that does not know its size, such as a serial line, says 0.
  return {
    columns: () => positive(stream.columns) ?? usual.columns,
    rows: () => positive(stream.rows) ?? usual.rows,
    obeysEscapes,
  }
}

const forcedSize = (setting: string | undefined): { columns: number; rows: number } | undefined => {
  if (setting === undefined || setting === '' || setting === '0') return undefined
  const [, columns, rows] = /^(\d{1,5})(?:x(\d{1,5}))?$/.exec(setting) ?? []
  return { columns: positive(Number(columns)) ?? usual.columns, rows: positive(Number(rows)) ?? usual.rows }
}

const positive = (size: number | undefined): number | undefined => (size !== undefined && size > 0 ? size : undefined)
