import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import fc from 'fast-check'
import { RecordError } from '../../../src/runtime/model/record-error.ts'
import { csvDecoder } from '../../../src/runtime/stdio/csv-decoder.ts'
import { csvEncoder, tsvEncoder } from '../../../src/runtime/stdio/csv-encoder.ts'
import { tsvDecoder } from '../../../src/runtime/stdio/tsv-decoder.ts'
import { decodeInChunks, valuesOf } from '../../support/decode-in-chunks.ts'
import { encodeAll, lazy } from '../../support/encode-all.ts'

const csv = (values: readonly unknown[], firstLine?: string): string =>
  encodeAll(csvEncoder({ firstLine: firstLine === undefined ? undefined : Buffer.from(firstLine) }), values)

const tsv = (values: readonly unknown[], firstLine?: string): string =>
  encodeAll(tsvEncoder({ firstLine: firstLine === undefined ? undefined : Buffer.from(firstLine) }), values)

suite('CSV output', () => {
  test('has the fields of the first record as columns', () => {
    assert.equal(csv([{ b: 1, a: 'x' }, { a: 'y', b: 2.5 }, { a: 'ü' }]), 'b,a\n1,x\n2.5,y\n,ü\n')
  })

  test('writes every kind of value, and numbers as they came in', () => {
    const values = [null, true, 1n << 70n, 'x', [1, 'a'], { b: 'ü' }, undefined]
    assert.equal(
      csv([Object.fromEntries(values.map((value, index) => [`c${index}`, value]))]),
      'c0,c1,c2,c3,c4,c5,c6\n,true,1180591620717411303424,x,"[1,""a""]","{""b"":""ü""}",\n',
    )
    assert.equal(
      csv([lazy('{ "a" : 1.0, "b":1e400,"c":"x\\u00e9y","d":{"x": [1, 2]},"e":null, "ü":"ü", "f":[] }')]),
      'a,b,c,d,e,ü,f\n1.0,1e400,xéy,"{""x"": [1, 2]}",,ü,[]\n',
    )
  })

  test('quotes what needs it and nothing else', () => {
    assert.equal(
      csv([{ a: 'x,y', b: 'say "hi"', c: 'a\nb', d: ' s ', e: "=1+'2'", 'f,g': '\r' }]),
      'a,b,c,d,e,"f,g"\n"x,y","say ""hi""","a\nb", s ,=1+\'2\',"\r"\n',
    )
    assert.equal(csv([{ a: '' }, { a: null }, { a: 'x' }]), 'a\n""\n""\nx\n')
  })

  test('takes the last of two fields with one name', () => {
    assert.equal(csv([lazy('{"a":1,"b":2,"a":3}'), lazy('{"b":4,"b":5}')]), 'a,b\n3,2\n,5\n')
  })

  test('has names of its own like any other', () => {
    assert.equal(csv([lazy('{"__proto__":1,"constructor":2}'), { constructor: 3 }]), '__proto__,constructor\n1,2\n,3\n')
  })

  test('refuses a field without a column and a value without fields, and goes on', () => {
    const encoder = csvEncoder({ firstLine: undefined })
    assert.throws(() => encodeAll(encoder, [{}]), { name: 'RecordError', message: /an object without fields has none/ })
    assert.throws(() => encodeAll(encoder, [[1]]), {
      name: 'RecordError',
      message: "CSV needs objects: map '{value: .}' makes one of any value",
    })
    assert.equal(encodeAll(encoder, [{ a: 1 }]), 'a\n1\n')
    assert.throws(() => encodeAll(encoder, [{ a: 1, region: 2 }]), {
      name: 'RecordError',
      path: 'region',
      message:
        'CSV has no column region (the columns are those of the first record: a): ' +
        'give all records the same fields with cut or map',
    })
    assert.throws(() => encodeAll(encoder, ['x']), { name: 'RecordError' })
    assert.equal(encodeAll(encoder, [lazy('{"a":2}'), {}]), '2\n""\n')
  })

  test('keeps to the columns of the file that it is appended to', () => {
    assert.equal(csv([{ a: 1, 'b "x"': 2 }], '\uFEFF"b ""x""",a,c\r'), '2,1,\n')
    assert.throws(() => csv([{ z: 1 }], 'a'), { name: 'RecordError' })
  })
})

suite('TSV output', () => {
  test('escapes what would be taken for structure', () => {
    assert.equal(tsv([{ 'a\tb': 'x\ty\nz\r\\', c: '"q",' }]), 'a\\tb\tc\nx\\ty\\nz\\r\\\\\t"q",\n')
    assert.equal(tsv([{ c: 1, 'a\tb': 2 }], 'a\\tb\tc'), '2\t1\n')
  })
})

suite('rows', () => {
  const text = fc.string({ unit: fc.constantFrom('a', '"', ',', '\n', '\r', '\t', '\\', 'ü', '😀', ' '), maxLength: 8 })
  const table = fc
    .uniqueArray(
      text.filter((name) => name !== ''),
      { minLength: 1, maxLength: 4 },
    )
    .chain((names) =>
      fc
        .array(fc.array(text, { minLength: names.length, maxLength: names.length }), { minLength: 1, maxLength: 5 })
        .map((rows) =>
          rows.map((cells) => Object.fromEntries(names.map((name, column) => [name, cells[column] ?? '']))),
        ),
    )
  const notes = { notice: assert.fail }

  test('come back from CSV as they were', () => {
    fc.assert(
      fc.property(table, fc.array(fc.nat(200), { maxLength: 10 }), (rows, cuts) => {
        assert.deepEqual(valuesOf(decodeInChunks(csvDecoder(notes), csv(rows), { cuts }).found), rows)
        const asText = rows.map((row) => lazy(JSON.stringify(row)))
        assert.equal(csv(asText), csv(rows))
      }),
    )
  })

  test('come back from TSV as they were, or are refused if a line would be quite empty', () => {
    fc.assert(
      fc.property(table, (rows) => {
        const isEmpty = (row: object): boolean => Object.keys(row).length === 1 && Object.values(row)[0] === ''
        const kept = rows.filter((row) => !isEmpty(row))
        for (const row of rows.filter(isEmpty)) assert.throws(() => tsv([row]), RecordError)
        assert.deepEqual(valuesOf(decodeInChunks(tsvDecoder(notes), tsv(kept)).found), kept)
      }),
    )
  })
})
