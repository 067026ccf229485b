// A store that can be read, and its rows as text.

import { fromByteString } from '../model/byte-string.ts'
import { keyFromText } from '../model/record-key.ts'
import { plainValue, type Window } from '../model/stream-record.ts'
import { TableRow } from '../serde/joined-json.ts'
import { parseJsonText, stringifyJson } from '../serde/json-parse.ts'
import type { KeyValueStore } from '../stores/key-value-store.ts'
import type { StoreView } from '../stores/store-view.ts'
import type { TypedStore } from '../stores/typed-store.ts'
import type { QueryRow } from './store-query.ts'

/** A store, and how its rows are shown. */
export interface ReadableStore {
  readonly store: TypedStore
  readonly view: StoreView
  /** The numbers that are kept beside it: the size of windows where each record brings its own, the time of a table with history. */
  readonly numbers: KeyValueStore<number> | undefined
}

/** The text of the group of all records without a key. */
const noKey = '\0'

const keyJson = ({ keys }: StoreView, text: string): string =>
  text === noKey ? 'null' : keys === 'plain' ? JSON.stringify(text) : stringifyJson(keyFromText(text, parseJsonText))

const valueJson = (value: unknown): string => {
  if (value instanceof TableRow) return fromByteString(value.json())
  return stringifyJson(plainValue(value))
}

/** A row as text. */
export const textRow = (
  view: StoreView,
  key: string,
  value: unknown,
  timestamp: number,
  window: Window | undefined,
): QueryRow => ({
  key,
  ...(window === undefined ? {} : { start: window.start, end: window.end }),
  keyJson: keyJson(view, key),
  valueJson: valueJson(view.row === undefined ? value : view.row(key, value, window)),
  timestamp,
})
