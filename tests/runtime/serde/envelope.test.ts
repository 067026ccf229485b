import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import fc from 'fast-check'
import { toByteString, type ByteString } from '../../../src/runtime/model/byte-string.ts'
import { LazyJson } from '../../../src/runtime/model/lazy-json.ts'
import { keyValue, LazyKey } from '../../../src/runtime/model/lazy-key.ts'
import { noOrigin, plainValue, StreamRecord, type Header } from '../../../src/runtime/model/stream-record.ts'
import { EnvelopeReader } from '../../../src/runtime/serde/envelope-reader.ts'
import { envelopeJson } from '../../../src/runtime/serde/envelope.ts'
import { stringifyJson } from '../../../src/runtime/serde/json-parse.ts'
import { JsonScanner } from '../../../src/runtime/serde/json-scanner.ts'
import { JsonText } from '../../../src/runtime/serde/json-text.ts'
import { RawBytes, RawText } from '../../../src/runtime/serde/raw-bytes.ts'

const reader = new EnvelopeReader()
const scanner = new JsonScanner(false)

/** Reads one line as the decoder of NDJSON does. */
const read = (line: ByteString): StreamRecord | undefined => {
  const bytes = Buffer.from(line, 'latin1')
  scanner.reserve(bytes.length + 1)
  bytes.copy(scanner.input, 0)
  scanner.setBlock(0, bytes.length)
  assert.equal(scanner.scan(0, bytes.length), 1, line)
  scanner.select(0)
  return reader.read(new StreamRecord(null, scanner, -1, { ...noOrigin, topic: 'a.ndjson', line: 7 }), scanner)
}

const readText = (line: string): StreamRecord | undefined => read(toByteString(line))

const place = '"topic":"orders","partition":3,"offset":42'

/** A payload or key, with its own text if it has one. */
const shown = (value: unknown): unknown => {
  if (value instanceof RawBytes) return value.bytes
  if (value instanceof RawText) return value.plain()
  if (value instanceof LazyKey) return shown(value.value())
  return value instanceof LazyJson ? { json: value.json() } : value
}

const roundTrip = (key: unknown, value: unknown, headers: readonly Header[] = [], timestamp = 5): StreamRecord => {
  const origin = { topic: 'orders', partition: 3, offset: 42, line: 1 }
  const line = envelopeJson(new StreamRecord(key, value, timestamp, origin, headers))
  assert.doesNotMatch(line, /[\n\r]/)
  const record = read(line)
  assert.ok(record !== undefined, line)
  return record
}

