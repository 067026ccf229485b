// The checksum against the check value of its definition and against one computed bit by bit, at all lengths around the
// steps and blocks of the fast one.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { crc32c } from '../../../../src/runtime/kafka/records/crc32c.ts'
import { slowCrc32c } from './raw-batch.ts'

const pattern = (length: number): Buffer =>
  Buffer.from(Array.from({ length }, (_, index) => (index * 31 + (index >> 3) * 7) & 255))

test('known values (RFC 3720, B.4)', () => {
  assert.equal(crc32c(Buffer.from('123456789'), 0, 9), 0xe306_9283)
  assert.equal(crc32c(Buffer.alloc(32), 0, 32), 0x8a91_36aa)
  assert.equal(crc32c(Buffer.alloc(32, 0xff), 0, 32), 0x62a8_ab43)
  assert.equal(crc32c(Buffer.alloc(0), 0, 0), 0)
})

test('every length and start around a step', () => {
  const bytes = pattern(100)
  for (let start = 0; start < 17; start++) {
    for (let end = start; end <= bytes.length; end++) {
      assert.equal(crc32c(bytes, start, end), slowCrc32c(bytes.subarray(start, end)), `${start}–${end}`)
    }
  }
})

test('longer than the memory of the module', () => {
  const bytes = pattern(200_001)
  for (const length of [48_127, 48_128, 48_129, 96_256, 200_001]) {
    assert.equal(crc32c(bytes, 0, length), slowCrc32c(bytes.subarray(0, length)), String(length))
  }
})
