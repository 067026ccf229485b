// Records of a stream that wait for the time to come, in the order in which they go on: by time, by key, as they came
// (RocksDBTimeOrderedKeyValueBuffer). They are in memory, and in a store.

import { MinHeap } from '../model/min-heap.ts'
import { toByteString, type ByteString } from '../model/byte-string.ts'
import { keyFromText, keyText } from '../model/record-key.ts'
import { StreamRecord, type Header, type RecordOrigin, type Window } from '../model/stream-record.ts'
import { compareText } from '../model/text-order.ts'
import { visitJsonFields } from '../serde/json-fields.ts'
import { parseJson, parseJsonText, stringifyJson } from '../serde/json-parse.ts'
import { TableRow } from '../serde/joined-json.ts'
import type { KeyValueStore } from '../stores/key-value-store.ts'
import { plainCodec, type RowCodec } from '../stores/store-row.ts'
import {
  decodeHeaders,
  decodeOrigin,
  encodeHeaders,
  encodeOrigin,
  keptOrigin,
  type EncodedHeader,
  type EncodedOrigin,
} from './held-context.ts'

/** A record that waits. */
export interface Waiting {
  /** Of those of equal time and key the lower one was first. */
  readonly sequence: number
  /** As `keyText` has it. */
  readonly key: string
  /** ms */
  readonly time: number
  readonly value: TableRow
  readonly headers: readonly Header[]
  readonly origin: RecordOrigin
  readonly window: Window | undefined
}

type EncodedWaiting = Pick<Waiting, 'sequence' | 'key' | 'time' | 'window'> & {
  readonly headers?: readonly EncodedHeader[]
  readonly origin?: EncodedOrigin
}

/** What waits as JSON: its value as it came, behind everything else. */
export const waitingCodec: RowCodec<unknown> = {
  ...plainCodec,
  text: {
    encode: (waiting) => {
      const { value, headers, origin, ...rest } = waiting as Waiting // nothing else is put into such a store
      const head = stringifyJson({ ...rest, headers: encodeHeaders(headers), origin: encodeOrigin(origin) })
      return `{"record":${toByteString(head)},"value":${value.json()}}` as ByteString
    },
    decode: (json): Waiting => {
      const parts = new Map<string, ByteString>()
      visitJsonFields(json, (name, text) => parts.set(name, text))
      const head = parseJson(parts.get('record') as ByteString) as EncodedWaiting // what encode made
      const value = new TableRow(parts.get('value') as ByteString)
      const { headers, origin, window, ...rest } = head
      return { ...rest, window, value, headers: decodeHeaders(headers), origin: decodeOrigin(origin) }
    },
  },
}

/** A record with a key as it is kept; its value may be valid only now. */
export const waitingOf = (record: StreamRecord, sequence: number): Waiting => ({
  sequence,
  key: keyText(record.key, stringifyJson) ?? '',
  time: record.timestamp,
  value: TableRow.of(record.value),
  headers: record.headers,
  origin: keptOrigin(record.origin),
  window: record.window,
})

/** The record again. */
export const recordOf = ({ key, value, time, origin, headers, window }: Waiting): StreamRecord =>
  new StreamRecord(keyFromText(key, parseJsonText), value, time, origin, headers, window)

export class WaitingRecords {
  private readonly store: KeyValueStore<Waiting>
  private readonly queue = new MinHeap<Waiting>(
    (a, b) => a.time - b.time || compareText(a.key, b.key) || a.sequence - b.sequence,
  )
  private nextSequence = 0

  /** @param store with `waitingCodec`, whose rows are all in memory. */
  constructor(store: KeyValueStore<Waiting>) {
    this.store = store
    for (const { value } of store.existing()) {
      if (value === undefined) continue
      this.queue.push(value)
      if (value.sequence >= this.nextSequence) this.nextSequence = value.sequence + 1
    }
  }

  get isEmpty(): boolean {
    return this.queue.size === 0
  }

  /** Keeps a record with a key and a value, which may be valid only now. */
  add(record: StreamRecord): void {
    const waiting = waitingOf(record, this.nextSequence++)
    this.store.put(String(waiting.sequence), waiting, waiting.time)
    this.queue.push(waiting)
  }

  /** Takes out the first record if its time is not beyond this one, ms. */
  takeUpTo(time: number): StreamRecord | undefined {
    const first = this.queue.peek()
    if (first === undefined || first.time > time) return undefined
    this.queue.pop()
    this.store.put(String(first.sequence), undefined, first.time)
    return recordOf(first)
  }
}
