import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { toByteString } from '../../../src/runtime/model/byte-string.ts'
import { fieldSlot } from '../../../src/runtime/model/field-slots.ts'
import { JoinedJson, TableRow } from '../../../src/runtime/serde/joined-json.ts'
import { JsonText } from '../../../src/runtime/serde/json-text.ts'

const names = ['id', 'name', 'ü', '__proto__', 'a"b']
const fields = fc.dictionary(
  fc.constantFrom(...names),
  fc.oneof(fc.integer(), fc.string(), fc.constant(null), fc.array(fc.boolean())),
)

test('a joined record is the record with the fields of the row that it lacks', () => {
  fc.assert(
    fc.property(fields, fields, fc.constantFrom('', ' '), (left, right, space) => {
      const text = (value: object): string => JSON.stringify(value, null, space)
      const row = new TableRow(toByteString(text(right)))
      assert.ok(row.fields !== null)
      const joined = new JoinedJson(new JsonText(toByteString(text(left))), row.fields)
      const expected = new Map([...Object.entries(right), ...Object.entries(left)])
      for (const name of names) {
        assert.deepEqual(joined.field(fieldSlot(name)), expected.get(name))
        const json = joined.fieldJson(fieldSlot(name))
        assert.deepEqual(json && JSON.parse(Buffer.from(json, 'latin1').toString()), expected.get(name))
      }
      const parsed = JSON.parse(Buffer.from(joined.json(), 'latin1').toString()) as object
      assert.deepEqual(new Map(Object.entries(parsed)), expected)
      assert.deepEqual(new Map(Object.entries(joined.plain() as object)), expected)
    }),
    { numRuns: 1000 },
  )
})

test('a row that is no object has no fields', () => {
  assert.equal(new TableRow(toByteString('[1]')).fields, null)
})
