// How much memory an update that is held back counts for: Kafka Streams' estimate (BufferValue and ProcessorRecordContext), with
// keys and values as long as they are in topics.

import { keyFromText } from '../model/record-key.ts'
import type { Header, RecordOrigin, Window } from '../model/stream-record.ts'
import { parseJsonText, stringifyJson } from '../serde/json-parse.ts'
import { plainKeyText } from '../serde/key-text.ts'

/** Its place in the buffer is a time, and its record has a time, an offset and a partition, bytes. */
const fixedBytes = 8 + 8 + 8 + 4
const boundBytes = 8

export interface MeasuredUpdate {
  /** As its row has it, see `keyText`. */
  readonly key: string
  readonly window: Window | undefined
  readonly newValue: unknown
  readonly oldValue: unknown
  readonly prior: unknown
  readonly headers: readonly Header[]
  /** Of the record that has caused the update. */
  readonly origin: Pick<RecordOrigin, 'topic'>
}

/** The estimate, bytes. */
export const heldBytes = (update: MeasuredUpdate): number => {
  const { key, window, newValue, oldValue, prior, headers, origin } = update
  const [old, before] = [jsonOf(oldValue), jsonOf(prior)]
  let bytes = fixedBytes + origin.topic.length + Buffer.byteLength(plainKeyText(keyFromText(key, parseJsonText)) ?? '')
  if (window !== undefined) bytes += window.isSession === true ? 2 * boundBytes : boundBytes
  bytes += Buffer.byteLength(before) + Buffer.byteLength(jsonOf(newValue))
  // Mostly they are one, and are in memory once.
  if (old !== before) bytes += Buffer.byteLength(old)
  for (const { name, value } of headers) bytes += name.length + (value?.length ?? 0)
  return bytes
}

/** Empty for null, which is no bytes. */
const jsonOf = (value: unknown): string => (value === null ? '' : stringifyJson(value))
