import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import fc from 'fast-check'
import { fromByteString, toByteString } from '../../../src/runtime/model/byte-string.ts'
import { jsonString, visitJsonFields } from '../../../src/runtime/serde/json-fields.ts'
import { compactJson, prettyJson } from '../../../src/runtime/serde/json-layout.ts'

/** Name and JSON of each field, or undefined. */
const fieldsOf = (json: string): readonly (readonly [string, string])[] | undefined => {
  const fields: (readonly [string, string])[] = []
  const isObject = visitJsonFields(toByteString(json), (name, field) => fields.push([name, fromByteString(field)]))
  return isObject ? fields : undefined
}

/** JSON text with white space wherever it may stand. */
const spaced = (value: unknown, indentation: string): string =>
  JSON.stringify(value, null, indentation).replace(/\n/g, indentation === '\t' ? '\r\n' : '\n')

suite('the fields of JSON text', () => {
  test('are slices of it', () => {
    assert.deepEqual(fieldsOf(' { "a" : 1.0 , "ü":"x\\"}","b\\n":[{"c":"]"},[]],"a":-1e3,"d":{ "e":{}} }\n'), [
      ['a', '1.0'],
      ['ü', '"x\\"}"'],
      ['b\n', '[{"c":"]"},[]]'],
      ['a', '-1e3'],
      ['d', '{ "e":{}}'],
    ])
    assert.deepEqual(fieldsOf('{}'), [])
    for (const other of ['[]', '"{}"', 'null', ' 1']) assert.equal(fieldsOf(other), undefined)
  })

  test('have the values that JSON.parse sees', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.constantFrom('', ' ', '\t'), (object, indentation) => {
        const fields = fieldsOf(spaced(object, indentation)) ?? []
        assert.deepEqual(
          fields.map(([name, json]) => [name, JSON.parse(json) as unknown]),
          Object.entries(JSON.parse(JSON.stringify(object)) as object),
        )
      }),
    )
  })

  test('that are strings are read with their escapes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        assert.equal(jsonString(toByteString(JSON.stringify(text))), text)
      }),
    )
  })
})

suite('the layout of JSON text', () => {
  test('is that of JSON.stringify', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom('', ' ', '\t'), (value, indentation) => {
        const json = toByteString(spaced(value, indentation))
        assert.equal(fromByteString(compactJson(json)), JSON.stringify(value))
        assert.equal(fromByteString(prettyJson(json)), JSON.stringify(value, null, 2))
      }),
    )
  })

  test('changes nothing but white space', () => {
    assert.equal(compactJson(toByteString('[ 1.0,\n1e400 , "\\u00fc \\/" ]')), '[1.0,1e400,"\\u00fc \\/"]')
  })
})
