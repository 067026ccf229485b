// The entry of a task for the records of one partition: makes of them what the source node expects, and of those that cannot
// be read what --on-error says.

import { toByteString, type ByteString } from './model/byte-string.ts'
import { Change } from './model/change.ts'
import type { Casualties } from './casualties.ts'
import { KsError } from './model/errors.ts'
import { RecordError } from './model/record-error.ts'
import { plainValue, StreamRecord, type Header } from './model/stream-record.ts'
import { timestampFromValue } from './model/timestamp.ts'
import type { RunSettings, TopicSettings } from './run-settings.ts'
import { decodeChange, windowOfHeaders } from './serde/change-format.ts'
import { KeySlice } from './serde/key-slice.ts'
import { stringifyJson } from './serde/json-parse.ts'
import { plainKeyText, TypedKey } from './serde/key-text.ts'
import { RawBytes } from './serde/raw-bytes.ts'
import { decodeResponse, decodeSubscription } from './serde/subscription-format.ts'
import type { Fault } from './stdio/input-faults.ts'
import { UnreadableValue, type LaneOptions, type RawRecord, type RecordLane } from './tasks/record-lane.ts'
import type { TopicSinks } from './topic-sinks.ts'
import type { SourceTopic } from './topology/sub-topology.ts'
import type { Repartition } from './topology/topology.ts'

type Process = (record: StreamRecord) => void

/** The serdes of a topic that is read. */
export const serdesOf = (
  { form, repartition }: Pick<SourceTopic, 'form' | 'repartition'>,
  topics: TopicSettings,
): Pick<LaneOptions, 'keySerde' | 'valueSerde'> => {
  if (repartition === undefined) {
    return { keySerde: form === undefined ? topics.readKey : form.key, valueSerde: form?.value ?? topics.readValue }
  }
  const isMessage = repartition.changes || repartition.form !== undefined
  return { keySerde: undefined, valueSerde: isMessage ? 'bytes' : 'json' }
}

/** For topics of users: the timestamp as `--ts`, or what is known about the topic, says. */
export const topicEntry = (
  process: Process,
  { timestamps }: Pick<RunSettings, 'timestamps'>,
  now: () => number,
): Process => {
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
export const repartitionEntry = (process: Process, { keys, changes, form }: Repartition): Process => {
  if (form !== undefined) return foreignKeyEntry(process, form)
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

/** Messages of a foreign-key join: keys are kept, and so are values. */
const foreignKeyEntry = (process: Process, form: 'subscription' | 'response'): Process => {
  const decode = form === 'subscription' ? decodeSubscription : decodeResponse
  return (record) => {
    if (!(record.value instanceof RawBytes)) throw new RecordError('no message of a foreign-key join')
    process(record.withKey(plainKeyText(record.key)).withValue(decode(record.value.bytes)))
  }
}

/** Where records go that cannot be processed. */
export interface DeadLetters {
  readonly topic: string
  write(topic: string, record: RawRecord, headers: readonly Header[]): void
}

/** The topic that `--on-error @TOPIC` names; undefined if it names none. */
export const deadLetters = ({ asideTopic }: RunSettings, sinks: TopicSinks | undefined): DeadLetters | undefined =>
  asideTopic === undefined || sinks === undefined
    ? undefined
    : {
        topic: asideTopic,
        write: (topic, record, headers) => {
          sinks.writeRaw(topic, record, headers)
        },
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

/** A row that a table has made and that cannot be processed downstream; it has no place in a topic or a file. */
export const faultOfRow = (error: RecordError, row: StreamRecord): Fault => {
  const value = row.value instanceof Change ? row.value.newValue : plainValue(row.value)
  const at = row.window === undefined ? '' : ` of the window ${String(row.window.start)}-${String(row.window.end)}`
  return {
    message: error.message,
    place: `the row ${plainKeyText(row.key) ?? 'without a key'}${at}`,
    byte: undefined,
    raw: toByteString(stringifyJson(value)),
    hint: undefined,
  }
}

/** As `recordFault`, for `faultOfRow`. */
export const rowFault = (
  error: RecordError,
  row: StreamRecord,
  casualties: Casualties,
  letters: DeadLetters | undefined,
): void => {
  const fault = { ...faultOfRow(error, row), hint: faultHint }
  const key = plainKeyText(row.key)
  casualties.fault(fault, letters?.topic)
  const raw: RawRecord = {
    topic: '',
    partition: -1,
    offset: -1,
    timestamp: row.timestamp,
    key: key === null ? null : Buffer.from(key),
    value: Buffer.from(fault.raw, 'latin1'),
    headers: row.headers,
  }
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
