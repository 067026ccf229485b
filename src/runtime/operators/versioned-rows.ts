// A table with history (KIP-889): for each key the versions that were valid at some time within the last `historyMs`. As in
// Kafka Streams the latest version has a row of its own, and older ones lie in segments of time by when they ended, so that a
// look-up is a few point reads: the version of a time is the first one that ended later.

import type { KeyValueStore } from '../stores/key-value-store.ts'
import type { RowCodec, StoreRow } from '../stores/store-row.ts'
import { TableRow } from '../serde/joined-json.ts'
import type { ProcessorContext } from './processor.ts'
import { observedTimeStore } from './stream-time.ts'
import type { TableGetter, TimedValue } from './table-getter.ts'

/** One version of a row. */
interface Version {
  /** Event time from which it is valid, ms. */
  readonly from: number
  /** null: there is no row. */
  readonly value: TableRow | null
}

/** A version and when the next one came; `until` is later than `from`. */
interface PastVersion extends Version {
  readonly until: number
  /** A deletion that had been the latest version: where it ended is known by the version behind it alone. */
  readonly isGap?: true
}

/** The latest version of a key, and the segments that have older ones, in order. */
interface Latest extends Version {
  readonly segments: readonly number[]
  /** At the same time there had been a deletion before. */
  readonly isRevived?: true
}

/** A row of the store: of a key, or of a key and segment, in the order of time. */
export type VersionedRow = Latest | readonly PastVersion[]

/** What became of an update. */
export type PutResult = 'latest' | 'past' | 'expired'

const segmentsPerHistory = 8

const isPast = (row: VersionedRow): row is readonly PastVersion[] => Array.isArray(row)

const plainOf = (value: TableRow | null): unknown => value?.plain() ?? null

const rowOf = (value: unknown): TableRow | null => (value === null ? null : TableRow.of(value))

/** How the rows are stored: the latest version as an object, and a list of `[from, until, value]`. */
export const versionedCodec: RowCodec<VersionedRow> = {
  encode: (row) =>
    isPast(row)
      ? row.map(({ from, until, value, isGap }) => [from, until, plainOf(value), ...(isGap === true ? [1] : [])])
      : { ...row, value: plainOf(row.value) },
  decode: (json) => {
    if (Array.isArray(json)) {
      return (json as [number, number, unknown, 1?][]).map(([from, until, value, gap]): PastVersion => ({
        ...{ from, until, value: rowOf(value) },
        ...(gap === 1 ? { isGap: true } : {}),
      }))
    }
    const latest = json as Omit<Latest, 'value'> & { readonly value: unknown }
    return { ...latest, value: rowOf(latest.value) }
  },
}

export class VersionedRows {
  private readonly store: KeyValueStore<VersionedRow>
  private readonly times: KeyValueStore<number>
  private readonly historyMs: number
  private readonly segmentMs: number

  /** @param times the store of the highest time. */
  constructor(store: KeyValueStore<VersionedRow>, times: KeyValueStore<number>, historyMs: number) {
    this.store = store
    this.times = times
    this.historyMs = historyMs
    this.segmentMs = Math.max(1, Math.ceil(historyMs / segmentsPerHistory))
  }

  /** The latest version; null if there is no row. */
  latest(key: string): TimedValue | null {
    const latest = this.latestOf(key)
    return latest === undefined ? null : timed(latest)
  }

  /** The version that was valid at a time; null if there was none, or if its end is longer ago than the history goes back. */
  asOf(key: string, time: number): TimedValue | null {
    const latest = this.latestOf(key)
    if (latest === undefined) return null
    if (latest.from <= time) return timed(latest)
    if (time < this.oldest) return null
    const past = this.endingAfter(key, latest, time)
    return past === undefined || past.from > time ? null : timed(past)
  }

  /** Takes in an update; one that is older than the history goes back is not taken. */
  put(key: string, value: TableRow | null, time: number): PutResult {
    if (time < this.oldest) return 'expired'
    if (time > this.observed) this.times.put('', time, time)
    const latest = this.latestOf(key)
    if (latest === undefined || latest.from <= time) {
      this.putLatest(key, latest, { from: time, value })
      return 'latest'
    }
    const next = this.endingAfter(key, latest, time) ?? latest
    // It ends where the next one begins, or takes over the rest of the one that it falls into.
    if (next.from > time || !('until' in next)) {
      this.addPast(key, { from: time, until: next.from, value })
    } else {
      this.dropPast(key, next)
      if (next.from < time) this.addPast(key, { ...next, until: time })
      this.addPast(key, { from: time, until: next.until, value })
    }
    return 'past'
  }

  /** The highest time that has been put; -1 at first. */
  private get observed(): number {
    return this.times.peek('') ?? -1
  }

