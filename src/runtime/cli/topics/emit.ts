// ks help emit: when results are printed.

import type { HelpTopic } from '../command.ts'

export const emitTopic: HelpTopic = {
  name: 'emit',
  summary: 'When results of aggregations are printed.',
  body: () => [
    'An aggregation is a table that every record changes. `--emit` says which states of it leave:',
    {
      rows: [
        ['changes', 'Every update of every row, at once. The last row of a group is its result.'],
        ['every=D', 'The latest state of the rows that have changed, every D of wall-clock time and at the end.'],
        ['final', 'Each window once, when it closes; rows without a window once, at the end of the input.'],
      ],
    },
    { heading: 'Without --emit' },
    'A window is printed once, when it closes or the input ends. A table without windows is printed at the end; on standard ' +
      'input, which may never end, also after one second of silence and at least every `commit.interval.ms` (`-X`), each time ' +
      'the rows that have changed since. So these two print the same:',
    { code: 'ks count --by .page clicks.ndjson\ncat clicks.ndjson | ks count --by .page' },
    'What goes to a topic follows the record cache of Kafka Streams instead, see `ks help kafka`.',
    'On a terminal the results are a table that is redrawn; `--no-live` prints lines there too.',
    'With `-a APP` a later run prints each row that it has changed, once, with its total.',
    { heading: 'Deleted rows' },
    'A row that leaves a table (a `filter` behind an aggregation no longer lets it pass) is printed as its ' +
      'group fields with `"__deleted":true`, if it was printed before. `top` prints its list anew, best first, whenever ' +
      'it has changed.',
  ],
}
