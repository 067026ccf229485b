// A store of a task that can be read, and its rows as text.

import { fromByteString } from '../model/byte-string.ts'
import { keyFromText } from '../model/record-key.ts'
import { plainValue } from '../model/stream-record.ts'
import { observedTimeStore } from '../operators/stream-time.ts'
import { TableRow } from '../serde/joined-json.ts'
import { parseJsonText, stringifyJson } from '../serde/json-parse.ts'
import { KeyValueStore } from '../stores/key-value-store.ts'
import type { StoreView } from '../stores/store-view.ts'
import type { TypedStore } from '../stores/typed-store.ts'
import { noKey } from '../topology/group.ts'
import type { QueryRow } from './store-query.ts'

/** A store, and how its rows are shown. */
export interface ReadableStore {
  readonly store: TypedStore
  readonly view: StoreView
  /** The numbers that are kept beside it: the size of windows where each record brings its own, the time of a table with history. */
  readonly numbers: KeyValueStore<number> | undefined
}

/** A store of a task, with the numbers that are kept beside it. */
export const readableStore = (
  task: { store(name: string): TypedStore | undefined },
  store: TypedStore,
  view: StoreView,
): ReadableStore => {
  const numbers = task.store(observedTimeStore(store.name))
  return { store, view, numbers: numbers instanceof KeyValueStore ? (numbers as KeyValueStore<number>) : undefined }
}

/** The window of a row; `end` is undefined where nobody has said how long it is. ms. */
export interface RowWindow {
  readonly start: number
  readonly end: number | undefined
  readonly isSession?: true
}

/** The JSON text of a key. */
export const keyJson = ({ keys }: StoreView, text: string): string =>
  text === noKey ? 'null' : keys === 'plain' ? JSON.stringify(text) : stringifyJson(keyFromText(text, parseJsonText))

const valueJson = (value: unknown): string => {
  if (value instanceof TableRow) return fromByteString(value.json())
  return stringifyJson(plainValue(value))
}

/** A row of a store. */
export interface StoredValue {
  readonly key: string
  readonly value: unknown
  readonly timestamp: number
}

/** A row as text; none if it is not shown. */
export const textRows = (
  view: StoreView,
  { key, value, timestamp }: StoredValue,
  window: RowWindow | undefined,
): readonly [QueryRow] | readonly [] => {
  const shown =
    view.row === undefined
      ? value
      : view.row(key, value, window && { ...window, end: window.end ?? window.start }, timestamp)
  if (shown === undefined) return []
  const row: QueryRow = {
    key,
    ...(window === undefined ? {} : { start: window.start, end: window.end }),
    keyJson: keyJson(view, key),
    valueJson: valueJson(shown),
    timestamp,
  }
  return [row]
}

/** The first rows of some that are shown. */
export const firstTextRows = <T extends StoredValue>(
  places: Iterable<T>,
  wanted: number,
  textOf: (place: T) => readonly QueryRow[],
): QueryRow[] => {
  const rows: QueryRow[] = []
  for (const place of places) {
    if (rows.length >= wanted) break
    rows.push(...textOf(place))
  }
  return rows
}
