// What the metadata variables read from a record.

import { keyValue } from '../model/lazy-key.ts'
import { plainValue, type StreamRecord } from '../model/stream-record.ts'

/** One reader per variable of variables.ts; the results are plain data, null where a record has none. */
export const key = (record: StreamRecord): unknown => plainValue(keyValue(record.key)) ?? null

export const timestamp = (record: StreamRecord): unknown => (record.timestamp < 0 ? null : record.timestamp)

export const line = (record: StreamRecord): unknown => (record.origin.line === 0 ? null : record.origin.line)

export const window = (record: StreamRecord): unknown =>
  record.window === undefined ? null : { start: record.window.start, end: record.window.end }

/** An own property for every header name. */
export const headers = (record: StreamRecord): unknown =>
  Object.fromEntries(record.headers.map(({ name, value }) => [name, headerText(value)]))

/** The last header of that name, without building an object of all. */
export const header = (record: StreamRecord, name: string): unknown => {
  const found = record.headers.findLast((candidate) => candidate.name === name)
  return found === undefined ? null : headerText(found.value)
}

const headerText = (value: Uint8Array | null): string | null =>
  value === null ? null : Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('utf8')
