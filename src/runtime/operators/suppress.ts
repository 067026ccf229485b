// KTable.suppress: holds updates back until their window has closed, or for a while, and passes on only the last one of each row
// (KTableSuppressProcessor). Time is what the updates that get here say: without new ones nothing comes out.

import { Change } from '../model/change.ts'
import { KsError } from '../model/errors.ts'
import { MinHeap } from '../model/min-heap.ts'
import { compareText } from '../model/text-order.ts'
import { plainValue, StreamRecord, type Header, type RecordOrigin, type Window } from '../model/stream-record.ts'
import type { RowCodec } from '../stores/store-row.ts'
import { isTableRecord } from './grouping.ts'
import {
  decodeHeaders,
  decodeOrigin,
  encodeHeaders,
  encodeOrigin,
  keptOrigin,
  type EncodedHeader,
  type EncodedOrigin,
} from './held-context.ts'
import { heldBytes } from './held-size.ts'
import type { ProcessorSupplier } from './processor.ts'
import { streamTimeOf } from './stream-time.ts'
import type { TableGetter } from './table-getter.ts'

/** How long updates are held back. */
export type Suppression =
  /** Until stream time is past the end of the window by its grace (for sessions: and gap), ms. */
  | { readonly until: 'close'; readonly graceMs: number; readonly most?: BufferBound | undefined }
  /** Until stream time is past the first update of a row by so much, ms. */
  | { readonly until: 'time'; readonly limitMs: number; readonly most?: BufferBound | undefined }

/** A bound of the rows that are held back (Suppressed.BufferConfig). */
export interface BufferBound {
  /** How many (maxRecords). */
  readonly rows?: number | undefined
  /** How much memory they may have by estimate (maxBytes), see `heldBytes`. */
  readonly bytes?: number | undefined
  /** What happens beyond it: the oldest row is let through early, or the run fails. */
  readonly whenFull: 'emit' | 'fail'
}

/** When a row is let through: at this time, and among others of the same by key and window. */
interface Turn {
  readonly key: string
  readonly window: Window | undefined
  /** ms */
  readonly time: number
}

/** What is held back, as its store has it. */
export interface Held extends Turn {
  readonly newValue: unknown
  /** The row as it was before the last update; null if it was not there. */
  readonly oldValue: unknown
  /** The row as it was before the first update that is held back: what others see of it. */
  readonly prior: unknown
  readonly timestamp: number
  /** Of the record that caused the last update. */
  readonly headers: readonly Header[]
  /** Where that came from. */
  readonly origin: RecordOrigin
  /** How much memory it counts for, if that is bounded. */
  readonly bytes?: number
}

/** The JSON form of what is held back. */
export const heldCodec: RowCodec<Held> = {
  encode: ({ window, headers, origin, ...held }) => ({
    ...held,
    window: window ?? null,
    origin: encodeOrigin(origin),
    headers: encodeHeaders(headers),
  }),
  decode: (json) => {
    const { window, headers, origin, ...held } = json as EncodedHeld // what encode made
    return { ...held, window: window ?? undefined, headers: decodeHeaders(headers), origin: decodeOrigin(origin) }
  },
}

type EncodedHeld = Omit<Held, 'window' | 'headers' | 'origin'> & {
  readonly window: Window | null
  readonly origin?: EncodedOrigin
  readonly headers?: readonly EncodedHeader[]
}

