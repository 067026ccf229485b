// Who has asked for the row of a foreign key. Kafka Streams scans its store by prefix; here a row lists some subscribers of a
// key, so that point reads find all of them: the subscribers are spread over `buckets` rows, and one more says which of those
// there are. Rows that say the same thing twice or not at all (a changelog that ends in the middle of a commit) do no harm.

import { murmur3 } from '../aggregates/murmur3.ts'
import { compareText } from '../model/text-order.ts'
import type { KeyValueStore } from '../stores/key-value-store.ts'
import type { StoreRow } from '../stores/store-row.ts'

/** Key of the left row, hash of its value when it asked, partition that its answers go to. */
export type Subscriber = readonly [primaryKey: string, hash: string | null, primaryPartition: number | null]

/** Rows of the store: the buckets that a key has, or the subscribers in one. */
export type SubscriptionRow = readonly number[] | readonly Subscriber[]

const buckets = 1024

export class Subscriptions {
  private readonly store: KeyValueStore<SubscriptionRow>

  constructor(store: KeyValueStore<SubscriptionRow>) {
    this.store = store
  }

  /** Adds or replaces a subscriber. */
  put(foreignKey: string, subscriber: Subscriber, timestamp: number): void {
    const bucket = bucketOf(subscriber[0])
    const row = this.bucket(foreignKey, bucket)
    const others = membersOf(row).filter(([key]) => key !== subscriber[0])
    this.set(row, [...others, subscriber], timestamp)
    const head = this.head(foreignKey)
    const used = bucketsOf(head)
    if (!used.includes(bucket)) this.set(head, [...used, bucket], timestamp)
  }

  remove(foreignKey: string, primaryKey: string, timestamp: number): void {
    const bucket = bucketOf(primaryKey)
    const row = this.bucket(foreignKey, bucket)
    const others = membersOf(row).filter(([key]) => key !== primaryKey)
    if (row.value !== undefined) this.set(row, others, timestamp)
    if (others.length > 0) return
    const head = this.head(foreignKey)
    const used = bucketsOf(head)
    if (used.includes(bucket)) {
      const rest = used.filter((other) => other !== bucket)
      this.set(head, rest, timestamp)
    }
  }

  /** All subscribers of a key, in the order of the bytes of their own keys. */
  of(foreignKey: string): readonly Subscriber[] {
    const used = this.store.peek(`h${foreignKey}`) as readonly number[] | undefined
    if (used === undefined) return []
    const found = used.flatMap((bucket) => membersOf(this.bucket(foreignKey, bucket)))
    return found.sort(([one], [other]) => compareText(one, other))
  }

  private head(foreignKey: string): StoreRow<SubscriptionRow> {
    return this.store.row(`h${foreignKey}`)
  }

  private bucket(foreignKey: string, bucket: number): StoreRow<SubscriptionRow> {
    return this.store.row(`b${String(bucket)} ${foreignKey}`)
  }

  private set(row: StoreRow<SubscriptionRow>, value: SubscriptionRow, timestamp: number): void {
    row.value = value.length === 0 ? undefined : value
    row.timestamp = timestamp
    this.store.touch(row)
  }
}

const bucketOf = (primaryKey: string): number => murmur3(primaryKey, 0) % buckets

const membersOf = ({ value }: StoreRow<SubscriptionRow>): readonly Subscriber[] =>
  (value ?? []) as readonly Subscriber[]

const bucketsOf = ({ value }: StoreRow<SubscriptionRow>): readonly number[] => (value ?? []) as readonly number[]
