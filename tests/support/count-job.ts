// The job of the fault tests: count by page through a repartition topic, exactly once. Its oracle is the input: every record has
// a page, so the table must end with what is in the input, and with every update written, each (page, count) must come once.

import { uniqueName, type NewRecord, type TestBroker } from './kafka-broker.ts'

export interface CountJob {
  readonly input: string
  readonly output: string
  /** The application id; its group is `group`. */
  readonly app: string
  readonly group: string
  /** Arguments of an instance that runs on. */
  readonly args: readonly string[]
}

export interface CountJobOptions {
  readonly bootstrap: string
  readonly stateDirectory: string
  readonly exactlyOnce?: boolean
  /** Count by the key of the records (`clicksByPage`), which needs no repartition topic. */
  readonly byKey?: boolean
  /** On top of, and over, those set here; name=value. */
  readonly properties?: readonly string[]
}

/** Creates the topics of a job. */
export const createCountJob = async (
  broker: TestBroker,
  { bootstrap, stateDirectory, exactlyOnce = true, byKey = false, properties = [] }: CountJobOptions,
  partitions = 6,
): Promise<CountJob> => {
  const input = uniqueName('clicks')
  const output = uniqueName('counts')
  const app = uniqueName('fault')
  await broker.createTopic(input, partitions)
  await broker.createTopic(output, partitions)
  const settings = [
    'session.timeout.ms=1500',
    'heartbeat.interval.ms=300',
    'commit.interval.ms=100',
    // Every update is written, so that one that is missing or double shows.
    'statestore.cache.max.bytes=0',
    ...properties,
  ]
  return {
    input,
    output,
    app,
    group: `${app}-count`,
    args: [
      ...['count', ...(byKey ? [] : ['--by', '.page']), '-t', input, '-a', app, '--name', 'count', '--to', output],
      ...['-b', bootstrap, '--state-dir', stateDirectory, '--verbose'],
      ...(exactlyOnce ? ['--eos'] : []),
      ...settings.flatMap((setting) => ['-X', setting]),
    ],
  }
}

export const pages = 40

const pageOf = (index: number): string => `/p/${String((index * 7919) % pages)}`

/** Records `from` up to, not including, `to`. Their keys are not the pages, so that a record has to change its partition. */
export const clicks = (from: number, to: number): NewRecord[] =>
  Array.from({ length: to - from }, (_, i) => ({
    key: `user-${String((from + i) % 997)}`,
    value: JSON.stringify({ page: pageOf(from + i), n: from + i }),
  }))

/** The same with the page as their key. */
export const clicksByPage = (from: number, to: number): NewRecord[] =>
  clicks(from, to).map((record, i) => ({ ...record, key: pageOf(from + i) }))

/** What `count` makes of records 0 up to `total`. */
export const expectedCounts = (total: number): Map<string, number> => {
  const counts = new Map<string, number>()
  for (let index = 0; index < total; index++) counts.set(pageOf(index), (counts.get(pageOf(index)) ?? 0) + 1)
  return counts
}

/** An output record as far as the checks care; texts as they are in the topic. */
export interface OutputRow {
  readonly key: string | null
  readonly value: string | null
}

const countOf = ({ value }: OutputRow): number => (JSON.parse(value ?? 'null') as { count: number }).count

/** The last count of each page. */
export const lastCounts = (rows: readonly OutputRow[]): Map<string, number> => {
  const last = new Map<string, number>()
  for (const row of rows) last.set(row.key ?? 'null', countOf(row))
  return last
}

export const sumOf = (counts: ReadonlyMap<string, number>): number => [...counts.values()].reduce((a, b) => a + b, 0)

/** What is wrong with the output of records 0 up to `total`; empty if each page has been counted 1, 2, 3, … once each. */
export const faultsIn = (rows: readonly OutputRow[], total: number): string[] => {
  const faults: string[] = []
  const seen = new Map<string, number>()
  for (const row of rows) {
    const key = row.key ?? 'null'
    const before = seen.get(key) ?? 0
    const count = countOf(row)
    if (count !== before + 1) faults.push(`${key}: ${String(before)} is followed by ${String(count)}`)
    seen.set(key, count)
  }
  for (const [page, count] of expectedCounts(total)) {
    if (seen.get(page) !== count) faults.push(`${page}: ${String(seen.get(page) ?? 0)} instead of ${String(count)}`)
  }
  return faults
}
