// Runs the plan of a pull query over rows that somebody has read: the topology of the query in memory, from its first row to its
// last one.

import { parseJsonText } from './serde/json-parse.ts'
import { plainValue, type Window } from './model/stream-record.ts'
import { keyFromText } from './model/record-key.ts'
import { buildPlans } from './sql/build-plan.ts'
import { rowsSource, type PullPlan } from './sql/pull-plan.ts'
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
  { plan, source }: Pick<PullPlan, 'plan' | 'source'>,
  rows: AsyncIterable<PulledRow> | Iterable<PulledRow>,
  clock: () => number,
): Promise<readonly object[]> => {
  const builder = new StreamsBuilder()
  const emit = { plain: 'flush', windowed: 'flush' } as const
  const { result } = buildPlans([], plan, { builder, source, clock, emit, isPartitioned: false })
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
