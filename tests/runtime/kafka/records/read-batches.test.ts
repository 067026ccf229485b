// Bytes of fetch answers, written by hand, and what is delivered of them.

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import type { AbortedTransaction } from '../../../../src/runtime/kafka/protocol/fetch.ts'
import { compressionsIn, readBatches, type ReadBatches } from '../../../../src/runtime/kafka/records/read-batches.ts'
import { forEachRecord, recordsOf } from '../../../../src/runtime/kafka/records/read-records.ts'
import { KsError } from '../../../../src/runtime/model/errors.ts'
import { attributeBits, endMarker, rawBatch, rawRecord, slowCrc32c, transactional } from './raw-batch.ts'

const read = (
  bytes: Buffer,
  {
    aborted = null,
    readCommitted = true,
  }: { aborted?: readonly AbortedTransaction[] | null; readCommitted?: boolean } = {},
): ReadBatches => readBatches(bytes, { topic: 't', partition: 3, abortedTransactions: aborted, readCommitted })

const values = ({ batches }: ReadBatches): string[] =>
  batches.flatMap((batch) => [...recordsOf(batch)].map(({ value }) => value?.toString('utf8') ?? 'null'))

const ioError = (pattern: RegExp) => (error: unknown) => {
  assert.ok(error instanceof KsError)
  assert.equal(error.kind, 'io')
  assert.match(error.message, pattern)
  return true
}

/** All orders of some things. */
const permutations = <T>(items: readonly T[]): T[][] =>
  items.length === 0
    ? [[]]
    : items.flatMap((item, index) => permutations(items.toSpliced(index, 1)).map((rest) => [item, ...rest]))

