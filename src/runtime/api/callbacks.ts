// Functions of users as operators call them: with plain records, and their errors as faults of the record.

import { keyFromText } from '../model/record-key.ts'
import { RecordError } from '../model/record-error.ts'
import { plainValue, type StreamRecord } from '../model/stream-record.ts'
import type { AggregateStep } from '../operators/aggregate-step.ts'
import { describe } from '../processors/processor.ts'
import { ProcessorRecord } from '../processors/processor-record.ts'
import { parseJsonText } from '../serde/json-parse.ts'
import type { RowCodec } from '../stores/store-row.ts'

/** What a function makes of a record. */
export type Mapper<K, V, R> = (record: ProcessorRecord<K, V>) => R
/** What becomes of an aggregate with another record. null deletes its row. */
export type Aggregator<K, V, A> = (record: ProcessorRecord<K, V>, aggregate: A) => A
/** What two values make together; one of them is null if a left or outer join has no match for it. */
export type ValueJoiner<V, W, R> = (left: V, right: W) => R

/** @throws RecordError for whatever the function throws. */
const called = <T>(run: () => T): T => {
  try {
    return run()
  } catch (error) {
    if (error instanceof RecordError) throw error
    throw new RecordError(describe(error))
  }
}

/** For a stream. */
export const ofStream =
  <K, V, R>(map: Mapper<K, V, R>) =>
  (record: StreamRecord): R =>
    called(() => map(new ProcessorRecord(record)))

/** For a table, whose keys are texts inside. */
export const ofTable =
  <K, V, R>(map: Mapper<K, V, R>) =>
  (record: StreamRecord): R =>
    called(() => map(new ProcessorRecord(withPlainKey(record))))

export const ofValues =
  <V, W, R>(join: ValueJoiner<V, W, R>) =>
  (left: unknown, right: unknown): R =>
    called(() => join(plainValue(left) as V, plainValue(right) as W))

const withPlainKey = (record: StreamRecord): StreamRecord =>
  typeof record.key === 'string' ? record.withKey(keyFromText(record.key, parseJsonText)) : record

/** How an aggregate is made. */
export interface AggregateFunctions<K, V, A> {
  readonly initializer: () => A
  readonly aggregator: Aggregator<K, V, A>
  /** Takes a row back; for tables. */
  readonly subtractor?: Aggregator<K, V, A> | undefined
  /** For sessions that become one; the earlier one comes first. */
  readonly merger?: ((earlier: A, later: A) => A) | undefined
  readonly codec?: RowCodec<A>
}

// The records of a grouped stream have the value of the group as their key; those of a table the text of it.
export const aggregateStepOf = <K, V, A>(functions: AggregateFunctions<K, V, A>): AggregateStep<A> => {
  const { initializer, aggregator, subtractor, merger, codec } = functions
  const applied =
    (apply: Aggregator<K, V, A>) =>
    (state: A, record: StreamRecord): A =>
      // A row that is null is none.
      called(() => apply(new ProcessorRecord(withPlainKey(record)), state) ?? (undefined as A))
  return {
    initial: () => called(initializer),
    add: applied(aggregator),
    subtract: subtractor === undefined ? undefined : applied(subtractor),
    ...(merger === undefined ? {} : { merge: (earlier, later) => called(() => merger(earlier, later)) }),
    copy: (state) => structuredClone(state),
    result: (_key, state) => state,
    codec: codec ?? { encode: (state) => state, decode: (json) => json as A },
  }
}

/** KGroupedStream.count: a long in its changelog. */
export const countStep: AggregateStep<number> = {
  fields: new Set(),
  initial: () => 0,
  add: (count) => count + 1,
  subtract: (count) => count - 1,
  merge: (earlier, later) => earlier + later,
  copy: (count) => count,
  result: (_key, count) => count,
  codec: { encode: (count) => count, decode: Number, changelog: 'long' },
}
