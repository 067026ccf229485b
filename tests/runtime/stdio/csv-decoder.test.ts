import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import fc from 'fast-check'
import { csvDecoder } from '../../../src/runtime/stdio/csv-decoder.ts'
import type { RecordDecoder } from '../../../src/runtime/stdio/record-decoder.ts'
import { decodeInChunks, valuesOf, type DecodeOptions } from '../../support/decode-in-chunks.ts'

const newDecoder = (notices: string[] = []): RecordDecoder =>
  csvDecoder({
    notice: (message) => notices.push(message),
  })

const decode = (input: string | Uint8Array, options?: DecodeOptions) =>
  decodeInChunks(newDecoder(), input, options).found

const values = (input: string | Uint8Array, options?: DecodeOptions) => valuesOf(decode(input, options))

/** Rows of cells, read character by character from the whole text; for texts without malformed quotes. */
const referenceRows = (text: string): string[][] => {
  const rows: string[][] = []
  let row: string[] = []
  let cell = ''
  let isQuoted = false
  let wasQuoted = false
  const endCell = (): void => {
    row.push(wasQuoted ? cell : cell.replace(/\r$/, ''))
    cell = ''
    wasQuoted = false
  }
  for (let at = 0; at < text.length; at++) {
    const character = text.charAt(at)
    if (isQuoted) {
      if (character !== '"') cell += character
      else if (text[at + 1] === '"') {
        cell += '"'
        at++
      } else isQuoted = false
    } else if (character === '"' && cell === '' && !wasQuoted) {
      isQuoted = true
      wasQuoted = true
    } else if (character === ',') {
      endCell()
    } else if (character === '\n') {
      const isBlank = row.length === 0 && !wasQuoted && /^\r?$/.test(cell)
      endCell()
      if (!isBlank) rows.push(row)
      row = []
    } else if (!(wasQuoted && character === '\r')) cell += character
  }
  if (cell !== '' || wasQuoted || row.length > 0) {
    endCell()
    rows.push(row)
  }
  return rows
}

