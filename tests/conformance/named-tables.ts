// Streams without windows, tables, and their aggregates.

import { aggregateOf, records, sinks, streams, tables, type NamedCases } from './named.ts'
import type { AggregateName, Op } from './cases.ts'

const grouped = (from: string, fn: AggregateName = 'concat'): Op => ({
  op: 'tableAggregate',
  id: 'groups',
  from,
  by: 'first',
  fn,
})

export const tableCases: NamedCases = {
  'a filter sees nulls, and keeps keys and times': {
    topology: [...streams('a'), { op: 'filter', id: 'some', from: 'a', contains: 'x' }, ...sinks('some')],
    inputs: records('a 5 k x', 'a 3 - xy', 'a 4 k -', 'a 4 k y'),
  },
  'several values from one record': {
    topology: [
      ...streams('a'),
      { op: 'flatMapValues', id: 'parts', from: 'a' },
      { op: 'selectKey', id: 'keyed', from: 'parts', by: 'first' },
      aggregateOf('keyed', null, 'changes', 'count'),
      ...sinks('parts', 'agg'),
    ],
    inputs: records('a 5 k xyx', 'a 3 - xy', 'a 4 k -'),
  },
  'merged streams': {
    topology: [
      ...streams('a', 'b'),
      { op: 'merge', id: 'both', from: 'a', with: 'b' },
      aggregateOf('both', null),
      ...sinks('both', 'agg'),
    ],
    inputs: records('a 5 k x', 'b 3 k y', 'b 7 - z', 'a 6 l -', 'a 6 l u'),
  },
  'an aggregate keeps the highest timestamp': {
    topology: [...streams('a'), aggregateOf('a', null), ...sinks('agg')],
    inputs: records('a 5 k x', 'a 3 k y', 'a 3 l z', 'a 9 k u', 'a 9 k v'),
  },
  'an aggregate drops records without a key or a value': {
    topology: [...streams('a'), aggregateOf('a', null), ...sinks('agg')],
    inputs: records('a 5 - x', 'a 6 k -', 'a 7 k y', 'a 0 l z'),
  },
  'a key made from a missing value': {
    topology: [
      ...streams('a'),
      { op: 'aggregate', id: 'agg', from: 'a', by: 'first', window: null, fn: 'count', emit: 'changes' },
      ...sinks('agg'),
    ],
    inputs: records('a 5 - x', 'a 6 k -', 'a 7 k xy', 'a 0 l z'),
  },

  'a table takes the later record, whatever its time': {
    topology: [...tables('a'), ...sinks('a')],
    inputs: records('a 5 k x', 'a 3 k y', 'a 5 - z', 'a 2 k -', 'a 1 k -', 'a 8 l -'),
  },
  'a stream as a table': {
    topology: [...streams('a'), { op: 'toTable', id: 'rows', from: 'a' }, ...sinks('rows')],
    inputs: records('a 5 k x', 'a 3 k y', 'a 5 - z', 'a 2 k -', 'a 1 k -', 'a 8 l -'),
  },
  'a filtered table deletes rows that do not pass any more': {
    topology: [...tables('a'), { op: 'filter', id: 'some', from: 'a', contains: 'x' }, ...sinks('some')],
    inputs: records('a 1 k x', 'a 2 k y', 'a 3 k z', 'a 4 k xx', 'a 3 k -', 'a 5 k -', 'a 6 l y', 'a 7 l -'),
  },
  'a filtered stream of a table': {
    topology: [
      ...streams('a'),
      { op: 'toTable', id: 'rows', from: 'a' },
      { op: 'mapValues', id: 'more', from: 'rows', append: 'x' },
      { op: 'filter', id: 'some', from: 'more', contains: 'yx' },
      ...sinks('more', 'some'),
    ],
    inputs: records('a 1 k y', 'a 2 k z', 'a 3 k z', 'a 4 k y', 'a 3 k -', 'a 6 l z', 'a 7 l -'),
  },
  'a table back and forth': {
    topology: [
      ...tables('a'),
      { op: 'toStream', id: 'changes', from: 'a' },
      { op: 'toTable', id: 'again', from: 'changes' },
      ...sinks('changes', 'again'),
    ],
    inputs: records('a 1 k y', 'a 2 k -', 'a 3 k -', 'a 1 k z'),
  },

  'a regrouped table: a row moves from group to group': {
    topology: [...tables('a'), grouped('a'), ...sinks('groups')],
    inputs: records('a 1 k x', 'a 2 l x', 'a 5 k y', 'a 3 k z', 'a 4 l -', 'a 6 k -'),
  },
  'a regrouped table: a row changes within its group': {
    topology: [...tables('a'), grouped('a'), ...sinks('groups')],
    inputs: records('a 1 k x', 'a 2 k xy', 'a 1 k xz', 'a 9 k xz'),
  },
  'a regrouped table: deletions of what was not there': {
    topology: [...tables('a'), grouped('a', 'count'), ...sinks('groups')],
    inputs: records('a 1 k -', 'a 2 k x', 'a 1 k -', 'a 9 k -', 'a 3 - x'),
  },
  'a regrouped aggregate': {
    topology: [
      ...streams('a'),
      aggregateOf('a', null, 'changes', 'count'),
      grouped('agg', 'count'),
      ...sinks('groups'),
    ],
    inputs: records('a 1 k x', 'a 2 l x', 'a 1 k y', 'a 9 l -', 'a 3 m x'),
  },
  'a regrouped table behind a filter': {
    topology: [
      ...streams('a'),
      { op: 'toTable', id: 'rows', from: 'a' },
      { op: 'filter', id: 'some', from: 'rows', contains: 'x' },
      grouped('some'),
      ...sinks('some', 'groups'),
    ],
    inputs: records('a 1 k x', 'a 2 k xy', 'a 3 k y', 'a 4 l y', 'a 5 l yx', 'a 6 k x', 'a 7 k -'),
  },
  'a regrouped table twice': {
    topology: [
      ...streams('a'),
      { op: 'toTable', id: 'rows', from: 'a' },
      grouped('rows', 'count'),
      { op: 'tableAggregate', id: 'counts', from: 'groups', by: 'first', fn: 'concat' },
      ...sinks('counts'),
    ],
    inputs: records('a 1 k x', 'a 2 l x', 'a 3 k y', 'a 4 l -', 'a 0 k -'),
  },
}
