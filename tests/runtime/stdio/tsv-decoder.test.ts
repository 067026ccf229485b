import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import fc from 'fast-check'
import { tsvDecoder } from '../../../src/runtime/stdio/tsv-decoder.ts'
import { decodeInChunks, valuesOf, type DecodeOptions } from '../../support/decode-in-chunks.ts'

const newDecoder = () => tsvDecoder({ notice: () => undefined })

const decode = (input: string | Uint8Array, options?: DecodeOptions) =>
  decodeInChunks(newDecoder(), input, options).found

suite('TSV', () => {
  test('makes an object of strings of each line; quotes are nothing special', () => {
    assert.deepEqual(valuesOf(decode('\uFEFFid\tname\r\n1\t"ann"\r\n2\t\n3\tü')), [
      { id: '1', name: '"ann"' },
      { id: '2', name: '' },
      { id: '3', name: 'ü' },
    ])
  })

  test('knows \\t, \\n, \\r and \\\\, also in the header, and leaves other backslashes alone', () => {
    assert.deepEqual(valuesOf(decode('a\\tb\tc\nx\\ty\\nz\\r\t\\\\t\\q\\\n')), [{ 'a\tb': 'x\ty\nz\r', c: '\\t\\q\\' }])
  })

  test('says what is wrong with a ragged row or one that is no UTF-8, and goes on', () => {
    const input = Buffer.concat([Buffer.from('a\tb\n1\n1\t2\t3\n\nx\t'), Buffer.from([0xff]), Buffer.from('\n5\t6\n')])
    assert.deepEqual(decode(input), [
      { bad: 'expected 2 columns as in the header, found 1', raw: '1', at: 5, line: 2 },
      { bad: 'expected 2 columns as in the header, found 3', raw: '1\t2\t3', at: 6, line: 3 },
      { bad: 'invalid UTF-8', raw: 'x\t\xff', at: 15, line: 5 },
      { value: { a: '5', b: '6' }, raw: '5\t6', position: 17, line: 6 },
    ])
  })

  test('goes on in the middle of an input with the header from before', () => {
    const input = 'a\\\\\tb\n1\t2\n3\t4\n'
    const decoder = newDecoder()
    const { taken } = decodeInChunks(decoder, input, { limit: 1 })
    assert.deepEqual(decoder.resumePoint?.(), { line: 2, header: 'a\\\\\tb' })
    const resume = { line: 2, header: 'a\\\\\tb' }
    assert.deepEqual(decode(input.slice(taken), { resume }), [
      { value: { 'a\\': '3', b: '4' }, raw: '3\t4', position: 0, line: 3 },
    ])
  })

  test('says the same however the input is cut, and what a split of the lines says', () => {
    const cell = fc.string({ unit: fc.constantFrom('a', 'ü', '\\', '"', ' ', 't'), maxLength: 16 })
    const line = fc.array(cell, { minLength: 1, maxLength: 3 }).map((cells) => cells.join('\t'))
    const text = fc.tuple(fc.array(line, { maxLength: 10 }), fc.constantFrom('\n', '\r\n'))
    fc.assert(
      fc.property(text, fc.array(fc.nat(150), { maxLength: 20 }), ([lines, lineBreak], cuts) => {
        const input = ['h\ti', ...lines].map((one) => one + lineBreak).join('')
        const { found } = decodeInChunks(newDecoder(), input, { cuts })
        const kept = lines.filter((one) => one !== '')
        assert.deepEqual(
          found.map((one) => ('value' in one ? Object.values(one.value as object) : one.bad)),
          kept.map((one) => {
            const cells = one.split('\t')
            if (cells.length !== 2) return `expected 2 columns as in the header, found ${cells.length}`
            return cells.map((text) => text.replace(/\\(\\|t)/g, (_, letter) => (letter === 't' ? '\t' : '\\')))
          }),
        )
      }),
      { numRuns: 500 },
    )
  })
})
