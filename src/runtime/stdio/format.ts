// The names of formats: as options spell them, and as file names end.

/** How records are written down. */
export type Format = 'ndjson' | 'json' | 'csv' | 'tsv' | 'text' | 'table'

/** A format with its names. */
export interface FormatNames {
  readonly format: Format
  /** Other names that options accept. */
  readonly aliases: readonly string[]
  /** Endings of file names, with the dot. */
  readonly extensions: readonly string[]
  /** False for a format that can only be written. */
  readonly readable: boolean
}

/** All formats, in the order in which help lists them. */
export const formats: readonly FormatNames[] = [
  { format: 'ndjson', aliases: ['jsonl'], extensions: ['.ndjson', '.jsonl'], readable: true },
  { format: 'json', aliases: [], extensions: ['.json'], readable: true },
  { format: 'csv', aliases: [], extensions: ['.csv'], readable: true },
  { format: 'tsv', aliases: [], extensions: ['.tsv'], readable: true },
  { format: 'text', aliases: ['txt'], extensions: ['.txt'], readable: true },
  { format: 'table', aliases: [], extensions: [], readable: false },
]

/** The format that an option names; undefined if there is none of that name. */
export const formatOfName = (name: string): Format | undefined =>
  formats.find(({ format, aliases }) => format === name || aliases.includes(name))?.format

/** The format that a file name ends in, with or without `.gz` after it; undefined if it ends in none. */
export const formatOfFile = (path: string): Format | undefined => {
  const name = path.toLowerCase().replace(/\.gz$/, '')
  return formats.find(({ extensions }) => extensions.some((extension) => name.endsWith(extension)))?.format
}

/**
 * True if a value that could name a file or a topic names a file: `-`, a path with a slash, or a name that ends in a known
 * format or in `.gz`.
 */
export const isFileName = (value: string): boolean =>
  !value.startsWith('@') &&
  (value === '-' || value.includes('/') || value.endsWith('.gz') || formatOfFile(value) !== undefined)
