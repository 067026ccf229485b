// The first record of each key passes; later ones do not, for ever or within a span of event time.

import type { KeyValueStore } from '../stores/key-value-store.ts'
import { hasTime, keyOrDrop } from './grouping.ts'
import type { ProcessorSupplier } from './processor.ts'

/** Passes the first record of each key and keeps the keys for ever. */
export const dedupe =
  (storeName: string): ProcessorSupplier =>
  (context) => {
    const store: KeyValueStore<true> = context.keyValueStore(storeName)
    return {
      process: (record) => {
        const key = keyOrDrop(context, record)
        if (key === null) return
        const row = store.row(key)
        if (row.value === true) return
        row.value = true
        row.timestamp = record.timestamp
        store.touch(row)
        context.forward(record)
      },
    }
  }

/**
 * Passes a record if none with its key passed less than `withinMs` before or after it in event time. Keys are kept in
 * buckets of that size and forgotten when stream time has left them behind.
 */
export const dedupeWithin =
  (storeName: string, withinMs: number): ProcessorSupplier =>
  (context) => {
    const store = context.windowStore<number>(storeName)
    let oldest = Math.min(Infinity, ...store.starts())
    return {
      process: (record) => {
        const key = keyOrDrop(context, record)
        if (key === null || !hasTime(context, record)) return
        const { timestamp } = record
        const bucket = timestamp - (timestamp % withinMs)
        for (let start = bucket - withinMs; start <= bucket + withinMs; start += withinMs) {
          const seen = store.peek(key, start)?.value
          if (seen !== undefined && Math.abs(timestamp - seen) < withinMs) return
        }
        const row = store.row(key, bucket)
        row.value = timestamp
        row.timestamp = timestamp
        store.touch(row, bucket)
        if (bucket < oldest) oldest = bucket
        if (oldest + 2 * withinMs < context.streamTime - withinMs) {
          oldest = Infinity
          for (const start of store.starts()) {
            if (start + 2 * withinMs < context.streamTime - withinMs) store.expire(start)
            else oldest = Math.min(oldest, start)
          }
        }
        context.forward(record)
      },
    }
  }
