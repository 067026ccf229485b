// KTable.join and leftJoin by a foreign key (KIP-213): a row of the left table names the row of the right one that it is joined
// with. The left row subscribes to that row, wherever it is; the answer comes back to where the left row is, and counts only if
// the left row is still what it was (Subscription…ProcessorSupplier, ForeignTableJoinProcessorSupplier and
// ResponseJoinProcessorSupplier of Kafka Streams 4.1).

import type { StreamRecord } from '../model/stream-record.ts'
import { hash128 } from '../serde/murmur3-128.ts'
import {
  instructions,
  Subscription,
  SubscriptionResponse,
  valueText,
  type Instruction,
} from '../serde/subscription-format.ts'
import type { TableOptions } from './emit.ts'
import { isTableRecord } from './grouping.ts'
import type { ProcessorSupplier } from './processor.ts'
import { Subscriptions, type SubscriptionRow } from './subscriptions.ts'
import { keepLatest } from './table.ts'
import type { TableGetter } from './table-getter.ts'
import type { TableJoiner } from './table-table-join.ts'

/** The text of the key of the right table's row that a left row goes with; null if it names none. */
export type ForeignKeyOf = (record: StreamRecord) => string | null

/** A join by foreign key. */
export interface ForeignKeyJoin {
  readonly foreignKeyOf: ForeignKeyOf
  readonly joiner: TableJoiner
  /** Left rows without a right one are joined with null. */
  readonly isLeft: boolean
  readonly left: TableGetter
  readonly right: TableGetter
}

const hashOf = (value: unknown): string | null => (value === null ? null : hash128(valueText(value)))

/** Updates of the left table become subscriptions, whose keys are the foreign keys. Old values must be sent. */
export const sendSubscriptions =
  ({ foreignKeyOf, isLeft }: ForeignKeyJoin): ProcessorSupplier =>
  (context) => ({
    process: (record) => {
      if (!isTableRecord(record) || typeof record.key !== 'string') throw new Error('a join of tables expects changes')
      const { key } = record
      const { newValue, oldValue, isLatest } = record.value
      // Tables are joined as they are now.
      if (!isLatest) return
      if (newValue === null && oldValue === null) return
      const keyIn = (value: unknown): string | null => (value === null ? null : foreignKeyOf(record.withValue(value)))
      const oldKey = keyIn(oldValue)
      const newKey = keyIn(newValue)
      const hash = hashOf(newValue)
      const send = (foreignKey: string | null, instruction: Instruction): void => {
        const subscription = new Subscription(instruction, hash, key, context.partition)
        context.forward(record.withKey(foreignKey).withValue(subscription))
      }
      const hasMoved = oldKey !== null && oldKey !== newKey
      if (isLeft) {
        if (hasMoved) send(oldKey, instructions.forget)
        // Without a foreign key too: there is always a result, or its end.
        send(newKey, instructions.answer)
      } else if (newKey === null) {
        if (oldKey !== null) send(oldKey, instructions.forgetAndAnswer)
        else context.drop(record, 'null key')
      } else if (hasMoved) {
        send(oldKey, instructions.forget)
        // There may be a result with the row before, which has to go.
        send(newKey, instructions.answer)
      } else send(newKey, instructions.answerIfThere)
    },
  })

/** Takes subscriptions into the store `storeName`, and answers them with the row of the right table as it is. */
export const takeSubscriptions =
  (storeName: string, { right }: ForeignKeyJoin): ProcessorSupplier =>
  (context) => {
    const subscriptions = new Subscriptions(context.keyValueStore<SubscriptionRow>(storeName))
    const look = right.open(context)
    return {
      process: (record) => {
        const { value, timestamp } = record
        if (!(value instanceof Subscription)) throw new Error('a foreign-key join got no subscription')
        const { instruction, hash, primaryKey, primaryPartition } = value
        const foreignKey = record.key as string | null
        if (foreignKey === null) {
          if (instruction !== instructions.answer) {
            context.drop(record, 'null key')
            return
          }
        } else if (instruction === instructions.forget || instruction === instructions.forgetAndAnswer) {
          subscriptions.remove(foreignKey, primaryKey, timestamp)
        } else subscriptions.put(foreignKey, [primaryKey, hash, primaryPartition], timestamp)
        if (instruction === instructions.forget) return
        const row = foreignKey === null ? null : look(foreignKey)
        if (row === null && instruction === instructions.answerIfThere) return
        const found = instruction === instructions.forgetAndAnswer ? null : (row?.value ?? null)
        context.forward(
          record
            .withKey(primaryKey)
            .withValue(new SubscriptionResponse(hash, found, primaryPartition))
            .withTimestamp(Math.max(timestamp, row?.timestamp ?? -1)),
        )
      },
    }
  }

/** Tells all subscribers of an update of the right table. */
export const answerSubscribers =
  (storeName: string): ProcessorSupplier =>
  (context) => {
    const subscriptions = new Subscriptions(context.keyValueStore<SubscriptionRow>(storeName))
    return {
      process: (record) => {
        if (!isTableRecord(record) || typeof record.key !== 'string')
          throw new Error('a join of tables expects changes')
        const { newValue, isLatest } = record.value
        if (!isLatest) return
        for (const [primaryKey, hash, partition] of subscriptions.of(record.key)) {
          context.forward(record.withKey(primaryKey).withValue(new SubscriptionResponse(hash, newValue, partition)))
        }
      },
    }
  }

/** Joins answers with the left rows that they are for; an answer to a row that has changed since is dropped. */
export const resolveResponses =
  ({ left, joiner, isLeft }: ForeignKeyJoin): ProcessorSupplier =>
  (context) => {
    const look = left.open(context)
    return {
      process: (record) => {
        const { key, value } = record
        if (!(value instanceof SubscriptionResponse) || typeof key !== 'string') {
          throw new Error('a foreign-key join got no answer')
        }
        const own = look(key)?.value ?? null
        // Another answer, to the row as it is now, has come or will come.
        if (value.hash !== hashOf(own)) return
        const isResult = value.value !== null || (isLeft && own !== null)
        context.forward(record.withValue(isResult ? joiner(own, value.value) : null))
      },
    }
  }

/** KTABLE-FK-JOIN-OUTPUT: results as a table. The keys of the records are texts already. */
export const foreignKeyResults = (storeName: string, table: TableOptions): ProcessorSupplier =>
  keepLatest(storeName, table, (_context, { key }) => key as string)
