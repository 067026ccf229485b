// Bytes of keys and values: what Kafka's own serializers write is read and the other way round, keys go to the partitions that
// the Java client would choose, and a record comes through a pipe of envelopes as it was.

import assert from 'node:assert/strict'
import { before, suite, test } from 'node:test'
import {
  type ConsumedRecord,
  type NewRecord,
  brokerSkip,
  sharedBroker,
  type TestBroker,
} from '../support/kafka-broker.ts'
import { kafkaKs, newTopic, sorted } from '../support/kafka-ks.ts'

const skip = brokerSkip()
let broker: TestBroker

before(async () => {
  if (!skip) broker = await sharedBroker()
})

const base = Date.UTC(2026, 0, 1)
const base64 = (bytes: string | Buffer): string => Buffer.from(bytes).toString('base64')
const inBase64 = { encoding: 'base64' } as const

/** All of a record that another program can see, but its place. */
const contentOf = ({ key, value, headers, timestamp }: ConsumedRecord): unknown => ({ key, value, headers, timestamp })

const bytes = (length: number, write: (buffer: Buffer) => void): Buffer => {
  const buffer = Buffer.alloc(length)
  write(buffer)
  return buffer
}
const long = (value: bigint): Buffer => bytes(8, (buffer) => buffer.writeBigInt64BE(value))
const int = (value: number): Buffer => bytes(4, (buffer) => buffer.writeInt32BE(value))
const double = (value: number): Buffer => bytes(8, (buffer) => buffer.writeDoubleBE(value))

/** Texts and bytes that are easily changed by accident. */
const awkward: readonly (Buffer | null)[] = [
  ...[
    '',
    'plain',
    '"quoted"',
    '"',
    'null',
    'true',
    '007',
    '1.0',
    '1e3',
    '-0',
    '12345678901234567890',
    '0.1000',
    '{"a": 1}',
    '{"a":1,"a":2}',
    '[1, 2]',
    ' 1',
    '1\n',
    '{\n "a": 1\n}',
    'a\nb',
    'a\tb\\',
    '{"broken":',
    '"\\u0041"',
    'Ünïcödé 🎉',
    '\u2028\u0000',
    '__proto__',
    '{"topic":"x","partition":0,"offset":1,"payload":"y"}',
  ].map((text) => Buffer.from(text)),
  Buffer.from([0xff, 0xfe, 0x00, 0x80]),
  Buffer.from([0x00]),
  Buffer.from([0xed, 0xa0, 0x80]),
  long(-1n),
  null,
]

suite('through a pipe of envelopes', { skip, concurrency: 2 }, () => {
  const records: NewRecord[] = awkward.map((content, index) => ({
    partition: 0,
    key: awkward[awkward.length - 1 - index]?.toString('base64') ?? null,
    value: content?.toString('base64') ?? null,
    timestamp: base + index,
    headers: [
      ['text', base64('x')],
      ['nothing', null],
      ['empty', ''],
      ['text', base64('again')],
      ['bytes', base64(Buffer.from([0xff, 0x00]))],
      ['ünï', base64('{"a":1}')],
    ],
  }))

  test('ks read -J -e | ks write keeps every byte, header and time', async (t) => {
    const ks = kafkaKs(broker, t)
    const topic = await newTopic(broker, 'envelope')
    await broker.produce(topic, records, inBase64)
    const copy = await newTopic(broker, 'envelope')
    const { status, stderr } = await ks.shell(`set -o pipefail; ks read -t ${topic} -J -e | ks write ${copy}`)
    assert.equal(status, 0, stderr)
    const [from, to] = await Promise.all([broker.consume(topic, inBase64), broker.consume(copy, inBase64)])
    assert.equal(from.length, awkward.length)
    assert.deepEqual(to.map(contentOf), from.map(contentOf))
  })

  test('ks read --to keeps them too', async (t) => {
    const ks = kafkaKs(broker, t)
    const topic = await newTopic(broker, 'envelope')
    await broker.produce(topic, records, inBase64)
    const copy = await newTopic(broker, 'envelope')
    await ks.ok(['read', '-t', topic, '-e', '--to', copy])
    const [from, to] = await Promise.all([broker.consume(topic, inBase64), broker.consume(copy, inBase64)])
    assert.deepEqual(to.map(contentOf), from.map(contentOf))
  })

  test('ks read prints values byte for byte', async (t) => {
    const ks = kafkaKs(broker, t)
    const topic = await newTopic(broker, 'raw', 1, [{ value: '{ "a" : 1.0 }' }, { value: '"text"' }, { value: 'text' }])
    assert.equal((await ks.ok(['read', '-t', topic, '-e'])).stdout, '{ "a" : 1.0 }\n"text"\ntext\n')
  })
})