suite('batches', () => {
  test('come with their fields, and their records as slices of the input', () => {
    const bytes = rawBatch({
      baseOffset: 2 ** 40 + 5,
      baseTimestamp: 1_700_000_000_000,
      records: [
        { key: 'k', value: 'v', timestampDelta: 7 },
        { key: null, value: null, timestampDelta: -3 },
      ],
    })
    const { batches, nextOffset } = read(bytes)
    assert.equal(nextOffset, 2 ** 40 + 7)
    const [batch, ...others] = batches
    assert.ok(batch)
    assert.deepEqual(others, [])
    assert.deepEqual(
      { ...batch, records: batch.records.length },
      {
        baseOffset: 2 ** 40 + 5,
        lastOffset: 2 ** 40 + 6,
        baseTimestamp: 1_700_000_000_000,
        maxTimestamp: 1_700_000_000_007,
        logAppendTime: false,
        count: 2,
        records: bytes.length - 61,
      },
    )
    assert.equal(batch.records.buffer, bytes.buffer)
    assert.deepEqual(
      [...recordsOf(batch)],
      [
        {
          offset: 2 ** 40 + 5,
          timestamp: 1_700_000_000_007,
          key: Buffer.from('k'),
          value: Buffer.from('v'),
          headers: [],
        },
        { offset: 2 ** 40 + 6, timestamp: 1_699_999_999_997, key: null, value: null, headers: [] },
      ],
    )
  })

  test('of several answers follow each other', () => {
    const bytes = Buffer.concat([
      rawBatch({ baseOffset: 0, records: [{ value: 'a' }, { value: 'b' }] }),
      rawBatch({ baseOffset: 2, records: [{ value: 'c' }] }),
    ])
    const result = read(bytes)
    assert.deepEqual(values(result), ['a', 'b', 'c'])
    assert.equal(result.nextOffset, 3)
  })

  test('nothing: no position either', () => {
    assert.deepEqual(read(Buffer.alloc(0)), { batches: [], nextOffset: undefined })
  })

  test('cut off at any byte: the last one is ignored', () => {
    const first = rawBatch({ baseOffset: 0, records: [{ value: 'a' }] })
    const bytes = Buffer.concat([first, rawBatch({ baseOffset: 1, records: [{ key: 'key', value: 'b' }] })])
    for (let length = first.length; length < bytes.length; length++) {
      const result = read(bytes.subarray(0, length))
      assert.deepEqual(values(result), ['a'], String(length))
      assert.equal(result.nextOffset, 1)
    }
  })

  test('without records move the position on (KAFKA-5443, compacted transactional topics)', () => {
    const bytes = rawBatch({ baseOffset: 10, lastOffsetDelta: 4, producerId: 7, records: [] })
    assert.deepEqual(read(bytes), { batches: [], nextOffset: 15 })
    const control = rawBatch({ baseOffset: 15, producerId: 7, attributes: 48, records: [] })
    assert.deepEqual(read(Buffer.concat([bytes, control])), { batches: [], nextOffset: 16 })
  })

  test('with holes: offsets are those of the records, the position is after the one that was last', () => {
    const result = read(
      rawBatch({
        baseOffset: 100,
        lastOffsetDelta: 9,
        records: [
          { value: 'a', offsetDelta: 2 },
          { value: 'b', offsetDelta: 5 },
        ],
      }),
    )
    assert.equal(result.nextOffset, 110)
    assert.deepEqual(
      result.batches.flatMap((batch) => [...recordsOf(batch)].map(({ offset }) => offset)),
      [102, 105],
    )
    assert.equal(result.batches[0]?.lastOffset, 109)
  })

  test('with the time of the append: every record has it', () => {
    const { batches } = read(
      rawBatch({
        attributes: attributeBits.logAppendTime,
        maxTimestamp: 5000,
        records: [
          { value: 'a', timestampDelta: 3 },
          { value: 'b', timestampDelta: 2 ** 40 },
        ],
      }),
    )
    assert.equal(batches[0]?.logAppendTime, true)
    assert.deepEqual(
      batches.flatMap((batch) => [...recordsOf(batch)].map(({ timestamp }) => timestamp)),
      [5000, 5000],
    )
  })

  test('without timestamps have -1', () => {
    const { batches } = read(rawBatch({ baseTimestamp: -1, records: [{ value: 'a' }] }))
    assert.deepEqual(
      batches.flatMap((batch) => [...recordsOf(batch)].map(({ timestamp }) => timestamp)),
      [-1],
    )
  })

  test('with headers: names repeat, values may be empty or null', () => {
    const [batch] = read(
      rawBatch({
        records: [
          {
            value: 'a',
            headers: [
              ['größe', 'x'],
              ['größe', ''],
              ['', null],
            ],
          },
        ],
      }),
    ).batches
    assert.ok(batch)
    const seen: unknown[] = []
    forEachRecord(batch, ({ headers }) => seen.push(headers))
    assert.deepEqual(seen, [
      [
        { name: 'größe', value: Buffer.from('x') },
        { name: 'größe', value: Buffer.alloc(0) },
        { name: '', value: null },
      ],
    ])
  })
})

