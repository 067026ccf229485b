// Sessions by key: all that have not expired are in memory, those of a key in the order of time (they never overlap); with a
// backing store they are loaded at start and written at commit. Rows have the layout of Kafka Streams' session stores.

import { lastPlace } from '../model/sorted-list.ts'
import { compareText } from '../model/text-order.ts'
import type { BytesStore, StoreWrite } from './bytes-store.ts'
import {
  decodeValue,
  encodeValue,
  forEachRow,
  readSessionKey,
  sessionKey,
  storePrefix,
  type ChangelogVisitor,
} from './row-format.ts'
import type { RowCodec } from './store-row.ts'
import type { TypedStore } from './typed-store.ts'

/** One session of a key; `start` and `end` are the times of its first and last record, ms. */
export interface Session<V> {
  readonly key: string
  readonly start: number
  readonly end: number
  readonly value: V
}

/** By end, then start, then key: the order in which Kafka Streams emits sessions that close together. */
export const bySessionOrder = (a: Session<unknown>, b: Session<unknown>): number =>
  a.end - b.end || a.start - b.start || compareText(a.key, b.key)

const rowOverheadBytes = 250

export class SessionStore<V> implements TypedStore {
  readonly name: string
  private readonly prefix: Buffer
  private readonly codec: RowCodec<V>
  private readonly backing: BytesStore | undefined
  private readonly sessions = new Map<string, Session<V>[]>()
  private count = 0
  private newest = -1
  /** What has changed since the last commit, in order; a session of the same key and times may have gone and come. */
  private changes: { readonly session: Session<V>; readonly isThere: boolean }[] = []
  /** Sessions that have expired, which changelogs forget by themselves. */
  private expired: Session<V>[] = []

  constructor(name: string, codec: RowCodec<V>, backing: BytesStore | undefined) {
    this.name = name
    this.prefix = storePrefix(name)
    this.codec = codec
    this.backing = backing
  }

  /** Reads all sessions into memory; call once before the first record. */
  async loadAll(): Promise<void> {
    if (this.backing === undefined) return
    await forEachRow(this.backing, this.prefix, (keyBytes, valueBytes) => {
      const { value } = decodeValue(this.codec, valueBytes)
      this.insert({ ...readSessionKey(keyBytes, this.prefix.length), value })
    })
  }

  /** The latest end of all sessions that there ever were; -1 at first. */
  get newestEnd(): number {
    return this.newest
  }

  /** The sessions of a key that end at `earliestEnd` or later and start at `latestStart` or earlier, in the order of time. */
  find(key: string, earliestEnd: number, latestStart: number): readonly Session<V>[] {
    const all = this.sessions.get(key)
    if (all === undefined) return []
    return all.filter(({ start, end }) => end >= earliestEnd && start <= latestStart)
  }

  put(session: Session<V>): void {
    this.insert(session)
    this.changed(session, true)
  }

  remove(session: Session<V>): void {
    if (this.take(session)) this.changed(session, false)
  }

  /** Forgets a session that nobody can see any more. */
  expire(session: Session<V>): void {
    if (this.take(session) && this.backing !== undefined) this.expired.push(session)
  }

  /** All sessions, in no particular order. */
  *all(): Iterable<Session<V>> {
    for (const sessions of [...this.sessions.values()]) yield* [...sessions]
  }

  get rowsInMemory(): number {
    return this.count
  }

  get dirtyBytes(): number {
    return this.changes.length * rowOverheadBytes
  }

  collectWrites(writes: StoreWrite[], log?: ChangelogVisitor): void {
    if (this.backing === undefined) return
    // The last change of a row counts.
    const rows = new Map<string, { readonly session: Session<V>; readonly isThere: boolean }>()
    for (const change of this.changes) {
      const { key, start, end } = change.session
      rows.set(`${String(end)} ${String(start)} ${key}`, change)
    }
    for (const { session, isThere } of rows.values()) {
      const key = sessionKey(this.prefix, session)
      const value = isThere ? encodeValue(this.codec, session.end, session.value) : null
      writes.push({ key, value })
      log?.(key.subarray(this.prefix.length), value, session.end)
    }
    for (const session of this.expired) writes.push({ key: sessionKey(this.prefix, session), value: null })
  }

  committed(): void {
    this.changes = []
    this.expired = []
  }

  private changed(session: Session<V>, isThere: boolean): void {
    if (this.backing !== undefined) this.changes.push({ session, isThere })
  }

  private insert(session: Session<V>): void {
    if (session.end > this.newest) this.newest = session.end
    const all = this.sessions.get(session.key)
    if (all === undefined) {
      this.sessions.set(session.key, [session])
      this.count++
      return
    }
    const at = lastPlace(all, ({ end }) => end > session.end)
    const before = all[at - 1]
    if (before?.start === session.start && before.end === session.end) all[at - 1] = session
    else {
      all.splice(at, 0, session)
      this.count++
    }
  }

  private take(session: Session<V>): boolean {
    const all = this.sessions.get(session.key)
    const at = all?.findIndex(({ start, end }) => start === session.start && end === session.end) ?? -1
    if (all === undefined || at < 0) return false
    this.count--
    if (all.length === 1) this.sessions.delete(session.key)
    else all.splice(at, 1)
    return true
  }
}
