// What a user is told about a log that lacks the records that come next.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { outOfRange } from '../../src/runtime/out-of-range.ts'

const part = { topic: 't', partition: 2, batches: [], lastStableOffset: 90, outOfRange: true }

test('records that were deleted', () => {
  const error = outOfRange({ ...part, nextOffset: 10, logStartOffset: 50, highWatermark: 90 }, 'data', 'start it again')
  assert.equal(error.kind, 'data')
  assert.match(error.message, /t-2: .* deleted/)
})

test('an end that is before them', () => {
  const error = outOfRange({ ...part, nextOffset: 100, logStartOffset: 0, highWatermark: 90 }, 'config', 'reset')
  assert.match(error.message, /t-2 ends at offset 90, before the 100 /)
  assert.match(error.hint ?? '', /made anew.*reset/)
})