suite('--key and --value', { skip, concurrency: 3 }, () => {
  const cases: readonly (readonly [serde: string, content: Buffer, value: unknown])[] = [
    ['json', Buffer.from('{"a":[1,null]}'), { a: [1, null] }],
    ['json', Buffer.from('"x"'), 'x'],
    ['string', Buffer.from('12'), '12'],
    ['string', Buffer.from('ä"b'), 'ä"b'],
    ['string', Buffer.from(''), ''],
    ['long', long(-3n), -3],
    ['long', long(2n ** 53n - 1n), 2 ** 53 - 1],
    ['int', int(-2147483648), -2147483648],
    ['double', double(-1.25), -1.25],
    ['bytes', Buffer.from([0xff, 1]), '/wE='],
  ]

  test('read what Kafka has written and write what it reads', async (t) => {
    const ks = kafkaKs(broker, t)
    const check = async (serde: string, content: Buffer, value: unknown): Promise<void> => {
      const text = content.toString('base64')
      const [topic, copy] = await Promise.all([newTopic(broker, 'serde'), newTopic(broker, 'serde')])
      await broker.produce(topic, [{ key: text, value: text, timestamp: base }], inBase64)
      const serdes = ['--key', serde, '--value', serde]
      const rows = await ks.rows(['map', '{k: $key, v: .}', '-t', topic, '-e', '--key', serde, '--value', serde])
      assert.deepEqual(rows, [{ k: value, v: value }], `${serde} ${text}`)
      await ks.ok(['cat', '-t', topic, '-e', ...serdes, '--to', copy])
      const [record] = await broker.consume(copy, inBase64)
      assert.deepEqual({ key: record?.key, value: record?.value }, { key: text, value: text }, `written as ${serde}`)
    }
    for (let at = 0; at < cases.length; at += 3) {
      await Promise.all(cases.slice(at, at + 3).map(([serde, content, value]) => check(serde, content, value)))
    }
  })

  test('a long beyond what a double holds stays itself', async (t) => {
    const ks = kafkaKs(broker, t)
    const [topic, copy] = await Promise.all([newTopic(broker, 'serde'), newTopic(broker, 'serde')])
    const text = long(2n ** 63n - 1n).toString('base64')
    await broker.produce(topic, [{ value: text }], inBase64)
    assert.equal((await ks.ok(['cat', '-t', topic, '-e', '--value', 'long'])).stdout, '9223372036854775807\n')
    await ks.ok(['cat', '-t', topic, '-e', '--value', 'long', '--to', copy])
    assert.equal((await broker.consume(copy, inBase64))[0]?.value, text)
  })

  test('from one to another', async (t) => {
    const ks = kafkaKs(broker, t)
    const [topic, copy] = await Promise.all([newTopic(broker, 'serde'), newTopic(broker, 'serde')])
    await broker.produce(topic, [{ key: base64('7'), value: base64('12') }], inBase64)
    await ks.ok(['map', '. * 2', '-t', topic, '-e', '--key', 'json:long', '--value', 'json:double', '--to', copy])
    const [record] = await broker.consume(copy, inBase64)
    assert.equal(record?.key, long(7n).toString('base64'))
    assert.equal(record.value, double(24).toString('base64'))
  })

  test('none reads and writes nothing', async (t) => {
    const ks = kafkaKs(broker, t)
    const [topic, copy] = await Promise.all([
      newTopic(broker, 'serde', 1, [{ key: 'k', value: '{"n":1}' }]),
      newTopic(broker, 'serde'),
    ])
    await ks.ok(['cat', '-t', topic, '-e', '--key', 'none', '--to', copy])
    assert.deepEqual(
      (await broker.consume(copy)).map(({ key, value }) => [key, value]),
      [[null, '{"n":1}']],
    )
  })

  test('wrong lengths and invalid texts are records in error', async (t) => {
    const ks = kafkaKs(broker, t)
    const topic = await newTopic(broker, 'serde')
    const values = [long(1n), int(2), Buffer.from('3'), Buffer.alloc(0)].map((value) => value.toString('base64'))
    await broker.produce(
      topic,
      values.map((value) => ({ value })),
      inBase64,
    )
    const asLong = await ks.ok(['cat', '-t', topic, '-e', '--value', 'long'])
    assert.equal(asLong.stdout, '1\n')
    assert.match(asLong.stderr, /3 bad records/)
    const asInt = await ks.ok(['cat', '-t', topic, '-e', '--value', 'int'])
    assert.equal(asInt.stdout, '2\n')
    const fails = await ks.run(['cat', '-t', topic, '-e', '--value', 'long', '--on-error', 'fail'])
    assert.equal(fails.status, 5)
    assert.match(fails.stderr, new RegExp(`${topic}-0@1`))
    const texts = await newTopic(broker, 'serde')
    await broker.produce(texts, [{ value: base64(Buffer.from([0xff])) }, { value: base64('ok') }], inBase64)
    assert.equal((await ks.ok(['cat', '-t', texts, '-e', '--value', 'string', '-r'])).stdout, 'ok\n')
    const wrong = await ks.run(['cat', '-t', texts, '-e', '--value', 'avro'])
    assert.equal(wrong.status, 2)
    assert.match(wrong.stderr, /string/)
  })

  test('what cannot be written as the serde is a record in error as well', async (t) => {
    const ks = kafkaKs(broker, t)
    const topic = await newTopic(broker, 'serde', 1, [
      { value: '1' },
      { value: '1.5' },
      { value: '"x"' },
      { value: '3' },
    ])
    const copy = await newTopic(broker, 'serde')
    const { stderr } = await ks.ok(['cat', '-t', topic, '-e', '--value', 'json:long', '--to', copy])
    assert.deepEqual(
      (await broker.consume(copy, inBase64)).map(({ value }) => value),
      [long(1n), long(3n)].map((value) => value.toString('base64')),
    )
    assert.match(stderr, /2 bad records/)
  })
})

