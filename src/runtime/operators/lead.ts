// What comes next: a record gets values of the one that comes so many records behind it in its group, and goes on then, or without
// them when stream time has left it behind by more than the wait. Records of a group go on in the order in which they came.

import { MinHeap } from '../model/min-heap.ts'
import { RecordError } from '../model/record-error.ts'
import type { StreamRecord } from '../model/stream-record.ts'
import { hasTime, keyOrDrop } from './grouping.ts'
import type { ProcessorSupplier } from './processor.ts'
import { streamTimeOf } from './stream-time.ts'
import { recordOf, waitingOf, type Waiting } from './waiting-records.ts'

/** What a record waits for. */
export interface Lead {
  /** How many records behind it; 1 is the next one. */
  readonly count: number
  /** For how long, in stream time, ms. */
  readonly waitMs: number
  /** What is taken from the record that was waited for. */
  valuesOf(record: StreamRecord): readonly unknown[]
  /** The value of a record that goes on; undefined: nobody has come. */
  complete(record: StreamRecord, values: readonly unknown[] | undefined): unknown
}

/** Keeps the records that wait in the store `storeName`, with `waitingCodec` and all rows in memory. */
export const lead =
  (storeName: string, { count, waitMs, valuesOf, complete }: Lead): ProcessorSupplier =>
  (context) => {
    const store = context.keyValueStore<Waiting>(storeName)
    const time = streamTimeOf(context, storeName)
    /** By group, those that wait in the order in which they came: never more than `count`. */
    const queues = new Map<string, Waiting[]>()
    /** The first of each queue, and some that were. */
    const firsts = new MinHeap<Waiting>((a, b) => a.time - b.time || a.sequence - b.sequence)
    let nextSequence = 0

    const enqueue = (waiting: Waiting): void => {
      const queue = queues.get(waiting.key)
      if (queue !== undefined) queue.push(waiting)
      else {
        queues.set(waiting.key, [waiting])
        firsts.push(waiting)
      }
    }

    const rows = [...store.existing()].flatMap(({ value }) => (value === undefined ? [] : [value]))
    for (const waiting of rows.sort((a, b) => a.sequence - b.sequence)) {
      nextSequence = waiting.sequence + 1
      enqueue(waiting)
    }

    const release = (queue: Waiting[], values: readonly unknown[] | undefined): void => {
      const waiting = queue.shift()
      if (waiting === undefined) return
      store.put(String(waiting.sequence), undefined, waiting.time)
      const [next] = queue
      if (next === undefined) queues.delete(waiting.key)
      else firsts.push(next)
      const record = recordOf(waiting)
      context.forwardHeld(record.withValue(complete(record, values)))
    }

    const giveUpBefore = (limit: number): void => {
      for (let first = firsts.peek(); first !== undefined && first.time < limit; first = firsts.peek()) {
        firsts.pop()
        const queue = queues.get(first.key)
        if (queue?.[0] === first) release(queue, undefined)
      }
    }
    const giveUpAll = (): void => {
      giveUpBefore(Infinity)
    }

    return {
      process: (record) => {
        const key = keyOrDrop(context, record)
        if (key === null || !hasTime(context, record)) return
        const values = valuesOf(record)
        const waiting = waitingOf(record, nextSequence)
        if (!isObject(waiting)) throw new RecordError('the record is no object, so it has no fields')
        time.observe(record.timestamp)
        giveUpBefore(time.value - waitMs)
        const queue = queues.get(key)
        if (queue?.length === count) release(queue, values)
        nextSequence++
        store.put(String(waiting.sequence), waiting, waiting.time)
        enqueue(waiting)
        // It may be late itself.
        giveUpBefore(time.value - waitMs)
      },
      endOfInput: giveUpAll,
      idle: giveUpAll,
    }
  }

const isObject = ({ value }: Waiting): boolean => /^\s*\{/.test(value.json())
