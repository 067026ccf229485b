// The cases of a `ks test` file: what they say, checked before anything runs.

import { parseAllDocuments } from 'yaml'
import { parseDuration } from '../model/duration.ts'
import { KsError } from '../model/errors.ts'

/** A record that goes in. */
export interface InputRecord {
  /** Topic or file; undefined if the chain has one input. */
  readonly topic: string | undefined
  readonly key: unknown
  readonly value: unknown
  /** ms; undefined takes what `--ts` says, or 0. */
  readonly timestamp: number | undefined
}

/** A record that must come out; what is undefined may be anything. */
export interface ExpectedRecord {
  readonly topic: string | undefined
  readonly key: unknown
  readonly value: unknown
  readonly timestamp: number | undefined
  readonly window: { readonly start: number; readonly end: number | undefined } | undefined
}

/** One step of a case, in the order in which its parts happen. */
export interface TestStep {
  readonly inputs: readonly InputRecord[]
  /** The wall clock moves so far (ms). */
  readonly advanceMs: number
  /** The input ends. */
  readonly end: boolean
  /** Everything that must have come out since the step before; undefined does not look. */
  readonly outputs: readonly ExpectedRecord[] | undefined
}

/** The rows that a store must have. */
export interface ExpectedRow {
  readonly key: unknown
  readonly window: number | undefined
  readonly value: unknown
}

/** One document of a test file. */
export interface TestCase {
  readonly name: string
  /** The chain as on the command line, without `ks`. */
  readonly run: string
  readonly steps: readonly TestStep[]
  readonly stores: ReadonlyMap<string, readonly ExpectedRow[]>
  /** Part of the message with which the chain must be refused. */
  readonly error: string | undefined
}

/** Reads a test file: YAML (so JSON too), one document per case. KsError usage with the place of what is wrong. */
export const parseTestFile = (text: string, fileName: string): readonly TestCase[] => {
  const documents = parseAllDocuments(text, { intAsBigInt: false })
  return [...documents].flatMap((document, index) => {
    const [problem] = document.errors
    if (problem !== undefined) throw new KsError('usage', `${fileName}: ${problem.message}`)
    const content: unknown = document.toJS()
    if (content === null || content === undefined) return []
    const where = `${fileName}, case ${String(index + 1)}`
    return [testCase(new Reader(content, where), where)]
  })
}

const testCase = (reader: Reader, where: string): TestCase => {
  reader.onlyFields(['name', 'run', 'steps', 'stores', 'error'])
  const stores = new Map(
    Object.entries(reader.optional('stores', (value) => asObject(value, `${where}: stores`)) ?? {}).map(
      ([name, rows]) => [name, asList(rows).map((row) => expectedRow(new Reader(row, `${where}: store ${name}`)))],
    ),
  )
  return {
    name: reader.text('name') ?? `case of ${where}`,
    run: reader.text('run') ?? reader.missing('run'),
    steps: asList(reader.field('steps') ?? []).map((step, index) =>
      testStep(new Reader(step, `${where}, step ${String(index + 1)}`)),
    ),
    stores,
    error: reader.text('error'),
  }
}

const testStep = (reader: Reader): TestStep => {
  reader.onlyFields(['in', 'advance', 'end', 'out'])
  const advance = reader.text('advance')
  const advanceMs = advance === undefined ? 0 : parseDuration(advance)
  if (advanceMs === undefined) throw new KsError('usage', `${reader.where}: advance: "${advance ?? ''}" is no duration`)
  const out = reader.field('out')
  return {
    inputs: asList(reader.field('in') ?? []).map((record) => inputRecord(new Reader(record, reader.where))),
    advanceMs,
    end: reader.field('end') === true,
    outputs:
      out === undefined
        ? undefined
        : asList(out ?? []).map((record) => expectedRecord(new Reader(record, reader.where))),
  }
}

const inputRecord = (reader: Reader): InputRecord => {
  reader.onlyFields(['topic', 'file', 'key', 'value', 'ts'])
  return {
    topic: reader.text('topic') ?? reader.text('file'),
    key: reader.field('key') ?? null,
    value: reader.field('value') ?? null,
    timestamp: reader.number('ts'),
  }
}

const expectedRecord = (reader: Reader): ExpectedRecord => {
  reader.onlyFields(['topic', 'file', 'key', 'value', 'ts', 'window'])
  const window = reader.optional('window', (value) => new Reader(value, `${reader.where}: window`))
  return {
    topic: reader.text('topic') ?? reader.text('file'),
    key: reader.field('key'),
    value: reader.field('value'),
    timestamp: reader.number('ts'),
    window: window && { start: window.number('start') ?? window.missing('start'), end: window.number('end') },
  }
}

const expectedRow = (reader: Reader): ExpectedRow => {
  reader.onlyFields(['key', 'window', 'value'])
  return { key: reader.field('key') ?? null, window: reader.number('window'), value: reader.field('value') ?? null }
}

/** Reads the fields of an object and knows where it stands. */
class Reader {
  readonly where: string
  private readonly fields: Record<string, unknown>

  constructor(value: unknown, where: string) {
    this.where = where
    this.fields = asObject(value, where)
  }

  onlyFields(names: readonly string[]): void {
    const unknown = Object.keys(this.fields).find((name) => !names.includes(name))
    if (unknown !== undefined) {
      throw new KsError('usage', `${this.where}: "${unknown}" is not known here`, {
        hint: `possible are ${names.join(', ')}`,
      })
    }
  }

  field(name: string): unknown {
    return Object.hasOwn(this.fields, name) ? this.fields[name] : undefined
  }

  text(name: string): string | undefined {
    const value = this.field(name)
    if (value === undefined || typeof value === 'string') return value
    throw new KsError('usage', `${this.where}: ${name} must be a text`)
  }

  number(name: string): number | undefined {
    const value = this.field(name)
    if (value === undefined || typeof value === 'number') return value
    throw new KsError('usage', `${this.where}: ${name} must be a number`)
  }

  optional<T>(name: string, read: (value: unknown) => T): T | undefined {
    const value = this.field(name)
    return value === undefined ? undefined : read(value)
  }

  missing(name: string): never {
    throw new KsError('usage', `${this.where}: ${name} is missing`)
  }
}

const asObject = (value: unknown, where: string): Record<string, unknown> => {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>
  throw new KsError('usage', `${where}: expected fields, found ${JSON.stringify(value)}`)
}

const asList = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [value])
