// A case in ks: the same topology in ks' own DSL, run by ks' own TopologyTestDriver.

import { KsError } from '../../src/runtime/model/errors.ts'
import { plainValue, type Header, type StreamRecord } from '../../src/runtime/model/stream-record.ts'
import type { AggregateStep } from '../../src/runtime/operators/aggregate-step.ts'
import type { CogroupAdder } from '../../src/runtime/operators/cogroup.ts'
import { TopologyTestDriver } from '../../src/runtime/testing/topology-test-driver.ts'
import { KStream, KTable, StreamsBuilder } from '../../src/runtime/topology/streams-builder.ts'
import type { AnyWindows } from '../../src/runtime/windows/any-windows.ts'
import { noEndMs, unlimitedFrom } from '../../src/runtime/windows/unlimited-windows.ts'
import type { AggregateName, Answer, Case, Op, Output, WindowSpec } from './cases.ts'

/** Runs a case in ks. */
export const runKs = async (testCase: Case): Promise<Answer> => {
  try {
    const driver = await TopologyTestDriver.create(buildTopology(testCase.topology))
    try {
      const sinks = testCase.topology.flatMap((op) =>
        op.op === 'to' ? [{ topic: op.topic, found: [] as Output[] }] : [],
      )
      let full: number | undefined
      for (const [index, { topic, key, value, ts }] of testCase.inputs.entries()) {
        try {
          driver.pipe(topic, { key, value, timestamp: ts, headers: [positionHeader(index)] })
        } catch (error) {
          if (!isFull(error)) throw error
          full = index
          break
        }
        for (const sink of sinks) sink.found.push(...outputsOf(driver, sink.topic))
      }
      return { outputs: sinks.flatMap(({ found }) => found), ...(full === undefined ? {} : { full }) }
    } finally {
      driver.close()
    }
  } catch (error) {
    return { error: error instanceof Error ? (error.stack ?? error.message) : String(error) }
  }
}

/** Ended by a buffer of `suppress`. */
export const isFull = (error: unknown): boolean =>
  error instanceof KsError && error.message.startsWith('suppress holds back')

const outputsOf = (driver: TopologyTestDriver, topic: string): Output[] =>
  driver.read(topic).map(({ key, value, timestamp, window, headers }) => ({
    topic,
    key: textOf(key),
    ...(window === undefined ? {} : { window: { start: window.start, end: javaTime(window.end) } }),
    value: textOf(value),
    ts: timestamp,
    n: positionIn(headers),
  }))

/** The highest value of a number stands for the highest of a long, as JSON.parse reads it. */
const javaTime = (ms: number): number => (ms === noEndMs ? 2 ** 63 : ms)

/** The header of the record of this position. */
export const positionHeader = (index: number): Header => ({ name: 'n', value: Buffer.from(String(index)) })

export const positionIn = (headers: readonly Header[] = []): string =>
  headers.map(({ value }) => Buffer.from(value ?? []).toString()).join()

const methods = { inner: 'join', left: 'leftJoin', outer: 'outerJoin' } as const

