// The input and the expected output of statements of SQL, as ksql-test-runner has them: `{"inputs": [{topic, key, value,
// timestamp}]}` and `{"outputs": [{topic, key, value, timestamp, window: {start, end, type}}]}`.

import { KsError } from '../model/errors.ts'
import { isJson } from '../serde/is-json.ts'
import { parseJsonText } from '../serde/json-parse.ts'
import type { ExpectedRecord, InputRecord, TestCase } from './test-case.ts'

/** A file as it was read. */
export interface TestFile {
  readonly name: string
  readonly text: string
}

/** One case. KsError usage with the place of what is wrong. */
export const sqlTestCase = (name: string, input: TestFile, output: TestFile): TestCase => {
  const inputs = recordsOf(input, 'inputs').map((record, index): InputRecord => {
    const at = `${input.name}: inputs[${String(index)}]`
    return {
      topic: topicOf(record, at),
      key: record['key'] ?? null,
      value: record['value'] ?? null,
      timestamp: numberOf(record, 'timestamp', at) ?? 0,
    }
  })
  const outputs = recordsOf(output, 'outputs').map((record, index): ExpectedRecord => {
    const at = `${output.name}: outputs[${String(index)}]`
    const window = record['window']
    return {
      topic: topicOf(record, at),
      key: record['key'],
      value: record['value'] ?? null,
      timestamp: numberOf(record, 'timestamp', at),
      window: window === undefined || window === null ? undefined : windowOf(window, at),
    }
  })
  return {
    name,
    run: name,
    steps: [{ inputs, outputs, advanceMs: 0, end: false }],
    stores: new Map(),
    error: undefined,
  }
}

type Fields = Readonly<Record<string, unknown>>

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const recordsOf = ({ name, text }: TestFile, field: 'inputs' | 'outputs'): readonly Fields[] => {
  if (!isJson(text)) throw new KsError('usage', `${name}: not JSON`)
  const whole: unknown = parseJsonText(text)
  const list = isFields(whole) ? whole[field] : undefined
  if (!Array.isArray(list) || !list.every(isFields)) {
    throw new KsError('usage', `${name}: {"${field}": [{"topic": …, "value": …}, …]} is expected`)
  }
  return list
}

const topicOf = (record: Fields, at: string): string => {
  const { topic } = record
  if (typeof topic === 'string') return topic
  throw new KsError('usage', `${at}: topic is missing`)
}

const numberOf = (record: Fields, field: string, at: string): number | undefined => {
  const value = record[field]
  if (value === undefined || value === null) return undefined
  if (typeof value === 'number') return value
  throw new KsError('usage', `${at}: ${field} is no number`)
}

const windowOf = (window: unknown, at: string): { readonly start: number; readonly end: number | undefined } => {
  const start = isFields(window) ? numberOf(window, 'start', `${at}.window`) : undefined
  if (!isFields(window) || start === undefined) {
    throw new KsError('usage', `${at}: window is {"start": ms, "end": ms, "type": "time"}`)
  }
  return { start, end: numberOf(window, 'end', `${at}.window`) }
}
