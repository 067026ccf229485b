// Joins: which records meet, when those come out that meet nobody, what nulls do.

import {
  globalJoin,
  records,
  sinks,
  streamJoin,
  streams,
  streamTableJoin,
  tableJoin,
  tables,
  type NamedCases,
} from './named.ts'

export const joinCases: NamedCases = {
  'stream-table: the row as it is when the record comes': streamTableJoin(
    'inner',
    ...['a 1 k x', 'b 9 k p', 'a 2 k y', 'b 3 k q', 'a 4 k z', 'b 5 k -', 'a 6 k u'],
  ),
  'stream-table, left: before, with and after the row': streamTableJoin(
    'left',
    ...['a 1 k x', 'b 9 k p', 'a 2 k y', 'b 3 k -', 'a 4 k z', 'b 5 - q', 'a 6 l u'],
  ),
  'stream-table: nulls': streamTableJoin('inner', 'b 1 k p', 'a 2 - x', 'a 3 k -', 'a 4 k y'),
  'stream-table, left: nulls': streamTableJoin('left', 'b 1 k p', 'a 2 - x', 'a 3 k -', 'a 4 - -', 'a 5 k y'),
  'stream-table: a table joined behind another key': {
    topology: [
      ...streams('a'),
      ...tables('b'),
      { op: 'selectKey', id: 'keyed', from: 'a', by: 'first' },
      { op: 'tableJoin', id: 'join', left: 'keyed', right: 'b', kind: 'left' },
      ...sinks('join'),
    ],
    inputs: records('b 1 x p', 'a 2 k xy', 'a 2 - x', 'a 3 k y', 'a 4 k -'),
  },

  'stream-global: an update counts at once, whatever its time': globalJoin(
    ...(['inner', 'key'] as const),
    ...['b 90 k p', 'a 2 k x', 'b 1 k q', 'a 3 k y', 'b 5 k -', 'a 4 k z', 'a 5 l u'],
  ),
  'stream-global: by another key, with nulls': globalJoin(
    ...(['inner', 'first'] as const),
    ...['b 1 x p', 'b 1 - q', 'a 2 k x', 'a 3 - xy', 'a 4 x -', 'b 4 n r', 'a 5 k -'],
  ),
  'stream-global, left: without a row, a key, a value': globalJoin(
    ...(['left', 'key'] as const),
    ...['a 1 k x', 'b 1 k p', 'a 2 k y', 'a 3 - z', 'a 4 k -', 'a 5 - -'],
  ),

  'streams: both bounds are inclusive': streamJoin(
    ...(['inner', [3, 5, 20]] as const),
    ...['a 10 k x', 'b 6 k p', 'b 7 k q', 'b 15 k r', 'b 16 k s', 'a 18 k y', 'a 19 k z'],
  ),
  'streams: matches in the order of the other time': streamJoin(
    ...(['inner', [10, 10, 50]] as const),
    ...['b 12 k p', 'b 8 k q', 'b 12 k r', 'b 10 k s', 'a 10 k x', 'b 9 k t', 'a 9 k y'],
  ),
  'streams: equal timestamps': streamJoin('inner', [0, 0, 0], 'a 5 k x', 'b 5 k p', 'a 5 k y', 'b 5 k q', 'a 6 k z'),
  'streams: keys apart, nulls dropped': streamJoin(
    ...(['inner', [5, 5, 0]] as const),
    ...['a 1 k x', 'b 1 l p', 'a 2 - y', 'b 2 - q', 'a 3 k -', 'b 3 k -', 'b 4 k r'],
  ),
  'streams: only the past, without the present': streamJoin(
    'inner',
    [5, -1, 9],
    'b 5 k p',
    'a 5 k x',
    'a 6 k y',
    'b 4 k q',
    'a 10 k z',
    'a 11 k u',
  ),
  'streams: only the future': streamJoin('inner', [-2, 5, 9], 'a 5 k x', 'b 6 k p', 'b 7 k q', 'b 10 k r', 'b 11 k s'),
  'streams: late records meet what is still there': streamJoin(
    ...(['inner', [5, 5, 5]] as const),
    ...['a 10 k x', 'a 30 l y', 'b 10 k p', 'b 14 k q', 'b 15 k r', 'b 5 k s', 'b 25 l t'],
  ),
  'streams: a late record is not stored, but looks': streamJoin(
    'inner',
    [5, 5, 0],
    'b 10 k p',
    'a 19 k y',
    'a 8 k x',
    'b 8 k q',
    'b 15 k r',
  ),
  'streams near time 0': streamJoin(
    'left',
    [10, 10, 0],
    'a 0 k x',
    'b 0 k p',
    'b 10 k q',
    'a 5 k y',
    'a 40 k z',
    'a 70 k u',
  ),

  'streams, left: a record without a match comes out when its window has passed': streamJoin(
    ...(['left', [2, 5, 3]] as const),
    ...['a 10 k x', 'b 16 k p', 'b 18 k q', 'b 19 k r', 'b 30 k s'],
  ),
  'streams, left: the right side needs no match': streamJoin(
    'left',
    [5, 5, 0],
    'b 1 k p',
    'a 20 k x',
    'b 40 k q',
    'a 60 k y',
    'a 80 k z',
  ),
  'streams, left: a match in time': streamJoin(
    'left',
    [5, 5, 2],
    'a 10 k x',
    'a 11 l y',
    'b 15 k p',
    'b 18 l q',
    'a 40 m z',
  ),
  'streams, left: what waited comes before the matches of the record that moved the time': streamJoin(
    ...(['left', [5, 5, 0]] as const),
    ...['a 1 k x', 'b 9 k p', 'a 10 k y', 'a 30 k z', 'a 50 k u'],
  ),
  'streams, left: an out-of-order record whose window has passed does not wait': streamJoin(
    ...(['left', [5, 5, 20]] as const),
    ...['a 50 k x', 'a 40 k y', 'a 44 k z', 'a 45 k u', 'b 46 k p', 'a 100 k v'],
  ),
  'streams, left: null keys are joined with null at once (KIP-962)': streamJoin(
    ...(['left', [5, 5, 0]] as const),
    ...['a 1 - x', 'a 2 - -', 'a 3 k -', 'b 4 - p', 'b 5 k -', 'a 6 k y', 'a 30 k z'],
  ),
  'streams, outer: both sides wait': streamJoin(
    ...(['outer', [5, 5, 0]] as const),
    ...['a 1 k x', 'b 2 l p', 'a 10 m y', 'b 11 n q', 'a 20 k z', 'b 40 k r'],
  ),
  'streams, outer: sides that look differently far': streamJoin(
    ...(['outer', [2, 7, 1]] as const),
    ...['b 10 l p', 'a 10 k x', 'a 13 m y', 'a 14 m z', 'a 18 m u', 'a 19 m v', 'b 40 n q', 'b 60 n r'],
  ),
  'streams, outer: in the order of time, the right side first': streamJoin(
    ...(['outer', [5, 5, 0]] as const),
    ...['a 1 b x', 'b 1 b p', 'a 1 a y', 'b 1 c q', 'b 1 c r', 'a 0 d z', 'a 30 e u', 'b 60 e s'],
  ),
  'streams, outer: null keys (KIP-962)': streamJoin(
    ...(['outer', [5, 5, 0]] as const),
    ...['a 1 - x', 'b 2 - p', 'a 3 - -', 'b 3 k -', 'a 4 k -', 'b 30 k q', 'b 60 k r'],
  ),
  'streams, outer: one match frees all that waited': streamJoin(
    ...(['outer', [5, 5, 5]] as const),
    ...['a 10 k x', 'a 10 k y', 'a 12 k z', 'b 6 k p', 'a 11 l u', 'b 40 k q', 'a 60 k v'],
  ),
  'streams, outer: only the past': streamJoin(
    ...(['outer', [5, -2, 0]] as const),
    ...['b 1 k p', 'a 3 k x', 'a 20 k y', 'b 19 k q', 'b 18 k r', 'a 40 k z', 'b 60 k s'],
  ),
  'streams, outer: what waits behind an open window is looked at again': streamJoin(
    ...(['left', [1, 2, 2]] as const),
    ...['a 56 a x', 'a 59 b y', 'b 60 a p', 'b 61 b q', 'b 80 b r', 'a 99 b z'],
  ),
  'a stream joined with itself': {
    topology: [
      ...streams('a'),
      { op: 'streamJoin', id: 'join', left: 'a', right: 'a', kind: 'inner', before: 5, after: 5, grace: 5 },
      ...sinks('join'),
    ],
    inputs: records('a 1 k x', 'a 3 k y', 'a 2 k z', 'a 20 k u'),
  },
  'streams joined behind other keys': {
    topology: [
      ...streams('a', 'b'),
      { op: 'selectKey', id: 'keyed', from: 'a', by: 'first' },
      { op: 'streamJoin', id: 'join', left: 'keyed', right: 'b', kind: 'left', before: 5, after: 5, grace: 0 },
      ...sinks('join'),
    ],
    inputs: records('a 1 k xy', 'b 2 x p', 'a 3 - x', 'a 4 k -', 'b 20 x q', 'a 40 k x'),
  },

  'tables, inner': tableJoin(
    'inner',
    'a 1 k x',
    'b 5 k p',
    'a 3 k y',
    'b 2 k -',
    'b 4 k -',
    'a 6 k -',
    'b 7 k q',
    'a 8 k z',
    'a 9 k -',
  ),
  'tables, left': tableJoin(
    'left',
    'a 1 k x',
    'b 5 k p',
    'a 3 k y',
    'b 2 k -',
    'b 4 k -',
    'a 6 k -',
    'a 6 k -',
    'b 7 k q',
    'a 8 k z',
    'a 9 k -',
  ),
  'tables, outer': tableJoin(
    'outer',
    'a 1 k x',
    'b 5 k p',
    'a 3 k y',
    'b 2 k -',
    'a 6 k -',
    'a 6 k -',
    'b 7 k q',
    'b 8 k -',
    'b 9 k -',
  ),
  'tables: null keys are dropped': tableJoin('outer', 'a 1 - x', 'b 2 - p', 'a 3 k y'),
  'tables: deletions of what was not there': tableJoin(
    'inner',
    'a 1 k -',
    'b 2 k -',
    'b 3 k p',
    'a 4 k -',
    'a 5 k x',
    'b 6 l -',
  ),
  'a regrouped join of tables': {
    topology: [
      ...tables('a', 'b'),
      { op: 'tableTableJoin', id: 'join', left: 'a', right: 'b', kind: 'left' },
      { op: 'tableAggregate', id: 'groups', from: 'join', by: 'first', fn: 'concat' },
      ...sinks('groups'),
    ],
    inputs: records('a 1 k x', 'b 2 k p', 'a 3 k y', 'b 4 k -', 'a 5 k -', 'b 6 k q', 'a 7 k x'),
  },
}