/** Holds updates back in the store `storeName`, whose rows are all in memory. */
export const suppress =
  (storeName: string, suppression: Suppression): ProcessorSupplier =>
  (context) => {
    const store = context.keyValueStore<Held>(storeName)
    const turns = new MinHeap<Turn>(byTurn)
    const time = streamTimeOf(context, storeName)
    const { rows: mostRows = Infinity, bytes: mostBytes, whenFull } = suppression.most ?? {}
    const delayMs = suppression.until === 'close' ? suppression.graceMs : suppression.limitMs

    let bytesHeld = 0

    for (const { value } of store.existing()) {
      if (value === undefined) continue
      turns.push(value)
      bytesHeld += value.bytes ?? 0
    }

    const release = (id: string, held: Held): void => {
      const { key, window, newValue, oldValue, timestamp, headers, origin } = held
      bytesHeld -= held.bytes ?? 0
      // A window that is empty when it closes has never been seen.
      if (suppression.until === 'time' || newValue !== null) {
        context.forwardHeld(new StreamRecord(key, new Change(newValue, oldValue), timestamp, origin, headers, window))
      }
      // Until then others see it as it was before.
      store.put(id, undefined, timestamp)
    }

    const releaseWhile = (isMeant: (turn: Turn) => boolean): void => {
      for (let turn = turns.peek(); turn !== undefined && isMeant(turn); turn = turns.peek()) {
        turns.pop()
        const id = idOf(turn)
        const held = store.get(id)
        if (held !== undefined) release(id, held)
      }
    }

    const isFull = (): boolean => turns.size > mostRows || (mostBytes !== undefined && bytesHeld > mostBytes)

    const makeRoom = (): void => {
      if (whenFull !== 'fail') {
        releaseWhile(isFull)
        return
      }
      const early = suppression.until === 'close' ? '' : ', or --when-full emit lets the oldest through early'
      const isTooMany = turns.size > mostRows
      const what = isTooMany ? `${String(mostRows)} rows` : `${String(mostBytes)} bytes`
      throw new KsError('data', `suppress holds back more than ${what}`, {
        hint: `a higher ${isTooMany ? '--max-rows' : '--max-bytes'}${early}`,
      })
    }

    const releaseAll = (): void => {
      releaseWhile(() => true)
    }

    return {
      process: (record) => {
        if (!isTableRecord(record) || typeof record.key !== 'string') throw new Error('suppress expects changes')
        const { key, window, timestamp } = record
        time.observe(timestamp)
        const { newValue, oldValue } = record.value
        if (suppression.until === 'close' && window === undefined) throw new Error('suppress expects windows')
        const id = idOf({ key, window })
        const earlier = store.get(id)
        const update: Held = {
          key,
          window,
          time: earlier?.time ?? (suppression.until === 'close' ? (window?.end ?? timestamp) : timestamp),
          newValue: plainValue(newValue),
          oldValue: plainValue(oldValue),
          prior: earlier === undefined ? plainValue(oldValue) : earlier.prior,
          timestamp,
          headers: record.headers,
          origin: keptOrigin(record.origin),
        }
        const held = mostBytes === undefined ? update : { ...update, bytes: heldBytes(update) }
        bytesHeld += (held.bytes ?? 0) - (earlier?.bytes ?? 0)
        store.put(id, held, timestamp)
        // A later update replaces the row, not its place.
        if (earlier === undefined) turns.push(held)
        const limit = time.value - delayMs
        releaseWhile((turn) => turn.time <= limit)
        if (isFull()) makeRoom()
      },
      endOfInput: releaseAll,
      idle: releaseAll,
    }
  }

/** What others see of a table whose updates are held back (KTableSuppressValueGetter). */
export const suppressedGetter = (storeName: string, getter: TableGetter): TableGetter => ({
  stores: [storeName, ...getter.stores],
  open: (context) => {
    const store = context.keyValueStore<Held>(storeName)
    const look = getter.open(context)
    return (key) => {
      const held = store.get(key)
      if (held === undefined) return look(key)
      return held.prior === null ? null : { value: held.prior, timestamp: -1 }
    }
  },
})

const idOf = ({ key, window }: Pick<Held, 'key' | 'window'>): string =>
  window === undefined ? key : `${String(window.start)} ${String(window.end)} ${key}`

const byTurn = (a: Turn, b: Turn): number =>
  a.time - b.time || compareText(a.key, b.key) || (a.window?.start ?? 0) - (b.window?.start ?? 0)
