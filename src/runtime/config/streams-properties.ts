// The properties that Kafka Streams itself has (StreamsConfig), with the defaults of ks where they differ.

import { accepted, choice, duration, java, number, size, text } from './property.ts'

const exactlyOnce = 'exactly_once_v2'

/** StreamsConfig by name. */
export const streamsProperties = {
  'application.id': text(undefined, 'Name of the application: its consumer group, its topics and its state (`-a`)'),
  'application.server': text(undefined, 'HOST:PORT at which other instances reach the queries of this one'),
  'processing.guarantee': choice(
    'at_least_once',
    ['at_least_once', exactlyOnce],
    'How often a record counts when something fails',
    // The first version and its trial name are gone since 4.0; what they promise is the same.
    { synonyms: { exactly_once: exactlyOnce, exactly_once_beta: exactlyOnce } },
  ),
  'commit.interval.ms': duration('30000', 'How often positions, results and state are committed', {
    exactlyOnceDefault: '100',
  }),
  'state.dir': text(undefined, 'Where state is kept'),
  'state.cleanup.delay.ms': accepted('state stays until `ks state rm` or `ks reset` removes it'),
  'statestore.cache.max.bytes': size('10485760', 'How much is held back so that updates of a key become one', {
    max: Number.MAX_SAFE_INTEGER,
  }),
  'num.stream.threads': number('1', 'How many threads of a process share its tasks', { min: 1, max: 256 }),
  'num.standby.replicas': number('0', 'How many other instances keep a copy of each store'),
  'acceptable.recovery.lag': number('10000', 'By how many records a copy may be behind to take over a task', {
    max: Number.MAX_SAFE_INTEGER,
  }),
  'max.warmup.replicas': accepted('a task moves at once, and restores where it arrives'),
  'probing.rebalance.interval.ms': accepted('a task moves at once, and restores where it arrives'),
  'max.task.idle.ms': duration('0', 'How long to wait for a partition without records, to keep to the order of time', {
    min: -1,
  }),
  'task.timeout.ms': duration('300000', 'How long a task waits for the broker before it ends the run'),
  'poll.ms': accepted('a poll waits until something is due'),
  'buffered.records.per.partition': number('1000', 'How many records of a partition are held before it is paused', {
    min: 1,
  }),
  'replication.factor': number('-1', 'Replicas of the topics that ks makes; -1 leaves it to the broker', { min: -1 }),
  'repartition.purge.interval.ms': duration('30000', 'How often what was read of repartition topics is deleted'),
  'windowstore.changelog.additional.retention.ms': duration(
    '86400000',
    'How much longer than its store the changelog topic of windows keeps records',
    { max: Number.MAX_SAFE_INTEGER },
  ),
  'errors.dead.letter.queue.topic.name': text(undefined, 'Topic for records that cannot be processed (KIP-1034)'),
  'metrics.recording.level': choice(
    'INFO',
    ['INFO', 'DEBUG'],
    'How much `--metrics` shows: with DEBUG also each task and node',
    {
      synonyms: { trace: 'DEBUG' },
    },
  ),
  'metrics.num.samples': number('2', 'How many windows averages, rates and maxima of metrics look back', {
    min: 1,
    max: 100,
  }),
  'metrics.sample.window.ms': duration('30000', 'How long a window of metrics is', { min: 1000 }),

  'state.cleanup.dir.max.age.ms': accepted('state is removed by `ks state rm` only', '-1'),
  'topology.optimization': accepted('what can be reused is always reused'),
  'default.dsl.store': accepted('stores are in LevelDB, or in memory without an application id'),
  'dsl.store.format': accepted('stores have one format'),
  'group.protocol': accepted('ks joins groups with the classic protocol', 'classic'),
  'upgrade.from': accepted('an upgrade needs no intermediate step'),
  'ensure.explicit.internal.resource.naming': accepted('names of internal topics come from the stage'),
  'built.in.metrics.version': accepted('there is one version of the metrics'),
  'enable.metrics.push': accepted('metrics are not pushed to the broker (KIP-714)'),
  'log.summary.interval.ms': accepted('there is no periodic summary in a log'),
  'rack.aware.assignment.strategy': accepted('racks do not decide who gets a task'),
  'rack.aware.assignment.tags': accepted('racks do not decide who gets a task'),
  'rack.aware.assignment.traffic_cost': accepted('racks do not decide who gets a task'),
  'rack.aware.assignment.non_overlap_cost': accepted('racks do not decide who gets a task'),
  'allow.os.group.write.access': accepted('state belongs to one user'),

  'default.key.serde': java('a Java class; formats are chosen with `-i` and `-O`'),
  'default.value.serde': java('a Java class; formats are chosen with `-i` and `-O`'),
  'default.list.key.serde.inner': java('a Java class'),
  'default.list.key.serde.type': java('a Java class'),
  'default.list.value.serde.inner': java('a Java class'),
  'default.list.value.serde.type': java('a Java class'),
  'default.timestamp.extractor': java('a Java class; event time is chosen with `--ts`'),
  'deserialization.exception.handler': java('a Java class; `--on-error` says what happens to bad records'),
  'processing.exception.handler': java('a Java class; `--on-error` says what happens to bad records'),
  'processing.exception.handler.global.enabled': java('belongs to a Java class; `--on-error` decides'),
  'production.exception.handler': java('a Java class; what cannot be written ends the run'),
  'dsl.store.suppliers.class': java('a Java class'),
  'rocksdb.config.setter': java('a Java class for RocksDB; stores are in LevelDB'),
  'default.client.supplier': java('a Java class'),
  'processor.wrapper.class': java('a Java class'),
  'task.assignor.class': java('a Java class'),
  'windowed.inner.class.serde': java('a Java class'),
  'window.size.ms': java('for a Java deserialiser; windows are declared with `--window`'),
}
