// KTable.join, leftJoin and outerJoin with another table by its key: an update of either side meets the row of the other one as
// it is then. The timestamp of a result is the later one of both (KTableKTableInnerJoin and its relatives).

import { Change } from '../model/change.ts'
import type { TableOptions } from './emit.ts'
import { isTableRecord, keyOrDrop } from './grouping.ts'
import type { ProcessorSupplier } from './processor.ts'
import type { TableGetter } from './table-getter.ts'

/** The joined value; one side is null where its table has no row. */
export type TableJoiner = (left: unknown, right: unknown) => unknown

/** A join of two tables. */
export interface TableTableJoin {
  readonly joiner: TableJoiner
  /** Which rows are there without one on the other side. */
  readonly kind: 'inner' | 'left' | 'outer'
  readonly left: TableGetter
  readonly right: TableGetter
  readonly table: TableOptions
}

/** The node of one side. */
export const tableJoinSide = (join: TableTableJoin, side: 'left' | 'right'): ProcessorSupplier => {
  const isLeft = side === 'left'
  const { joiner, kind, table } = join
  const joined = (own: unknown, other: unknown): unknown => (isLeft ? joiner(own, other) : joiner(other, own))
  /** A row of this side alone is a result; so is one of the other side alone. */
  const ownIsEnough = kind === 'outer' || (kind === 'left' && isLeft)
  const otherIsEnough = kind === 'outer' || (kind === 'left' && !isLeft)
  return (context) => {
    const look = (isLeft ? join.right : join.left).open(context)
    return {
      process: (record) => {
        if (!isTableRecord(record)) throw new Error('a join of tables expects changes')
        const key = keyOrDrop(context, record)
        if (key === null) return
        const { newValue, oldValue } = record.value
        const row = look(key)
        const other = row?.value ?? null
        // Nothing here, and nothing that was here: nobody downstream has to know.
        if (other === null && (!ownIsEnough || (newValue === null && oldValue === null))) return
        const resultOf = (own: unknown): unknown => {
          const isThere = other === null ? own !== null : own !== null || otherIsEnough
          return isThere ? joined(own, other) : null
        }
        const old = table.sendOldValues ? resultOf(oldValue) : null
        const timestamp = Math.max(record.timestamp, row?.timestamp ?? -1)
        context.forward(record.withValue(new Change(resultOf(newValue), old)).withTimestamp(timestamp))
      },
    }
  }
}

/** The results of a join, looked up. */
export const joinedGetter = ({ joiner, kind, left, right }: TableTableJoin): TableGetter => ({
  stores: [...left.stores, ...right.stores],
  open: (context) => {
    const lookLeft = left.open(context)
    const lookRight = right.open(context)
    return (key) => {
      const own = lookLeft(key)
      const other = lookRight(key)
      if (own === null ? kind !== 'outer' || other === null : kind === 'inner' && other === null) return null
      const timestamp = Math.max(own?.timestamp ?? -1, other?.timestamp ?? -1)
      return { value: joiner(own?.value ?? null, other?.value ?? null), timestamp }
    }
  },
})
