// A stream and a table with history, whose rows the records of the stream wait for.

import { records, sinks, streams, type NamedCases } from './named.ts'
import type { Case } from './cases.ts'

/** The stream `a` and the table `b`. */
const graced = (
  kind: 'inner' | 'left',
  { history, grace }: { readonly history: number; readonly grace: number },
  ...lines: readonly string[]
): Case => ({
  topology: [
    ...streams('a'),
    { op: 'table', id: 'b', topic: 'b', history },
    { op: 'tableJoin', id: 'join', left: 'a', right: 'b', kind, grace },
    ...sinks('join'),
  ],
  inputs: records(...lines),
})

const long = { history: 100, grace: 5 }

export const gracedJoinCases: NamedCases = {
  'a record meets a row that comes later': graced('inner', long, 'a 10 k x', 'b 8 k u', 'a 15 l y'),
  'a record goes on at stream time less grace': graced('left', long, 'a 10 k x', 'a 14 l y', 'a 15 m z', 'a 20 n u'),
  'only the stream moves the time': graced('left', long, 'a 10 k x', 'b 100 k u', 'b 9 k v', 'a 15 k y'),
  'in the order of time, keys and arrival': graced(
    'left',
    long,
    ...['a 12 k a', 'a 10 l b', 'a 11 k c', 'a 10 k d', 'a 10 kk e', 'a 10 k f', 'b 10 k u', 'a 30 m g'],
  ),
  'a late record is joined at once, and moves nothing': graced(
    'left',
    long,
    ...['a 20 k x', 'b 3 k u', 'a 14 k y', 'a 15 k z', 'a 3 l v', 'a 16 k w', 'a 21 k x', 'a 50 k x'],
  ),
  'the row of the time of the record, not the latest': graced(
    'inner',
    long,
    ...['b 1 k u', 'a 5 k x', 'b 9 k w', 'b 4 k v', 'a 10 k y', 'b 10 k p', 'a 20 k z'],
  ),
  'no grace': graced('left', { history: 10, grace: 0 }, 'a 10 k x', 'b 10 k u', 'a 10 k y', 'a 9 k z', 'a 11 k w'),
  'a history as long as the grace': graced(
    'left',
    { history: 5, grace: 5 },
    ...['b 1 k u', 'b 6 k v', 'a 4 k x', 'b 9 k w', 'a 9 k y', 'b 10 k p', 'a 10 l z', 'a 20 k q'],
  ),
  'records without a value are dropped, and move nothing': graced(
    'left',
    long,
    'a 10 k x',
    'a 100 k -',
    'a 9 k y',
    'a 16 l z',
  ),
  'records without a key, in an inner join': graced(
    'inner',
    long,
    'b 1 k u',
    'a 10 k x',
    'a 100 - y',
    'a 9 k y',
    'a 16 k z',
  ),
  'deletions are waited for, too': graced(
    'left',
    long,
    'b 1 k u',
    'a 10 k x',
    'b 9 k -',
    'a 11 k y',
    'b 11 k v',
    'a 17 k z',
  ),
  'what is behind it sees the time of each record': {
    topology: [
      ...streams('a'),
      { op: 'table', id: 'b', topic: 'b', history: 50 },
      { op: 'tableJoin', id: 'join', left: 'a', right: 'b', kind: 'left', grace: 10 },
      {
        op: 'aggregate',
        id: 'agg',
        from: 'join',
        by: 'key',
        window: { type: 'time', size: 5, advance: 5, grace: 0 },
        fn: 'concat',
        emit: 'changes',
      },
      ...sinks('agg'),
    ],
    inputs: records('a 12 k x', 'a 4 k y', 'b 3 k u', 'a 9 k z', 'a 20 k w', 'a 5 k v', 'a 40 k p'),
  },
}
