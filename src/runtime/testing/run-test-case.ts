// Runs one case of a `ks test` file against the topology of its chain, with a clock of its own and no input or output.

import type { Expression } from '../expression/compile.ts'
import { Decimal } from '../model/decimal.ts'
import { noOrigin, StreamRecord } from '../model/stream-record.ts'
import { timestampFromValue } from '../model/timestamp.ts'
import { stringifyJson } from '../serde/json-parse.ts'
import type { NodeTrace } from '../tasks/node-trace.ts'
import type { Topology } from '../topology/topology.ts'
import type { ExpectedRecord, ExpectedRow, InputRecord, TestCase } from './test-case.ts'
import { TopologyTestDriver, type TestOutput } from './topology-test-driver.ts'

/** A chain that can be tested. */
export interface TestableChain {
  readonly topology: Topology
  /** `--ts`, if it is an expression. */
  readonly timestamps: Expression | undefined
  /** What goes to topics that no expected record names is not looked at. */
  readonly looksAtNamedOnly?: boolean
}

/** What went wrong, a line each; none if the case passed. */
export type Differences = readonly string[]

/** Pipes the inputs of a case through a chain and compares. @param trace sees each record at each node. */
export const runTestCase = async (test: TestCase, chain: TestableChain, trace?: NodeTrace): Promise<Differences> => {
  const driver = await TopologyTestDriver.create(chain.topology, { trace })
  const sources = chain.topology.nodes.flatMap(({ kind, endpoint }) =>
    kind === 'source' ? [endpoint?.name ?? ''] : [],
  )
  const differences: string[] = []
  for (const [index, step] of test.steps.entries()) {
    for (const input of step.inputs) {
      driver.pipe(input.topic ?? sources[0] ?? '', {
        key: input.key,
        value: input.value,
        timestamp: timestampOf(input, chain),
      })
    }
    if (step.advanceMs > 0) driver.advanceWallClock(step.advanceMs)
    if (step.end) driver.endOfInput()
    if (step.outputs === undefined) continue
    const found = compareOutputs(step.outputs, driver, chain.looksAtNamedOnly === true)
    differences.push(...found.map((line) => `step ${String(index + 1)}: ${line}`))
  }
  for (const [store, rows] of test.stores) {
    for (const row of rows) differences.push(...compareRow(store, row, driver))
  }
  driver.close()
  return differences
}

const timestampOf = (input: InputRecord, { topology, timestamps }: TestableChain): number => {
  const source = topology.nodes.find(({ kind, endpoint }) => kind === 'source' && endpoint?.name === input.topic)
  const declared = source?.endpoint?.form?.timestamps
  // What a topic is declared to have is looked for in the record, whatever time it came with.
  if (declared === undefined && input.timestamp !== undefined) return input.timestamp
  const rule = declared ?? timestamps
  if (rule === undefined) return 0
  return timestampFromValue(rule.evaluate(new StreamRecord(input.key, input.value, -1, noOrigin))) ?? -1
}

const compareOutputs = (
  expected: readonly ExpectedRecord[],
  driver: TopologyTestDriver,
  namedOnly: boolean,
): string[] => {
  const [only = ''] = driver.sinks
  const differences: string[] = []
  for (const sink of driver.sinks) {
    const wanted = expected.filter(({ topic }) => (topic ?? only) === sink)
    const actual = driver.read(sink)
    if (namedOnly && wanted.length === 0) continue
    const label = driver.sinks.length > 1 ? ` from ${sink}` : ''
    for (let i = 0; i < Math.max(wanted.length, actual.length); i++) {
      const want = wanted[i]
      const got = actual[i]
      if (want === undefined && got !== undefined) differences.push(`unexpected${label}: ${showOutput(got)}`)
      else if (want !== undefined && got === undefined) differences.push(`missing${label}:    ${showExpected(want)}`)
      else if (want !== undefined && got !== undefined && !matches(want, got)) {
        differences.push(`expected${label}: ${showExpected(want)}`, `     got${label}: ${showOutput(got, want)}`)
      }
    }
  }
  const unknown = expected.find(({ topic }) => topic !== undefined && !driver.sinks.includes(topic))
  if (unknown !== undefined)
    differences.push(`the chain writes no ${unknown.topic ?? ''}, only ${driver.sinks.join(', ')}`)
  return differences
}

const matches = (want: ExpectedRecord, got: TestOutput): boolean =>
  (want.key === undefined || isClose(want.key, got.key)) &&
  (want.value === undefined || isClose(want.value, got.value)) &&
  (want.timestamp === undefined || want.timestamp === got.timestamp) &&
  (want.window === undefined ||
    (got.window !== undefined &&
      want.window.start === got.window.start &&
      (want.window.end === undefined || want.window.end === got.window.end)))

const tolerance = 1e-6

/** Equal JSON data; numbers within 1e-6, relative for large ones. */
export const isClose = (a: unknown, b: unknown): boolean => {
  if (a instanceof Decimal) return isClose(a.toNumber(), b)
  if (b instanceof Decimal) return isClose(a, b.toNumber())
  if (typeof a === 'number' && typeof b === 'number') return Math.abs(a - b) <= tolerance * Math.max(1, Math.abs(a))
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) {
    // A whole number may be a bigint on one side.
    return (
      a === b ||
      (typeof a !== typeof b &&
        typeof a !== 'string' &&
        typeof b !== 'string' &&
        String(a) === String(b) &&
        a !== null &&
        b !== null)
    )
  }
  if (Array.isArray(a) !== Array.isArray(b)) return false
  const aEntries = Object.entries(a)
  const bFields = new Map<string, unknown>(Object.entries(b))
  return (
    aEntries.length === bFields.size &&
    aEntries.every(([name, value]) => bFields.has(name) && isClose(value, bFields.get(name)))
  )
}

const compareRow = (store: string, row: ExpectedRow, driver: TopologyTestDriver): string[] => {
  const got = row.window === undefined ? driver.get(store, row.key) : driver.getWindow(store, row.key, row.window)
  if (isClose(row.value, got ?? null)) return []
  const window = row.window === undefined ? '' : `, window ${String(row.window)}`
  return [
    `store ${store}, key ${stringifyJson(row.key)}${window}: expected ${stringifyJson(row.value)}, got ${stringifyJson(got ?? null)}`,
  ]
}

const show = (fields: readonly (readonly [string, unknown])[]): string =>
  fields
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}=${stringifyJson(value)}`)
    .join(' ')

const showExpected = ({ key, window, value, timestamp }: ExpectedRecord): string =>
  show([
    ['key', key],
    ['window', window],
    ['value', value],
    ['ts', timestamp],
  ])

/** What came out, as far as somebody asked for it. */
const showOutput = ({ key, window, value, timestamp }: TestOutput, want?: ExpectedRecord): string =>
  show([
    ['key', want !== undefined && want.key === undefined ? undefined : key],
    ['window', want !== undefined && want.window === undefined ? undefined : window],
    ['value', value],
    ['ts', want !== undefined && want.timestamp === undefined ? undefined : timestamp],
  ])
