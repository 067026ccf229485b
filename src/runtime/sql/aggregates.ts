// The aggregates of SQL: the functions of ks by SQL's names, and those that go by the order of arrival.

import type { Aggregator } from '../aggregates/aggregate-function.ts'
import { findAggregate } from '../aggregates/all.ts'
import { earliestByOffset, latestByOffset } from '../aggregates/by-offset.ts'
import { onlyValue } from '../aggregates/value-counts.ts'
import { KsError } from '../model/errors.ts'
import type * as Ast from './ast.ts'
import { isNumeric } from './common-type.ts'
import { nameOf } from './names.ts'
import { sqlError, type SqlSource } from './sql-error.ts'
import { bigintType, doubleType, showType, stringType, type SqlType } from './sql-type.ts'
import type { Typed } from './typed.ts'

/** A constant that an aggregate takes behind its value. */
interface Constant {
  readonly name: string
  readonly type: 'number' | 'boolean'
  readonly isOptional: boolean
}

/** An aggregate by its name in SQL. */
export interface SqlAggregate {
  readonly name: string
  /** As in help: `TOPK(value, k)`. */
  readonly signature: string
  /** One sentence. */
  readonly summary: string
  /** What its first argument must be; `pairs` are arrays of two numbers. */
  readonly takes: 'numbers' | 'lists' | 'pairs' | 'anything'
  readonly constants: readonly Constant[]
  readonly returns: (argument: SqlType, constants: readonly unknown[]) => SqlType
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
  ...constants: readonly Constant[]
): SqlAggregate => ({
  name,
  signature: `${name}(${takes === 'pairs' ? 'x, y' : 'value'}${constants.map(shown).join('')})`,
  summary,
  takes,
  constants,
  returns,
  create,
})

const shown = ({ name, isOptional }: Constant): string => (isOptional ? `[, ${name}]` : `, ${name}`)

const number = (name: string): Constant => ({ name, type: 'number', isOptional: false })

/** Of those by the order of arrival: how many values, and whether null is none. */
const arrivalConstants: readonly Constant[] = [
  { name: 'n', type: 'number', isOptional: true },
  { name: 'ignoreNulls', type: 'boolean', isOptional: true },
]

const always =
  (type: SqlType): SqlAggregate['returns'] =>
  () =>
    type
const same: SqlAggregate['returns'] = (argument) => argument
const list: SqlAggregate['returns'] = (element) => ({ kind: 'ARRAY', element })
const element: SqlAggregate['returns'] = (argument) => (argument.kind === 'ARRAY' ? argument.element : argument)
const sameOrList: SqlAggregate['returns'] = (argument, constants) =>
  constants.some((constant) => typeof constant === 'number') ? list(argument, constants) : argument
const bigint = always(bigintType)
const double = always(doubleType)

