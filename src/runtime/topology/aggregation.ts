// From the aggregate expressions of a command to the one step that an aggregating operator runs.

import type { Aggregator } from '../aggregates/aggregate-function.ts'
import { aggregateFunctions, findAggregate } from '../aggregates/all.ts'
import { compileAggregates, type Expression, type ExpressionOptions } from '../expression/compile.ts'
import { KsError } from '../model/errors.ts'
import { noOrigin, StreamRecord, type Window } from '../model/stream-record.ts'
import type { AggregateStep } from '../operators/aggregate-step.ts'
import { setField } from '../serde/json-parse.ts'
import type { Grouping } from './group.ts'

/** One result column: a name and an expression over aggregate calls. */
export interface AggregateColumn {
  readonly name: string
  readonly text: string
}

interface Call {
  readonly aggregator: Aggregator<unknown>
  readonly argument: Expression | undefined
  /** Its state is a count, which Kafka Streams keeps as a long. */
  readonly counts: boolean
}

interface Column {
  readonly name: string
  readonly firstCall: number
  readonly callCount: number
  finish(results: readonly unknown[]): unknown
}

const isAggregate = (name: string): boolean => findAggregate(name) !== undefined
const aggregateNames = aggregateFunctions.flatMap(({ name, aliases = [] }) => [name, ...aliases])

/** The step of several columns. KsError compile for unknown functions and wrong arguments. */
export const aggregateStep = (
  columns: readonly AggregateColumn[],
  grouping: Grouping,
  options: Omit<ExpressionOptions, 'subject'>,
): AggregateStep<unknown> => {
  const calls: Call[] = []
  const compiled = columns.map(({ name, text }): Column => {
    const expression = compileAggregates(text, { ...options, subject: name }, isAggregate, aggregateNames)
    const firstCall = calls.length
    for (const call of expression.calls) calls.push(bindCall(call.name, call.text, call.arguments))
    return { name, firstCall, callCount: calls.length - firstCall, finish: (results) => expression.finish(results) }
  })
  return stepOf(calls, (key, window, results) => {
    const row = {}
    grouping.writeFields(row, key)
    if (window !== undefined) {
      setField(row, 'window_start', window.start)
      setField(row, 'window_end', window.end)
    }
    for (const { name, firstCall, callCount, finish } of compiled) {
      setField(row, name, finish(results.slice(firstCall, firstCall + callCount)))
    }
    return row
  })
}

/** An aggregate and what it is given. */
export interface BoundAggregate {
  readonly aggregator: Aggregator<unknown>
  /** undefined counts each record. */
  readonly argument: Expression | undefined
}

/** The step of some aggregates; `writeRow` makes a row of their results, which come in their order. */
export const aggregateStepOf = (aggregates: readonly BoundAggregate[], writeRow: RowWriter): AggregateStep<unknown> =>
  stepOf(
    aggregates.map((aggregate) => ({ ...aggregate, counts: false })),
    writeRow,
  )

const stepOf = (calls: readonly Call[], writeRow: RowWriter): AggregateStep<unknown> => {
  const only = calls[0]
  const fields = fieldsOf(calls)
  const step = only !== undefined && calls.length === 1 ? singleStep(only, writeRow) : manySteps(calls, writeRow)
  return { ...step, fields }
}

const fieldsOf = (calls: readonly Call[]): ReadonlySet<string> | 'all' => {
  const fields = new Set<string>()
  for (const { argument } of calls) {
    if (argument === undefined) continue
    if (argument.fields === 'all') return 'all'
    for (const field of argument.fields) fields.add(field)
  }
  return fields
}

/** The row of a group: the text of its key, its window, and results in the order of the calls. */
type RowWriter = (key: string, window: Window | undefined, results: readonly unknown[]) => unknown

// The state of one call is the state of the row; several are an array. The first is by far the most common.
const singleStep = ({ aggregator, argument, counts }: Call, writeRow: RowWriter): AggregateStep<unknown> => ({
  initial: () => aggregator.initial(),
  add:
    argument === undefined
      ? (state, record) => aggregator.add(state, true, record.timestamp)
      : (state, record) => aggregator.add(state, argument.evaluate(record), record.timestamp),
  subtract:
    aggregator.subtract === undefined
      ? undefined
      : (state, record) => subtractCall({ aggregator, argument, counts }, state, record),
  merge: (earlier, later) => aggregator.merge(earlier, later),
  copy: (state) => aggregator.copy(state),
  result: (key, state, window) => writeRow(key, window, [aggregator.result(state)]),
  codec: {
    encode: (state) => aggregator.encode(state),
    decode: (json) => aggregator.decode(json),
    ...(counts ? { changelog: 'long' } : {}),
  },
})

