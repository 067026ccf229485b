// KTable.suppress: what is held back, until when, and how much of it.

import { aggregateOf, hopping, records, session, sinks, sliding, streams, suppressed, tumbling } from './named.ts'
import type { NamedCases } from './named.ts'
import type { Case, SuppressSpec } from './cases.ts'

const close = { until: 'close' } as const
const hour = 3_600_000

/** The updates of a table that `suppress` lets through. */
const ofTable = (until: SuppressSpec, ...lines: readonly string[]): Case => ({
  topology: [
    { op: 'table', id: 'a', topic: 'a' },
    { op: 'suppress', id: 'rest', from: 'a', ...until },
    ...sinks('rest'),
  ],
  inputs: records(...lines.map((line) => `a ${line}`)),
})

/** For a time that does not end, and so many bytes. */
const bytes = (most: number, whenFull: 'emit' | 'fail' = 'emit'): SuppressSpec => ({
  until: 'time',
  ms: 1_000_000,
  bytes: most,
  whenFull,
})

// A row of a table that is new has 35 bytes: 8 for its place, 20 for time, offset and partition, 1 of the topic, 2 of the header,
// 1 of the key and 3 of the value, which is JSON.

export const suppressCases: NamedCases = {
  'a window once, when it closes': suppressed(
    tumbling(10, 2),
    close,
    '1 b x',
    '2 a y',
    '9 b z',
    '11 a u',
    '12 c v',
    '22 c w',
  ),
  'a jump in time loses nothing': suppressed(hopping(10, 5), close, '1 b x', '2 a y', '500 a z', '1000 a u'),
  'what was late did not move the time': suppressed(tumbling(10), close, '1 k a', '10 k b', '2 k c', '20 k d'),
  'only what comes through moves the time': {
    topology: [
      ...streams('a'),
      aggregateOf('a', tumbling(10)),
      { op: 'filter', id: 'some', from: 'agg', contains: 'x' },
      { op: 'suppress', id: 'rest', from: 'some', until: 'close' },
      ...sinks('rest'),
    ],
    inputs: records('a 1 k x', 'a 15 k y', 'a 25 k z', 'a 36 k x', 'a 50 k x'),
  },
  'sessions, without the deleted ones': suppressed(
    session(5, 2),
    close,
    '0 k a',
    '4 k b',
    '10 l c',
    '11 k d',
    '12 l e',
    '30 l f',
  ),
  'sessions at the exact bound': suppressed(session(5), close, '0 k a', '5 l b', '5 k c', '10 l d', '11 l e'),
  'sliding windows': suppressed(sliding(5, 2), close, '10 k a', '12 k b', '17 l c', '19 l d', '24 l e', '40 l f'),
  'for a time, from the first update on': suppressed(
    ...([tumbling(100), { until: 'time', ms: 10 }] as const),
    ...['1 k a', '5 k b', '9 l c', '11 k d', '12 k e', '22 l f', '23 l g'],
  ),
  'for a time, no more than two rows': suppressed(
    tumbling(10),
    { until: 'time', ms: 50, rows: 2, whenFull: 'emit' },
    ...['1 k a', '2 l b', '3 k c', '4 m d', '14 k e', '5 l f', '90 k g'],
  ),
  'for no time': suppressed(tumbling(10), { until: 'time', ms: 0 }, '1 k a', '1 l b', '3 k c', '2 k d'),
  'deletions wait like all updates': {
    topology: [
      { op: 'table', id: 'a', topic: 'a' },
      { op: 'suppress', id: 'rest', from: 'a', until: 'time', ms: 10 },
      ...sinks('rest'),
    ],
    inputs: records('a 1 k x', 'a 3 k -', 'a 4 l y', 'a 11 m z', 'a 5 n -', 'a 30 m u'),
  },
  'for hours': suppressed(session(hour, hour), close, `0 k a`, `${hour} k b`, `${3 * hour} l c`, `${4 * hour} l d`),

  'bytes: as many as there may be': ofTable(bytes(70), '1 k a', '2 l b', '3 m c', '4 n d'),
  'bytes: one less': ofTable(bytes(69), '1 k a', '2 l b', '3 m c'),
  'bytes: fewer than one row has': ofTable(bytes(34), '1 k a', '2 l b'),
  'bytes: none': ofTable(bytes(0), '1 k a', '1 k b'),
  'bytes: long keys and values': ofTable(
    bytes(100),
    '1 key x',
    '2 l abcdefghijklmnopqrstuvwxyz',
    '3 long-key y',
    '4 l z',
  ),
  'bytes: text beyond ASCII counts by its bytes in keys and values': ofTable(
    bytes(76),
    ...['1 ä €', '2 l b', '3 m ü', '4 ß s'],
  ),
  'bytes: an update counts what the row was before': ofTable(
    bytes(78),
    ...['1 k a', '2 l b', '3 k bbbbbb', '4 l cc', '5 k d', '6 l ddd'],
  ),
  'bytes: a row that comes back after it was let through has a past': ofTable(
    bytes(70),
    ...['1 k a', '2 l b', '3 m c', '4 k dd', '5 k ee', '6 l ff'],
  ),
  'bytes: the same before and before that counts once': ofTable(
    bytes(74),
    ...['1 k aaaa', '2 l b', '3 m c', '4 n d', '5 k aaaa', '6 k aaaa', '7 k bbbb', '8 l x'],
  ),
  'bytes: deletions count what they delete': ofTable(
    bytes(70),
    ...['1 k aaa', '2 l b', '3 k -', '4 m c', '5 l -', '6 n d', '7 m -'],
  ),
  'bytes: windows are a part of the key': suppressed(tumbling(10), bytes(86), '1 k a', '2 l b', '13 k c', '14 l d'),
  'bytes: sessions have two bounds': suppressed(
    session(5, 50),
    bytes(102),
    '1 k a',
    '2 l b',
    '13 k c',
    '4 k d',
    '24 l e',
  ),
  'bytes: until windows close, with room': suppressed(
    tumbling(10),
    { until: 'close', bytes: 129, whenFull: 'fail' },
    ...['1 k a', '2 l b', '11 k c', '12 l d', '23 m e'],
  ),
  'bytes: until windows close, without': suppressed(
    tumbling(10, 5),
    { until: 'close', bytes: 129, whenFull: 'fail' },
    ...['1 k a', '2 l b', '11 k c', '12 l d', '23 m e'],
  ),
  'rows: until windows close, what is due goes first': suppressed(
    tumbling(10),
    { until: 'close', rows: 2, whenFull: 'fail' },
    ...['1 k a', '2 l b', '11 m c', '12 n d', '13 o e', '14 p f'],
  ),
  'rows: for a time, and no more': ofTable(
    { until: 'time', ms: 10, rows: 2, whenFull: 'fail' },
    ...['1 k a', '2 l b', '3 k c', '11 m d', '12 n e', '13 o f', '14 p g'],
  ),
  'rows and bytes, whichever is first': ofTable(
    { until: 'time', ms: 100, rows: 3, bytes: 110, whenFull: 'emit' },
    ...['1 k a', '2 l b', '3 m c', '4 n d', '5 o eeeeeeeeeeeeeeee', '6 p f', '7 q g', '8 r h'],
  ),
  'bytes: what a join makes': {
    topology: [
      { op: 'table', id: 'a', topic: 'a' },
      { op: 'table', id: 'b', topic: 'b' },
      { op: 'tableTableJoin', id: 'join', left: 'a', right: 'b', kind: 'outer' },
      { op: 'suppress', id: 'rest', from: 'join', ...bytes(90) },
      ...sinks('rest'),
    ],
    inputs: records('a 1 k x', 'b 2 k y', 'a 3 l x', 'a 4 k -', 'b 5 k -', 'b 6 m z', 'a 7 n z'),
  },
  'bytes: what an aggregate makes, with an aggregate behind it': {
    topology: [
      ...streams('a'),
      aggregateOf('a', null),
      { op: 'suppress', id: 'rest', from: 'agg', ...bytes(90) },
      { op: 'tableAggregate', id: 'groups', from: 'rest', by: 'first', fn: 'concat' },
      ...sinks('groups'),
    ],
    inputs: records('a 1 k x', 'a 2 l xy', 'a 3 k y', 'a 4 m x', 'a 5 k z', 'a 6 l u'),
  },
}
