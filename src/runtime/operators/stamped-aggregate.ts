// Aggregation of records that a `ks window` in another process has marked with their window, or of plain ones: which, the
// first record says.

import { fieldSlot } from '../model/field-slots.ts'
import { LazyJson } from '../model/lazy-json.ts'
import { StreamRecord } from '../model/stream-record.ts'
import type { AggregateStep } from './aggregate-step.ts'
import { aggregate } from './aggregate.ts'
import type { TableOptions } from './emit.ts'
import type { Processor, ProcessorSupplier } from './processor.ts'
import { stampedWindowAggregate } from './window-aggregate.ts'

/** Fields by which `ks window` marks a record: the window, and the record's own time. */
export const stampFields = { start: 'window_start', end: 'window_end', time: 'window_ts' } as const

/**
 * Aggregates into `storeName`, or, if the first record is stamped, by its window into `windowStoreName`.
 * `options` and `windowOptions` are those of the two cases.
 */
export const aggregateOrStamped =
  <S>(
    storeName: string,
    windowStoreName: string,
    step: AggregateStep<S>,
    graceMs: number,
    options: TableOptions,
    windowOptions: TableOptions,
  ): ProcessorSupplier =>
  (context) => {
    const slots = [fieldSlot(stampFields.start), fieldSlot(stampFields.end), fieldSlot(stampFields.time)] as const
    let processor: Processor | undefined
    let windowed = context.windowStore(windowStoreName).size > 0
    const choose = (): Processor =>
      windowed
        ? stampedWindowAggregate(windowStoreName, step, graceMs, windowOptions)(context)
        : aggregate(storeName, step, options)(context)
    // A run that was killed may have left rows to forward, even if no record comes any more.
    const interrupted = context.keyValueStore(storeName).pendingRows().length > 0
    if (windowed || interrupted) processor = choose()
    return {
      process: (record) => {
        if (processor === undefined) {
          windowed ||= readStamp(record, slots) !== undefined
          processor = choose()
        }
        processor.process(windowed ? (readStamp(record, slots) ?? record) : record)
      },
      flush: () => processor?.flush?.(),
      endOfInput: () => processor?.endOfInput?.(),
      idle: () => processor?.idle?.(),
    }
  }

/** The record with the window and time of its stamp; undefined if it has none. */
const readStamp = (record: StreamRecord, slots: readonly [number, number, number]): StreamRecord | undefined => {
  const { value } = record
  const [start, end, time] =
    value instanceof LazyJson
      ? slots.map((slot) => value.field(slot))
      : [stampFields.start, stampFields.end, stampFields.time].map((name) => ownField(value, name))
  if (typeof start !== 'number' || typeof end !== 'number' || typeof time !== 'number') return undefined
  return new StreamRecord(record.key, value, time, record.origin, record.headers, { start, end })
}

const ownField = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? (value as Record<string, unknown>)[name]
    : undefined
