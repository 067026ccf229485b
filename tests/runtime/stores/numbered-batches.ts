// Batches whose effect is known: after any number of them it can be said exactly what a store must hold.

import assert from 'node:assert/strict'
import type { BytesStore, StoreWrite } from '../../../src/runtime/stores/bytes-store.ts'
import { put, rowsOf, valueOf } from './bytes-store-suite.ts'

const keys = 50
const counterKey = 'counter'

/** Batch `number` (from 1): counts, replaces one row of a kilobyte or so, sometimes deletes another. */
export const numberedBatch = (number: number): readonly StoreWrite[] => {
  const writes = [put(counterKey, String(number)), put(`k${number % keys}`, filler(number))]
  return number % 7 === 0 ? [...writes, put(`k${(number * 3) % keys}`, null)] : writes
}

// Not to be compressed away, and different for every batch.
const filler = (number: number): string => {
  let text = ''
  for (let state = number; text.length < 1000;) {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0
    text += String.fromCharCode(state >>> 24)
  }
  return text
}

const expectedRows = (batches: number): [string, string][] => {
  const rows = new Map<string, string>()
  for (let number = 1; number <= batches; number++) {
    for (const { key, value } of numberedBatch(number)) {
      const name = Buffer.from(key).toString('latin1')
      if (value === null) rows.delete(name)
      else rows.set(name, Buffer.from(value).toString('latin1'))
    }
  }
  return [...rows].sort(([left], [right]) => (left < right ? -1 : 1))
}

/** How many batches a store holds; fails unless it holds exactly those, from the first on. */
export const batchesIn = async (store: BytesStore): Promise<number> => {
  const batches = Number(valueOf(store, counterKey) ?? 0)
  assert.deepEqual(await rowsOf(store), expectedRows(batches), `the rows of ${batches} batches`)
  return batches
}
