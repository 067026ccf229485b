// The records of a left or outer join of streams that have met no other yet, of both sides, in the order in which they are given
// up: by time, the right side first, by key. The store that both sides of the join share.

import { firstIndex, lastPlace } from '../model/sorted-list.ts'
import { compareText } from '../model/text-order.ts'
import type { TableRow } from '../serde/joined-json.ts'
import type { BytesStore, StoreWrite } from './bytes-store.ts'
import { decodeValue, encodeValue, forEachRow, storePrefix, type ChangelogVisitor } from './row-format.ts'
import { tableRowCodec } from './store-row.ts'
import type { TypedStore } from './typed-store.ts'

/** A record that waits. */
export interface Unmatched {
  readonly time: number
  readonly isLeft: boolean
  readonly key: string
  /** Tells records of one side, key and time apart. */
  readonly sequence: number
  readonly value: TableRow
  /** It has met another one, or has been given up. */
  isGone: boolean
}

/** Where numbers are kept between runs, by name. */
export interface Numbers {
  get(name: string): number | undefined
  set(name: string, value: number): void
}

const lookedName = 'looked-at'
const rowOverheadBytes = 250
const leftSide = 1
const rightSide = 0

export class UnmatchedStore implements TypedStore {
  readonly name: string
  private readonly prefix: Buffer
  private readonly backing: BytesStore | undefined
  /** In order; what is gone stays until it is the first. */
  private waiting: Unmatched[] = []
  private first = 0
  private added: Unmatched[] = []
  private gone: Unmatched[] = []
  private nextSequence = 0
  private time = -1
  private looked = Infinity
  private numbers: Numbers | undefined

  constructor(name: string, backing: BytesStore | undefined) {
    this.name = name
    this.prefix = storePrefix(name)
    this.backing = backing
  }

  /** Reads all records into memory; call once before the first record. */
  async loadAll(): Promise<void> {
    if (this.backing === undefined) return
    await forEachRow(this.backing, this.prefix, (keyBytes, valueBytes) => {
      const row = readKey(keyBytes, this.prefix.length)
      const { value } = decodeValue(tableRowCodec, valueBytes)
      this.insert({ ...row, value: value as TableRow, isGone: false })
      if (row.sequence >= this.nextSequence) this.nextSequence = row.sequence + 1
    })
  }

  /** Says where the times are kept between runs. */
  remember(numbers: Numbers): void {
    this.numbers = numbers
    this.time = Math.max(this.time, numbers.get('') ?? -1)
    this.looked = Math.min(this.looked, numbers.get(lookedName) ?? Infinity)
  }

  /** The highest timestamp of both sides, ms; -1 at first. */
  get streamTime(): number {
    return this.time
  }

  observe(timestamp: number): void {
    if (timestamp <= this.time) return
    this.time = timestamp
    this.numbers?.set('', timestamp)
  }

  /**
   * The time of the last record that was looked at, or of an earlier one that has come since; Infinity if there is none. Kafka
   * Streams looks again when it is past the window of that one, which is later than it could be, and costs less.
   */
  get lastLooked(): number {
    return this.looked
  }

  private set lookedAt(time: number) {
    this.looked = time
    if (time !== Infinity) this.numbers?.set(lookedName, time)
  }

  add(key: string, isLeft: boolean, time: number, value: TableRow): void {
    const row: Unmatched = { time, isLeft, key, sequence: this.nextSequence++, value, isGone: false }
    this.insert(row)
    if (this.backing !== undefined) this.added.push(row)
    if (time < this.looked) this.lookedAt = time
  }

  /** Records of this side, key and time have met others. */
  matched(key: string, isLeft: boolean, time: number): void {
    for (let at = firstIndex(this.waiting, (row) => row.time < time, this.first); at < this.waiting.length; at++) {
      const row = this.waiting[at] as Unmatched
      if (row.time !== time) return
      if (row.isLeft === isLeft && row.key === key) this.give(row)
    }
  }

