// Tables with history.

import { records, sinks, streams, tables, type NamedCases } from './named.ts'
import type { Case, Op } from './cases.ts'

const versioned = (topic: string, history: number): Op => ({ op: 'table', id: topic, topic, history })

const updates = (history: number, ...lines: readonly string[]): Case => ({
  topology: [versioned('a', history), ...sinks('a')],
  inputs: records(...lines),
})

/** The stream `a` and a table `b` with history. */
const joined = (kind: 'inner' | 'left', history: number, ...lines: readonly string[]): Case => ({
  topology: [
    ...streams('a'),
    versioned('b', history),
    { op: 'tableJoin', id: 'join', left: 'a', right: 'b', kind },
    ...sinks('join'),
  ],
  inputs: records(...lines),
})

const history = ['b 5 k u', 'b 9 k v', 'b 20 k w'] as const

const looksAt = (...times: readonly number[]): readonly string[] => times.map((time) => `a ${time} k x`)

export const versionedCases: NamedCases = {
  'late updates are passed on': updates(
    10,
    'a 5 k x',
    'a 3 k y',
    'a 5 k z',
    'a 1 k -',
    'a 7 - x',
    'a 8 k -',
    'a 2 l u',
  ),
  'a row that goes at the time at which it came, after a deletion': {
    topology: [
      { op: 'table', id: 'a', topic: 'a' },
      versioned('b', 30),
      { op: 'tableTableJoin', id: 'join', left: 'a', right: 'b', kind: 'outer' },
      ...sinks('join'),
    ],
    inputs: records('b 10 k -', 'b 15 k y', 'b 15 k -', 'b 10 k z', 'b 5 k w', 'b 20 k v', 'b 20 k -', 'b 12 k u'),
  },
  'what is older than the history is not': updates(
    5,
    'a 10 k x',
    'a 5 k y',
    'a 4 k z',
    'a 5 l u',
    'a 4 l v',
    'a 16 m -',
    'a 10 k w',
  ),
  'a deletion at the time of the only version leaves no trace': {
    topology: [
      versioned('a', 20),
      { op: 'tableAggregate', id: 'groups', from: 'a', by: 'first', fn: 'concat' },
      ...sinks('a', 'groups'),
    ],
    inputs: records(
      ...['a 5 k x', 'a 5 k -', 'a 3 k y', 'a 4 k z'],
      ...['a 5 l -', 'a 5 l x', 'a 5 l -', 'a 3 l y'],
      ...['a 4 m x', 'a 5 m y', 'a 5 m -', 'a 3 m z', 'a 4 m u'],
    ),
  },
  'no history at all': updates(0, 'a 10 k x', 'a 10 k y', 'a 9 k z', 'a 10 k -', 'a 9 l u'),
  'a stream meets the row as it was': joined('inner', 100, ...history, ...looksAt(4, 5, 8, 9, 19, 20, 30)),
  'and nothing where there was nothing': joined('left', 100, ...history, ...looksAt(4, 5), 'a 3 - y', 'a 7 l y'),
  'a late update changes the past': joined(
    'left',
    100,
    ...history,
    'b 7 k t',
    'b 2 k s',
    ...looksAt(1, 2, 4, 5, 6, 7, 8, 9, 20),
  ),
  'a late update of the same time': joined(
    'left',
    100,
    ...history,
    'b 9 k t',
    'b 5 k -',
    'b 20 k q',
    ...looksAt(5, 8, 9, 19, 20),
  ),
  'a deletion is a version': joined(
    'left',
    100,
    ...history,
    'b 12 k -',
    'b 25 k -',
    ...looksAt(11, 12, 19, 20, 24, 25, 30),
  ),
  'a deletion of what was not there': joined(
    'left',
    100,
    'b 10 k -',
    'b 5 k u',
    'b 8 k v',
    ...looksAt(4, 5, 7, 8, 9, 10, 12),
  ),
  'a row before a deletion in the past': joined(
    'left',
    100,
    ...history,
    'b 3 k -',
    'b 1 k p',
    ...looksAt(0, 1, 2, 3, 4, 5),
  ),
  'how far the history goes back': joined(
    'left',
    10,
    ...history,
    'b 30 l u',
    ...looksAt(19, 20, 21),
    'b 31 l u',
    ...looksAt(19, 20),
  ),
  'the history goes back by the updates of all keys': joined(
    'left',
    10,
    'b 5 k u',
    'b 8 k v',
    'b 18 l u',
    ...looksAt(7, 8),
    'b 19 l u',
    ...looksAt(7, 8),
    'b 8 k w',
    'b 9 k t',
    ...looksAt(8, 9),
  ),
  'the latest row is never too old': joined('left', 5, 'b 1 k u', 'b 100 l v', ...looksAt(0, 1, 50, 100)),
  'many versions, and the oldest of them': joined(
    'left',
    16,
    ...Array.from({ length: 40 }, (_, index) => `b ${index} k v${index}`),
    ...looksAt(22, 23, 24, 38, 39),
    'b 23 k late',
    'b 22 k tooLate',
    'b 30 k -',
    ...looksAt(22, 23, 24, 29, 30, 31),
  ),
  'tables are joined as they are now': {
    topology: [
      versioned('a', 20),
      ...tables('b'),
      { op: 'tableTableJoin', id: 'join', left: 'a', right: 'b', kind: 'left' },
      ...sinks('join'),
    ],
    inputs: records('a 5 k x', 'b 3 k u', 'a 3 k y', 'b 1 k v', 'a 4 k -', 'a 6 k -'),
  },
  'and so they are by foreign keys': {
    topology: [
      versioned('a', 20),
      versioned('b', 20),
      { op: 'foreignKeyJoin', id: 'join', left: 'a', right: 'b', kind: 'left' },
      ...sinks('join'),
    ],
    inputs: records('a 5 k x', 'b 3 a u', 'a 3 k y', 'b 1 a v', 'a 4 k -', 'b 4 a w', 'a 6 k -'),
  },
  'groups have the latest versions': {
    topology: [
      versioned('a', 20),
      { op: 'tableAggregate', id: 'groups', from: 'a', by: 'first', fn: 'concat' },
      ...sinks('groups'),
    ],
    inputs: records('a 5 k x', 'a 3 k y', 'a 6 k z', 'a 4 k -', 'a 7 k -'),
  },
  'a filter passes deletions of the past on': {
    topology: [
      versioned('a', 20),
      { op: 'filter', id: 'some', from: 'a', contains: 'x' },
      { op: 'mapValues', id: 'more', from: 'some', append: '!' },
      { op: 'tableAggregate', id: 'groups', from: 'more', by: 'first', fn: 'concat' },
      ...sinks('some', 'more', 'groups'),
    ],
    inputs: records('a 5 k y', 'a 3 k x', 'a 6 k x', 'a 4 k y', 'a 7 k -', 'a 8 k -'),
  },
}
