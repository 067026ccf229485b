// What named cases are written with.

import type { AggregateName, Case, Input, JoinKind, Op, SuppressSpec, WindowSpec } from './cases.ts'

/** Cases by what they show. */
export type NamedCases = Readonly<Record<string, Case>>

/** Records, each as `topic time key value`; `-` is null. */
export const records = (...lines: readonly string[]): readonly Input[] =>
  lines.map((line) => {
    const [topic = '', ts, key = '-', value = '-'] = line.split(' ')
    return { topic, key: key === '-' ? null : key, value: value === '-' ? null : value, ts: Number(ts) }
  })

export const streams = (...topics: readonly string[]): readonly Op[] =>
  topics.map((topic) => ({ op: 'stream', id: topic, topic }))

export const tables = (...topics: readonly string[]): readonly Op[] =>
  topics.map((topic) => ({ op: 'table', id: topic, topic }))

/** Sinks of the topics `out-ID`. */
export const sinks = (...ids: readonly string[]): readonly Op[] =>
  ids.map((id) => ({ op: 'to', from: id, topic: `out-${id}` }))

export const tumbling = (size: number, grace = 0): WindowSpec => ({ type: 'time', size, advance: size, grace })

export const hopping = (size: number, advance: number, grace = 0): WindowSpec => ({
  type: 'time',
  size,
  advance,
  grace,
})

export const session = (gap: number, grace = 0): WindowSpec => ({ type: 'session', gap, grace })

export const sliding = (difference: number, grace = 0): WindowSpec => ({ type: 'sliding', difference, grace })

export const unlimited = (start: number): WindowSpec => ({ type: 'unlimited', start })

/** An aggregate `agg` of the stream `from`, by its key. */
export const aggregateOf = (
  from: string,
  window: WindowSpec | null,
  emit: 'changes' | 'final' = 'changes',
  fn: AggregateName = 'concat',
): Op => ({ op: 'aggregate', id: 'agg', from, by: 'key', window, fn, emit })

/** A windowed aggregate of the records of topic `a`. */
export const windowed = (window: WindowSpec, emit: 'changes' | 'final', ...lines: readonly string[]): Case => ({
  topology: [...streams('a'), aggregateOf('a', window, emit), ...sinks('agg')],
  inputs: records(...lines.map((line) => `a ${line}`)),
})

/** A join of the streams `a` and `b`. */
export const streamJoin = (
  kind: JoinKind,
  [before, after, grace]: readonly [number, number, number],
  ...lines: readonly string[]
): Case => ({
  topology: [
    ...streams('a', 'b'),
    { op: 'streamJoin', id: 'join', left: 'a', right: 'b', kind, before, after, grace },
    ...sinks('join'),
  ],
  inputs: records(...lines),
})

/** A join of the tables `a` and `b`. */
export const tableJoin = (kind: JoinKind, ...lines: readonly string[]): Case => ({
  topology: [...tables('a', 'b'), { op: 'tableTableJoin', id: 'join', left: 'a', right: 'b', kind }, ...sinks('join')],
  inputs: records(...lines),
})

/** A join of the stream `a` with the table `b`. */
export const streamTableJoin = (kind: 'inner' | 'left', ...lines: readonly string[]): Case => ({
  topology: [
    ...streams('a'),
    ...tables('b'),
    { op: 'tableJoin', id: 'join', left: 'a', right: 'b', kind },
    ...sinks('join'),
  ],
  inputs: records(...lines),
})

/** The stream of topic `a` joined with a global table from topic `b`. */
export const globalJoin = (kind: 'inner' | 'left', by: 'key' | 'first', ...lines: readonly string[]): Case => ({
  topology: [...streams('a'), { op: 'globalJoin', id: 'join', from: 'a', topic: 'b', kind, by }, ...sinks('join')],
  inputs: records(...lines),
})

/** A windowed aggregate of the records of topic `a`, and what `suppress` leaves of its updates. */
export const suppressed = (window: WindowSpec, until: SuppressSpec, ...lines: readonly string[]): Case => ({
  topology: [
    ...streams('a'),
    aggregateOf('a', window),
    { op: 'suppress', id: 'rest', from: 'agg', ...until },
    ...sinks('rest'),
  ],
  inputs: records(...lines.map((line) => `a ${line}`)),
})
