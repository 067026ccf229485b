// State stores as processors see them: the methods of Kafka Streams' stores over the task's. Keys and values are JSON data; keys
// are told apart and ordered by their texts (strings as they are, everything else as JSON).

import { KsError } from '../model/errors.ts'
import { keyFromText, keyText } from '../model/record-key.ts'
import { compareText } from '../model/text-order.ts'
import { parseJsonText, stringifyJson } from '../serde/json-parse.ts'
import type { KeyValueStore as Rows } from '../stores/key-value-store.ts'
import type { Session, SessionStore as Sessions } from '../stores/session-store.ts'
import { bySessionOrder } from '../stores/session-store.ts'
import type { TimelineRow, TimelineStore as Timeline } from '../stores/timeline-store.ts'

/** A state store of a processor. Its name is its key in the declaration. */
export interface StoreSpec {
  readonly type: 'key-value' | 'window' | 'session'
  /** Of `key-value`: all rows are kept in memory, so that `range`, `prefixScan` and `all` can walk them. */
  readonly ranges?: boolean
  /** Of `window` and `session`: rows so much older than the newest one are forgotten, ms. 1 day if not given. */
  readonly retentionMs?: number
}

/** A row of a key-value store. */
export interface KeyValue<K = unknown, V = unknown> {
  readonly key: K
  readonly value: V
}

/** Kafka Streams' ReadOnlyKeyValueStore. Values are null where there is no row; they must not be changed in place. */
export interface ReadOnlyKeyValueStore<K = unknown, V = unknown> {
  get(key: K): V | null
  /** Rows from one key to another, both included, in the order of the keys' texts; undefined is open. Needs `ranges`. */
  range(from: K | undefined, to: K | undefined): Iterable<KeyValue<K, V>>
  reverseRange(from: K | undefined, to: K | undefined): Iterable<KeyValue<K, V>>
  /** Rows whose keys' texts begin so. Needs `ranges`. */
  prefixScan(prefix: string): Iterable<KeyValue<K, V>>
  /** All rows. Needs `ranges`. */
  all(): Iterable<KeyValue<K, V>>
  reverseAll(): Iterable<KeyValue<K, V>>
}

/** Kafka Streams' KeyValueStore. */
export interface KeyValueStore<K = unknown, V = unknown> extends ReadOnlyKeyValueStore<K, V> {
  /** null deletes. */
  put(key: K, value: V | null): void
  /** The row that was there before, which stays; null if there was none and the new one has been put. */
  putIfAbsent(key: K, value: V): V | null
  /** The row that was there, or null. */
  delete(key: K): V | null
}

/** A row of a window store. */
export interface WindowedValue<K = unknown, V = unknown> extends KeyValue<K, V> {
  /** ms */
  readonly windowStart: number
}

/** Kafka Streams' WindowStore. Times are in ms, ranges include both ends. */
export interface WindowStore<K = unknown, V = unknown> {
  /** null deletes. Rows older than the retention are not kept. */
  put(key: K, value: V | null, windowStart: number): void
  /** The row of a window, or null. */
  fetch(key: K, windowStart: number): V | null
  /** The rows of a key, in the order of time. */
  fetch(key: K, from: number, to: number): Iterable<WindowedValue<K, V>>
  /** The rows of all keys, in the order of time, then key. */
  fetchAll(from: number, to: number): Iterable<WindowedValue<K, V>>
  all(): Iterable<WindowedValue<K, V>>
}

/** A row of a session store: from its first record to its last one, ms. */
export interface SessionValue<K = unknown, V = unknown> extends KeyValue<K, V> {
  readonly start: number
  readonly end: number
}

/** Kafka Streams' SessionStore. Sessions of a key are expected not to overlap. */
export interface SessionStore<K = unknown, V = unknown> {
  /** Replaces the session of this key and these times; null removes it. */
  put(session: Omit<SessionValue<K, V>, 'value'>, value: V | null): void
  remove(session: Omit<SessionValue<K, V>, 'value'>): void
  /** All sessions of a key, in the order of time. */
  fetch(key: K): Iterable<SessionValue<K, V>>
  fetchSession(key: K, start: number, end: number): V | null
  /** The sessions of a key that end at `earliestEnd` or later and start at `latestStart` or earlier. */
  findSessions(key: K, earliestEnd: number, latestStart: number): Iterable<SessionValue<K, V>>
}

/** Whatever `getStateStore` may return. */
export type StateStore = KeyValueStore | WindowStore | SessionStore

/** The time of what is being processed, ms: that of rows that are put. */
type Now = () => number

const textOf = (key: unknown): string => {
  const text = keyText(key, stringifyJson)
  if (text === null) throw new TypeError('a store has no rows without a key')
  return text
}

const keyOf = (text: string): unknown => keyFromText(text, parseJsonText)