suite('damage', () => {
  test('of any byte under the checksum is found', () => {
    const whole = rawBatch({ baseOffset: 42, records: [{ key: 'key', value: 'value' }] })
    for (let at = 17; at < whole.length; at++) {
      const bytes = Buffer.from(whole)
      bytes[at] = (bytes[at] ?? 0) ^ 0x40
      assert.throws(() => read(bytes), ioError(/t-3@42 is damaged: its CRC-32C/), String(at))
    }
  })

  test('also in a batch of an aborted transaction', () => {
    const bytes = transactional(0, 7, ['a'])
    bytes[bytes.length - 1] = 9
    assert.throws(() => read(bytes, { aborted: [{ producerId: 7n, firstOffset: 0 }] }), ioError(/CRC-32C/))
  })

  test('a length too short for a batch', () => {
    for (const length of [-1, 0, 5, 48]) {
      const bytes = Buffer.from(rawBatch({ baseOffset: 8, records: [{ value: 'a' }] }))
      bytes.writeInt32BE(length, 8)
      assert.throws(() => read(bytes), ioError(/t-3@8 is damaged: its length/), String(length))
    }
  })

  test('the format of before Kafka 0.11 is refused with a hint', () => {
    for (const magic of [0, 1]) {
      const bytes = rawBatch({ records: [{ value: 'a' }] })
      bytes[16] = magic
      assert.throws(
        () => read(bytes),
        (error: unknown) =>
          error instanceof KsError &&
          error.kind === 'broker' &&
          error.hint !== undefined &&
          /format/.test(error.message),
      )
    }
  })

  test('a format that does not exist yet', () => {
    const bytes = rawBatch({ records: [{ value: 'a' }] })
    bytes[16] = 3
    assert.throws(() => read(bytes), ioError(/format is 3/))
  })

  test('a compression that does not exist', () => {
    assert.throws(() => read(rawBatch({ attributes: 5, records: [{ value: 'a' }] })), ioError(/unknown compression 5/))
  })

  test('compressed records that are not compressed', () => {
    for (const attributes of [1, 2, 3]) {
      const bytes = rawBatch({ attributes, records: [{ value: 'a' }] })
      assert.throws(() => read(bytes), ioError(/data cannot be read/), String(attributes))
    }
  })

  test('records whose framing is wrong, though the checksum is right', () => {
    const record = rawRecord({ key: 'key', value: 'value', headers: [['h', 'x']] }, 0)
    const framings = [
      record.subarray(0, record.length - 1), // ends too early
      Buffer.concat([Buffer.of(200, 1), record.subarray(1)]), // longer than the batch
      Buffer.concat([Buffer.of((record.length - 2) * 2), record.subarray(1)]), // its parts are longer than it is
      Buffer.of(1), // length -1
      Buffer.of(255, 255, 255, 255, 255, 255), // no varint
      Buffer.alloc(0),
    ]
    for (const [index, recordBytes] of framings.entries()) {
      const [batch] = read(rawBatch({ records: [{}], recordBytes })).batches
      assert.ok(batch)
      assert.throws(() => [...recordsOf(batch)], ioError(/not framed/), String(index))
    }
  })
})

