// The entry of a task for the records of one partition: makes of them what the source node expects, and of those that cannot
// be read what --on-error says.

import type { ByteString } from './model/byte-string.ts'
import type { Casualties } from './casualties.ts'
import { KsError } from './model/errors.ts'
import { RecordError } from './model/record-error.ts'
import { StreamRecord, type Header } from './model/stream-record.ts'
import { timestampFromValue } from './model/timestamp.ts'
import type { RunSettings } from './run-settings.ts'
import { decodeChange, windowOfHeaders } from './serde/change-format.ts'
import { KeySlice } from './serde/key-slice.ts'
import { TypedKey } from './serde/key-text.ts'
import { RawBytes } from './serde/raw-bytes.ts'
import { UnreadableValue, type RawRecord, type RecordLane } from './tasks/record-lane.ts'
import type { Repartition } from './topology/topology.ts'

type Process = (record: StreamRecord) => void

/** For topics of users: the timestamp as `--ts` says. */
export const topicEntry = (process: Process, { timestamps }: RunSettings, now: () => number): Process => {
  const checked: Process = (record) => {
    if (record.timestamp < 0) throw new RecordError('the record has no timestamp (--ts EXPR or --ts now gives it one)')
    process(record)
  }
  if (timestamps === undefined) return checked
  return (record) => {
    const timestamp = timestamps === 'now' ? now() : timestampFromValue(timestamps.evaluate(record))
    if (timestamp === undefined || timestamp < 0) {
      throw new RecordError(`${timestamps === 'now' ? 'now' : timestamps.text} is no timestamp`)
    }
    record.timestamp = timestamp
    process(record)
  }
}

/** For topics that ks writes itself, see `repartitionSink`. */
export const repartitionEntry = (process: Process, { keys, changes }: Repartition): Process => {
  const typed = new TypedKey()
  return (record) => {
    const { key, value, headers } = record
    let ownKey = key
    if (keys === 'typed' && key instanceof KeySlice) {
      typed.set(key)
      ownKey = typed
    }
    if (!changes) {
      process(ownKey === key ? record : record.withKey(ownKey))
      return
    }
    const window = headers.length === 0 ? undefined : windowOfHeaders(headers)
    const change = value instanceof RawBytes ? decodeChange(value.bytes) : value
    // Changes are kept by tables, and so are their keys.
    const keptKey = keys === 'typed' ? typed.text() : ownKey
    process(new StreamRecord(keptKey, change, record.timestamp, record.origin, headers, window))
  }
}

/** Where records go that cannot be processed. */
export interface DeadLetters {
  readonly topic: string
  write(topic: string, record: RawRecord, headers: readonly Header[]): void
}

/** Counts or refuses a record; `letters` keep it. Throws the KsError that ends the run, if it is to end. */
export const recordFault = (
  error: RecordError,
  lane: RecordLane,
  casualties: Casualties,
  letters: DeadLetters | undefined,
): void => {
  const raw = lane.raw()
  const place = `${raw.topic}-${String(raw.partition)}@${String(raw.offset)}`
  const byte = error instanceof UnreadableValue && error.at !== undefined ? error.at + 1 : undefined
  const text = raw.value === null ? '' : raw.value.toString('latin1')
  casualties.fault({ message: error.message, place, byte, raw: text as ByteString, hint: faultHint }, letters?.topic)
  letters?.write(letters.topic, raw, deadLetterHeaders(error, raw))
}

const faultHint = '--on-error skip goes on without such records, --on-error @TOPIC puts them aside'

/** The headers of KIP-1034. There is no stack trace of an expression. */
const deadLetterHeaders = (error: RecordError, { topic, partition, offset }: RawRecord): readonly Header[] =>
  (
    [
      ['exception', error.name],
      ['message', error.message],
      ['topic', topic],
      ['partition', String(partition)],
      ['offset', String(offset)],
    ] as const
  ).map(([name, text]) => ({ name: `__streams.errors.${name}`, value: Buffer.from(text, 'utf8') }))

/** What cannot be: a topic that ks wrote has a value that is none. */
export const unreadableInternal = (error: UnreadableValue, lane: RecordLane): never => {
  const { topic, partition, offset } = lane.raw()
  throw new KsError('io', `${topic}-${String(partition)}@${String(offset)}: ${error.message}`, {
    hint: 'somebody else has written to this topic, which belongs to ks',
  })
}
