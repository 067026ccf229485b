// Every compression both ways, and the forms in which other clients write theirs, byte by byte.

import assert from 'node:assert/strict'
import { before, suite, test } from 'node:test'
import zlib from 'node:zlib'
import fc from 'fast-check'
import { BatchBuilder } from '../../../../src/runtime/kafka/records/batch-builder.ts'
import {
  compress,
  compressionCode,
  compressionOf,
  compressionTypes,
  decompress,
  loadCompression,
} from '../../../../src/runtime/kafka/records/compression.ts'
import { readBatches } from '../../../../src/runtime/kafka/records/read-batches.ts'
import { recordsOf } from '../../../../src/runtime/kafka/records/read-records.ts'
import { packagedZstd } from '../../../../src/runtime/kafka/records/zstd.ts'
import { toByteString } from '../../../../src/runtime/model/byte-string.ts'

const limit = 1024 * 1024
const bytes = (hex: string): Buffer => Buffer.from(hex.replaceAll(' ', ''), 'hex')

before(() => loadCompression('zstd'))

/** Bytes with repetitions at all distances and of all lengths: what the formats are made for. */
const repetitive: fc.Arbitrary<Buffer> = fc
  .array(
    fc.oneof(
      fc.record({ literal: fc.uint8Array({ maxLength: 80 }) }),
      fc.record({
        distance: fc.oneof(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 70_000 })),
        length: fc.oneof(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 20_000 })),
      }),
    ),
    { maxLength: 40 },
  )
  .map((pieces) => {
    const result: number[] = []
    for (const piece of pieces) {
      if ('literal' in piece) for (const byte of piece.literal) result.push(byte)
      else
        for (let index = 0; index < piece.length; index++)
          result.push(result[result.length - piece.distance] ?? index & 255)
    }
    return Buffer.from(result)
  })

suite('both ways', () => {
  for (const type of compressionTypes) {
    test(`${type}: any bytes`, () => {
      fc.assert(
        fc.property(repetitive, (input) => {
          assert.ok(decompress(type, compress(type, input), 2 * limit).equals(input))
        }),
        { numRuns: 60 },
      )
    })

    test(`${type}: lengths around the sizes of blocks`, () => {
      for (const length of [0, 1, 4, 5, 12, 13, 14, 32_767, 32_768, 32_769, 65_535, 65_536, 65_537, 200_000]) {
        const alike = Buffer.alloc(length, 'abc')
        // Without repetitions, so that blocks are stored.
        const different = Buffer.from(Array.from({ length }, (_, index) => (index * index * 31 + (index >> 7)) & 255))
        for (const input of [alike, different]) {
          assert.ok(decompress(type, compress(type, input), limit).equals(input), String(length))
        }
      }
    })

    test(`${type}: a batch`, () => {
      const builder = new BatchBuilder()
      for (let index = 0; index < 1000; index++)
        builder.append(index, toByteString(`key ${index}`), toByteString('x'), [])
      const ending = { producerId: 1n, producerEpoch: 0, baseSequence: 0, transactional: false, compression: type }
      const batch = builder.finish(ending)
      if (type !== 'none') assert.ok(batch.length < builder.sizeBytes * 0.75)
      const [read] = readBatches(batch, {
        topic: 't',
        partition: 0,
        abortedTransactions: null,
        readCommitted: true,
      }).batches
      assert.ok(read)
      assert.deepEqual(
        [...recordsOf(read)].map(({ key, offset }) => [key?.toString(), offset]),
        Array.from({ length: 1000 }, (_, index) => [`key ${index}`, index]),
      )
    })

    if (type === 'none') continue
    test(`${type}: more than the limit is refused, exactly the limit is not`, () => {
      const input = Buffer.alloc(300_000, 'abcdefg')
      const compressed = compress(type, input)
      assert.ok(decompress(type, compressed, 300_000).equals(input))
      assert.throws(() => decompress(type, compressed, 299_999))
    })

    test(`${type}: cut off or changed input is refused or gives something, but nothing worse`, () => {
      fc.assert(
        fc.property(
          repetitive,
          fc.nat(),
          fc.integer({ min: 0, max: 255 }),
          fc.boolean(),
          (input, where, byte, isCut) => {
            const compressed = Buffer.from(compress(type, input))
            const at = where % Math.max(1, compressed.length)
            if (compressed.length > 0) compressed[at] = byte
            try {
              const result = decompress(type, isCut ? compressed.subarray(0, at) : compressed, limit)
              assert.ok(result.length <= limit)
            } catch (error) {
              assert.ok(error instanceof Error && !(error instanceof assert.AssertionError), String(error))
            }
            // What was read before has left nothing behind.
            assert.ok(decompress(type, compress(type, input), 2 * limit).equals(input))
          },
        ),
        { numRuns: 60 },
      )
    })
  }

  test('the same input gives the same bytes, whatever came before', () => {
    for (const type of ['snappy', 'lz4'] as const) {
      const input = Buffer.from('the same text, the same text, the same text')
      const first = compress(type, input)
      compress(type, Buffer.alloc(100_000, 'the same text, another text'))
      assert.deepEqual(compress(type, input), first)
    }
  })
})

