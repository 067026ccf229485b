// The rows of a live table: the latest values per key, the columns that have been seen, and the order in which rows are
// shown. An update costs one map entry; everything else is done once per frame, and only for the keys that changed.

import { stringifyJson } from '../../serde/json-parse.ts'

/** The fields of a row by name, in the order of the columns. */
export type RowFields = ReadonlyMap<string, unknown> | object

/** A column; columns stand in the order in which their fields were first seen. */
export interface TableColumn {
  readonly name: string
  /** `number` if it has held numbers and nothing else but null; `time` for the bounds of windows. */
  readonly kind: 'number' | 'text' | 'time'
}

/** A row as it is now. */
export interface TableRow {
  /** By column; undefined or missing where the row lacks the field. */
  readonly values: readonly unknown[]
  /** True if the last settle() changed this value of a row that was there before. */
  changed(column: number): boolean
}

/** How rows are ordered and read. */
export interface RowOrder {
  /**
   * `value`: by the last column of numbers, the highest first, rows without a number last. `insertion`, and among equals: in
   * the order in which their keys came.
   */
  readonly order: 'value' | 'insertion'
  /** True if rows have `window_start` and `window_end` in milliseconds: the newest windows come before all others. */
  readonly windowed: boolean
}

/** All rows of a table. */
export interface TableRows {
  /** Sets the row of a key. The row must not change afterwards. */
  update(key: string, fields: RowFields): void
  remove(key: string): void
  /** Takes over what has changed since the last call; false if nothing has. Call it before asking for what follows. */
  settle(): boolean
  columns(): readonly TableColumn[]
  size(): number
  /** The first rows in order, all of them unless a number is given. */
  first(count?: number): TableRow[]
}

/** A table without rows. */
export const createTableRows = ({ order, windowed }: RowOrder): TableRows => {
  const entries = new Map<string, Entry>()
  const pending = new Map<string, RowFields>()
  const columns: SeenColumn[] = []
  const columnOfName = new Map<string, number>()
  let removed = false
  let sequence = 0
  let generation = 0

  const valuesOf = (fields: RowFields): unknown[] => {
    const values = new Array<unknown>(columns.length).fill(undefined)
    for (const [name, value] of isMap(fields) ? fields : Object.entries(fields)) {
      let index = columnOfName.get(name)
      let column = index === undefined ? undefined : columns[index]
      if (index === undefined || column === undefined) {
        index = columns.length
        column = { name, time: windowed && windowBounds.includes(name), numbers: false, others: false }
        columns.push(column)
        columnOfName.set(name, index)
      }
      values[index] = value
      if (typeof value === 'number' || typeof value === 'bigint') column.numbers = true
      else if (value !== null && value !== undefined) column.others = true
    }
    return values
  }

  const settleRow = (key: string, values: readonly unknown[]): void => {
    const entry = entries.get(key)
    if (entry === undefined) {
      entries.set(key, { values, changedIn: [], sequence: sequence++ })
      return
    }
    columns.forEach((_, index) => {
      if (!sameValue(values[index], entry.values[index])) entry.changedIn[index] = generation
    })
    entry.values = values
  }

  const comparison = (): ((a: Entry, b: Entry) => number) => {
    const newest = windowed ? columns.findIndex((column) => column.name === windowStart) : -1
    const highest = order === 'value' ? columns.findLastIndex((column) => kindOf(column) === 'number') : -1
    const sortColumns = [newest, highest].filter((index) => index >= 0)
    return (a, b) => {
      for (const index of sortColumns) {
        const byValue = compareDescending(a.values[index], b.values[index])
        if (byValue !== 0) return byValue
      }
      return a.sequence - b.sequence
    }
  }

  return {
    update(key, fields) {
      pending.set(key, fields)
    },
    remove(key) {
      const forgotten = pending.delete(key)
      removed = entries.delete(key) || forgotten || removed
    },
    settle() {
      if (pending.size === 0 && !removed) return false
      generation++
      for (const [key, fields] of pending) settleRow(key, valuesOf(fields))
      pending.clear()
      removed = false
      return true
    },
    columns: () => columns.map((column) => ({ name: column.name, kind: kindOf(column) })),
    size: () => entries.size,
    first(count = entries.size) {
      const now = generation
      return firstInOrder(entries, count, comparison()).map(({ values, changedIn }) => ({
        values,
        changed: (index) => changedIn[index] === now,
      }))
    },
  }
}

const windowStart = 'window_start'
const windowBounds: readonly string[] = [windowStart, 'window_end']

interface Entry {
  values: readonly unknown[]
  /** By column: the generation that changed the value; empty where none has. */
  readonly changedIn: number[]
  readonly sequence: number
}

interface SeenColumn {
  readonly name: string
  readonly time: boolean
  numbers: boolean
  others: boolean
}

const kindOf = ({ time, numbers, others }: SeenColumn): TableColumn['kind'] => {
  if (time) return 'time'
  return numbers && !others ? 'number' : 'text'
}

const isMap = (fields: RowFields): fields is ReadonlyMap<string, unknown> => fields instanceof Map

const sameValue = (a: unknown, b: unknown): boolean =>
  Object.is(a, b) || (typeof a === 'object' && typeof b === 'object' && stringifyJson(a) === stringifyJson(b))

const compareDescending = (a: unknown, b: unknown): number => {
  if (!isOrdered(a) || !isOrdered(b)) return Number(isOrdered(b)) - Number(isOrdered(a))
  return a < b ? 1 : a > b ? -1 : 0
}

const isOrdered = (value: unknown): value is number | bigint =>
  typeof value === 'bigint' || (typeof value === 'number' && !Number.isNaN(value))

/** The lowest entries by a total order. Keeps only as many as are asked for, so that a frame of a long table is cheap. */
const firstInOrder = (
  entries: ReadonlyMap<string, Entry>,
  count: number,
  compare: (a: Entry, b: Entry) => number,
): Entry[] => {
  if (count >= entries.size) return [...entries.values()].sort(compare)
  const first: Entry[] = []
  for (const entry of entries.values()) {
    const last = first[count - 1]
    if (count <= 0 || (last !== undefined && compare(entry, last) >= 0)) continue
    let place = first.length
    for (let before = first[place - 1]; before !== undefined && compare(entry, before) < 0; before = first[place - 1])
      place--
    first.splice(place, 0, entry)
    if (first.length > count) first.pop()
  }
  return first
}