suite('an envelope', () => {
  test('is written with the fields of kcat, the payload as JSON', () => {
    const origin = { topic: 'orders "x"', partition: 3, offset: 42, line: 1 }
    const headers = [
      { name: 'a', value: Buffer.from('ü') },
      { name: 'b', value: null },
      { name: 'c', value: Buffer.from([0xff]) },
    ]
    const value = new JsonText(toByteString('{"price": 1.0}'))
    assert.equal(
      envelopeJson(new StreamRecord('ann', value, 1700000000000, origin, headers)),
      toByteString(
        '{"topic":"orders \\"x\\"","partition":3,"offset":42,"ts":1700000000000,' +
          '"headers":["a","ü","b",null,"c",{"base64":"/w=="}],"key":"ann","payload":{"price": 1.0}}',
      ),
    )
    assert.equal(
      envelopeJson(new StreamRecord(null, null, -1, origin)),
      '{"topic":"orders \\"x\\"","partition":3,"offset":42,"key":null,"payload":null}',
    )
  })

  test('of kcat is read: key and payload are the text of the raw bytes', () => {
    const record = readText(
      '{"topic":"orders","partition":3,"offset":42,"tstype":"create","ts":1700000000000,"broker":1,' +
        '"headers":["trace","ab","empty",null],"key":"o-77","payload":"{\\"price\\": 1.0}"}',
    )
    assert.deepEqual(
      { ...record, value: shown(record?.value) },
      {
        key: 'o-77',
        value: { json: '{"price": 1.0}' },
        timestamp: 1700000000000,
        origin: { topic: 'orders', partition: 3, offset: 42, line: 7 },
        headers: [
          { name: 'trace', value: Buffer.from('ab') },
          { name: 'empty', value: null },
        ],
        window: undefined,
      },
    )
  })

  test('has a payload that is embedded, in a string, no JSON, in base64, or a tombstone', () => {
    const cases: readonly (readonly [string, unknown])[] = [
      ['"payload":{"a": [1.0]}', { json: '{"a": [1.0]}' }],
      ['"payload":"{\\"a\\": 1}"', { json: '{"a": 1}' }],
      ['"payload":"plain text"', 'plain text'],
      ['"payload":""', ''],
      ['"payload":"\\"quoted\\""', { json: '"quoted"' }],
      ['"payload":"12"', { json: '12' }],
      ['"payload":"12 monkeys"', '12 monkeys'],
      ['"payload":12', { json: '12' }],
      ['"payload":false', { json: 'false' }],
      ['"payload":"null"', { json: 'null' }],
      ['"payload":null', null],
      ['"payload_base64":"/wA="', Buffer.from([0xff, 0])],
    ]
    for (const [field, value] of cases) assert.deepEqual(shown(readText(`{${place},${field}}`)?.value), value, field)
  })

  test('has a key that is text, JSON, in base64, or none', () => {
    const cases: readonly (readonly [string, unknown])[] = [
      ['"key":"ann",', 'ann'],
      ['"key":"200",', 200],
      ['"key":"\\"200\\"",', '200'],
      ['"key":200,', 200],
      ['"key":{"a":1},', { a: 1 }],
      ['"key":{"a": 1.0},', { json: '{"a": 1.0}' }],
      ['"key":"{\\"a\\": 1}",', { json: '{"a": 1}' }],
      ['"key":null,', null],
      ['', null],
      ['"key_base64":"/w==",', Buffer.from([0xff])],
    ]
    for (const [field, key] of cases) {
      assert.deepEqual(shown(readText(`{${place},${field}"payload":1}`)?.key), key, field)
    }
  })

  test('may have headers as an object', () => {
    const headers = readText(
      `{${place},"headers":{"a":"x","b":null,"c":12,"d":{"base64":"/w=="}},"payload":1}`,
    )?.headers
    assert.deepEqual(headers, [
      { name: 'a', value: Buffer.from('x') },
      { name: 'b', value: null },
      { name: 'c', value: Buffer.from('12') },
      { name: 'd', value: Buffer.from([0xff]) },
    ])
  })

  test('needs topic, partition, offset and payload', () => {
    for (const value of [
      '{"payload":1}',
      '{"topic":"a","payload":1}',
      '{"topic":1,"partition":0,"offset":0,"payload":1}',
      '{"topic":"a","partition":"0","offset":0,"payload":1}',
      `{${place}}`,
      '{"a":1}',
      '[1]',
      '"payload"',
    ]) {
      assert.equal(readText(value), undefined, value)
    }
    assert.equal(readText(`{${place},"payload":1}`)?.timestamp, -1)
  })

  test('with something in it that cannot be is a bad record', () => {
    for (const [fields, message] of [
      ['"payload_base64":"*"', 'payload_base64 of an envelope is no base64 text'],
      ['"key_base64":1,"payload":1', 'key_base64 of an envelope is no base64 text'],
      ['"headers":["a"],"payload":1', 'headers of an envelope are not pairs of name and value'],
      ['"headers":[1,"a"],"payload":1', 'the name of a header in an envelope is no string'],
      ['"headers":"a","payload":1', 'headers of an envelope are neither an array nor an object'],
    ]) {
      assert.throws(() => readText(`{${place},${fields}}`), { name: 'RecordError', message })
    }
  })

  test('never takes text that is nested too deeply for JSON', () => {
    const deep = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth)
    assert.deepEqual(shown(roundTrip(null, deep(513)).value), deep(513))
    assert.deepEqual(shown(readText(`{${place},"payload":"${deep(512)}"}`)?.value), { json: deep(512) })
  })
})

