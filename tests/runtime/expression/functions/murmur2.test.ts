// The hash has to be Kafka's, bit for bit: partitions depend on it.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { murmur2 } from '../../../../src/runtime/expression/functions/murmur2.ts'

test('gives what the Java client gives', () => {
  // From the client's own tests.
  const cases: readonly (readonly [text: string, hash: number])[] = [
    ['21', -973932308],
    ['foobar', -790332482],
    ['a-little-bit-long-string', -985981536],
    ['a-little-bit-longer-string', -1486304829],
    ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
    ['abc', 479470107],
  ]
  for (const [text, hash] of cases) assert.equal(murmur2(Buffer.from(text)), hash, text)
})
