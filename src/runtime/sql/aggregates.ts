// The aggregates of SQL: the functions of ks by SQL's names, and those that go by the order of arrival.

import type { Aggregator } from '../aggregates/aggregate-function.ts'
import { findAggregate } from '../aggregates/all.ts'
import { earliestByOffset, latestByOffset } from '../aggregates/by-offset.ts'
import { KsError } from '../model/errors.ts'
import type * as Ast from './ast.ts'
import { isNumeric } from './common-type.ts'
import { nameOf } from './names.ts'
import { sqlError, type SqlSource } from './sql-error.ts'
import { bigintType, doubleType, showType, type SqlType } from './sql-type.ts'
import type { Typed } from './typed.ts'

/** An aggregate by its name in SQL. */
export interface SqlAggregate {
  readonly name: string
  /** As in help: `TOPK(value, k)`. */
  readonly signature: string
  /** One sentence. */
  readonly summary: string
  /** What its first argument must be. */
  readonly takes: 'numbers' | 'anything'
  /** Constants that follow. */
  readonly constants: number
  readonly returns: 'BIGINT' | 'DOUBLE' | 'argument' | 'list'
  create(constants: readonly unknown[]): Aggregator<unknown>
}

/** An aggregate that the commands have too. */
const shared =
  (name: string, ...fixed: readonly unknown[]) =>
  (constants: readonly unknown[]): Aggregator<unknown> => {
    const found = findAggregate(name)
    if (found === undefined) throw new Error(`no aggregate ${name}`)
    return found.create([...fixed, ...constants])
  }

const aggregate = (
  name: string,
  summary: string,
  takes: SqlAggregate['takes'],
  returns: SqlAggregate['returns'],
  create: SqlAggregate['create'],
  constant?: string,
): SqlAggregate => ({
  name,
  signature: `${name}(${constant === undefined ? 'value' : `value, ${constant}`})`,
  summary,
  takes,
  constants: constant === undefined ? 0 : 1,
  returns,
  create,
})

/** In the order of help. `COUNT(*)` is `COUNT` without an argument. */
export const sqlAggregates: readonly SqlAggregate[] = [
  aggregate(
    'COUNT',
    'How many rows there are, or how many values that are not null.',
    'anything',
    'BIGINT',
    shared('count'),
  ),
  aggregate(
    'COUNT_DISTINCT',
    'How many different values, also COUNT(DISTINCT value).',
    'anything',
    'BIGINT',
    shared('distinct'),
  ),
  aggregate(
    'APPROX_COUNT_DISTINCT',
    'About how many different values, in little memory.',
    'anything',
    'BIGINT',
    shared('approx_distinct'),
  ),
  aggregate('SUM', 'The sum.', 'numbers', 'argument', shared('sum')),
  aggregate('AVG', 'The mean.', 'numbers', 'DOUBLE', shared('avg')),
  aggregate('MIN', 'The smallest value.', 'anything', 'argument', shared('min')),
  aggregate('MAX', 'The largest value.', 'anything', 'argument', shared('max')),
  aggregate('MEDIAN', 'The value in the middle.', 'numbers', 'DOUBLE', shared('percentile', 50)),
  aggregate('PERCENTILE', 'The value below which so many percent are.', 'numbers', 'DOUBLE', shared('percentile'), 'p'),
  aggregate('STDDEV_SAMP', 'The standard deviation of a sample.', 'numbers', 'DOUBLE', shared('stddev')),
  aggregate('COLLECT_LIST', 'All values, in the order of arrival.', 'anything', 'list', shared('collect')),
  aggregate('COLLECT_SET', 'The different values.', 'anything', 'list', shared('collect_set')),
  aggregate('TOPK', 'The k largest values.', 'anything', 'list', shared('topk'), 'k'),
  aggregate('EARLIEST_BY_OFFSET', 'The value that came first.', 'anything', 'argument', () => earliestByOffset),
  aggregate('LATEST_BY_OFFSET', 'The value that came last.', 'anything', 'argument', () => latestByOffset),
]

const byName = new Map(sqlAggregates.map((one) => [one.name, one]))

export const findSqlAggregate = (name: string): SqlAggregate | undefined => byName.get(name)

/** A call whose arguments fit. */
export interface ResolvedAggregate {
  create(): Aggregator<unknown>
  readonly returns: SqlType
  /** What is aggregated, coerced to numbers if that is needed; undefined for `COUNT(*)`. */
  readonly argument: { readonly position: number; readonly type: SqlType } | undefined
}

/** KsError compile for arguments that do not fit. */
export const resolveAggregate = (call: Ast.Call, values: readonly Typed[], source: SqlSource): ResolvedAggregate => {
  const name = nameOf(call.name)
  const found = findSqlAggregate(call.isDistinct && name === 'COUNT' ? 'COUNT_DISTINCT' : name)
  if (found === undefined) throw new Error(`${name} is no aggregate`)
  if (call.isDistinct && name !== 'COUNT') {
    throw sqlError(source, call, `${name} takes no DISTINCT`, { hint: 'COUNT(DISTINCT value) does' })
  }
  const [first, ...others] = values
  if (call.isStar || (first === undefined && name === 'COUNT')) {
    if (name !== 'COUNT') throw sqlError(source, call, `${name} needs a value`, { hint: found.signature })
    return { create: () => found.create([]), returns: bigintType, argument: undefined }
  }
  if (first === undefined || others.length !== found.constants) {
    throw sqlError(source, call, `it is ${found.signature}`)
  }
  const constants = others.map((value, index) => {
    if (typeof value.literal === 'number') return value.literal
    throw sqlError(source, call.arguments[index + 1] ?? call, 'this must be a number that stands here', {
      hint: found.signature,
    })
  })
  const { type } = first
  const isUndeclared = type.kind === 'ANY' || type.kind === 'NULL'
  if (['DECIMAL', 'BYTES'].includes(type.kind) || (found.takes === 'numbers' && !isUndeclared && !isNumeric(type))) {
    throw sqlError(source, call.arguments[0] ?? call, `${name} does not take ${showType(type)}`, {
      hint: type.kind === 'DECIMAL' ? 'CAST(… AS DOUBLE)' : undefined,
    })
  }
  try {
    found.create(constants)
  } catch (error) {
    if (!(error instanceof KsError)) throw error
    throw sqlError(source, call.arguments[1] ?? call, error.message)
  }
  const wanted = found.takes === 'numbers' && first.isText === true ? doubleType : type
  return {
    create: () => found.create(constants),
    returns: returned(found, wanted),
    argument: { position: 0, type: wanted },
  }
}

const returned = ({ returns }: SqlAggregate, type: SqlType): SqlType => {
  switch (returns) {
    case 'BIGINT':
      return bigintType
    case 'DOUBLE':
      return doubleType
    case 'argument':
      return type
    case 'list':
      return { kind: 'ARRAY', element: type }
  }
}