/** A key-value store over the rows of a task. @param spec undefined if all rows are in memory. */
export const keyValueStore = (rows: Rows<unknown>, spec: StoreSpec, now: Now): KeyValueStore => {
  /** The keys in order, until one comes. */
  let sorted: readonly string[] | undefined

  const put = (key: unknown, value: unknown): unknown => {
    const row = rows.row(textOf(key))
    const before = row.value ?? null
    if (before === null) sorted = undefined
    rows.put(row.key, value ?? undefined, Math.max(0, now()))
    return before
  }

  const keys = (): readonly string[] => {
    if (spec.ranges !== true) {
      throw new KsError(
        'usage',
        `the store ${rows.name} cannot be walked: only the rows that are asked for are in memory`,
        {
          hint: `declare it with ranges: true if all of its rows fit into memory`,
        },
      )
    }
    sorted ??= [...rows.existing()].map(({ key }) => key).sort(compareText)
    return sorted
  }

  function* walk(order: readonly string[], wanted: (key: string) => boolean): Iterable<KeyValue> {
    for (const key of order) {
      const value = wanted(key) ? rows.peek(key) : undefined
      if (value !== undefined) yield { key: keyOf(key), value }
    }
  }

  const between = (from: unknown, to: unknown): ((key: string) => boolean) => {
    const low = from === undefined ? undefined : textOf(from)
    const high = to === undefined ? undefined : textOf(to)
    return (key) =>
      (low === undefined || compareText(key, low) >= 0) && (high === undefined || compareText(key, high) <= 0)
  }

  return {
    get: (key) => rows.peek(textOf(key)) ?? null,
    put: (key, value) => void put(key, value),
    putIfAbsent: (key, value) => {
      const before = rows.get(textOf(key)) ?? null
      if (before === null) put(key, value)
      return before
    },
    delete: (key) => put(key, null),
    range: (from, to) => walk(keys(), between(from, to)),
    reverseRange: (from, to) => walk([...keys()].reverse(), between(from, to)),
    prefixScan: (prefix) => walk(keys(), (key) => key.startsWith(prefix)),
    all: () => walk(keys(), () => true),
    reverseAll: () => walk([...keys()].reverse(), () => true),
  }
}

/** A window store over the rows of a task. */
export const windowStore = (rows: Timeline<unknown>, now: Now): WindowStore => {
  const valueOf = ({ key, time, value }: TimelineRow<unknown>): WindowedValue => ({
    key: keyOf(key),
    value,
    windowStart: time,
  })

  function fetch(key: unknown, windowStart: number): unknown
  function fetch(key: unknown, from: number, to: number): Iterable<WindowedValue>
  function fetch(key: unknown, from: number, to?: number): unknown {
    const found = rows.range(textOf(key), from, to ?? from)
    return to === undefined ? (found[0]?.value ?? null) : found.map(valueOf)
  }

  return {
    put: (key, value, windowStart) => {
      const text = textOf(key)
      if (value === null || value === undefined) rows.delete(text, windowStart, Math.max(0, now()))
      else if (windowStart >= rows.firstVisible) rows.put(text, windowStart, value, Math.max(0, now()))
      rows.expireBefore(rows.firstVisible)
    },
    fetch,
    fetchAll: (from, to) => rows.between(Math.max(from, rows.firstVisible), to + 1).map(valueOf),
    all: () => rows.between(rows.firstVisible, Infinity).map(valueOf),
  }
}

/** How often sessions that are too old are looked for, as a part of the retention. */
const looksPerRetention = 8

/** A session store over the sessions of a task. */
export const sessionStore = (sessions: Sessions<unknown>, retentionMs: number): SessionStore => {
  let lookedAt = sessions.newestEnd

  const expire = (): void => {
    if (sessions.newestEnd - lookedAt < retentionMs / looksPerRetention) return
    lookedAt = sessions.newestEnd
    for (const session of sessions.all()) if (!isVisible(session)) sessions.expire(session)
  }

  const isVisible = ({ end }: Session<unknown>): boolean => end > sessions.newestEnd - retentionMs

  const valueOf = ({ key, value, start, end }: Session<unknown>): SessionValue => ({
    key: keyOf(key),
    value,
    start,
    end,
  })

  const find = (key: unknown, earliestEnd: number, latestStart: number): SessionValue[] =>
    sessions.find(textOf(key), earliestEnd, latestStart).filter(isVisible).sort(bySessionOrder).map(valueOf)

  const remove = ({ key, start, end }: Omit<SessionValue, 'value'>): void => {
    sessions.remove({ key: textOf(key), start, end, value: null })
  }

  return {
    put: (session, value) => {
      const { key, start, end } = session
      if (value === null || value === undefined) remove(session)
      else sessions.put({ key: textOf(key), start, end, value })
      expire()
    },
    remove,
    fetch: (key) => find(key, -Infinity, Infinity),
    fetchSession: (key, start, end) =>
      find(key, end, start).find((session) => session.start === start && session.end === end)?.value ?? null,
    findSessions: find,
  }
}
