import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  formatBytes,
  formatCount,
  formatDuration,
  formatInteger,
} from '../../../../src/runtime/cli/terminal/human-format.ts'

const check = <T>(format: (value: T) => string, examples: readonly (readonly [T, string])[]): void => {
  for (const [value, expected] of examples) assert.equal(format(value), expected)
}

test('integers are grouped', () => {
  check<number | bigint>(formatInteger, [
    [0, '0'],
    [999, '999'],
    [1000, '1,000'],
    [-1234567, '-1,234,567'],
    [12345678901234567890n, '12,345,678,901,234,567,890'],
  ])
})

test('counts have three significant digits', () => {
  check(formatCount, [
    [0, '0'],
    [0.4, '0'],
    [999, '999'],
    [1000, '1.00k'],
    [1234, '1.23k'],
    [9994, '9.99k'],
    [9996, '10.0k'],
    [99_960, '100k'],
    [999_499, '999k'],
    [999_500, '1.00M'],
    [45_600_000, '45.6M'],
    [1e18, '1000P'],
  ])
})

test('sizes are in powers of 1024', () => {
  check(formatBytes, [
    [0, '0 B'],
    [1023, '1023 B'],
    [1024, '1.00 KiB'],
    [1536, '1.50 KiB'],
    [1024 ** 2 - 1, '1.00 MiB'],
    [10 * 1024 ** 3, '10.0 GiB'],
  ])
})

test('durations have their two largest units', () => {
  check(formatDuration, [
    [0, '0ms'],
    [-1, '0ms'],
    [450.4, '450ms'],
    [999.6, '1s'],
    [12_345, '12s'],
    [59_499, '59s'],
    [59_500, '1m00s'],
    [125_000, '2m05s'],
    [3_599_499, '59m59s'],
    [3_599_500, '1h00m'],
    [3_720_000, '1h02m'],
    [86_400_000, '1d00h'],
    [273_600_000, '3d04h'],
  ])
})

test('counts stay short', () => {
  fc.assert(fc.property(fc.double({ min: 0, max: 9e17, noNaN: true }), (count) => formatCount(count).length <= 5))
})
