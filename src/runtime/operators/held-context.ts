// What a record that is held back was caused by, headers and place, as JSON.

import { noOrigin, type Header, type RecordOrigin } from '../model/stream-record.ts'

/** Name and bytes. */
export type EncodedHeader = readonly [name: string, value: string | null]

export type EncodedOrigin = readonly [topic: string, partition: number, offset: number, line: number]

/** Undefined if there are none. */
export const encodeHeaders = (headers: readonly Header[]): readonly EncodedHeader[] | undefined =>
  headers.length === 0 ? undefined : headers.map(({ name, value }) => [name, base64(value)])

export const decodeHeaders = (encoded: readonly EncodedHeader[] = []): readonly Header[] =>
  encoded.map(([name, value]) => ({ name, value: value === null ? null : Buffer.from(value, 'base64') }))

const base64 = (bytes: Uint8Array | null): string | null =>
  bytes === null ? null : Buffer.from(bytes).toString('base64')

/** Undefined if it is none. */
export const encodeOrigin = (origin: RecordOrigin): EncodedOrigin | undefined =>
  origin === noOrigin ? undefined : [origin.topic, origin.partition, origin.offset, origin.line]

export const decodeOrigin = (encoded: EncodedOrigin | undefined): RecordOrigin => {
  if (encoded === undefined) return noOrigin
  const [topic, partition, offset, line] = encoded
  return { topic, partition, offset, line }
}

/** An origin that stays as it is: that of an input changes with its next record. */
export const keptOrigin = (origin: RecordOrigin): RecordOrigin => (origin === noOrigin ? noOrigin : { ...origin })