const manySteps = (calls: readonly Call[], writeRow: RowWriter): AggregateStep<unknown> => {
  const statesOf = (state: unknown): unknown[] => state as unknown[] // made by initial or decode below
  // Those that can take a value back go first; of the others a copy is kept while one that follows may yet refuse.
  const takesBack = (i: number): number => ((calls[i] as Call).aggregator.subtract === undefined ? 1 : 0)
  const order = [...calls.keys()].sort((a, b) => takesBack(a) - takesBack(b))
  const firstFinal = order.filter((i) => takesBack(i) === 0).length - 1
  const values: unknown[] = []
  const copies: unknown[] = []
  return {
    initial: () => calls.map(({ aggregator }) => aggregator.initial()),
    add: (state, record) => {
      const states = statesOf(state)
      for (let i = 0; i < calls.length; i++) values[i] = argumentOf(calls[i] as Call, record)
      let done = 0
      try {
        for (; done < order.length; done++) {
          const i = order[done] as number
          const { aggregator } = calls[i] as Call
          if (done > firstFinal && done < order.length - 1) copies[i] = aggregator.copy(states[i])
          states[i] = aggregator.add(states[i], values[i], record.timestamp)
        }
      } catch (error) {
        // A bad record counts for none of them: what has been added is taken back.
        while (--done >= 0) {
          const i = order[done] as number
          const { aggregator } = calls[i] as Call
          states[i] = aggregator.subtract?.(states[i], values[i], record.timestamp) ?? copies[i]
        }
        throw error
      }
      return states
    },
    subtract: calls.every(({ aggregator }) => aggregator.subtract !== undefined)
      ? (state, record) => statesOf(state).map((part, i) => subtractCall(calls[i] as Call, part, record))
      : undefined,
    merge: (earlier, later) =>
      calls.map(({ aggregator }, i) => aggregator.merge(statesOf(earlier)[i], statesOf(later)[i])),
    copy: (state) => calls.map(({ aggregator }, i) => aggregator.copy(statesOf(state)[i])),
    result: (key, state, window) =>
      writeRow(
        key,
        window,
        calls.map(({ aggregator }, i) => aggregator.result(statesOf(state)[i])),
      ),
    codec: {
      encode: (state) => calls.map(({ aggregator }, i) => aggregator.encode(statesOf(state)[i])),
      decode: (json) => calls.map(({ aggregator }, i) => aggregator.decode((json as unknown[])[i])),
    },
  }
}

const argumentOf = ({ argument }: Call, record: StreamRecord): unknown =>
  argument === undefined ? true : argument.evaluate(record)

const subtractCall = (call: Call, state: unknown, record: StreamRecord): unknown => {
  const { aggregator } = call
  return aggregator.subtract?.(state, argumentOf(call, record), record.timestamp)
}

const bindCall = (name: string, text: string, args: readonly Expression[]): Call => {
  const declaration = findAggregate(name)
  if (declaration === undefined) throw new Error(`no aggregate ${name}`)
  const { parameters } = declaration
  const required = parameters.filter(({ optional = false }) => !optional).length
  if (args.length < required || args.length > parameters.length) {
    const signature = `${name}(${parameters.map(({ name: parameter, optional = false }) => (optional ? `[${parameter}]` : parameter)).join(', ')})`
    throw new KsError('compile', `${text}: ${name} takes ${String(required)} argument${required === 1 ? '' : 's'}`, {
      hint: signature,
    })
  }
  const constants: unknown[] = []
  let argument: Expression | undefined
  args.forEach((expression, index) => {
    if (parameters[index]?.constant !== true) argument = expression
    else if (expression.constant) constants.push(expression.evaluate(noRecord))
    else {
      throw new KsError('compile', `${text}: the ${parameters[index].name} must be a constant`, {
        hint: `for example ${name}(.ms, 95)`,
      })
    }
  })
  return { aggregator: declaration.create(constants), argument, counts: declaration.name === 'count' }
}

// Constants are evaluated without a record.
const noRecord = new StreamRecord(null, null, -1, noOrigin)

/** A step that folds records with an expression over `$acc` and the record. */
export const reduceStep = (
  reduce: Expression,
  initial: Expression | undefined,
  grouping: Grouping,
  plain: (value: unknown) => unknown,
): AggregateStep<unknown> => ({
  // undefined stands for "no value yet": without an initial value the first record becomes the result, as KStream.reduce has it.
  initial: () => (initial === undefined ? undefined : { value: initial.evaluate(noRecord) }),
  add: (state, record) => ({
    value: state === undefined ? plain(record.value) : reduce.evaluate(record, [(state as { value: unknown }).value]),
  }),
  subtract: undefined,
  copy: (state) => state,
  result: (key, state, window) => {
    const row = {}
    grouping.writeFields(row, key)
    if (window !== undefined) {
      setField(row, 'window_start', window.start)
      setField(row, 'window_end', window.end)
    }
    setField(row, 'value', (state as { value: unknown } | undefined)?.value ?? null)
    return row
  },
  codec: {
    encode: (state) => (state as { value: unknown }).value,
    decode: (json) => ({ value: json }),
  },
})
