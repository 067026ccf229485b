// The operators without state. Each is a function that takes its parameters and returns a supplier.

import { StreamRecord } from '../model/stream-record.ts'
import type { ProcessorSupplier } from './processor.ts'

/** Decides about a record. */
export type Predicate = (record: StreamRecord) => boolean
/** Makes a value from a record. */
export type ValueMapper = (record: StreamRecord) => unknown

/** KStream.filter: passes on the records for which `keep` is true. */
export const filter =
  (keep: Predicate): ProcessorSupplier =>
  (context) => ({
    process: (record) => {
      if (keep(record)) context.forward(record)
    },
  })

/** KStream.mapValues: replaces the value. */
export const mapValues =
  (map: ValueMapper): ProcessorSupplier =>
  (context) => ({
    process: (record) => {
      context.forward(record.withValue(map(record)))
    },
  })

/** KStream.flatMapValues: a record for each value. */
export const flatMapValues =
  (map: (record: StreamRecord) => Iterable<unknown>): ProcessorSupplier =>
  (context) => ({
    process: (record) => {
      for (const value of map(record)) context.forward(record.withValue(value))
    },
  })

/** KStream.selectKey: replaces the key. The window of a windowed key is a part of it, and goes with it. */
export const selectKey =
  (select: ValueMapper): ProcessorSupplier =>
  (context) => ({
    process: (record) => {
      const { value, timestamp, origin, headers } = record
      context.forward(new StreamRecord(select(record), value, timestamp, origin, headers))
    },
  })

/** KStream.peek: looks at each record. */
export const peek =
  (look: (record: StreamRecord) => void): ProcessorSupplier =>
  (context) => ({
    process: (record) => {
      look(record)
      context.forward(record)
    },
  })

/** KStream.split: the first predicate that holds takes the record to the child of its position, the rest to the last child. */
export const branch =
  (predicates: readonly Predicate[]): ProcessorSupplier =>
  (context) => ({
    process: (record) => {
      for (let i = 0; i < predicates.length; i++) {
        if (predicates[i]?.(record) === true) {
          context.forwardTo(i, record)
          return
        }
      }
      context.forwardTo(predicates.length, record)
    },
  })

/** Passes records on unchanged: a source, KStream.merge, a repartition inside one process. */
export const passThrough: ProcessorSupplier = (context) => ({
  process: (record) => {
    context.forward(record)
  },
})

/** The first `count` records, of each key if `keyOf` is given; then the sources may stop. */
export const head =
  (count: number, keyOf: ((record: StreamRecord) => string) | undefined): ProcessorSupplier =>
  (context) => {
    const seen = new Map<string, number>()
    let passed = 0
    if (count === 0 && keyOf === undefined) context.satisfied()
    return {
      process: (record) => {
        if (keyOf !== undefined) {
          const key = keyOf(record)
          const before = seen.get(key) ?? 0
          if (before >= count) return
          seen.set(key, before + 1)
          context.forward(record)
          return
        }
        if (passed >= count) return
        passed++
        context.forward(record)
        if (passed === count) context.satisfied()
      },
    }
  }

/** Gives each record the time that an expression says; a record without one is dropped. */
export const extractTimestamp =
  (timestampOf: (record: StreamRecord) => number | undefined): ProcessorSupplier =>
  (context) => ({
    process: (record) => {
      const timestamp = timestampOf(record)
      if (timestamp === undefined || timestamp < 0) context.drop(record, 'no timestamp')
      else context.forward(record.withTimestamp(timestamp))
    },
  })