suite('transactions', () => {
  // Four transactions of which each has a batch before any is ended: broker order of the list is that of the markers.
  const producers = [1, 2, 3, 4]

  test('aborted and overlapping: all orders of markers and of the list', () => {
    for (const markers of permutations(producers)) {
      const bytes = Buffer.concat([
        ...producers.map((id, index) => transactional(index * 2, id, [`${id}a`, `${id}b`])),
        ...markers.flatMap((id, index) => [
          endMarker(8 + index * 2, id, id === 4 ? 'commit' : 'abort'),
          rawBatch({ baseOffset: 9 + index * 2, records: [{ value: `after ${id}` }] }),
        ]),
        ...producers.map((id, index) => transactional(16 + index, id, [`later ${id}`])),
      ])
      const all = producers.filter((id) => id !== 4)
      for (const order of permutations(all)) {
        const aborted = order.map((id) => ({ producerId: BigInt(id), firstOffset: (id - 1) * 2 }))
        const result = read(bytes, { aborted })
        assert.deepEqual(values(result), [
          '4a',
          '4b',
          ...markers.map((id) => `after ${id}`),
          ...producers.map((id) => `later ${id}`),
        ])
        assert.equal(result.nextOffset, 20)
      }
    }
  })

  test('aborted, all 24 orders of four of them in the list', () => {
    const bytes = Buffer.concat([
      ...producers.map((id, index) => transactional(index, id, [`aborted ${id}`])),
      transactional(4, 1, ['aborted 1 again']),
      ...[3, 1, 4, 2].map((id, index) => endMarker(5 + index, id, 'abort')),
      transactional(9, 1, ['kept']),
    ])
    const orders = permutations(producers)
    assert.equal(orders.length, 24)
    for (const order of orders) {
      const aborted = order.map((id) => ({ producerId: BigInt(id), firstOffset: id - 1 }))
      assert.deepEqual(values(read(bytes, { aborted })), ['kept'])
    }
  })

  test('one producer after the other: aborted, committed, aborted', () => {
    const bytes = Buffer.concat([
      transactional(0, 7, ['a']),
      endMarker(1, 7, 'abort'),
      transactional(2, 7, ['b']),
      endMarker(3, 7, 'commit'),
      transactional(4, 7, ['c']),
      endMarker(5, 7, 'abort'),
    ])
    const aborted = [
      { producerId: 7n, firstOffset: 4 },
      { producerId: 7n, firstOffset: 0 },
    ]
    assert.deepEqual(values(read(bytes, { aborted })), ['b'])
  })

  test('a record with the key of an abort marker in an aborted transaction ends nothing', () => {
    const bytes = Buffer.concat([
      transactional(0, 7, ['a', 'b'], Buffer.alloc(4)),
      transactional(2, 7, ['c']),
      endMarker(3, 7, 'abort'),
      transactional(4, 7, ['d'], Buffer.alloc(4)),
    ])
    assert.deepEqual(values(read(bytes, { aborted: [{ producerId: 7n, firstOffset: 0 }] })), ['d'])
  })

  test('that began before the answer and end after it', () => {
    const bytes = Buffer.concat([transactional(50, 7, ['a']), transactional(51, 8, ['b'])])
    assert.deepEqual(values(read(bytes, { aborted: [{ producerId: 7n, firstOffset: 3 }] })), ['b'])
  })

  test('whose first record is inside of a batch', () => {
    const bytes = Buffer.concat([transactional(10, 7, ['a', 'b', 'c']), endMarker(13, 7, 'abort')])
    assert.deepEqual(values(read(bytes, { aborted: [{ producerId: 7n, firstOffset: 12 }] })), [])
  })

  test('batches outside of transactions of the same producer stay', () => {
    const plain = rawBatch({
      baseOffset: 1,
      producerId: 7,
      producerEpoch: 0,
      baseSequence: 1,
      records: [{ value: 'b' }],
    })
    const bytes = Buffer.concat([transactional(0, 7, ['a']), plain, endMarker(2, 7, 'abort')])
    assert.deepEqual(values(read(bytes, { aborted: [{ producerId: 7n, firstOffset: 0 }] })), ['b'])
  })

  test('an end marker without its record, as the cleaner leaves it, ends them too', () => {
    const marker = rawBatch({ baseOffset: 1, producerId: 7, producerEpoch: 0, attributes: 48, records: [] })
    const bytes = Buffer.concat([transactional(0, 7, ['a']), marker, transactional(2, 7, ['b'])])
    assert.deepEqual(values(read(bytes, { aborted: [{ producerId: 7n, firstOffset: 0 }] })), ['b'])
  })

  test('aborted, read uncommitted: delivered, but no control records', () => {
    const bytes = Buffer.concat([transactional(0, 7, ['a']), endMarker(1, 7, 'abort')])
    const result = read(bytes, { aborted: [{ producerId: 7n, firstOffset: 0 }], readCommitted: false })
    assert.deepEqual(values(result), ['a'])
    assert.equal(result.nextOffset, 2)
  })

  test('large producer ids', () => {
    const id = 2 ** 53 - 1
    const bytes = Buffer.concat([transactional(0, id, ['a']), transactional(1, id - 1, ['b'])])
    assert.deepEqual(values(read(bytes, { aborted: [{ producerId: BigInt(id), firstOffset: 0 }] })), ['b'])
  })
})

test('the time from which deleted records may go is no flag that matters here (KIP-534)', () => {
  const bytes = rawBatch({ attributes: attributeBits.deleteHorizon, records: [{ value: 'a', timestampDelta: 5 }] })
  assert.deepEqual(values(read(bytes)), ['a'])
})

test('the codecs that an answer needs', () => {
  const bytes = Buffer.concat([
    rawBatch({ records: [{ value: 'a' }] }),
    rawBatch({ attributes: 4, records: [{ value: 'a' }] }),
    rawBatch({ attributes: 1, records: [{ value: 'a' }] }),
    rawBatch({ attributes: 3, records: [{ value: 'a' }] }).subarray(0, 60), // cut off
  ])
  assert.deepEqual([...compressionsIn(bytes)], ['none', 'zstd', 'gzip'])
})

test('the checksum of a batch by hand is the one of the definition', () => {
  assert.equal(slowCrc32c(Buffer.from('123456789')), 0xe306_9283)
})