suite('CSV', () => {
  test('makes an object of strings of each row', () => {
    assert.deepEqual(values('id,name,n\n1,ann,007\n2,bob,\n'), [
      { id: '1', name: 'ann', n: '007' },
      { id: '2', name: 'bob', n: '' },
    ])
  })

  test('keeps the order of the header', () => {
    assert.deepEqual(Object.keys(values('z,a,m\n1,2,3\n')[0] as object), ['z', 'a', 'm'])
  })

  test('reads quotes, commas, quotes in quotes and line breaks in quotes', () => {
    assert.deepEqual(values('a,b\n"x,y","say ""hi"""\n"two\nlines",plain\n"",""\n'), [
      { a: 'x,y', b: 'say "hi"' },
      { a: 'two\nlines', b: 'plain' },
      { a: '', b: '' },
    ])
  })

  test('takes a quote inside an unquoted field as it is', () => {
    assert.deepEqual(values('a,b\n5" disk,x"y"\n'), [{ a: '5" disk', b: 'x"y"' }])
  })

  test('reads CRLF, a byte order mark and a last row without a line break', () => {
    assert.deepEqual(values('\uFEFFa,b\r\n1,2\r\n"3",4'), [
      { a: '1', b: '2' },
      { a: '3', b: '4' },
    ])
    assert.deepEqual(values('a,b\r\n"1","2"\r\n'), [{ a: '1', b: '2' }])
    assert.deepEqual(values('a,b\n"1","x\r\ny"'), [{ a: '1', b: 'x\r\ny' }])
  })

  test('gives fields names that objects have of their own', () => {
    const [row] = values('__proto__,constructor,toString\n1,2,3\n') as [Record<string, string>]
    assert.deepEqual(Object.entries(row), [
      ['__proto__', '1'],
      ['constructor', '2'],
      ['toString', '3'],
    ])
    assert.equal(Object.getPrototypeOf(row), Object.prototype)
  })

  test('treats header names as data and nothing else', () => {
    const name = "a'],(globalThis.hacked=1),['\\\u2028`${1}"
    const [row] = values(`"${name}",b\n1,2\n`)
    assert.deepEqual(Object.entries(row as object), [
      [name, '1'],
      ['b', '2'],
    ])
    assert.equal('hacked' in globalThis, false)
  })

  test('reads more columns than an object literal should have', () => {
    const names = Array.from({ length: 600 }, (_, column) => `c${column}`)
    const [row] = values(
      `${['__proto__', ...names].join(',')}\n${['p', ...names.map((name) => `v${name}`)].join(',')}\n`,
    )
    assert.deepEqual(Object.entries(row as object), [['__proto__', 'p'], ...names.map((name) => [name, `v${name}`])])
  })

  test('renames columns without a name or with a name that is taken, and says so', () => {
    const notices: string[] = []
    const { found } = decodeInChunks(newDecoder(notices), 'a,,a,a_2,a\n1,2,3,4,5\n')
    assert.deepEqual(valuesOf(found), [{ a: '1', column_2: '2', a_3: '3', a_2: '4', a_4: '5' }])
    assert.deepEqual(notices, [
      'column 2 has no name: it is called column_2',
      'two columns are called a: the one at 3 is called a_3',
      'two columns are called a: the one at 5 is called a_4',
    ])
  })

  test('skips blank lines and tells of each', () => {
    const { found } = decodeInChunks(newDecoder(), '\n\r\na,b\n\n1,2\n\r\n')
    assert.deepEqual(valuesOf(found), [{ a: '1', b: '2' }])
  })

  test('says what is wrong with a ragged row and goes on', () => {
    assert.deepEqual(decode('a,b\n1\n1,2,3\n"x",2\n'), [
      { bad: 'expected 2 columns as in the header, found 1', raw: '1', at: 5, line: 2 },
      { bad: 'expected 2 columns as in the header, found 3', raw: '1,2,3', at: 6, line: 3 },
      { value: { a: 'x', b: '2' }, raw: '"x",2', position: 12, line: 4 },
    ])
  })

  test('does not keep cells of a longer row', () => {
    assert.deepEqual(values('a,b\n1,2\n3,4,5,6\n7,8\n'), [
      { a: '1', b: '2' },
      { a: '7', b: '8' },
    ])
  })

  test('goes on with the next line after a quote that does not belong there', () => {
    assert.deepEqual(decode('a,b\n"x"y,2\n3,4\n'), [
      { bad: 'text after the closing quote', raw: '"x"y,2', at: 7, line: 2 },
      { value: { a: '3', b: '4' }, raw: '3,4', position: 11, line: 3 },
    ])
  })

  test('gives up one line for a quote that is never closed', () => {
    assert.deepEqual(decode('a,b\n"1,2\n3,4\n5,6\n'), [
      { bad: 'the quoted field is not closed', raw: '"1,2', at: 4, line: 2 },
      { value: { a: '3', b: '4' }, raw: '3,4', position: 9, line: 3 },
      { value: { a: '5', b: '6' }, raw: '5,6', position: 13, line: 4 },
    ])
  })

  test('ends the run for a header that cannot be read', () => {
    assert.throws(() => decode('a,"b\n1,2\n'), {
      kind: 'data',
      message: 'line 1: the header is no CSV: the quoted field is not closed',
    })
    assert.throws(() => decode(Buffer.from('a,\xff\n1,2\n', 'latin1')), {
      kind: 'data',
      message: 'line 1: the header is not valid UTF-8',
    })
  })

  test('names the byte that is no UTF-8, and reads the rows around it', () => {
    const input = Buffer.concat([Buffer.from('a,b\nü,1\nx'), Buffer.from([0xc3]), Buffer.from(',2\n"ä",3\n')])
    assert.deepEqual(decode(input), [
      { value: { a: 'ü', b: '1' }, raw: 'Ã¼,1', position: 4, line: 2 },
      { bad: 'invalid UTF-8', raw: 'x\xc3,2', at: 10, line: 3 },
      { value: { a: 'ä', b: '3' }, raw: '"Ã¤",3', position: 14, line: 4 },
    ])
  })

  test('counts the lines that rows span', () => {
    assert.deepEqual(
      decode('a\n"1\n2\n3"\n4\n\n"5\n"\n6\n').map(({ line }) => line),
      [2, 5, 7, 9],
    )
  })

  test('stops when no more is wanted, after the row it has delivered', () => {
    const { found, taken } = decodeInChunks(newDecoder(), 'a\n1\n2\n3\n', { limit: 2 })
    assert.deepEqual(valuesOf(found), [{ a: '1' }, { a: '2' }])
    assert.equal(taken, 6)
  })

  test('leaves a last row without a line break while more may come', () => {
    for (const rest of ['3', '"3', '"3"', '"3"\r', '"x"y']) {
      const { found, taken } = decodeInChunks(newDecoder(), `a\n1\n${rest}`, { open: true })
      assert.deepEqual(valuesOf(found), [{ a: '1' }], rest)
      assert.equal(taken, 4, rest)
    }
  })

  test('goes on in the middle of an input with the header from before', () => {
    const input = '\uFEFFname,"a,b",name\n1,"x\ny",2\n3,4,5\n'
    const decoder = newDecoder()
    const { taken } = decodeInChunks(decoder, input, { limit: 1 })
    const resume = decoder.resumePoint?.()
    assert.deepEqual(resume, { line: 3, header: 'name,"a,b",name' })
    const notices: string[] = []
    const rest = Buffer.from(input).subarray(taken)
    const { found } = decodeInChunks(newDecoder(notices), rest, resume === undefined ? {} : { resume })
    assert.deepEqual(found, [{ value: { name: '3', 'a,b': '4', name_2: '5' }, raw: '3,4,5', position: 0, line: 4 }])
    assert.deepEqual(notices, [])
  })

  test('forgets the header of the input before', () => {
    const decoder = newDecoder()
    assert.deepEqual(valuesOf(decodeInChunks(decoder, 'a,b,c\n1,2,3\n').found), [{ a: '1', b: '2', c: '3' }])
    assert.deepEqual(valuesOf(decodeInChunks(decoder, 'x\n9\n').found), [{ x: '9' }])
  })

  test('looks at the bytes of a long quoted row once while it is incomplete', () => {
    const blocks = 100
    const bytes = Buffer.from(`a\n"${'x\n'.repeat((blocks * 1024) / 2)}`)
    const decoder = newDecoder()
    decoder.reset()
    let lookedAt = 0
    const watched = new Proxy(bytes, {
      get(target, name) {
        if (typeof name === 'string' && /^\d+$/.test(name)) lookedAt++
        const value: unknown = Reflect.get(target, name)
        return typeof value === 'function' ? (value.bind(target) as unknown) : value
      },
    })
    const sink = { record: () => true, bad: () => true }
    assert.equal(decoder.decode(watched, 0, 10, false, sink), 2)
    lookedAt = 0
    for (let block = 1; block <= blocks; block++) {
      assert.equal(decoder.decode(watched, 2, block * 1024, false, sink), 2)
    }
    assert.equal(lookedAt, blocks * 1024 - 2)
  })

  const cell = fc.oneof(
    fc.string({ unit: fc.constantFrom('a', 'ü', '😀', ' ', '7'), maxLength: 20 }),
    fc
      .string({ unit: fc.constantFrom('a', '"', ',', '\n', '\r', 'é', '\t'), maxLength: 8 })
      .map((text) => `"${text.replaceAll('"', '""')}"`),
    fc.constantFrom('x"y', '""', '"\n"', '"""",""""'),
  )
  const row = fc.array(cell, { minLength: 1, maxLength: 4 }).map((cells) => cells.join(','))
  const lineBreak = fc.constantFrom('\n', '\r\n')
  const csv = fc
    .tuple(fc.array(fc.tuple(row, lineBreak), { maxLength: 12 }), fc.boolean())
    .map(([rows, isComplete]) => {
      const text = rows.map(([cells, end]) => cells + end).join('')
      return `a,b\n${isComplete ? text : text.replace(/\r?\n$/, '')}`
    })
  const cuts = fc.array(fc.nat(300), { maxLength: 30 })

  test('agrees with a character-by-character reading of the whole, however it is cut', () => {
    fc.assert(
      fc.property(csv, cuts, (text, at) => {
        const expected = referenceRows(text).slice(1)
        const found = decode(text, { cuts: at })
        assert.deepEqual(
          found.map((one) => ('value' in one ? Object.values(one.value as object) : one.bad)),
          expected.map((cells) =>
            cells.length === 2 ? cells : `expected 2 columns as in the header, found ${cells.length}`,
          ),
        )
      }),
      { numRuns: 500 },
    )
  })

  test('says the same of any bytes, however they are cut', () => {
    const bytes = fc
      .array(fc.constantFrom(...Buffer.from('a,"\n\r \xc3\xbc\xff', 'latin1')), { maxLength: 60 })
      .map((tail) => Buffer.concat([Buffer.from('h,i\n'), Buffer.from(tail)]))
    fc.assert(
      fc.property(bytes, cuts, (input, at) => {
        assert.deepEqual(decode(input, { cuts: at }), decode(input))
      }),
      { numRuns: 1000 },
    )
  })
})
