// Tables joined by a foreign key: the last character of the left value, `a` for x and `b` for y; z has none.

import { records, sinks, streams, tables, type NamedCases } from './named.ts'
import type { Case } from './cases.ts'

const joined = (kind: 'inner' | 'left', ...lines: readonly string[]): Case => ({
  topology: [...tables('a', 'b'), { op: 'foreignKeyJoin', id: 'join', left: 'a', right: 'b', kind }, ...sinks('join')],
  inputs: records(...lines),
})

/** What both kinds of joins are asked. */
const questions: Readonly<Record<string, readonly string[]>> = {
  'a right row that is there': ['b 5 a u', 'a 3 k x', 'a 9 l x'],
  'a right row that comes later': ['a 3 k x', 'a 4 l x', 'a 5 m y', 'b 2 a u', 'b 9 b v'],
  'a right row that changes and goes': ['a 3 l x', 'a 3 k 1x', 'b 2 a u', 'b 1 a v', 'b 9 a -', 'b 9 a -'],
  'another foreign key, with and without a row': [
    'b 1 a u',
    'b 1 b v',
    'a 2 k x',
    'a 3 k y',
    'a 4 k z',
    'a 5 k 1z',
    'a 6 k x',
  ],
  'the old foreign key is forgotten': ['b 1 a u', 'a 2 k x', 'a 3 k y', 'b 4 a w', 'b 5 b v'],
  'another value with the same foreign key': ['a 1 k x', 'a 2 k 1x', 'b 3 a u', 'a 4 k 2x', 'a 2 k 2x'],
  'a deleted left row': ['b 1 a u', 'a 2 k x', 'a 3 k -', 'a 4 k -', 'b 5 a v', 'a 6 l c', 'a 7 l -'],
  'null keys and values that come first': ['a 1 - x', 'b 1 - u', 'a 2 k -', 'b 2 a -', 'a 3 k x'],
}

const named = (kind: 'inner' | 'left'): NamedCases =>
  Object.fromEntries(Object.entries(questions).map(([name, lines]) => [`${kind}: ${name}`, joined(kind, ...lines)]))

export const foreignKeyCases: NamedCases = {
  ...named('inner'),
  ...named('left'),
  'a left row without a foreign key': {
    topology: [
      ...streams('a'),
      ...tables('b'),
      { op: 'toTable', id: 'rows', from: 'a' },
      { op: 'foreignKeyJoin', id: 'some', left: 'rows', right: 'b', kind: 'inner' },
      { op: 'foreignKeyJoin', id: 'all', left: 'rows', right: 'b', kind: 'left' },
      ...sinks('some', 'all'),
    ],
    inputs: records('a 1 k z', 'b 2 a u', 'a 3 k x', 'a 4 k z', 'a 5 k z', 'a 6 k 1z', 'b 6 a v', 'a 7 k y', 'a 8 k x'),
  },
  'results are a table': {
    topology: [
      ...tables('a', 'b'),
      { op: 'foreignKeyJoin', id: 'join', left: 'a', right: 'b', kind: 'inner' },
      { op: 'filter', id: 'some', from: 'join', contains: 'u' },
      { op: 'tableAggregate', id: 'groups', from: 'some', by: 'first', fn: 'concat' },
      ...sinks('some', 'groups'),
    ],
    inputs: records('b 1 a u', 'a 2 k x', 'a 3 l 1x', 'b 4 a v', 'b 5 a u', 'a 6 k y', 'b 7 b u', 'a 8 l -'),
  },
  'a join behind a join': {
    topology: [
      ...tables('a', 'b', 'c'),
      { op: 'foreignKeyJoin', id: 'one', left: 'a', right: 'b', kind: 'left' },
      { op: 'tableTableJoin', id: 'two', left: 'c', right: 'one', kind: 'left' },
      ...sinks('two'),
    ],
    inputs: records('c 1 k p', 'a 2 k x', 'b 3 a u', 'c 4 k q', 'b 5 a -', 'a 6 k -'),
  },
}
