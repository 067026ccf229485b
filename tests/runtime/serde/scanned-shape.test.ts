import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { compileExpression } from '../../../src/runtime/expression/compile.ts'
import { fieldSlot } from '../../../src/runtime/model/field-slots.ts'
import { noOrigin, plainValue, StreamRecord } from '../../../src/runtime/model/stream-record.ts'
import { JsonScanner } from '../../../src/runtime/serde/json-scanner.ts'
import { ScannedShape } from '../../../src/runtime/serde/scanned-shape.ts'
import { appendNdjson } from '../../../src/runtime/stdio/ndjson-encoder.ts'
import { OutputBlock } from '../../../src/runtime/stdio/output-block.ts'
import { mapWithExpression } from '../../../src/runtime/topology/value-mappers.ts'

const map = mapWithExpression(
  compileExpression('{user, page, "ü": .ü, kind: "click", n: 1, missing}', { subject: 'the map' }),
)

const scannerOf = (lines: string): { scanner: JsonScanner; count: number } => {
  const scanner = new JsonScanner(false)
  const bytes = Buffer.from(lines)
  scanner.reserve(bytes.length)
  bytes.copy(scanner.input)
  scanner.setBlock(0, bytes.length)
  return { scanner, count: scanner.scan(0, bytes.length) }
}

const value = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.integer(),
  fc.boolean(),
  fc.constant(null),
  fc.array(fc.integer(), { maxLength: 30 }),
)
const record = fc.dictionary(fc.constantFrom('user', 'page', 'ü', 'other', 'esc\\aped"'), value)

test('a shape of fields writes what evaluating and serialising would write', () => {
  fc.assert(
    fc.property(fc.array(record, { minLength: 1, maxLength: 20 }), (rows) => {
      const { scanner, count } = scannerOf(rows.map((row) => JSON.stringify(row)).join('\n'))
      assert.equal(count, rows.length)
      const out = new OutputBlock()
      const expected = rows.map(({ user = null, page = null, ü = null }) => ({
        user,
        page,
        ü,
        kind: 'click',
        n: 1,
        missing: null,
      }))
      for (let i = 0; i < count; i++) {
        scanner.select(i)
        const shaped = map(new StreamRecord(null, scanner, -1, noOrigin))
        assert.ok(shaped instanceof ScannedShape)
        assert.deepEqual(plainValue(shaped), expected[i])
        assert.deepEqual(shaped.field(fieldSlot('page')), expected[i]?.page)
        assert.equal(shaped.field(fieldSlot('other')), undefined)
        assert.deepEqual(JSON.parse(Buffer.from(shaped.json(), 'latin1').toString()), expected[i])
        appendNdjson(shaped, out)
      }
      const lines = out.take().toString('utf8').trimEnd().split('\n')
      assert.deepEqual(
        lines.map((line) => JSON.parse(line) as unknown),
        expected,
      )
    }),
    { numRuns: 500 },
  )
})

test('shapes that do not fit into the space for a block are written all the same', () => {
  const long = 'x'.repeat(100_000)
  const { scanner, count } = scannerOf(
    Array.from({ length: 12 }, (_, i) => `{"user":${String(i)},"page":"${long}"}`).join('\n'),
  )
  const out = new OutputBlock()
  for (let i = 0; i < count; i++) {
    scanner.select(i)
    appendNdjson(map(new StreamRecord(null, scanner, -1, noOrigin)), out)
  }
  const users = out
    .take()
    .toString()
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { user: number; page: string })
  assert.deepEqual(
    users.map(({ user }) => user),
    Array.from({ length: 12 }, (_, i) => i),
  )
  assert.ok(users.every(({ page }) => page === long))
})