suite('partitions', { skip, concurrency: 3 }, () => {
  const keys = [
    ...Array.from({ length: 300 }, (_, index) => `key-${String(index * 7919)}`),
    ...['', 'a', 'ab', 'abc', 'abcd', 'ä', 'ü€', '日本語', '🎉🎉', 'null', '1', '-1', '1.50', '"q"', '{"a":1}', ' x '],
  ]

  test('are those of the Java producer', async (t) => {
    const ks = kafkaKs(broker, t)
    const [java, ours, keyed] = await Promise.all([7, 7, 7].map((count) => newTopic(broker, 'murmur', count)))
    const records = keys.map((key) => ({ key, value: JSON.stringify({ k: key }), timestamp: base }))
    await broker.produce(java ?? '', records)
    await ks.ok(['read', '-t', java ?? '', '-e', '--to', ours ?? ''])
    const stdin = keys.map((key) => `${JSON.stringify({ k: key })}\n`).join('')
    await ks.ok(['write', keyed ?? '', '-k', '.k'], { stdin })
    const partitions = async (topic: string | undefined): Promise<string[]> =>
      sorted((await broker.consume(topic ?? '')).map(({ key, partition }) => [key, partition]))
    const expected = await partitions(java)
    assert.equal(expected.length, keys.length)
    assert.deepEqual(await partitions(ours), expected)
    assert.deepEqual(await partitions(keyed), expected)
  })

  test('-k, -p and records without a key', async (t) => {
    const ks = kafkaKs(broker, t)
    const topic = await newTopic(broker, 'place', 3)
    await ks.ok(['write', topic, '-p', '2', '-k', '{a: .n}'], { stdin: '{"n":1}\n{"n":2}\n' })
    assert.deepEqual(
      (await broker.consume(topic)).map(({ partition, key }) => [partition, key]),
      [
        [2, '{"a":1}'],
        [2, '{"a":2}'],
      ],
    )
    const wrong = await ks.run(['write', topic, '-p', '3'], { stdin: '{"n":1}\n' })
    assert.equal(wrong.status, 2)
    const nullKeys = await newTopic(broker, 'place', 3)
    await ks.ok(['write', nullKeys], { stdin: '{"n":1}\n'.repeat(10) })
    assert.deepEqual(
      (await broker.consume(nullKeys)).map(({ key }) => key),
      Array.from({ length: 10 }, () => null),
    )
  })
})

