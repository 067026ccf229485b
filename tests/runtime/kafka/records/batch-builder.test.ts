// Batches that the builder makes against those made by hand, byte for byte, and read again.

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import fc from 'fast-check'
import { BatchBuilder, type BatchEnding, type BytesPart } from '../../../../src/runtime/kafka/records/batch-builder.ts'
import { readBatches } from '../../../../src/runtime/kafka/records/read-batches.ts'
import { type BatchRecord, recordsOf } from '../../../../src/runtime/kafka/records/read-records.ts'
import { type ByteString, toByteString } from '../../../../src/runtime/model/byte-string.ts'
import { type Header } from '../../../../src/runtime/model/stream-record.ts'
import { rawBatch } from './raw-batch.ts'

const plain: BatchEnding = {
  producerId: -1n,
  producerEpoch: -1,
  baseSequence: -1,
  transactional: false,
  compression: 'none',
}

const recordsIn = (bytes: Buffer): BatchRecord[] =>
  readBatches(bytes, { topic: 't', partition: 0, abortedTransactions: null, readCommitted: true }).batches.flatMap(
    (batch) => [...recordsOf(batch)],
  )

interface Given {
  readonly timestamp: number
  readonly key: Buffer | null
  readonly value: Buffer | null
  readonly headers: readonly Header[]
}

/** The same bytes in one of the forms that `append` takes. */
const asPart = (bytes: Buffer | null, form: 'text' | 'range'): BytesPart => {
  if (bytes === null) return null
  if (form === 'text') return bytes.toString('latin1') as ByteString
  const buffer = Buffer.concat([Buffer.from('before'), bytes, Buffer.from('after')])
  return { buffer, start: 6, end: 6 + bytes.length }
}

const build = (records: readonly Given[], form: 'text' | 'range', builder = new BatchBuilder()): Buffer => {
  for (const { timestamp, key, value, headers } of records) {
    builder.append(timestamp, asPart(key, form), asPart(value, form), headers)
  }
  return builder.finish(plain)
}

