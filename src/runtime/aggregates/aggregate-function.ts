// The contract of an aggregate function: one entry says how to add, take back and merge, and by that streams, tables,
// session windows and SQL can all use it. An add that throws has changed nothing, so that a bad record can be skipped.

/**
 * How one aggregate works on its state S. States may be mutated in place by add, subtract and merge, which return the
 * state to keep; results and encoded states share nothing with a state that a later call could change.
 *
 * Every aggregate ignores null (and undefined); one called without its optional argument is given `true` for each record.
 */
export interface Aggregator<S> {
  initial(): S
  /**
   * @param value the argument as plain JSON data, null if missing; RecordError if it is of a kind that does not fit.
   * @param timestamp event time in ms.
   */
  add(state: S, value: unknown, timestamp: number): S
  /**
   * Takes back a value that was added (the old half of a table's change); undefined if that cannot be done exactly.
   * A value of a kind that `add` refuses is ignored: it was never added.
   */
  readonly subtract?: (state: S, value: unknown, timestamp: number) => S
  /** The state of both parts, `left` being the earlier one; `right` stays as it is. RecordError if they do not fit. */
  merge(left: S, right: S): S
  /** The answer as JSON data. */
  result(state: S): unknown
  /** JSON data (numbers may be bigint) from which `decode` makes an equal state, through JSON text too. */
  encode(state: S): unknown
  /** What `encode` made a value of; KsError io if the data is damaged. */
  decode(json: unknown): S
  /** A copy that later calls on the original do not change. */
  copy(state: S): S
}

/** One parameter of a function. Constants are given when the aggregator is created, the other with each record. */
export interface AggregateParameter {
  readonly name: string
  readonly constant: boolean
  readonly optional?: boolean
}

/** An entry of the table of aggregate functions; help and man pages are made from it. */
export interface AggregateFunction {
  readonly name: string
  readonly aliases?: readonly string[]
  readonly parameters: readonly AggregateParameter[]
  /** One sentence without full stop. */
  readonly summary: string
  /** How large a state becomes: 'constant', 'grows with the values of a key' … */
  readonly memory: string
  /** The result of adding `values` in order, each one millisecond after the one before. */
  readonly example: {
    readonly values: readonly unknown[]
    readonly constants?: readonly unknown[]
    readonly result: unknown
  }
  /** @param constants the constant arguments in order; KsError compile if they do not fit. */
  create(constants: readonly unknown[]): Aggregator<unknown>
}

/** What an entry consists of, with the type of its state still known. */
export interface AggregateDeclaration<S> extends Omit<AggregateFunction, 'create'> {
  create(constants: readonly unknown[]): Aggregator<S>
}

/** Makes the entry of a function and forgets the type of its state. */
export const defineAggregate = <S>(declaration: AggregateDeclaration<S>): AggregateFunction => ({
  ...declaration,
  // A state is only ever handed back to the aggregator that made it.
  create: (constants) => declaration.create(constants) as Aggregator<unknown>,
})

/** The parameter list of functions with one argument. */
export const oneValue: readonly AggregateParameter[] = [{ name: 'value', constant: false }]
