// ks help envelope: records with their metadata, as lines of JSON.

import type { HelpTopic } from '../command.ts'

export const envelopeTopic: HelpTopic = {
  name: 'envelope',
  summary: 'Key, time and headers of a record on a pipe.',
  body: () => [
    'A record is a value with a key, a time, headers and the place it came from. On standard output and in files there is only ' +
      'the value; `-J` writes the whole record as an object, in the fields that `kcat -J` has:',
    {
      code: '{"topic":"clicks.ndjson","partition":0,"offset":0,"ts":1000,"key":"ann","payload":{"user":"ann","page":"/home"}}',
    },
    {
      rows: [
        [
          'topic, partition, offset',
          'Where it was read: of a file its name, 0, and the byte at which the record begins.',
        ],
        ['ts', 'Its time in milliseconds; left out if it has none.'],
        ['headers', 'The headers; left out if there are none.'],
        ['key', 'The key: a string or any other JSON value, null if there is none.'],
        ['payload', 'The value as JSON, not as a string that holds JSON. null deletes the key from a table.'],
      ],
    },
    { heading: 'Reading' },
    'An object with `topic`, `partition`, `offset` and `payload` is read as an envelope: `.` is the payload, and `$key`, `$ts`, ' +
      '`$headers` and the others are what stands beside it. The output then comes in envelopes too, so nothing is lost on the ' +
      'way; `--no-envelope` writes values only.',
    { code: 'ks key .user clicks.ndjson --ts .ts -J | ks filter \'.page != "/health"\' | ks count --no-envelope' },
    'Inside one process, between stages joined by `then`, records always have everything and no envelope is needed.',
  ],
}