suite('a batch', () => {
  test('is what is made by hand, with producer, sequence and transaction', () => {
    const builder = new BatchBuilder()
    builder.append(1_700_000_000_000, toByteString('kéy'), toByteString('value'), [])
    builder.append(1_700_000_000_500, null, { buffer: Buffer.from('a value'), start: 2, end: 7 }, [
      { name: 'größe', value: Buffer.from('x') },
      { name: 'none', value: null },
    ])
    builder.append(1_699_999_990_000, '' as ByteString, null, [])
    const bytes = builder.finish({
      producerId: 2n ** 40n,
      producerEpoch: 300,
      baseSequence: 2 ** 31 - 1,
      transactional: true,
      compression: 'none',
    })
    const expected = rawBatch({
      baseTimestamp: 1_700_000_000_000,
      producerId: 2 ** 40,
      producerEpoch: 300,
      baseSequence: 2 ** 31 - 1,
      attributes: 16,
      records: [
        { key: 'kéy', value: 'value' },
        {
          value: 'value',
          timestampDelta: 500,
          headers: [
            ['größe', 'x'],
            ['none', null],
          ],
        },
        { key: '', timestampDelta: -10_000 },
      ],
    })
    assert.deepEqual(bytes, expected)
  })

  test('has count and size as it grows', () => {
    const builder = new BatchBuilder(100)
    assert.deepEqual([builder.count, builder.sizeBytes], [0, 61])
    builder.append(0, toByteString('k'), toByteString('v'), [])
    assert.deepEqual([builder.count, builder.sizeBytes], [1, 70])
    builder.append(0, null, { buffer: Buffer.alloc(100_000), start: 0, end: 100_000 }, [])
    assert.equal(builder.finish(plain).length, builder.sizeBytes)
    assert.equal(builder.count, 2)
  })

  test('that was handed over does not change when the next one is made', () => {
    const builder = new BatchBuilder(64)
    builder.append(5, toByteString('first'), null, [])
    const first = builder.finish(plain)
    const before = Buffer.from(first)
    builder.reset()
    assert.deepEqual([builder.count, builder.sizeBytes], [0, 61])
    builder.append(9, toByteString('other'), null, [])
    const second = builder.finish(plain)
    assert.deepEqual(first, before)
    assert.deepEqual(
      [...recordsIn(first), ...recordsIn(second)].map(({ key, timestamp }) => [key?.toString(), timestamp]),
      [
        ['first', 5],
        ['other', 9],
      ],
    )
  })

  test('that was compressed does not change either', () => {
    const builder = new BatchBuilder(64)
    builder.append(5, toByteString('first'), null, [])
    const first = builder.finish({ ...plain, compression: 'lz4' })
    builder.reset()
    builder.append(9, toByteString('other'), null, [])
    const second = builder.finish({ ...plain, compression: 'lz4' })
    assert.deepEqual(
      [...recordsIn(first), ...recordsIn(second)].map(({ key }) => key?.toString()),
      ['first', 'other'],
    )
  })

  test('without records is refused', () => {
    assert.throws(() => new BatchBuilder().finish(plain), /without records/)
  })

  test('keeps timestamps of any distance, and the latest one', () => {
    const times = [0, 2 ** 30, -(2 ** 30), 2 ** 30 - 1, -(2 ** 30) - 1, 2 ** 31, -(2 ** 31), 2 ** 45, -(2 ** 45), -1]
    const records = times.map((timestamp) => ({ timestamp, key: null, value: null, headers: [] }))
    const bytes = build(records, 'text')
    assert.deepEqual(
      recordsIn(bytes).map(({ timestamp }) => timestamp),
      times,
    )
    assert.equal(Number(bytes.readBigInt64BE(35)), 2 ** 45)
  })

  test('lengths around the sizes of varints and of copies', () => {
    for (const form of ['text', 'range'] as const) {
      for (const length of [0, 1, 47, 48, 49, 62, 63, 64, 65, 127, 128, 8190, 8191, 8192, 1_048_575, 1_048_576]) {
        const value = Buffer.from(Array.from({ length }, (_, index) => (index * 7) & 255))
        const records = [{ timestamp: 0, key: value, value, headers: [{ name: 'h', value }] }]
        const [record] = recordsIn(build(records, form, new BatchBuilder(64)))
        assert.ok(record)
        assert.ok(value.equals(record.key ?? Buffer.of(1)), String(length))
        assert.ok(value.equals(record.value ?? Buffer.of(1)), String(length))
        assert.ok(value.equals(record.headers[0]?.value ?? Buffer.of(1)), String(length))
      }
    }
  })
})

const part = fc.option(fc.oneof(fc.uint8Array({ maxLength: 20 }), fc.uint8Array({ maxLength: 300 })))
const asBuffer = (bytes: Uint8Array | null): Buffer | null => (bytes === null ? null : Buffer.from(bytes))
const givenRecord: fc.Arbitrary<Given> = fc
  .record({
    timestamp: fc.oneof(
      fc.integer({ min: 1_700_000_000_000, max: 1_700_000_010_000 }),
      fc.integer({ min: -1, max: 2 ** 45 }),
    ),
    key: part,
    value: part,
    headers: fc.array(fc.record({ name: fc.string({ unit: 'grapheme', maxLength: 8 }), value: part }), {
      maxLength: 3,
    }),
  })
  .map(({ timestamp, key, value, headers }) => ({
    timestamp,
    key: asBuffer(key),
    value: asBuffer(value),
    headers: headers.map((header) => ({ name: header.name, value: asBuffer(header.value) })),
  }))

test('any records: the bytes are those made by hand, and reading gives them back', () => {
  fc.assert(
    fc.property(
      fc.array(givenRecord, { minLength: 1, maxLength: 200 }),
      fc.constantFrom('text', 'range'),
      (given, form) => {
        const bytes = build(given, form, new BatchBuilder(64))
        const baseTimestamp = given[0]?.timestamp ?? 0
        const expected = rawBatch({
          baseTimestamp,
          records: given.map(({ timestamp, key, value, headers }) => ({
            key,
            value,
            timestampDelta: timestamp - baseTimestamp,
            headers: headers.map((header) => [header.name, header.value as Buffer | null] as const),
          })),
        })
        assert.deepEqual(bytes, expected)
        assert.deepEqual(
          recordsIn(bytes),
          given.map((record, offset) => ({ offset, ...record })),
        )
      },
    ),
    { numRuns: 200 },
  )
})
