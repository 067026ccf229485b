// A bytes store in memory, for runs without an application id. Keys and values are kept as byte strings: a few times
// smaller than typed arrays, safe from later changes by the caller, and in byte order when compared as strings.

import { setImmediate } from 'node:timers/promises'
import { firstIndex } from '../model/sorted-list.ts'
import { assertWritable, type BytesStore, isReservedKey, type StoredPair } from './bytes-store.ts'

const pageRows = 1000

/** An empty store whose rows are gone when it is closed. */
export const createMemoryStore = (): BytesStore => {
  const rows = new Map<string, string>()
  const index = createKeyIndex(rows)
  let isOpen = true

  const assertOpen = (): void => {
    if (!isOpen) throw new Error('the store is closed')
  }

  async function* scan(
    from: Uint8Array,
    to: Uint8Array | undefined,
    backwards = false,
  ): AsyncGenerator<readonly StoredPair[]> {
    assertOpen()
    const found: [string, string][] = []
    for (const key of index.range(byteText(from), to && byteText(to))) {
      const value = rows.get(key)
      if (value !== undefined) found.push([key, value])
    }
    if (backwards) found.reverse()
    for (let start = 0; start < found.length; start += pageRows) {
      // A long scan lets timers and sockets have their turn.
      if (start > 0) await setImmediate()
      yield found.slice(start, start + pageRows).map(([key, value]) => [bytesOf(key), bytesOf(value)] as const)
    }
  }

  return {
    persistent: false,

    get(key) {
      assertOpen()
      if (isReservedKey(key)) return undefined
      const value = rows.get(byteText(key))
      return value === undefined ? undefined : bytesOf(value)
    },

    write: (writes) =>
      new Promise((resolve) => {
        assertOpen()
        assertWritable(writes)
        for (const { key, value } of writes) {
          const keyText = byteText(key)
          if (value === null) rows.delete(keyText)
          else {
            if (!rows.has(keyText)) index.add(keyText)
            rows.set(keyText, byteText(value))
          }
        }
        resolve()
      }),

    scan,

    async approximateBytes(from, to) {
      let total = 0
      for await (const page of scan(from, to)) for (const [key, value] of page) total += key.length + value.length
      return total
    },

    close() {
      isOpen = false
      rows.clear()
      return Promise.resolve()
    },
  }
}

interface KeyIndex {
  /** Notes a key that is new to the rows. */
  add(key: string): void
  /** The keys with `from` <= key < `to` (if given) in order, and perhaps some that have been deleted. */
  range(from: string, to: string | undefined): readonly string[]
}

// Sorted when somebody scans. Deleted keys stay until they outnumber the rows, new ones are merged in by the next scan;
// a store that is never scanned gives up its index instead of letting it grow.
const createKeyIndex = (rows: ReadonlyMap<string, string>): KeyIndex => {
  let sorted: readonly string[] | undefined
  let added: string[] = []

  const update = (): readonly string[] => {
    if (sorted === undefined || sorted.length + added.length > 2 * rows.size) sorted = [...rows.keys()].sort()
    else if (added.length > 0) sorted = merge(sorted, added.sort())
    added = []
    return sorted
  }

  return {
    add(key) {
      if (sorted === undefined) return
      added.push(key)
      if (added.length <= rows.size + pageRows) return
      sorted = undefined
      added = []
    },

    range(from, to) {
      const keys = update()
      return keys.slice(firstAtLeast(keys, from), to === undefined ? keys.length : firstAtLeast(keys, to))
    },
  }
}

const merge = (left: readonly string[], right: readonly string[]): string[] => {
  const merged: string[] = []
  let position = 0
  for (const key of left) {
    for (let next = right[position]; next !== undefined && next <= key; next = right[position]) {
      if (next !== key && next !== merged.at(-1)) merged.push(next)
      position++
    }
    merged.push(key)
  }
  for (; position < right.length; position++) {
    const next = right[position]
    if (next !== undefined && next !== merged.at(-1)) merged.push(next)
  }
  return merged
}

const firstAtLeast = (keys: readonly string[], bound: string): number => firstIndex(keys, (key) => key < bound)

const byteText = (bytes: Uint8Array): string =>
  Buffer.isBuffer(bytes)
    ? bytes.toString('latin1')
    : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1')

const bytesOf = (text: string): Uint8Array => Buffer.from(text, 'latin1')
