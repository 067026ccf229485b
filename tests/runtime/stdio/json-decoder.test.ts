// NDJSON and concatenated JSON through the reader, cut into pieces anywhere: the same records, lines and faults as at once.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { plainValue } from '../../../src/runtime/model/stream-record.ts'
import type { ByteInput } from '../../../src/runtime/stdio/byte-input.ts'
import { stringifyJson } from '../../../src/runtime/serde/json-parse.ts'
import { JsonDecoder } from '../../../src/runtime/stdio/json-decoder.ts'
import { RecordReader } from '../../../src/runtime/stdio/record-reader.ts'

/** An input that gives at most `sizes` bytes at a time, in turn. */
const inputOf = (content: Buffer, sizes: readonly number[]): ByteInput => {
  let at = 0
  let turn = 0
  return {
    name: 'x',
    identity: undefined,
    sizeBytes: content.length,
    get consumedBytes() {
      return at
    },
    read(target, offset, length) {
      const size = Math.min(length, sizes[turn++ % sizes.length] ?? 1)
      const count = content.copy(target, offset, at, at + size)
      at += count
      return Promise.resolve(count)
    },
    close: () => Promise.resolve(),
  }
}

const readAll = async (content: Buffer, sizes: readonly number[], multiline: boolean): Promise<unknown[]> => {
  const reader = new RecordReader(new JsonDecoder(multiline))
  const input = inputOf(content, sizes)
  reader.open({ input, readAs: input.name, startPosition: 0, resume: undefined, holdPartialLine: false })
  const found: unknown[] = []
  const sink = {
    tooLong: assert.fail,
    record: (value: unknown, start: number) => {
      found.push([reader.line, reader.positionOf(start), plainValue(value)])
      return true
    },
    bad: (message: string, at: number, start: number, end: number) => {
      found.push([reader.line, message, at - start, reader.bytes.toString('latin1', start, end)])
      return true
    },
  }
  while (reader.decode(await reader.fill(), sink));
  assert.equal(reader.position, content.length)
  return found
}

const line = fc.oneof(
  { weight: 5, arbitrary: fc.json({ maxDepth: 2 }) },
  fc.constantFrom('', '  ', '{"a":', 'nope', '{"a":1} x', '"\u00e9\u{1f600}"', '{"long":"' + 'x'.repeat(3000) + '"}'),
)
const text = fc.array(fc.tuple(line, fc.constantFrom('\n', '\r\n', '\n\n')), { maxLength: 20 })

test('lines are the same however the input is cut', async () => {
  await fc.assert(
    fc.asyncProperty(
      text,
      fc.boolean(),
      fc.array(fc.integer({ min: 1, max: 700 }), { minLength: 1 }),
      async (lines, open, sizes) => {
        const whole = lines.map(([content, end]) => content + end).join('')
        const content = Buffer.from(open ? whole.trimEnd() : whole)
        assert.deepEqual(await readAll(content, sizes, false), await readAll(content, [1 << 20], false))
      },
    ),
    { numRuns: 150 },
  )
})

test('values over several lines are the same however the input is cut', async () => {
  const values = fc.array(fc.tuple(fc.jsonValue({ maxDepth: 2 }), fc.constantFrom(' ', '\n', '')), { maxLength: 15 })
  await fc.assert(
    fc.asyncProperty(values, fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 1 }), async (rows, sizes) => {
      // A number or word needs something behind it, or the next one would join it.
      const content = Buffer.from(
        rows
          .map(
            ([value, end]) => `${JSON.stringify(value, null, 1)}${end === '' && typeof value !== 'object' ? ' ' : end}`,
          )
          .join(''),
      )
      const found = await readAll(content, sizes, true)
      assert.deepEqual(
        found.map((row) => stringifyJson((row as unknown[])[2])),
        rows.map(([value]) => JSON.stringify(value)),
      )
    }),
    { numRuns: 150 },
  )
})