suite('results', { skip, concurrency: 3 }, () => {
  test("windowed keys are those of Kafka Streams' TimeWindowedDeserializer, beside the other windows of the key", async (t) => {
    const ks = kafkaKs(broker, t)
    const keys = ['/home', '/ü', '/cart', '/x']
    const records = [0, 60_000].flatMap((time) =>
      keys.map((page) => ({ key: page, value: JSON.stringify({ page }), timestamp: base + time })),
    )
    const [topic, plain, windowed] = await Promise.all([
      newTopic(broker, 'win', 1, records),
      newTopic(broker, 'win', 5),
      newTopic(broker, 'win', 5),
    ])
    await ks.ok(['count', '--by', '.page', '-t', topic, '-e', '--to', plain])
    await ks.ok(['count', '--by', '.page', '--window', '1m', '-t', topic, '-e', '--to', windowed])
    const partitionOf = new Map((await broker.consume(plain)).map(({ key, partition }) => [key, partition]))
    const found = (await broker.consume(windowed, inBase64)).map(({ key, partition, value }) => {
      const content = Buffer.from(key ?? '', 'base64')
      const inner = content.toString('utf8', 0, content.length - 8)
      assert.equal(partition, partitionOf.get(inner), inner)
      const start = Number(content.readBigInt64BE(content.length - 8))
      const row: unknown = JSON.parse(Buffer.from(value ?? '', 'base64').toString('utf8'))
      assert.deepEqual(row, { page: inner, window_start: start, window_end: start + 60_000, count: 1 })
      return [inner, start]
    })
    assert.deepEqual(sorted(found), sorted(keys.flatMap((key) => [base, base + 60_000].map((start) => [key, start]))))
    const { stdout, stderr } = await broker.kafkaTool('org.apache.kafka.tools.consumer.ConsoleConsumer', [
      ...['--bootstrap-server', broker.bootstrap, '--topic', windowed, '--from-beginning', '--max-messages', '8'],
      ...['--property', 'print.key=true', '--property', 'print.value=false'],
      ...['--property', 'key.deserializer=org.apache.kafka.streams.kstream.TimeWindowedDeserializer'],
      ...['--property', 'key.deserializer.window.size.ms=60000'],
      ...[
        '--property',
        'key.deserializer.windowed.inner.deserializer.class=org.apache.kafka.common.serialization.Serdes$StringSerde',
      ],
    ])
    const printed = stdout.split('\n').filter((line) => line.startsWith('['))
    const expected = keys.flatMap((key) =>
      [base, base + 60_000].map((start) => `[${key}@${String(start)}/${String(start + 60_000)}]`),
    )
    assert.deepEqual(printed.sort(), expected.sort(), stderr)
  })

  test('groups as keys: a text as it is, everything else as JSON', async (t) => {
    const ks = kafkaKs(broker, t)
    const topic = await newTopic(broker, 'keys', 1, [
      { value: '{"a":"x","b":1}' },
      { value: '{"a":"1","b":1}' },
      { value: '{"a":1,"b":true}' },
    ])
    const keysOf = async (by: string): Promise<string[]> => {
      const out = await newTopic(broker, 'keys')
      await ks.ok(['count', '--by', by, '-t', topic, '-e', '--to', out])
      return (await broker.consume(out)).map(({ key }) => key ?? '').sort()
    }
    assert.deepEqual(await keysOf('.b'), ['1', 'true'])
    assert.deepEqual(await keysOf('.a,.b'), ['{"a":"1","b":1}', '{"a":"x","b":1}', '{"a":1,"b":true}'])
    assert.deepEqual(await keysOf('.a'), ['1', '1', 'x'])
  })
})
