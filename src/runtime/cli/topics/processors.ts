// ks help processors: modules in JavaScript.

import type { HelpTopic } from '../command.ts'

export const processorsTopic: HelpTopic = {
  name: 'processors',
  summary: 'Processors in JavaScript: context, stores, punctuations.',
  body: () => [
    '`ks process ./module.mjs` runs a module as a stage of a chain, with the Processor API of Kafka Streams. The default ' +
      'export makes a processor: a function that returns an object, a class, or a supplier with `get()` and `stores()`. One ' +
      'processor is made for each task.',
    {
      code:
        "export const stores = { seen: { type: 'key-value' } }\n\n" +
        'export default () => {\n' +
        '  let context, seen\n' +
        '  return {\n' +
        "    init(given) { context = given; seen = context.getStateStore('seen') },\n" +
        '    process(record) {\n' +
        '      if (seen.putIfAbsent(record.key, record.timestamp) === null) context.forward(record)\n' +
        '    },\n' +
        '    close() {},\n' +
        '  }\n' +
        '}',
    },
    { heading: 'Records' },
    'A record has `key`, `value` (JSON data), `timestamp` (ms) and `headers` (`{name, value}` with bytes), and is not changed ' +
      'but copied: `withKey`, `withValue`, `withTimestamp`, `withHeaders`.',
    { heading: 'The context' },
    {
      rows: [
        [
          'forward(record[, child])',
          'Passes a record on. Of a plain object, what is missing is as in the record that is processed: `forward({ value: 1 })`.',
        ],
        ['getStateStore(name)', 'A store that is declared.'],
        [
          'schedule(ms, type, callback)',
          'Calls back with the time; `cancel()` of what it returns ends that. `stream-time` is aligned to 0, fires with the first record and at most once for each advance of time. `wall-clock-time` fires an interval from now at the earliest, between blocks of records.',
        ],
        ['commit()', 'Asks for a commit soon.'],
        ['recordMetadata', '`topic`, `partition` and `offset` of the record; undefined in punctuations.'],
        ['currentStreamTimeMs()', 'The highest timestamp so far.'],
        ['currentSystemTimeMs()', 'The clock.'],
        ['taskId, applicationId', 'Which task this is, and what `-a` says.'],
        ['appConfigs', 'What `--arg` and `--argjson` give, by name.'],
      ],
    },
    { heading: 'Stores' },
    'They are declared by name, kept between runs with `-a`, and on topics have changelogs. Keys and values are JSON data. What ' +
      'is got from a store must not be changed in place, but put again.',
    {
      rows: [
        [
          "{ type: 'key-value' }",
          'get, put, putIfAbsent, delete. With `ranges: true` its rows are all in memory, and it has range, reverseRange, prefixScan, all and reverseAll too, in the order of the keys as text.',
        ],
        [
          "{ type: 'window', retentionMs }",
          'put(key, value, windowStart), fetch(key, windowStart), fetch(key, from, to), fetchAll(from, to), all.',
        ],
        [
          "{ type: 'session', retentionMs }",
          'put({ key, start, end }, value), remove, fetch(key), fetchSession(key, start, end), findSessions(key, earliestEnd, latestStart).',
        ],
      ],
    },
    'Windows and sessions are in memory as long as they are kept: a day if `retentionMs` does not say.',
    { heading: 'Partitions' },
    'With `-t` and `-a` each task sees the records of its partition. If the module has stores and a stage before it has changed ' +
      'the keys, the records are brought together by their keys first, through a repartition topic.',
    { heading: 'Topologies' },
    '`ks run ./topology.mjs` runs a whole topology. Its default export gets a builder with the DSL of Kafka Streams (`stream`, ' +
      '`table`, `globalTable`; `filter`, `mapValues`, `groupBy`, `windowedBy`, `count`, `aggregate`, `join`, `process`, …) and the ' +
      'windows. Functions get a record: `stream.filter(({ value }) => value.price > 10)`.',
    {
      code:
        'export default (builder, { TimeWindows }) => {\n' +
        '  builder\n' +
        "    .stream('clicks')\n" +
        '    .groupBy(({ value }) => value.page)\n' +
        "    .windowedBy(TimeWindows.ofSizeAndGrace('1m', '10s'))\n" +
        '    .count()\n' +
        '    .toStream()\n' +
        "    .to('counts')\n" +
        '}',
    },
    'The same classes are what the package exports, with types, a `TopologyTestDriver`, and `KafkaStreams` to run a topology ' +
      'inside a program: `new KafkaStreams(builder.build(), config)` with `start`, `close`, `onStateChange` and `store(name)`.',
    { heading: 'Errors' },
    'What `process` throws makes the record a bad one, see `--on-error`; what `init` or a punctuation throws ends the run. A chain ' +
      'in a file runs modules only with `ks run --allow-modules`.',
  ],
}
