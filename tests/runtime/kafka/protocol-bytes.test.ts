// Kafka's primitive types: known bytes, and whatever is written is read back.

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import fc from 'fast-check'
import { ByteReader } from '../../../src/runtime/kafka/wire/byte-reader.ts'
import { ByteWriter } from '../../../src/runtime/kafka/wire/byte-writer.ts'

const hexOf = (write: (writer: ByteWriter) => void, flexible = false): string => {
  const writer = new ByteWriter(flexible, 1)
  write(writer)
  const { sizeBytes } = writer
  const bytes = writer.toBuffer()
  assert.equal(bytes.length, sizeBytes)
  return bytes.toString('hex')
}

const reader = (hex: string, flexible = false): ByteReader => new ByteReader(Buffer.from(hex, 'hex'), flexible)

suite('known bytes', () => {
  const int64s: readonly (readonly [value: number | bigint, hex: string])[] = [
    [0, '0000000000000000'],
    [-1, 'ffffffffffffffff'],
    [-2, 'fffffffffffffffe'],
    [2 ** 32, '0000000100000000'],
    [-(2 ** 32), 'ffffffff00000000'],
    [2 ** 53 - 1, '001fffffffffffff'],
    [-(2 ** 53 - 1), 'ffe0000000000001'],
    [2n ** 63n - 1n, '7fffffffffffffff'],
    [-(2n ** 63n), '8000000000000000'],
  ]
  for (const [value, hex] of int64s) {
    test(`int64 ${value}`, () => {
      assert.equal(
        hexOf((writer) => {
          writer.int64(value)
        }),
        hex,
      )
      if (typeof value === 'number') assert.equal(reader(hex).int64(), value)
      assert.equal(reader(hex).bigint64(), BigInt(value))
    })
  }

  const varints: readonly (readonly [value: number, unsigned: string | undefined, zigzag: string])[] = [
    [0, '00', '00'],
    [1, '01', '02'],
    [-1, undefined, '01'],
    [63, '3f', '7e'],
    [64, '40', '8001'],
    [127, '7f', 'fe01'],
    [128, '8001', '8002'],
    [300, 'ac02', 'd804'],
    [2 ** 31 - 1, 'ffffffff07', 'feffffff0f'],
    [-(2 ** 31), undefined, 'ffffffff0f'],
    [2 ** 32 - 1, 'ffffffff0f', ''],
  ]
  for (const [value, unsigned, zigzag] of varints) {
    test(`varint ${value}`, () => {
      if (unsigned !== undefined) {
        assert.equal(
          hexOf((writer) => {
            writer.unsignedVarint(value)
          }),
          unsigned,
        )
        assert.equal(reader(unsigned).unsignedVarint(), value)
      }
      if (zigzag === '') return
      assert.equal(
        hexOf((writer) => {
          writer.varint(value)
        }),
        zigzag,
      )
      assert.equal(reader(zigzag).varint(), value)
    })
  }

  const write = (writer: ByteWriter): void => {
    writer.string('aß')
    writer.nullableString(null)
    writer.bytes(Buffer.from([1, 2]))
    writer.nullableBytes(null)
    writer.array([7, 8], (item) => {
      writer.int8(item)
    })
    writer.nullableArray(null, () => undefined)
    writer.tags()
    writer.boolean(true)
    writer.int16(-2)
  }

  test('of the plain forms', () => {
    assert.equal(hexOf(write), '000361c39fffff000000020102ffffffff000000020708ffffffff01fffe')
  })

  test('of the compact forms', () => {
    assert.equal(hexOf(write, true), '0461c39f0003010200030708000001fffe')
  })

  test('tagged fields are skipped', () => {
    // Two of them: tag 0 with one byte, tag 300 with none.
    const tagged = reader('0200 01 ff ac02 00 05'.replaceAll(' ', ''), true)
    tagged.tags()
    assert.equal(tagged.int8(), 5)
  })
})

