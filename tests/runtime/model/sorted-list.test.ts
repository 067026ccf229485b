import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { firstIndex, lastPlace } from '../../../src/runtime/model/sorted-list.ts'

const sorted = fc.array(fc.nat(20)).map((items) => items.sort((a, b) => a - b))

test('both ends of a run of equals', () => {
  fc.assert(
    fc.property(sorted, fc.nat(20), (items, wanted) => {
      const first = items.findIndex((item) => item >= wanted)
      assert.equal(
        firstIndex(items, (item) => item < wanted),
        first < 0 ? items.length : first,
      )
      const last = items.findIndex((item) => item > wanted)
      assert.equal(
        lastPlace(items, (item) => item > wanted),
        last < 0 ? items.length : last,
      )
    }),
  )
})

test('what comes before the start is not looked at', () => {
  assert.equal(
    firstIndex([1, 2, 3], () => false, 2),
    2,
  )
  assert.equal(
    lastPlace([1, 2, 3], () => true, 2),
    2,
  )
})