  /**
   * Takes out the records that are to be given up, in order.
   * @param isDue true for those; called until both sides have one that is not.
   */
  *takeDue(isDue: (row: Unmatched) => boolean): Iterable<Unmatched> {
    let leftWaits = false
    let rightWaits = false
    let lookedAt = Infinity
    for (let at = this.first; at < this.waiting.length; at++) {
      const row = this.waiting[at] as Unmatched
      if (row.isGone) continue
      lookedAt = row.time
      if (leftWaits && rightWaits) break
      if (!isDue(row)) {
        if (row.isLeft) leftWaits = true
        else rightWaits = true
        continue
      }
      this.give(row)
      yield row
    }
    this.lookedAt = lookedAt
    this.trim()
  }

  get dirtyBytes(): number {
    return this.added.length * rowOverheadBytes
  }

  collectWrites(writes: StoreWrite[], log?: ChangelogVisitor): void {
    if (this.backing === undefined) return
    for (const row of this.added) if (!row.isGone) this.writeTo(writes, row, log)
    for (const row of this.gone) this.writeTo(writes, row, log)
  }

  committed(): void {
    this.added = []
    this.gone = []
  }

  private writeTo(writes: StoreWrite[], row: Unmatched, log: ChangelogVisitor | undefined): void {
    const key = keyOf(this.prefix, row)
    const value = row.isGone ? null : encodeValue(tableRowCodec, row.time, row.value)
    writes.push({ key, value })
    log?.(key.subarray(this.prefix.length), value, row.time)
  }

  get rowsInMemory(): number {
    return this.waiting.length - this.first
  }

  private give(row: Unmatched): void {
    if (row.isGone) return
    row.isGone = true
    if (this.backing !== undefined) this.gone.push(row)
  }

  /** Drops what is gone at the front, once it is worth it. */
  private trim(): void {
    while (this.waiting[this.first]?.isGone === true) this.first++
    if (this.first < 1000 || this.first * 2 < this.waiting.length) return
    this.waiting = this.waiting.slice(this.first)
    this.first = 0
  }

  private insert(row: Unmatched): void {
    const at = lastPlace(this.waiting, (other) => compare(other, row) > 0, this.first)
    if (at === this.waiting.length) this.waiting.push(row)
    else this.waiting.splice(at, 0, row)
  }
}

const compare = (a: Unmatched, b: Unmatched): number =>
  a.time - b.time ||
  Number(a.isLeft) - Number(b.isLeft) ||
  (a.key === b.key ? a.sequence - b.sequence : compareText(a.key, b.key))

/** `<prefix><8-byte time><side><key><4-byte sequence>`: Kafka Streams' key, and a row for each of its values. */
const keyOf = (prefix: Buffer, { time, isLeft, key, sequence }: Unmatched): Buffer => {
  const keyBytes = Buffer.from(key, 'utf8')
  const bytes = Buffer.allocUnsafe(prefix.length + 9 + keyBytes.length + 4)
  prefix.copy(bytes)
  bytes.writeBigInt64BE(BigInt(time), prefix.length)
  bytes.writeUInt8(isLeft ? leftSide : rightSide, prefix.length + 8)
  keyBytes.copy(bytes, prefix.length + 9)
  bytes.writeUInt32BE(sequence % 2 ** 32, bytes.length - 4)
  return bytes
}

const readKey = (bytes: Uint8Array, prefixLength: number): Pick<Unmatched, 'time' | 'isLeft' | 'key' | 'sequence'> => {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return {
    time: Number(buffer.readBigInt64BE(prefixLength)),
    isLeft: buffer.readUInt8(prefixLength + 8) === leftSide,
    key: buffer.toString('utf8', prefixLength + 9, buffer.length - 4),
    sequence: buffer.readUInt32BE(buffer.length - 4),
  }
}
