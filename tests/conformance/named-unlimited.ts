// One window without an end.

import { aggregateOf, records, sinks, streams, suppressed, unlimited, windowed, type NamedCases } from './named.ts'

export const unlimitedCases: NamedCases = {
  'all records are in one window': windowed(unlimited(0), 'changes', '0 k a', '9 k b', '10 l c', '100000 k d'),
  'nothing is late': windowed(unlimited(0), 'changes', '5 k a', '100000 l b', '4 k c', '0 k d', '100001 k e'),
  'the start is inclusive, and what came before is in no window': windowed(
    unlimited(10),
    'changes',
    ...['9 k a', '10 k b', '9 k c', '11 k d', '0 l e', '10 l f'],
  ),
  'records without a value count, without a key they do not': windowed(
    unlimited(5),
    'changes',
    '1 k -',
    '6 k -',
    '7 - x',
    '8 k y',
  ),
  'an aggregate that vanishes': {
    topology: [...streams('a'), aggregateOf('a', unlimited(0), 'changes', 'vanish'), ...sinks('agg')],
    inputs: records('a 3 k x', 'a 4 k z', 'a 2 k y', 'a 1 l z', 'a 5 k z'),
  },
  'suppress until the window closes lets nothing through': suppressed(
    unlimited(3),
    { until: 'close' },
    '1 k a',
    '5 k b',
    '100000 l c',
  ),
  'suppress for a time': suppressed(
    unlimited(3),
    { until: 'time', ms: 5 },
    '1 k a',
    '5 k b',
    '7 k c',
    '11 l d',
    '20 l e',
  ),
  'regrouped by what the windows have': {
    topology: [
      ...streams('a'),
      aggregateOf('a', unlimited(4), 'changes', 'count'),
      { op: 'tableAggregate', id: 'groups', from: 'agg', by: 'first', fn: 'concat' },
      ...sinks('groups'),
    ],
    inputs: records('a 3 k x', 'a 4 k x', 'a 9 l x', 'a 6 k y'),
  },
  'of two streams': {
    topology: [
      ...streams('a', 'b'),
      {
        op: 'cogroup',
        id: 'all',
        inputs: [
          { from: 'a', by: 'key' },
          { from: 'b', by: 'first' },
        ],
        window: unlimited(10),
      },
      ...sinks('all'),
    ],
    inputs: records('a 9 k x', 'a 1000 k x', 'b 12 k k', 'b 9 k k', 'a 10 k y', 'b 10 l kx'),
  },
}