suite('what is written is read back', () => {
  const item = fc.oneof(
    fc.record({ kind: fc.constant('string' as const), value: fc.option(fc.string({ unit: 'binary' }), { nil: null }) }),
    fc.record({
      kind: fc.constant('bytes' as const),
      value: fc.option(fc.uint8Array({ maxLength: 6000 }), { nil: null }),
    }),
    fc.record({ kind: fc.constant('int64' as const), value: fc.maxSafeInteger() }),
    fc.record({ kind: fc.constant('bigint' as const), value: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }) }),
    fc.record({ kind: fc.constant('int32' as const), value: fc.integer() }),
    fc.record({ kind: fc.constant('varint' as const), value: fc.integer() }),
    fc.record({ kind: fc.constant('list' as const), value: fc.option(fc.array(fc.integer()), { nil: null }) }),
  )

  const plainBytes = (value: Uint8Array | null): readonly number[] | null => value && [...value]

  test('in any order and form', () => {
    fc.assert(
      fc.property(
        fc.array(item, { maxLength: 30 }),
        fc.boolean(),
        fc.integer({ min: 1, max: 64 }),
        (items, flexible, initialBytes) => {
          const writer = new ByteWriter(flexible, initialBytes)
          for (const { kind, value } of items) {
            if (kind === 'string') writer.nullableString(value)
            else if (kind === 'bytes') writer.nullableBytes(value)
            else if (kind === 'int64' || kind === 'bigint') writer.int64(value)
            else if (kind === 'int32') writer.int32(value)
            else if (kind === 'varint') writer.varint(value)
            else {
              writer.nullableArray(value, (each) => {
                writer.int32(each)
              })
            }
            writer.tags()
          }
          const back = new ByteReader(writer.toBuffer(), flexible)
          for (const { kind, value } of items) {
            if (kind === 'string') assert.equal(back.nullableString(), value)
            else if (kind === 'bytes') assert.deepEqual(plainBytes(back.nullableBytes()), plainBytes(value))
            else if (kind === 'int64') assert.equal(back.int64(), value)
            else if (kind === 'bigint') assert.equal(back.bigint64(), value)
            else if (kind === 'int32') assert.equal(back.int32(), value)
            else if (kind === 'varint') assert.equal(back.varint(), value)
            else
              assert.deepEqual(
                back.nullableArray(() => back.int32()),
                value,
              )
            back.tags()
          }
          assert.equal(back.remaining, 0)
        },
      ),
    )
  })

  test('large buffers without a copy', () => {
    const large = Buffer.alloc(100_000, 'x')
    const writer = new ByteWriter()
    writer.int32(1)
    writer.bytesOf([large, Buffer.from('ab')])
    const { sizeBytes } = writer
    const parts = writer.finish()
    assert.ok(parts.some((part) => part.buffer === large.buffer && part.length === large.length))
    const back = new ByteReader(Buffer.concat(parts))
    assert.equal(back.remaining, sizeBytes)
    assert.equal(back.int32(), 1)
    assert.equal(back.bytes().toString(), `${large.toString()}ab`)
  })

  test('bytes are slices of what was read', () => {
    const bytes = Buffer.from('00000003616263', 'hex')
    assert.equal(new ByteReader(bytes).bytes().buffer, bytes.buffer)
  })
})

suite('what cannot be right is refused', () => {
  const refused = (name: string, action: () => unknown): void => {
    test(name, () => {
      assert.throws(action, RangeError)
    })
  }
  refused('the end of the bytes', () => reader('0001').int32())
  refused('a text that is longer than the bytes', () => reader('000561').string())
  refused('an array that is longer than the bytes', () => reader('7fffffff').array(() => 0))
  refused('null where a value has to be', () => reader('ffff').string())
  refused('a varint of six bytes', () => reader('ffffffffff01').unsignedVarint())
  refused('a tagged field that is longer than the bytes', () => {
    reader('01000500', true).tags()
  })
  refused('a number that would be rounded', () => {
    new ByteWriter().int64(2 ** 53)
  })
  refused('a fraction', () => {
    new ByteWriter().int64(0.5)
  })
  refused('a text too long for its 16-bit length', () => {
    new ByteWriter().string('x'.repeat(40_000))
  })
})