test('the numbers of KIP-98 and KIP-110', () => {
  assert.deepEqual(
    compressionTypes.map((type) => [type, compressionCode(type)]),
    [
      ['none', 0],
      ['gzip', 1],
      ['snappy', 2],
      ['lz4', 3],
      ['zstd', 4],
    ],
  )
  assert.deepEqual([compressionOf(4), compressionOf(5)], ['zstd', undefined])
})

suite('snappy', () => {
  const framed = '82534e4150505900 00000001 00000001'
  const read = (hex: string): string => decompress('snappy', bytes(hex), limit).toString()

  test('one block without framing, as librdkafka writes', () => {
    assert.equal(read('03 08 616263'), 'abc')
  })

  test('copies of all kinds', () => {
    assert.equal(read('0b 0c 61626364 0d 04'), 'abcdabcdabc', '11 bits of distance, 4 to 11 bytes')
    assert.equal(read('0a 0c 61626364 16 0400'), 'abcdabcdab', '16 bits of distance')
    assert.equal(read('0a 0c 61626364 17 04000000'), 'abcdabcdab', '32 bits of distance')
    assert.equal(read('08 00 61 1a 0100'), 'aaaaaaaa', 'overlapping')
  })

  test('literals with their length in one to four bytes', () => {
    assert.equal(read('03 f0 02 616263'), 'abc')
    assert.equal(read('03 f4 0200 616263'), 'abc')
    assert.equal(read('03 f8 020000 616263'), 'abc')
    assert.equal(read('03 fc 02000000 616263'), 'abc')
  })

  test('framed blocks, also of several streams', () => {
    assert.equal(read(`${framed} 00000005 03 08 616263 00000003 01 00 64`), 'abcd')
    assert.equal(read(`${framed} 00000005 03 08 616263 ${framed} 00000003 01 00 64`), 'abcd')
    assert.equal(read(framed), '')
  })

  test('is written framed, in blocks of 32 KiB', () => {
    const output = compress('snappy', Buffer.alloc(40_000))
    assert.deepEqual(output.subarray(0, 16), bytes(framed))
    const first = output.readInt32BE(16)
    assert.deepEqual(output.subarray(20, 23), bytes('808002'), 'the length of the first block as a varint')
    assert.equal(output.readInt32BE(20 + first) + 24 + first, output.length)
  })

  test('what is no block is refused', () => {
    for (const hex of [
      '', // no length
      'ffffffffff', // a length without end
      '03 08 6162', // literals cut off
      '03 08 61626364', // more than the length says
      '04 08 616263', // less
      '08 00 61 1a 0000', // distance 0
      '08 00 61 1a 0200', // before the start
      '08 00 61 1a 01', // cut off
      `${framed} 00000009 03 08 616263`, // the block is cut off
      `${framed} ffffffff 03`, // negative length
      `${framed} 0000`, // its length is cut off
    ]) {
      assert.throws(() => read(hex), /Snappy/, hex)
    }
  })
})