export const buildTopology = (ops: readonly Op[]): ReturnType<StreamsBuilder['build']> => {
  const builder = new StreamsBuilder()
  const nodes = new Map<string, KStream | KTable>()
  const streamOf = (id: string): KStream => {
    const node = nodes.get(id)
    if (!(node instanceof KStream)) throw new Error(`${id} is no stream`)
    return node
  }
  const tableOf = (id: string): KTable => {
    const node = nodes.get(id)
    if (!(node instanceof KTable)) throw new Error(`${id} is no table`)
    return node
  }

  const make = (op: Exclude<Op, { op: 'to' }>): KStream | KTable => {
    switch (op.op) {
      case 'stream':
        return builder.stream(op.topic)
      case 'table':
        return builder.table(op.topic, `${op.id}-rows`, op.history === undefined ? {} : { historyMs: op.history })
      case 'filter': {
        const from = nodes.get(op.from)
        const contains = (record: StreamRecord): boolean => textOf(record.value)?.includes(op.contains) === true
        return from instanceof KTable ? from.filter(contains) : streamOf(op.from).filter(contains)
      }
      case 'mapValues': {
        const from = nodes.get(op.from)
        const append = (record: StreamRecord): string | null => {
          const value = textOf(record.value)
          return value === null ? null : value + op.append
        }
        return from instanceof KTable ? from.mapValues(append) : streamOf(op.from).mapValues(append)
      }
      case 'flatMapValues':
        return streamOf(op.from).flatMapValues(({ value }) => [...(textOf(value) ?? '')])
      case 'selectKey':
        return streamOf(op.from).selectKey(first)
      case 'merge':
        return streamOf(op.from).merge([streamOf(op.with)])
      case 'toTable':
        return streamOf(op.from).toTable()
      case 'toStream':
        return tableOf(op.from).toStream()
      case 'aggregate': {
        const stream = streamOf(op.from)
        const grouped = op.by === 'key' ? stream.groupByKey() : stream.groupBy(first)
        if (op.window === null) return grouped.aggregate(steps[op.fn])
        return grouped.windowedBy(windowsOf(op.window)).aggregate(steps[op.fn], op.emit)
      }
      case 'cogroup': {
        const [head, ...others] = op.inputs.map(({ from, by }, position) => {
          const stream = streamOf(from)
          const add: CogroupAdder<string> = (text, { value }) => `${text}${position}${textOf(value) ?? '~'}`
          return { grouped: by === 'key' ? stream.groupByKey() : stream.groupBy(first), add }
        })
        if (head === undefined) throw new Error(`${op.id} has no inputs`)
        const all = others.reduce(
          (some, { grouped, add }) => some.cogroup(grouped, add),
          head.grouped.cogroup(head.add),
        )
        return (op.window === null ? all : all.windowedBy(windowsOf(op.window))).aggregate(steps.concat)
      }
      case 'tableAggregate':
        return tableOf(op.from).groupBy(first).aggregate(steps[op.fn])
      case 'streamJoin': {
        const windows = { beforeMs: op.before, afterMs: op.after, graceMs: op.grace }
        return streamOf(op.left)[methods[op.kind]](streamOf(op.right), joined, windows)
      }
      case 'tableJoin':
        return streamOf(op.left).joinKTable(
          tableOf(op.right),
          { join: (record, row) => joined(record.value, row), left: op.kind === 'left' },
          `${op.id}-stream`,
          op.grace,
        )
      case 'globalJoin': {
        const keyOf = op.by === 'first' ? first : (record: StreamRecord): string | null => textOf(record.key)
        const join = (record: StreamRecord, row: unknown): string => joined(record.value, row)
        return streamOf(op.from).joinGlobal(builder.globalTable(op.topic), { keyOf, join, left: op.kind === 'left' })
      }
      case 'tableTableJoin':
        return tableOf(op.left)[methods[op.kind]](tableOf(op.right), joined)
      case 'foreignKeyJoin': {
        const method = op.kind === 'inner' ? 'joinForeignKey' : 'leftJoinForeignKey'
        return tableOf(op.left)[method](tableOf(op.right), foreignKey, joined)
      }
      case 'suppress':
        return tableOf(op.from).suppress(
          op.until === 'close' ? { until: 'close' } : { untilMs: op.ms },
          op.whenFull === undefined ? {} : { most: { rows: op.rows, bytes: op.bytes, whenFull: op.whenFull } },
        )
    }
  }

  for (const op of ops) {
    if (op.op !== 'to') {
      nodes.set(op.id, make(op))
      continue
    }
    const from = nodes.get(op.from)
    if (from instanceof KTable) from.toStream().to(op.topic)
    else streamOf(op.from).to(op.topic)
  }
  return builder.build()
}

const windowsOf = (window: WindowSpec): AnyWindows => {
  switch (window.type) {
    case 'time':
      return { sizeMs: window.size, advanceMs: window.advance, graceMs: window.grace }
    case 'session':
      return { gapMs: window.gap, graceMs: window.grace }
    case 'sliding':
      return { differenceMs: window.difference, graceMs: window.grace }
    case 'unlimited':
      return unlimitedFrom(window.start)
  }
}

/** A value as the text that it is; values of tables come as JSON that has not been parsed yet. */
const textOf = (value: unknown): string | null => {
  const plain = plainValue(value)
  return plain === null || plain === undefined ? null : typeof plain === 'string' ? plain : JSON.stringify(plain)
}

const first = ({ value }: StreamRecord): string => textOf(value)?.slice(0, 1) ?? 'n'

const foreignKeys: Readonly<Record<string, string>> = { x: 'a', y: 'b' }

const foreignKey = ({ value }: StreamRecord): string | null => {
  const last = textOf(value)?.slice(-1) ?? ''
  return last === '' || last === 'z' ? null : (foreignKeys[last] ?? last)
}

const joined = (left: unknown, right: unknown): string => `${textOf(left) ?? 'null'}+${textOf(right) ?? 'null'}`

const codec = { encode: (text: string): string => text, decode: (json: unknown): string => String(json) }

const counted = (count: string): number => Number(count.slice(1))

const steps: Readonly<Record<AggregateName, AggregateStep<string>>> = {
  // `c3`, so that keys that are made of its first character are letters like all others.
  count: {
    initial: () => 'c0',
    add: (count) => `c${counted(count) + 1}`,
    subtract: (count) => `c${counted(count) - 1}`,
    copy: (count) => count,
    merge: (one, two) => `c${counted(one) + counted(two)}`,
    result: (_key, count) => count,
    codec,
  },
  concat: {
    initial: () => '',
    add: (text, { value }) => text + (textOf(value) ?? '~'),
    subtract: (text, { value }) => `${text}-${textOf(value) ?? 'null'}`,
    copy: (text) => text,
    merge: (one, two) => `${one}|${two}`,
    result: (_key, text) => text,
    codec,
  },
  vanish: {
    initial: () => '',
    // A step has undefined for a row that is gone.
    add: (text, { value }) =>
      textOf(value)?.includes('z') === true ? (undefined as unknown as string) : text + (textOf(value) ?? '~'),
    subtract: (text, { value }) => `${text}-${textOf(value) ?? 'null'}`,
    copy: (text) => text,
    merge: (one, two) => `${one}|${two}`,
    result: (_key, text) => text,
    codec,
  },
}
