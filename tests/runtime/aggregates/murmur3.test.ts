// Published test vectors of MurmurHash3_x86_32. They are over bytes: two bytes make one UTF-16 unit.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { murmur3 } from '../../../src/runtime/aggregates/murmur3.ts'

const unitsOf = (bytes: string): string => Buffer.from(bytes, 'latin1').toString('utf16le')

test('published vectors', () => {
  const vectors: readonly (readonly [string, number, number])[] = [
    ['', 0, 0],
    ['', 1, 0x514e28b7],
    ['', 0xffffffff, 0x81f16f39],
    ['\0\0\0\0', 0, 0x2362f9de],
    ['\0\0', 0, 0x30f4c306],
    ['\xff\xff\xff\xff', 0, 0x76293b50],
    ['\x21\x43\x65\x87', 0, 0xf55b516b],
    ['\x21\x43\x65\x87', 0x5082edee, 0x2362f9de],
    ['\x21\x43', 0, 0xa0f7b07a],
    ['aaaa', 0x9747b28c, 0x5a97808a],
    ['aa', 0x9747b28c, 0x5d211726],
    ['abcd', 0x9747b28c, 0xf0478627],
    ['ab', 0x9747b28c, 0x74875592],
    ['test', 0, 0xba6bd213],
    ['test', 0x9747b28c, 0x704b81dc],
  ]
  for (const [bytes, seed, expected] of vectors) {
    assert.equal(murmur3(unitsOf(bytes), seed).toString(16), expected.toString(16), `${JSON.stringify(bytes)}, ${seed}`)
  }
})