test('bytes are a string of base64 for those who do not know of them', () => {
  const value = readText(`{${place},"payload_base64":"/wA="}`)?.value
  assert.equal(plainValue(value), '/wA=')
  assert.equal((value as LazyJson).json(), '"/wA="')
})

suite('the round trip through an envelope is exact', () => {
  const bytes = fc.uint8Array({ maxLength: 20 })
  const text = fc.string({ unit: 'grapheme', maxLength: 20 })
  const json = fc
    .tuple(fc.jsonValue(), fc.constantFrom('', ' ', '\n', '\t'))
    .map(([value, space]) => space + JSON.stringify(value, null, space) + space)

  test('for time and headers', () => {
    const header = fc.record(
      {
        name: text,
        value: fc.oneof(
          fc.constant(null),
          bytes.map((value) => Buffer.from(value)),
        ),
      },
      { noNullPrototype: true },
    )
    fc.assert(
      fc.property(fc.array(header, { maxLength: 4 }), fc.nat(), (headers, timestamp) => {
        const record = roundTrip('k', 1, headers, timestamp)
        assert.deepEqual(record.headers, headers)
        assert.equal(record.timestamp, timestamp)
        assert.deepEqual(record.origin, { topic: 'orders', partition: 3, offset: 42, line: 7 })
      }),
    )
  })

  test('for plain values and keys', () => {
    const number = fc.oneof(
      fc.integer(),
      fc.bigInt({ min: -(2n ** 80n), max: 2n ** 80n }).filter((n) => n > 2n ** 60n),
    )
    const plain = fc.oneof(
      fc.jsonValue(),
      number,
      text,
      fc.constantFrom('', 'null', 'true', '12', ' 12', '"a"', '{}', '[', '-0', '\ufeff{}'),
    )
    const json = (value: unknown): string => stringifyJson(plainValue(value))
    fc.assert(
      fc.property(plain, plain, (key, value) => {
        const record = roundTrip(key, value)
        assert.equal(json(record.value), json(value))
        assert.equal(json(keyValue(record.key)), json(key))
      }),
      { numRuns: 500 },
    )
  })

  test('for the text of JSON that nobody touched', () => {
    fc.assert(
      fc.property(json, json, (key, value) => {
        const record = roundTrip(new JsonText(toByteString(key)), new JsonText(toByteString(value)))
        if (value === 'null') assert.equal(record.value, null)
        else assert.deepEqual(shown(record.value), { json: toByteString(value) })
        const again = keyValue(record.key)
        const keyAgain = again instanceof LazyJson ? again.json() : toByteString(stringifyJson(again))
        // A key whose text is null is there, unlike one that is null.
        assert.equal(keyAgain, key === 'null' ? '"null"' : toByteString(key))
      }),
      { numRuns: 500 },
    )
  })

  test('for raw bytes', () => {
    const rawOf = (value: unknown): Buffer => {
      if (value instanceof RawBytes) return value.bytes
      if (value instanceof RawText) return Buffer.from(value.plain())
      return value instanceof LazyJson ? Buffer.from(value.json(), 'latin1') : Buffer.from(value as string)
    }
    const raw = fc.oneof(
      bytes,
      json.map((one) => Buffer.from(one)),
      text.map((one) => Buffer.from(one)),
      fc.constantFrom('null', '"x"', '"', '1', '').map((one) => Buffer.from(one)),
    )
    fc.assert(
      fc.property(raw, (value) => {
        assert.deepEqual(rawOf(roundTrip(null, new RawBytes(Buffer.from(value))).value), Buffer.from(value))
      }),
      { numRuns: 500 },
    )
  })
})
