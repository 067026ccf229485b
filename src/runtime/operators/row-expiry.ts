// Rows that go when they have not been updated for a while (`--ttl`). Time is the operator's stream time. Each row has one turn in
// a queue: what is due is looked at, and a row that has been updated since gets a new turn, so that a record costs no scan. A
// tombstone has the time at which the row was due, whichever record has brought time there.

import { MinHeap } from '../model/min-heap.ts'
import { compareText } from '../model/text-order.ts'
import type { StreamRecord } from '../model/stream-record.ts'
import type { KeyValueStore } from '../stores/key-value-store.ts'
import { hasTime, keyTextOf } from './grouping.ts'
import type { ProcessorContext } from './processor.ts'
import type { RowForwarder } from './row-forwarder.ts'
import { streamTimeOf } from './stream-time.ts'

type Process = (record: StreamRecord) => void

/** When a row is looked at. */
interface Turn {
  readonly key: string
  /** ms */
  readonly due: number
}

const byTurn = (a: Turn, b: Turn): number => a.due - b.due || compareText(a.key, b.key)

/**
 * Deletes rows of a store that have not been updated for `ttlMs` of stream time, and forwards that. undefined: they stay.
 * @returns what to make of the function that processes a record: rows that are due go before it, and a record that is so old
 * itself is late.
 */
export const rowExpiry = <V>(
  context: ProcessorContext,
  store: KeyValueStore<V>,
  forwarder: RowForwarder<V>,
  ttlMs: number | undefined,
): ((process: Process) => Process) => {
  if (ttlMs === undefined) return (process) => process
  const time = streamTimeOf(context, store.name)
  const turns = new MinHeap<Turn>(byTurn)
  /** The turn of a key that counts; others in the queue are passed over. */
  const dueOf = new Map<string, number>()

  const enqueue = (key: string, due: number): void => {
    dueOf.set(key, due)
    turns.push({ key, due })
  }

  for (const { key, timestamp } of store.takeTimes()) enqueue(key, timestamp + ttlMs)

  const expire = (key: string, due: number): void => {
    const row = store.row(key)
    forwarder.before(row)
    row.value = undefined
    row.timestamp = due
    store.touch(row)
    forwarder.expired(row)
  }

  const expireUpTo = (now: number): void => {
    for (let turn = turns.peek(); turn !== undefined && turn.due <= now; turn = turns.peek()) {
      turns.pop()
      const { key, due } = turn
      if (dueOf.get(key) !== due) continue
      dueOf.delete(key)
      const row = store.row(key)
      if (row.value === undefined) continue
      if (row.timestamp + ttlMs > due) enqueue(key, row.timestamp + ttlMs)
      else expire(key, due)
    }
  }

  const follow = (record: StreamRecord): void => {
    const key = keyTextOf(record)
    if (key === null) return
    const row = store.row(key)
    if (row.value === undefined) return
    const due = row.timestamp + ttlMs
    const known = dueOf.get(key)
    // A row that is due later than it was keeps its turn, and gets another one then.
    if (known === undefined || due < known) enqueue(key, due)
  }

  return (process) => (record) => {
    if (!hasTime(context, record)) return
    time.observe(record.timestamp)
    const now = time.value
    expireUpTo(now)
    const overdueMs = now - ttlMs - record.timestamp
    if (overdueMs >= 0) {
      context.drop(record, 'late', `its row would have gone ${String(overdueMs)} ms before`)
      return
    }
    process(record)
    follow(record)
  }
}
