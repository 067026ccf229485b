// Which words of a command line belong together: options with their values, operands, and words that are neither. It reads
// nothing into them; that is commander's part. Completion, the splitting of a chain and corrected command lines need to
// know it too, and for lines that are still wrong.

import { longName, negatedName, type Option, type OptionTable } from './options.ts'

/** An option under one of the names by which it can be typed. */
export interface KnownOption {
  readonly option: Option<unknown>
  /** The long name with its dashes, without `no-`. */
  readonly long: string
  /** True for the `--no-…` form. */
  readonly negated: boolean
}

/** Options by what is typed for them: `--by`, `--no-live`, `-k`. */
export type OptionLookup = ReadonlyMap<string, KnownOption>

/** The lookup for tables of options; an earlier table wins. */
export const lookUpIn = (...tables: readonly OptionTable[]): OptionLookup => {
  const lookup = new Map<string, KnownOption>()
  const add = (typed: string, known: KnownOption): void => {
    if (!lookup.has(typed)) lookup.set(typed, known)
  }
  for (const table of tables) {
    for (const [key, option] of Object.entries(table)) {
      const long = longName(key, option)
      add(long, { option, long, negated: false })
      if (option.negatable) add(negatedName(long), { option, long, negated: true })
      if (option.short !== undefined) add(`-${option.short}`, { option, long, negated: false })
    }
  }
  return lookup
}

/** The options of a tool: its own, and those of the shared ones that tools have too. */
export const toolOptions = (own: OptionTable, shared: OptionTable): OptionTable => ({
  ...Object.fromEntries(Object.entries(shared).filter(([, option]) => option.everywhere === true)),
  ...own,
})

/** One or two words of a command line. */
export type Scanned =
  | {
      readonly kind: 'option'
      /** Index of the first word in the command line. */
      readonly at: number
      /** One option, separated from others and from its value: `-ve5` has become `-v` and `-e 5`. */
      readonly words: readonly string[]
      readonly known: KnownOption
      /** The value is missing because the line ends. */
      readonly incomplete: boolean
    }
  /** `literal` after `--`. */
  | { readonly kind: 'operand'; readonly at: number; readonly word: string; readonly literal: boolean }
  | { readonly kind: 'unknown'; readonly at: number; readonly word: string }
  /** `--help` or `-h`. */
  | { readonly kind: 'help'; readonly at: number }

/** Where to stop; the word is not taken. */
export type StopAt = (word: string) => boolean

/** Scans from `start` to the end, or to an operand at which to stop. `next` is the index of the first word not taken. */
export const scanWords = (
  argv: readonly string[],
  start: number,
  lookup: OptionLookup,
  stopAt: StopAt,
): { readonly scanned: readonly Scanned[]; readonly next: number } => {
  const scanned: Scanned[] = []
  let at = start
  while (at < argv.length) {
    const word = argv[at] ?? ''
    if (word === '--') {
      for (let rest = at + 1; rest < argv.length; rest++) {
        scanned.push({ kind: 'operand', at: rest, word: argv[rest] ?? '', literal: true })
      }
      return { scanned, next: argv.length }
    }
    if (!isOptionLike(word)) {
      if (stopAt(word)) return { scanned, next: at }
      scanned.push({ kind: 'operand', at, word, literal: false })
      at++
    } else {
      at = word.startsWith('--') ? scanLong(argv, at, lookup, scanned) : scanShort(argv, at, lookup, scanned)
    }
  }
  return { scanned, next: at }
}

/** True for a word that commander takes for an option: not `-` alone, and not a negative number. */
export const isOptionLike = (word: string): boolean =>
  word.length > 1 && word.startsWith('-') && !/^-(\d+|\d*\.\d+)(e[+-]?\d+)?$/i.test(word)

// Appends what `--opt`, `--opt value` or `--opt=value` is; returns the index behind it.
const scanLong = (argv: readonly string[], at: number, lookup: OptionLookup, scanned: Scanned[]): number => {
  const word = argv[at] ?? ''
  if (word === '--help') {
    scanned.push({ kind: 'help', at })
    return at + 1
  }
  const equals = word.indexOf('=')
  const name = equals < 0 ? word : word.slice(0, equals)
  const known = lookup.get(name)
  if (known === undefined || (equals >= 0 && !known.option.takesValue)) {
    scanned.push({ kind: 'unknown', at, word })
    return at + 1
  }
  if (equals >= 0) {
    scanned.push({ kind: 'option', at, words: [name, word.slice(equals + 1)], known, incomplete: false })
    return at + 1
  }
  return scanValue(argv, at, name, known, scanned)
}

// The same for `-o value`, `-ovalue`, `-o=value` and several letters behind one dash.
const scanShort = (argv: readonly string[], at: number, lookup: OptionLookup, scanned: Scanned[]): number => {
  const word = argv[at] ?? ''
  for (let letter = 1; letter < word.length; letter++) {
    const name = `-${word.charAt(letter)}`
    const known = lookup.get(name)
    if (known === undefined) {
      scanned.push(name === '-h' ? { kind: 'help', at } : { kind: 'unknown', at, word: letter === 1 ? word : name })
      return at + 1
    }
    const rest = word.slice(letter + 1)
    if (known.option.takesValue) {
      if (rest === '') return scanValue(argv, at, name, known, scanned)
      const value = rest.startsWith('=') ? rest.slice(1) : rest
      scanned.push({ kind: 'option', at, words: [name, value], known, incomplete: false })
      return at + 1
    }
    scanned.push({ kind: 'option', at, words: [name], known, incomplete: false })
  }
  return at + 1
}

const scanValue = (
  argv: readonly string[],
  at: number,
  name: string,
  known: KnownOption,
  scanned: Scanned[],
): number => {
  const value = known.option.takesValue ? argv[at + 1] : undefined
  const words = value === undefined ? [name] : [name, value]
  scanned.push({ kind: 'option', at, words, known, incomplete: known.option.takesValue && value === undefined })
  return at + words.length
}