suite('lz4', () => {
  const read = (hex: string): string => decompress('lz4', bytes(hex), limit).toString()

  test('the header of the Java client: version 1, independent blocks of 64 KiB', () => {
    assert.equal(compress('lz4', Buffer.from('a')).toString('hex'), '04224d18604082' + '01000080' + '61' + '00000000')
  })

  test('a compressed block, with a match that overlaps itself', () => {
    assert.equal(read('04224d18604082 0a000000 11 61 0100 50 6263646566 00000000'), 'aaaaaabcdef')
  })

  test('content size, checksums of blocks and content are passed over', () => {
    assert.equal(read('04224d18 7c40 0300000000000000 00 03000080 616263 11223344 00000000 55667788'), 'abc')
  })

  test('linked blocks reach into those before', () => {
    const first = '04000080 61626364'
    const second = '09000000 00 0400 50 6566676869'
    assert.equal(read(`04224d18404000 ${first} ${second} 00000000`), 'abcdabcdefghi')
  })

  test('frames follow each other, and what is to be skipped is skipped', () => {
    const frame = '04224d18604082 01000080 61 00000000'
    assert.equal(read(`${frame} 502a4d18 03000000 ffffff ${frame}`), 'aa')
    assert.throws(
      () => read(`${frame} 04224d18404000 09000000 00 0100 50 6263646566 00000000`),
      /LZ4/,
      'not the frame before',
    )
  })

  test('what is no frame is refused', () => {
    for (const hex of [
      '04224d18 6040', // cut off
      '04224d19 604082 00000000', // no magic
      '04224d18 a04082 00000000', // version 2
      '04224d18 614082 00000000 00000000', // a dictionary
      '04224d18 603082 00000000', // block size 3
      '04224d18604082 03000080 6162', // a block cut off
      '04224d18604082 03000080 616263', // no end
      '04224d18604082 03000000 30 6162 00000000', // literals cut off
      '04224d18604082 09000000 10 61 0200 50 6263646566 00000000', // before the start
      '04224d18604082 09000000 10 61 0000 50 6263646566 00000000', // distance 0
      '04224d18604082 02000000 f0 ff 00000000', // length cut off
      '04224d18604082 04000000 10 61 0100 00000000', // ends with a match
    ]) {
      assert.throws(() => read(hex), /LZ4/, hex)
    }
  })
})

suite('gzip', () => {
  test('members follow each other', () => {
    const input = Buffer.concat([zlib.gzipSync('abc'), zlib.gzipSync('def')])
    assert.equal(decompress('gzip', input, limit).toString(), 'abcdef')
  })
})

suite('zstd of the package', () => {
  test('both ways', async () => {
    const codec = await packagedZstd()
    const input = Buffer.alloc(300_000, 'abcdefg')
    assert.ok(codec.decompress(codec.compress(input), limit).equals(input))
    assert.throws(() => codec.decompress(codec.compress(input), 299_999), /more than 299999 bytes/)
  })

  // A frame without content size: one block of one byte, repeated (RFC 8878, 3.1.1).
  const repeated = (count: number, byte: number): Buffer => {
    const head = (count << 3) | (1 << 1) | 1
    return Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x58, head & 255, (head >> 8) & 255, head >> 16, byte])
  }

  test('frames that do not say their size, as the Java client writes', async () => {
    const codec = await packagedZstd()
    assert.ok(codec.decompress(repeated(100_000, 97), limit).equals(Buffer.alloc(100_000, 'a')))
    assert.throws(() => codec.decompress(repeated(100_000, 97), 99_999))
  })

  test('is loaded once, however often it is asked for', async () => {
    const codecs = await Promise.all([packagedZstd(), packagedZstd()])
    for (const codec of codecs) assert.equal(codec.decompress(repeated(1000, 97), limit).length, 1000)
    assert.equal(codecs[0], codecs[1])
  })

  test('what is no frame is refused', async () => {
    const codec = await packagedZstd()
    for (const hex of ['', '28b52f', '28b52ffe00', '28b52ffd', '28b52ffd 60', '28b52ffd c0 00']) {
      assert.throws(() => codec.decompress(bytes(hex), limit), Error, hex)
    }
  })
})
