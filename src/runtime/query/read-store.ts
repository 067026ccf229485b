// The rows of one store of one task, as the task sees them: what it has changed since its last commit included. Every row is turned
// into text in the turn in which it is read, because the record path changes rows in place.

import { KsError } from '../model/errors.ts'
import { compareText } from '../model/text-order.ts'
import { KeyValueStore } from '../stores/key-value-store.ts'
import { SessionStore } from '../stores/session-store.ts'
import type { StoreView } from '../stores/store-view.ts'
import { TimelineStore } from '../stores/timeline-store.ts'
import type { TypedStore } from '../stores/typed-store.ts'
import { WindowStore } from '../stores/window-store.ts'
import { byteBounds } from './key-bounds.ts'
import {
  comparePlaces,
  isAfter,
  isWithin,
  pageOf,
  type QueryRow,
  type RowPage,
  type StoreQuery,
} from './store-query.ts'
import { firstTextRows, textRows, type ReadableStore, type RowWindow } from './text-row.ts'
import { VersionedView } from './versioned-view.ts'

/** Answers a question about all keys. KsError usage if the store is of a kind that cannot. */
export const readStore = async (readable: ReadableStore, query: StoreQuery): Promise<RowPage> => {
  checkKind(readable, query)
  const { store, view } = readable
  if (!(store instanceof KeyValueStore)) return pageOf(windowedRows(readable, undefined, query), query)
  if (view.historyMs !== undefined) return new VersionedView(readable, store).range(query)
  return readRange(store, view, query)
}

/** The rows of one key, at once: one, or those of its windows. KsError usage if the store is of a kind that cannot. */
export const readKey = (
  readable: ReadableStore,
  key: string,
  query: Pick<StoreQuery, 'start' | 'end' | 'asOf'>,
): readonly QueryRow[] => {
  checkKind(readable, query)
  const { store, view } = readable
  if (!(store instanceof KeyValueStore)) {
    return windowedRows(readable, key, { ...query, reverse: false, limit: Infinity })
  }
  if (view.historyMs !== undefined) return new VersionedView(readable, store).rowsOf(key, query.asOf)
  // Not by `row`, which would keep in mind what is not there.
  const value: unknown = store.peek(key)
  return value === undefined ? [] : textRows(view, { key, value, timestamp: store.row(key).timestamp }, undefined)
}

const checkKind = (
  { store, view }: ReadableStore,
  { start, end, asOf }: Pick<StoreQuery, 'start' | 'end' | 'asOf'>,
): void => {
  if (store instanceof KeyValueStore && (start !== undefined || end !== undefined)) {
    throw new KsError('usage', `${store.name} has no windows: it knows no start and no end`)
  }
  if (asOf === undefined || view.historyMs !== undefined) return
  throw new KsError('usage', `${store.name} has no history: it does not know how it was at another time`)
}

/**
 * Rows in the order of keys: those that have changed since the last commit out of memory, all others out of the backing store,
 * which is read as it was when the changed ones were looked at.
 */
const readRange = async (store: KeyValueStore<unknown>, view: StoreView, query: StoreQuery): Promise<RowPage> => {
  const wanted = query.limit + 1
  const sign = query.reverse ? -1 : 1
  const isWanted = (key: string): boolean => isWithin(query, key) && isAfter(query, { key })
  const changed = store.isBacked ? store.changedRows() : [...store.existing()]
  const inMemory = changed.filter(({ key }) => isWanted(key))
  const present = inMemory.filter(({ value }) => value !== undefined).sort((a, b) => sign * compareText(a.key, b.key))
  const fresh = firstTextRows(present, wanted, (row) => textRows(view, row, undefined))
  if (!store.isBacked) return pageOf(fresh, query)
  const hidden = new Set(inMemory.map(({ key }) => key))
  const rows: QueryRow[] = []
  const { from, to } = byteBounds(query)
  for await (const page of store.committedRows(from, to, query.reverse)) {
    for (const { key, value, timestamp } of page) {
      if (hidden.has(key) || !isWanted(key)) continue
      rows.push(...textRows(view, { key, value, timestamp }, undefined))
      if (rows.length === wanted) break
    }
    if (rows.length === wanted) break
  }
  return pageOf(
    [...rows, ...fresh].sort((a, b) => sign * comparePlaces(a, b)),
    query,
  )
}

/** The windows or sessions of a key, or of all, in order: not more than are wanted are turned into text. */
const windowedRows = (readable: ReadableStore, key: string | undefined, query: StoreQuery): readonly QueryRow[] => {
  const { store, view, numbers } = readable
  const { start: from = -Infinity, end: to = Infinity } = query
  const sign = query.reverse ? -1 : 1
  // Where each record brings its window, their size shows when the first one comes.
  const windowMs = view.windowMs ?? numbers?.peek('window-size')
  const places = placesOf(store, key, from, to)
    .map((place) => ({ ...place, end: place.end ?? (windowMs === undefined ? undefined : place.start + windowMs) }))
    .filter((place) => (key !== undefined || isWithin(query, place.key)) && isAfter(query, place))
    .sort((a, b) => sign * comparePlaces(a, b))
  return firstTextRows(places, query.limit + 1, ({ key: text, value, timestamp, ...window }) =>
    textRows(view, { key: text, value, timestamp }, window),
  )
}

interface Place extends RowWindow {
  readonly key: string
  readonly value: unknown
  readonly timestamp: number
}

/** The rows of a key, or of all, whose windows begin from one time to another; both included, ms. */
const placesOf = (store: TypedStore, key: string | undefined, from: number, to: number): readonly Place[] => {
  if (store instanceof WindowStore) return windowPlaces(store, key, from, to)
  if (store instanceof SessionStore) {
    const sessions = key === undefined ? [...store.all()] : store.find(key, -Infinity, to)
    return sessions
      .filter(({ start }) => start >= from && start <= to)
      .map(({ key: text, start, end, value }) => ({
        key: text,
        start,
        end,
        value: value as unknown,
        timestamp: end,
        isSession: true,
      }))
  }
  if (!(store instanceof TimelineStore)) throw new Error(`${store.name} cannot be asked`)
  const rows =
    key === undefined ? store.between(Math.max(from, store.firstVisible), to + 1) : store.range(key, from, to)
  return rows.map(({ key: text, time, value, timestamp }) => ({
    key: text,
    start: time,
    end: undefined,
    value: value as unknown,
    timestamp,
  }))
}

const windowPlaces = (
  store: WindowStore<unknown>,
  key: string | undefined,
  from: number,
  to: number,
): readonly Place[] =>
  store
    .starts()
    .filter((start) => start >= from && start <= to)
    .flatMap((start) => {
      const row = key === undefined ? undefined : store.peek(key, start)
      const rows = key === undefined ? store.sortedRows(start) : row?.value === undefined ? [] : [row]
      return rows.map(({ key: text, value, timestamp }) => ({ key: text, start, end: undefined, value, timestamp }))
    })