  /** The time back to which the history goes. */
  private get oldest(): number {
    return this.observed - this.historyMs
  }

  private latestOf(key: string): Latest | undefined {
    return this.store.peek(latestKey(key)) as Latest | undefined
  }

  /** The first version that ended after a time; undefined if that is the latest one, which has not ended. */
  private endingAfter(key: string, { segments }: Latest, time: number): PastVersion | undefined {
    const first = this.segmentOf(time)
    for (const segment of segments) {
      if (segment < first) continue
      const found = pastOf(this.segment(key, segment)).find(({ until }) => until > time)
      if (found !== undefined) return found
    }
    return undefined
  }

  private putLatest(key: string, before: Latest | undefined, version: Version): void {
    const { segments = [] } = before ?? {}
    if (before === undefined || before.from < version.from) {
      this.setLatest(key, { ...version, segments })
      if (before !== undefined) {
        const past = { from: before.from, until: version.from, value: before.value }
        this.addPast(key, before.value === null ? { ...past, isGap: true } : past)
      }
      this.forget(key)
      return
    }
    const isRevived = before.isRevived === true || before.value === null
    // A deletion that takes the place of the only version leaves no trace, as in RocksDBVersionedStore: what comes for an earlier
    // time is the latest then.
    if (version.value === null && !isRevived && segments.length === 0) {
      this.setLatest(key, undefined)
      return
    }
    // Where the version before it was a deletion, that is the latest one again.
    const gap = version.value === null && !isRevived ? this.gapBefore(key, version.from) : undefined
    if (gap !== undefined) {
      this.dropPast(key, gap)
      this.setLatest(key, { from: gap.from, value: null, segments })
    } else this.setLatest(key, { ...version, segments, ...(isRevived ? { isRevived } : {}) })
  }

  private gapBefore(key: string, time: number): PastVersion | undefined {
    const past = pastOf(this.segment(key, this.segmentOf(time))).find(({ until }) => until === time)
    return past?.isGap === true ? past : undefined
  }

  private addPast(key: string, version: PastVersion): void {
    const segment = this.segmentOf(version.until)
    const row = this.segment(key, segment)
    const versions = [...pastOf(row), version].sort((one, other) => one.from - other.from)
    this.set(row, versions, version.until)
    const latest = this.latestOf(key)
    if (latest === undefined || latest.segments.includes(segment)) return
    const segments = [...latest.segments, segment].sort((one, other) => one - other)
    this.setLatest(key, { ...latest, segments })
  }

  private dropPast(key: string, version: PastVersion): void {
    const row = this.segment(key, this.segmentOf(version.until))
    const versions = pastOf(row).filter(({ from }) => from !== version.from)
    this.set(row, versions, version.until)
  }

  /** Removes the segments of a key that nobody can look into any more. */
  private forget(key: string): void {
    const latest = this.latestOf(key)
    const first = this.segmentOf(this.oldest)
    if (latest?.segments.some((segment) => segment < first) !== true) return
    for (const segment of latest.segments) if (segment < first) this.set(this.segment(key, segment), [], latest.from)
    this.setLatest(key, { ...latest, segments: latest.segments.filter((segment) => segment >= first) })
  }

  private segmentOf(time: number): number {
    return Math.floor(time / this.segmentMs)
  }

  private segment(key: string, segment: number): StoreRow<VersionedRow> {
    return this.store.row(`s${String(segment)} ${key}`)
  }

  private setLatest(key: string, latest: Latest | undefined): void {
    const row = this.store.row(latestKey(key))
    row.value = latest
    if (latest !== undefined) row.timestamp = latest.from
    this.store.touch(row)
  }

  private set(row: StoreRow<VersionedRow>, versions: readonly PastVersion[], timestamp: number): void {
    row.value = versions.length === 0 ? undefined : versions
    row.timestamp = timestamp
    this.store.touch(row)
  }
}

/** The rows of a processor's store. */
export const versionedRows = (context: ProcessorContext, storeName: string, historyMs: number): VersionedRows =>
  new VersionedRows(
    context.keyValueStore<VersionedRow>(storeName),
    context.keyValueStore<number>(observedTimeStore(storeName)),
    historyMs,
  )

const latestKey = (key: string): string => `l${key}`

const pastOf = ({ value }: StoreRow<VersionedRow>): readonly PastVersion[] => (value ?? []) as readonly PastVersion[]

const timed = ({ value, from }: Version): TimedValue | null => (value === null ? null : { value, timestamp: from })

/** The latest versions, as others see them. */
export const versionedGetter = (storeName: string, historyMs: number): TableGetter => ({
  stores: [storeName, observedTimeStore(storeName)],
  open: (context) => {
    const rows = versionedRows(context, storeName, historyMs)
    return (key) => rows.latest(key)
  },
})
