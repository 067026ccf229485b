// KTable.join, leftJoin and outerJoin with another table by its key: an update of either side meets the row of the other one as
// it is then. The timestamp of a result is the later one of both (KTableKTableInnerJoin and its relatives).

import { Change } from '../model/change.ts'
import { KsError } from '../model/errors.ts'
import type { TableOptions } from './emit.ts'
import { isTableRecord, type TableRecord } from './grouping.ts'
import type { ProcessorSupplier } from './processor.ts'
import type { TableGetter, TimedValue } from './table-getter.ts'

/** The joined value; one side is null where its table has no row. */
export type TableJoiner = (left: unknown, right: unknown) => unknown

/** A join of two tables. */
export interface TableTableJoin {
  readonly joiner: TableJoiner
  /** Which rows are there without one on the other side. */
  readonly kind: 'inner' | 'left' | 'outer'
  readonly left: TableGetter
  readonly right: TableGetter
  readonly keys: KeyPairs
  readonly table: TableOptions
}

/** Which rows meet, if not those of equal keys. Results have the key of the left side. */
export interface KeyPairs {
  toRight(leftKey: string): string
  /** Every key that `toRight` makes this one of. */
  toLeft(rightKey: string): readonly string[]
}

/** Rows of equal keys meet. */
export const sameKeys: KeyPairs = { toRight: (key) => key, toLeft: (key) => [key] }

/** The node of one side. */
export const tableJoinSide = (join: TableTableJoin, side: 'left' | 'right'): ProcessorSupplier => {
  const isLeft = side === 'left'
  const { joiner, kind, keys, table } = join
  const joined = (own: unknown, other: unknown): unknown => (isLeft ? joiner(own, other) : joiner(other, own))
  /** A row of this side alone is a result; so is one of the other side alone. */
  const ownIsEnough = kind === 'outer' || (kind === 'left' && isLeft)
  const otherIsEnough = kind === 'outer' || (kind === 'left' && !isLeft)
  return (context) => {
    const look = (isLeft ? join.right : join.left).open(context)

    const meet = (record: TableRecord, key: string, row: TimedValue | null): void => {
      const { newValue, oldValue } = record.value
      const other = row?.value ?? null
      // Nothing here, and nothing that was here: nobody downstream has to know.
      if (other === null && (!ownIsEnough || (newValue === null && oldValue === null))) return
      const resultOf = (own: unknown): unknown => {
        const isThere = other === null ? own !== null : own !== null || otherIsEnough
        return isThere ? joined(own, other) : null
      }
      const old = table.sendOldValues ? resultOf(oldValue) : null
      const timestamp = Math.max(record.timestamp, row?.timestamp ?? -1)
      context.forward(
        record
          .withKey(key)
          .withValue(new Change(resultOf(newValue), old))
          .withTimestamp(timestamp),
      )
    }

    const meetLeft = (record: TableRecord, key: string): void => {
      const leftKeys = keys.toLeft(key)
      let found = false
      for (const leftKey of leftKeys) {
        const row = look(leftKey)
        if (row === null) continue
        meet(record, leftKey, row)
        found = true
      }
      if (!found) meet(record, leftKeys[0] ?? key, null)
    }

    return {
      process: (record) => {
        if (!isTableRecord(record) || typeof record.key !== 'string')
          throw new Error('a join of tables expects changes')
        if (record.window !== undefined) {
          throw new KsError('usage', 'the rows of windows have no match in a table without', {
            hint: '… then stream then join … joins their updates',
          })
        }
        // Tables are joined as they are now.
        if (!record.value.isLatest) return
        const { key } = record
        if (isLeft) meet(record, key, look(keys.toRight(key)))
        else meetLeft(record, key)
      },
    }
  }
}

/** The results of a join, looked up. */
export const joinedGetter = ({ joiner, kind, left, right, keys }: TableTableJoin): TableGetter => ({
  stores: [...left.stores, ...right.stores],
  open: (context) => {
    const lookLeft = left.open(context)
    const lookRight = right.open(context)
    return (key) => {
      const own = lookLeft(key)
      const other = lookRight(keys.toRight(key))
      if (own === null ? kind !== 'outer' || other === null : kind === 'inner' && other === null) return null
      const timestamp = Math.max(own?.timestamp ?? -1, other?.timestamp ?? -1)
      return { value: joiner(own?.value ?? null, other?.value ?? null), timestamp }
    }
  },
})
