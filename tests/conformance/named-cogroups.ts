// Several grouped streams with one aggregate.

import { hopping, records, session, sinks, sliding, streams, tumbling, type NamedCases } from './named.ts'
import type { Case, Op, WindowSpec } from './cases.ts'

const cogroup = (window: WindowSpec | null, by: 'key' | 'first' = 'key'): Op => ({
  op: 'cogroup',
  id: 'all',
  inputs: [
    { from: 'a', by: 'key' },
    { from: 'b', by },
  ],
  window,
})

const cogrouped = (window: WindowSpec | null, ...lines: readonly string[]): Case => ({
  topology: [...streams('a', 'b'), cogroup(window), ...sinks('all')],
  inputs: records(...lines),
})

export const cogroupCases: NamedCases = {
  'one aggregate of two streams': cogrouped(null, 'a 1 k x', 'b 5 k y', 'a 3 k z', 'b 2 l u', 'b 4 k -', 'a 9 - x'),
  'a stream of another key is repartitioned': {
    topology: [...streams('a', 'b'), cogroup(null, 'first'), ...sinks('all')],
    inputs: records('a 1 k x', 'b 2 l kx', 'b 3 k -', 'a 4 n y', 'a 5 k z'),
  },
  'three streams, two of them repartitioned': {
    topology: [
      ...streams('a', 'b', 'c'),
      {
        op: 'cogroup',
        id: 'all',
        inputs: [
          { from: 'a', by: 'first' },
          { from: 'b', by: 'key' },
          { from: 'c', by: 'first' },
        ],
        window: null,
      },
      ...sinks('all'),
    ],
    inputs: records('a 1 l kx', 'b 2 k x', 'c 3 m ky', 'a 4 m kz'),
  },
  'a regrouped cogroup': {
    topology: [
      ...streams('a', 'b'),
      cogroup(null),
      { op: 'tableAggregate', id: 'groups', from: 'all', by: 'first', fn: 'concat' },
      ...sinks('groups'),
    ],
    inputs: records('a 1 k x', 'b 2 l y', 'b 3 k z', 'a 4 l u'),
  },
  'each stream has a time of its own': cogrouped(
    tumbling(10),
    'a 1 k x',
    'a 25 k x',
    'b 12 k y',
    'b 11 l y',
    'a 12 k z',
  ),
  'a window that has left the store begins anew every time': cogrouped(
    tumbling(10),
    'a 1 k x',
    'a 35 k x',
    'b 2 k y',
    'b 3 k z',
    'b 27 k u',
    'b 28 k v',
    'b 36 k w',
  ),
  'a window at the edge of the retention': cogrouped(
    tumbling(10, 5),
    'a 1 k x',
    'a 15 k x',
    'b 2 k y',
    'a 20 k x',
    'b 3 k z',
    'b 14 k u',
  ),
  'hopping windows, one stream behind the other': cogrouped(
    hopping(10, 4, 3),
    'a 1 k x',
    'a 16 k x',
    'b 2 k y',
    'b 9 k y',
    'a 30 k z',
    'b 17 k u',
  ),
  'sessions of two streams': cogrouped(session(5), 'a 1 k x', 'b 4 k y', 'a 20 k x', 'b 8 k z', 'b 16 k -', 'b 2 k u'),
  'sessions at the edge of the retention': cogrouped(
    session(5, 3),
    'a 1 k x',
    'a 9 k x',
    'b 2 k y',
    'a 30 k x',
    'b 3 k y',
    'b 22 k y',
    'b 23 k z',
  ),
  'sliding windows of two streams': cogrouped(
    sliding(5, 2),
    'a 1 k x',
    'b 4 k y',
    'a 9 k x',
    'b 7 k -',
    'a 30 k x',
    'b 8 k y',
    'b 28 k u',
  ),
}