/** In the order of help. `COUNT(*)` is `COUNT` without an argument. */
export const sqlAggregates: readonly SqlAggregate[] = [
  aggregate(
    'COUNT',
    'How many rows there are, or how many values that are not null.',
    'anything',
    bigint,
    shared('count'),
  ),
  aggregate(
    'COUNT_DISTINCT',
    'How many different values, also COUNT(DISTINCT value).',
    'anything',
    bigint,
    shared('distinct'),
  ),
  aggregate(
    'APPROX_COUNT_DISTINCT',
    'About how many different values, in little memory.',
    'anything',
    bigint,
    shared('approx_distinct'),
  ),
  aggregate('SUM', 'The sum.', 'numbers', same, shared('sum')),
  aggregate('SUM_LIST', 'The sum of the numbers in arrays.', 'lists', element, shared('sum_list')),
  aggregate('AVG', 'The mean.', 'numbers', double, shared('avg')),
  aggregate('MIN', 'The smallest value.', 'anything', same, shared('min')),
  aggregate('MAX', 'The largest value.', 'anything', same, shared('max')),
  aggregate('MEDIAN', 'The value in the middle.', 'numbers', double, shared('percentile', 50)),
  aggregate(
    'PERCENTILE',
    'The value below which so many percent are.',
    'numbers',
    double,
    shared('percentile'),
    number('p'),
  ),
  aggregate('STDDEV_SAMP', 'The standard deviation of a sample.', 'numbers', double, shared('stddev')),
  aggregate('STDDEV_SAMPLE', 'An older name of STDDEV_SAMP.', 'numbers', double, shared('stddev')),
  aggregate('CORRELATION', 'The correlation of two numbers.', 'pairs', double, shared('correlation')),
  aggregate('COLLECT_LIST', 'All values, in the order of arrival.', 'anything', list, shared('collect')),
  aggregate('COLLECT_SET', 'The different values.', 'anything', list, shared('collect_set')),
  aggregate(
    'HISTOGRAM',
    'How often each value appears, as a map.',
    'anything',
    always({ kind: 'MAP', key: stringType, value: bigintType }),
    shared('counts'),
  ),
  aggregate('ATTR', 'The value that all rows have, null if they have several.', 'anything', same, () =>
    anyAggregator(onlyValue),
  ),
  aggregate('TOPK', 'The k largest values.', 'anything', list, shared('topk'), number('k')),
  aggregate('TOPKDISTINCT', 'The k largest different values.', 'anything', list, shared('topk_distinct'), number('k')),
  aggregate(
    'EARLIEST_BY_OFFSET',
    'The value that came first, or the list of the first n; nulls count if ignoreNulls is false.',
    'anything',
    sameOrList,
    earliestByOffset,
    ...arrivalConstants,
  ),
  aggregate(
    'LATEST_BY_OFFSET',
    'The value that came last, or the list of the last n; nulls count if ignoreNulls is false.',
    'anything',
    sameOrList,
    latestByOffset,
    ...arrivalConstants,
  ),
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

/** CORRELATION(x, y) as CORRELATION(ARRAY[x, y]): what is aggregated is one value. */
export const withPair = (call: Ast.Call): Ast.Call => {
  const [x, y, ...more] = call.arguments
  const isPair = findSqlAggregate(nameOf(call.name))?.takes === 'pairs' && more.length === 0
  if (!isPair || x === undefined || y === undefined) return call
  return { ...call, arguments: [{ kind: 'array', items: [x, y], start: x.start, end: y.end }] }
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
  const required = found.constants.filter(({ isOptional }) => !isOptional).length
  if (first === undefined || others.length < required || others.length > found.constants.length) {
    throw sqlError(source, call, `it is ${found.signature}`)
  }
  const constants = constantsOf(found, call, others, source)
  if (!isTaken(found.takes, first.type)) {
    throw sqlError(source, call.arguments[0] ?? call, `${name} does not take ${showType(first.type)}`, {
      hint: hasDecimal(first.type) ? 'CAST(… AS DOUBLE)' : undefined,
    })
  }
  try {
    found.create(constants)
  } catch (error) {
    if (!(error instanceof KsError)) throw error
    throw sqlError(source, call.arguments[1] ?? call, error.message)
  }
  const type = wantedType(found.takes, first)
  return {
    create: () => found.create(constants),
    returns: found.returns(type, constants),
    argument: { position: 0, type },
  }
}

/** The values of the arguments behind the first one. An optional one may be left out before another. */
const constantsOf = (
  { signature, constants }: SqlAggregate,
  call: Ast.Call,
  values: readonly Typed[],
  source: SqlSource,
): unknown[] => {
  let next = 0
  return values.map(({ literal }, index) => {
    while (constants[next]?.isOptional === true && typeof literal !== constants[next]?.type) next++
    const wanted = constants[next++]
    if (wanted !== undefined && typeof literal === wanted.type) return literal
    const what = constants.some(({ type }) => type === 'boolean') ? 'a number, or TRUE or FALSE,' : 'a number'
    throw sqlError(source, call.arguments[index + 1] ?? call, `this must be ${what} that stands here`, {
      hint: signature,
    })
  })
}

const isUndeclared = ({ kind }: SqlType): boolean => kind === 'ANY' || kind === 'NULL'

const hasDecimal = (type: SqlType): boolean =>
  type.kind === 'DECIMAL' || (type.kind === 'ARRAY' && type.element.kind === 'DECIMAL')

const isTaken = (takes: SqlAggregate['takes'], type: SqlType): boolean => {
  if (isUndeclared(type)) return true
  if (takes === 'lists' || takes === 'pairs') {
    if (type.kind !== 'ARRAY' || type.element.kind === 'DECIMAL') return false
    return isUndeclared(type.element) || isNumeric(type.element)
  }
  return !['DECIMAL', 'BYTES'].includes(type.kind) && (takes === 'anything' || isNumeric(type))
}

/** What the argument is made before it is aggregated. */
const wantedType = (takes: SqlAggregate['takes'], { type, isText }: Typed): SqlType => {
  if (takes === 'pairs') return { kind: 'ARRAY', element: doubleType }
  if (takes === 'lists' && type.kind === 'ARRAY' && isUndeclared(type.element)) {
    return { kind: 'ARRAY', element: doubleType }
  }
  return takes === 'numbers' && isText === true ? doubleType : type
}

/** A state is only ever handed back to the aggregator that made it. */
const anyAggregator = <S>(aggregator: Aggregator<S>): Aggregator<unknown> => aggregator as Aggregator<unknown>
