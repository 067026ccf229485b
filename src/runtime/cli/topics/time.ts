// ks help time: event time, windows, lateness.

import type { HelpTopic } from '../command.ts'

export const timeTopic: HelpTopic = {
  name: 'time',
  summary: 'Event time, windows, grace and late records.',
  body: () => [
    'Time is the time in the records, not the time at which they are read: the same file gives the same result today and ' +
      'tomorrow, fast or slow. `--ts EXPR` says where it stands: a number of milliseconds since 1970, or a string in ISO 8601. ' +
      'Records of topics and those in envelopes (`ks help envelope`) bring their own. `--ts now` takes the time of arrival instead.',
    'A window over a file or pipe without `--ts` is refused, because guessing a time would give a result that looks right and is not.',
    { heading: 'Durations' },
    'A number with its unit: `500ms`, `90s`, `5m`, `1h30m`, `2d`, `1w`. A bare number is refused, except `0`.',
    { heading: 'Windows' },
    {
      rows: [
        ['1m', 'Tumbling: every minute has one window, each record is in exactly one.'],
        [
          '5m/1m',
          'Hopping, size and advance: a window of five minutes begins every minute, so each record is in five. The advance ' +
            'cannot be more than the size.',
        ],
        [
          'session:30m',
          'Sessions: records of a group that are no more than the gap apart belong together. A session begins with its first ' +
            'record and ends with its last.',
        ],
        [
          'sliding:5m',
          'Sliding: a window of five minutes that ends with each record, and one that begins right behind it if others follow. ' +
            'Each set of records that are no more than five minutes apart has one.',
        ],
        [
          'unlimited:START',
          'One window without an end for all records from a time on (milliseconds or ISO 8601; `unlimited` alone: 1970). What comes ' +
            'before it is not counted.',
        ],
      ],
    },
    'Tumbling and hopping windows are aligned to 1970-01-01T00:00:00Z whatever the first record is, include their start and exclude their end: with ' +
      '`--window 1m` a record of 10:01:00.000 belongs to the window that begins then. Results carry `window_start` and ' +
      '`window_end` in milliseconds. Sessions and sliding windows include their end. Where every update is written (`--emit changes`, ' +
      'topics), a session that grows is deleted under its old bounds first, as in Kafka Streams.',
    '`ks count --window 1m` and `ks window 1m then count` are the same. Across a pipe, `ks window 1m | ks count`, the window ' +
      'travels in the fields `window_start`, `window_end` and `window_ts`; sessions and sliding windows must be aggregated in the same ' +
      'command.',
    { heading: 'When a window closes' },
    'Each stage has a stream time: the highest time of a record that it has seen, of whatever group. It never goes back. A ' +
      'window closes when stream time reaches its end plus the grace period (`--grace`, 0 if not given). A record whose window ' +
      'is closed is late: it does not count, the summary at the end names how many there were, and `--late` keeps them in a file or a topic. ' +
      'With hopping windows a late record still counts in those of its windows that are open. A session closes when stream time is ' +
      'past its end by the gap and the grace period.',
    'So with out-of-order input give a grace period as long as the disorder: `--window 1m --grace 10s`. A longer one makes ' +
      'results come later, never wrong.',
    { heading: 'When no more records come' },
    'A window closes because of a later record. At the end of the input all windows close and are printed; with `-a APP` they ' +
      'stay open instead, because the next run may bring records for them (`ks help application`). For an input that goes on but falls ' +
      'silent, `--idle 30s` closes windows as if time had moved on.',
    'An unlimited window never closes. Its results come like those without a window, its `window_end` is 9007199254740991, and no ' +
      'record is late for it.',
    'With `-a` stream time is kept between runs, so a record that was too late yesterday is too late today.',
  ],
}
