// The highest timestamp that an operator has seen: lateness is judged by it. It is kept between runs, in a row of its own beside
// the operator's store, so that what was late stays late.

import type { KeyValueStore } from '../stores/key-value-store.ts'
import type { CogroupInput } from './cogroup.ts'
import type { ProcessorContext } from './processor.ts'

/** Name of the store of numbers that belong to a store of windows. */
export const observedTimeStore = (storeName: string): string => `${storeName}-stream-time`

/** The time of an operator. */
export interface StreamTime {
  /** ms; -1 at first. */
  readonly value: number
  observe(timestamp: number): void
}

/**
 * The time of the operator that has the store `storeName`.
 * @param input of a cogroup: each of its streams has a time of its own, as in Kafka Streams, where each has an operator.
 */
export const streamTimeOf = (context: ProcessorContext, storeName: string, input?: CogroupInput): StreamTime => {
  const store = context.keyValueStore<number>(observedTimeStore(storeName))
  if (input === undefined) return timeIn(store, '')
  const times: StreamTime[] = []
  const current = (): StreamTime => (times[input.current] ??= timeIn(store, String(input.current)))
  return {
    get value() {
      return current().value
    },
    observe: (timestamp) => {
      current().observe(timestamp)
    },
  }
}

const timeIn = (store: KeyValueStore<number>, key: string): StreamTime => {
  const row = store.row(key)
  let value = row.value ?? -1
  return {
    get value() {
      return value
    },
    observe: (timestamp) => {
      if (timestamp <= value) return
      value = timestamp
      row.value = timestamp
      row.timestamp = timestamp
      store.touch(row)
    },
  }
}
