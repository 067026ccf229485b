import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import fc from 'fast-check'
import { textDecoder } from '../../../src/runtime/stdio/text-decoder.ts'
import { decodeInChunks, valuesOf, type DecodeOptions } from '../../support/decode-in-chunks.ts'

const decode = (input: string | Uint8Array, options?: DecodeOptions) =>
  decodeInChunks(textDecoder(), input, options).found

suite('text', () => {
  test('makes a string of each line, blank ones too', () => {
    assert.deepEqual(decode('\uFEFFone\r\n\ntwo ü\n'), [
      { value: 'one', raw: 'one', position: 3, line: 1 },
      { value: '', raw: '', position: 8, line: 2 },
      { value: 'two ü', raw: 'two Ã¼', position: 9, line: 3 },
    ])
  })

  test('takes a last line without a line break, but only at the end', () => {
    assert.deepEqual(valuesOf(decode('a\nb')), ['a', 'b'])
    assert.deepEqual(valuesOf(decode('a\nb', { open: true })), ['a'])
  })

  test('strips a byte order mark only from the start', () => {
    assert.deepEqual(valuesOf(decode('\uFEFF\uFEFFa\n\uFEFFb\n')), ['\uFEFFa', '\uFEFFb'])
    assert.deepEqual(valuesOf(decode('\uFEFFb\n', { resume: { line: 7 } })), ['\uFEFFb'])
    assert.deepEqual(valuesOf(decode(Buffer.from([0xef, 0x0a]))), [])
    assert.equal(decode(Buffer.from([0xef, 0x0a])).length, 1)
  })

  test('names the byte that is no UTF-8', () => {
    const input = Buffer.from([0x61, 0x0a, 0xe2, 0x82, 0xac, 0xed, 0xa0, 0x80, 0x0a, 0x62, 0x0a])
    assert.deepEqual(decode(input), [
      { value: 'a', raw: 'a', position: 0, line: 1 },
      { bad: 'invalid UTF-8', raw: '\xe2\x82\xac\xed\xa0\x80', at: 5, line: 2 },
      { value: 'b', raw: 'b', position: 9, line: 3 },
    ])
  })

  test('counts lines on from where another run has stopped', () => {
    assert.deepEqual(
      decode('x\ny\n', { resume: { line: 41 } }).map(({ line }) => line),
      [42, 43],
    )
  })

  test('is what split() says, however the input is cut', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'ü', '😀', '\n', '\r', 'x'.repeat(20)), maxLength: 60 })
    fc.assert(
      fc.property(text, fc.array(fc.nat(300), { maxLength: 30 }), (input, cuts) => {
        const lines = input.split('\n')
        if (lines.at(-1) === '') lines.pop()
        assert.deepEqual(
          valuesOf(decode(input, { cuts })),
          lines.map((line) => line.replace(/\r$/, '')),
        )
      }),
      { numRuns: 500 },
    )
  })

  test('says the same of any bytes, however they are cut', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), fc.array(fc.nat(80), { maxLength: 10 }), (input, cuts) => {
        assert.deepEqual(decode(input, { cuts }), decode(input))
      }),
      { numRuns: 500 },
    )
  })

  test('looks at the bytes of a long line once', () => {
    // Each block is larger by a kilobyte, and only what is new may be read.
    const blocks = 200
    const bytes = Buffer.alloc(blocks * 1024, 'a')
    const decoder = textDecoder()
    decoder.reset()
    let lookedAt = 0
    const watched = new Proxy(bytes, {
      get(target, name) {
        if (name === 'subarray') {
          return (from: number, to: number) => {
            lookedAt += to - from
            return target.subarray(from, to)
          }
        }
        const value: unknown = Reflect.get(target, name)
        return typeof value === 'function' ? (value.bind(target) as unknown) : value
      },
    })
    for (let block = 1; block <= blocks; block++) {
      assert.equal(decoder.decode(watched, 0, block * 1024, false, { record: () => true, bad: () => true }), 0)
    }
    assert.equal(lookedAt, bytes.length)
  })
})
