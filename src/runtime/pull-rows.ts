// Runs the plan of a pull query over rows that somebody has read: the topology of the query in memory, from its first row to its
// last one.

import { parseJsonText, setField } from './serde/json-parse.ts'
import { plainValue, type Window } from './model/stream-record.ts'
import { keyFromText } from './model/record-key.ts'
import { buildPlans } from './sql/build-plan.ts'
import { rowsSource, type PullColumn, type PullPlan, type RowField } from './sql/pull-plan.ts'
import { TopologyTestDriver } from './testing/topology-test-driver.ts'
import { StreamsBuilder } from './topology/streams-builder.ts'

/** A row of a store. */
export interface PulledRow {
  /** The text of its key. */
  readonly key: string
  /** An object of its columns. */
  readonly json: string
  /** ms; undefined without a window, or if nobody knows. */
  readonly start?: number | undefined
  readonly end?: number | undefined
}

const resultsSink = 'results'

/**
 * The results as objects, whose fields are called as the columns are shown. No more rows are read than the query needs.
 * @param clock ms since the epoch.
 */
export const pullResults = async (
  { plan, source, direct, columns }: PullPlan,
  rows: AsyncIterable<PulledRow> | Iterable<PulledRow>,
  clock: () => number,
): Promise<readonly object[]> => {
  if (direct !== undefined) {
    const results: object[] = []
    for await (const row of rows) results.push(taken(row, direct, columns))
    return results
  }
  const builder = new StreamsBuilder()
  const emit = { plain: 'flush', windowed: 'flush' } as const
  const { result } = buildPlans([], { plan, emit }, { builder, source, clock, emit, isPartitioned: false })
  result?.to(resultsSink)
  const driver = await TopologyTestDriver.create(builder.build(), { flushEach: false })
  for await (const { key, json, start, end } of rows) {
    const window: Window | undefined = start === undefined ? undefined : { start, end: end ?? start }
    driver.pipe(rowsSource, { key: keyFromText(key, parseJsonText), value: parseJsonText(json), window })
    if (driver.stopped) break
  }
  driver.endOfInput()
  driver.flush()
  return driver.read(resultsSink).map(({ value }) => plainValue(value) as object)
}

/** Nothing has to be built for a row that is taken as it is. */
const taken = (
  { json, start, end }: PulledRow,
  fields: readonly RowField[],
  columns: readonly PullColumn[],
): object => {
  const row = parseJsonText(json) as Readonly<Record<string, unknown>>
  const result = {}
  for (const [index, { shown }] of columns.entries()) {
    const from = fields[index] as RowField
    setField(
      result,
      shown,
      'field' in from ? (row[from.field] ?? null) : ((from.bound === 'start' ? start : end) ?? null),
    )
  }
  return result
}
