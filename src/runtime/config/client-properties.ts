// The properties of Kafka's consumer and producer (ConsumerConfig, ProducerConfig), with Kafka Streams' defaults for them
// and those of ks where they differ.

import { accepted, choice, consumers, duration, flag, java, size, text } from './property.ts'

const ofConsumers = { clients: consumers }
const ofProducer = { clients: ['producer'] } as const
const largestInt = String(2 ** 31 - 1)

/** ConsumerConfig by name. */
export const consumerProperties = {
  'auto.offset.reset': choice(
    'earliest',
    ['earliest', 'latest', 'none'],
    'Where to start without a committed position',
    { ...ofConsumers, synonyms: { smallest: 'earliest', beginning: 'earliest', largest: 'latest', end: 'latest' } },
  ),
  'isolation.level': choice(
    'read_committed',
    ['read_uncommitted', 'read_committed'],
    'Whether records of transactions that are open or were aborted are read',
    ofConsumers,
  ),
  'session.timeout.ms': duration('45000', 'Without a heartbeat for so long a member has left the group', ofConsumers),
  'heartbeat.interval.ms': duration('3000', 'How often a member of a group says that it is there', ofConsumers),
  'max.poll.interval.ms': duration('300000', 'How long a member may take to join again when the group changes', {
    ...ofConsumers,
    min: 1,
  }),
  'group.instance.id': text(
    undefined,
    'Name of a static member of the group, which may restart without rebalancing',
    ofConsumers,
  ),
  'fetch.min.bytes': size('1', 'How much the broker gathers before it answers', ofConsumers),
  'fetch.max.bytes': size('52428800', 'How much one answer of the broker may have', ofConsumers),
  'fetch.max.wait.ms': duration('500', 'How long the broker gathers', ofConsumers),
  'max.partition.fetch.bytes': size('4194304', 'How much one answer may have of a partition', ofConsumers),

  'max.poll.records': accepted('memory bounds what is taken at a time'),
  'check.crcs': accepted('checksums are always checked', 'true'),
  'client.rack': accepted('records come from leaders'),
  'enable.auto.commit': accepted('positions are committed together with state', 'false'),
  'auto.commit.interval.ms': accepted('positions are committed together with state: commit.interval.ms'),
  'enable.auto.offset.store': accepted('positions are committed together with state'),
  'allow.auto.create.topics': accepted('reading never makes a topic', 'false'),
  'exclude.internal.topics': accepted('topics are read by name'),
  'default.api.timeout.ms': accepted('request.timeout.ms and task.timeout.ms decide'),
  'group.id': accepted('the group is the application: application.id'),
  'internal.leave.group.on.close': accepted('a member leaves its group unless it is static'),
  'internal.throw.on.fetch.stable.offset.unsupported': accepted('always so', 'true'),
  'group.remote.assignor': accepted('ks joins groups with the classic protocol'),
  'share.acknowledgement.mode': accepted('ks is no member of share groups'),

  'key.deserializer': java('a Java class; formats are chosen with `-i`'),
  'value.deserializer': java('a Java class; formats are chosen with `-i`'),
  'partition.assignment.strategy': java('Java classes; ks assigns tasks itself'),
}

/** ProducerConfig by name. */
export const producerProperties = {
  acks: choice('all', ['all', '0', '1'], 'Who must have a record before it counts as written', {
    ...ofProducer,
    synonyms: { '-1': 'all' },
  }),
  'enable.idempotence': flag('true', 'Whether the broker drops records that a retry sends twice', ofProducer),
  'compression.type': choice(
    'none',
    ['none', 'gzip', 'snappy', 'lz4', 'zstd'],
    'How batches are compressed',
    ofProducer,
  ),
  'linger.ms': duration('100', 'How long a batch waits for more records', ofProducer),
  'batch.size': size('524288', 'Size at which a batch is complete', ofProducer),
  'max.request.size': size('1048576', 'The largest record that is sent', ofProducer),
  'delivery.timeout.ms': duration('120000', 'How long sending a record is tried', {
    ...ofProducer,
    exactlyOnceDefault: largestInt,
  }),
  'transaction.timeout.ms': duration('10000', 'After so long the broker aborts a transaction that nobody ends', {
    ...ofProducer,
    min: 1,
  }),

  retries: accepted('delivery.timeout.ms decides'),
  'transactional.id': accepted('it comes from the application and the task'),
  'transaction.two.phase.commit.enable': accepted('nobody else takes part in the transactions of ks'),
  'max.in.flight.requests.per.connection': accepted('order is always kept'),
  'max.block.ms': accepted('a full buffer stops reading'),
  'buffer.memory': accepted('memory bounds what is under way'),
  'compression.gzip.level': accepted('the level is the default of the codec'),
  'compression.lz4.level': accepted('the level is the default of the codec'),
  'compression.zstd.level': accepted('the level is the default of the codec'),
  'compression.level': accepted('the level is the default of the codec'),
  'metadata.max.idle.ms': accepted('the topics of a run stay the same'),
  'partitioner.adaptive.partitioning.enable': accepted('keys decide the partition'),
  'partitioner.availability.timeout.ms': accepted('keys decide the partition'),
  'partitioner.ignore.keys': accepted('keys decide the partition'),

  'key.serializer': java('a Java class; formats are chosen with `-O`'),
  'value.serializer': java('a Java class; formats are chosen with `-O`'),
  'partitioner.class': java("a Java class; ks partitions as Kafka's default does"),
  'interceptor.classes': java('Java classes'),
}
