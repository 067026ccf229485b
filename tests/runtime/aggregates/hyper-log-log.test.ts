// Registers and the estimator of HyperLogLog, without hashing.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  addHash,
  copySketch,
  decodeSketch,
  emptySketch,
  encodeSketch,
  estimate,
} from '../../../src/runtime/aggregates/hyper-log-log.ts'

test('the upper 14 bits choose the register, which holds the place of the first 1 below them', () => {
  for (const register of [0, 1, 8191, 16_383]) {
    for (let rank = 1; rank <= 39; rank++) {
      const sketch = emptySketch()
      addHash(sketch, register * 2 ** 39 + 2 ** (39 - rank))
      addHash(sketch, register * 2 ** 39 + 2 ** 39 - 1)
      const expected = new Uint8Array(16_384)
      expected[register] = rank
      assert.deepEqual(sketch.registers, expected)
      assert.deepEqual([sketch.histogram[0], sketch.histogram[rank]], [16_383, 1])
    }
  }
  const sketch = emptySketch()
  addHash(sketch, 5 * 2 ** 39)
  assert.equal(sketch.registers[5], 40)
})

test('no values are estimated as 0, one as 1', () => {
  const sketch = emptySketch()
  assert.equal(estimate(sketch), 0)
  addHash(sketch, 2 ** 38)
  assert.equal(Math.round(estimate(sketch)), 1)
})

/** The text of a sketch whose registers are distributed as those of a set of the given size. */
const typicalSketch = (size: number): string => {
  const hashesPerRegister = size / 16_384
  const registers = Array.from({ length: 16_384 }, (_, i) => {
    // The rank that this share of the registers does not exceed.
    const share = (i + 0.5) / 16_384
    let rank = 0
    while (rank < 40 && Math.exp(-hashesPerRegister * 2 ** -rank) < share) rank++
    return rank
  })
  return Buffer.from(registers.map((rank) => rank + 48)).toString('latin1')
}

test('estimates sets of any size, up to where registers are full', () => {
  for (const exponent of [16, 20, 30, 40, 50, 52]) {
    const sketch = decodeSketch(typicalSketch(2 ** exponent))
    assert.ok(sketch)
    const error = estimate(sketch) / 2 ** exponent - 1
    assert.ok(Math.abs(error) < 0.005, `${error} at 2^${exponent}`)
  }
})

test('text and copies are the sketch', () => {
  const text = typicalSketch(2 ** 52)
  const sketch = decodeSketch(text)
  assert.ok(sketch)
  assert.equal(encodeSketch(sketch), text)
  assert.equal(JSON.stringify(text).length, text.length + 2, 'no escapes')
  const copy = copySketch(sketch)
  for (let register = 0; register < 16_384; register++) addHash(sketch, register * 2 ** 39)
  assert.equal(encodeSketch(copy), text)
  assert.deepEqual(copy, decodeSketch(text))
})
