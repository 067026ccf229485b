// The scanner against the engine's own parser: on generated JSON, on the same with a few bytes changed, in blocks of all kinds.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { fieldSlot } from '../../../src/runtime/model/field-slots.ts'
import { JsonScanner } from '../../../src/runtime/serde/json-scanner.ts'

const wanted = [
  'a',
  'b',
  'page',
  'user',
  'ü',
  '__proto__',
  'constructor',
  'a long key that does not fit into sixteen bytes',
]
const slots = new Map(wanted.map((name) => [name, fieldSlot(name)]))

const load = (scanner: JsonScanner, text: string | Buffer): number => {
  const bytes = Buffer.isBuffer(text) ? text : Buffer.from(text, 'utf8')
  scanner.reserve(bytes.length)
  bytes.copy(scanner.input)
  scanner.setBlock(0, bytes.length)
  return bytes.length
}

const parseOrUndefined = (text: string): { value: unknown } | undefined => {
  try {
    return { value: JSON.parse(text) }
  } catch {
    return undefined
  }
}

/** Numbers that JSON.parse reads as we do: integers beyond 2^53 become bigint here, a test below has them. */
const number = fc
  .double({ noNaN: true, noDefaultInfinity: true })
  .filter((value) => !Number.isInteger(value) || Number.isSafeInteger(value) || Math.abs(value) >= 1e21)

const keyed = fc.oneof(fc.constantFrom(...wanted), fc.string(), fc.string({ unit: 'grapheme' }))
const json = fc.letrec((tie) => ({
  value: fc.oneof(
    { weight: 4, arbitrary: fc.oneof(fc.integer(), number, fc.boolean(), fc.constant(null)) },
    { weight: 4, arbitrary: fc.oneof(fc.string(), fc.string({ unit: 'grapheme' }), fc.string({ unit: 'binary' })) },
    { weight: 1, arbitrary: fc.array(tie('value'), { maxLength: 4 }) },
    { weight: 2, arbitrary: fc.dictionary(keyed, tie('value'), { maxKeys: 6 }) },
  ),
})).value
const record = fc.oneof({ weight: 5, arbitrary: fc.dictionary(keyed, json, { maxKeys: 8 }) }, json)

/** JSON text with white space and escapes that JSON.stringify would not write. */
const looseText = (value: unknown, space: string): string => {
  const text = space === '' ? JSON.stringify(value) : JSON.stringify(value, null, ' ').replaceAll('\n', space)
  return text
}

test('accepts generated JSON and finds every field', () => {
  const scanner = new JsonScanner(false)
  fc.assert(
    fc.property(record, fc.constantFrom('', ' ', '\t', ' \r'), (value, space) => {
      const text = looseText(value, space)
      const limit = load(scanner, text)
      assert.equal(scanner.scan(0, limit), 1, text)
      assert.equal(scanner.failure, undefined)
      scanner.select(0)
      const parsed: unknown = JSON.parse(text)
      assert.deepEqual(scanner.plain(), parsed)
      assert.equal(Buffer.from(scanner.json(), 'latin1').toString('utf8'), text.trim())
      const isObject = typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)
      for (const [name, slot] of slots) {
        const expected: unknown =
          isObject && Object.hasOwn(parsed, name) ? (parsed as Record<string, unknown>)[name] : undefined
        assert.deepEqual(scanner.field(slot), expected, `${name} of ${text}`)
        const raw = scanner.fieldJson(slot)
        assert.deepEqual(
          raw === undefined ? undefined : JSON.parse(Buffer.from(raw, 'latin1').toString('utf8')),
          expected,
        )
      }
    }),
    { numRuns: 2000 },
  )
})

test('accepts exactly what JSON.parse accepts, also after a few bytes have been changed', () => {
  const scanner = new JsonScanner(false)
  const edit = fc.record({
    at: fc.nat(400),
    kind: fc.constantFrom('replace', 'insert', 'delete', 'cut'),
    with: fc.constantFrom(...'{}[]",:\\ 0123456789.eE+-tfnu/abz\u0001é'.split('')),
  })
  fc.assert(
    fc.property(record, fc.array(edit, { minLength: 1, maxLength: 3 }), (value, edits) => {
      let text = JSON.stringify(value)
      for (const { at, kind, with: replacement } of edits) {
        const place = at % (text.length + 1)
        if (kind === 'replace') text = text.slice(0, place) + replacement + text.slice(place + 1)
        else if (kind === 'insert') text = text.slice(0, place) + replacement + text.slice(place)
        else if (kind === 'delete') text = text.slice(0, place) + text.slice(place + 1)
        else text = text.slice(0, place)
      }
      text = text.replaceAll('\n', ' ')
      if (text.trim() === '') return
      const expected = parseOrUndefined(text)
      const limit = load(scanner, text)
      const count = scanner.scan(0, limit)
      assert.equal(count === 1 && scanner.failure === undefined, expected !== undefined, JSON.stringify(text))
      if (expected === undefined) {
        const at = scanner.failure?.at ?? -1
        assert.ok(at >= 0 && at <= limit, 'the place of the error lies in the text')
      }
    }),
    { numRuns: 5000 },
  )
})

test('scans blocks of lines, over blank lines, and says how many line breaks it passed', () => {
  const scanner = new JsonScanner(false)
  fc.assert(
    fc.property(fc.array(fc.tuple(record, fc.nat(2), fc.boolean()), { maxLength: 30 }), (rows) => {
      const text = rows
        .map(([value, blank, crlf]) => `${'\n'.repeat(blank)}${JSON.stringify(value)}${crlf ? '\r\n' : '\n'}`)
        .join('')
      const limit = load(scanner, text)
      let line = 1
      const values: unknown[] = []
      const lines: number[] = []
      for (let from = 0; from < limit;) {
        const count = scanner.scan(from, limit)
        for (let i = 0; i < count; i++) {
          scanner.select(i)
          line += scanner.lineBreaksBefore
          lines.push(line)
          values.push(scanner.plain())
        }
        line += scanner.trailingLineBreaks
        from = scanner.resumeAt
      }
      assert.deepEqual(
        values,
        rows.map(([value]) => JSON.parse(JSON.stringify(value)) as unknown),
      )
      const expectedLines = rows.map(
        (_, index) => rows.slice(0, index + 1).reduce((sum, [, blank]) => sum + blank, 0) + index + 1,
      )
      assert.deepEqual(lines, expectedLines)
    }),
    { numRuns: 300 },
  )
})

test('values may follow each other and span lines when line breaks are allowed', () => {
  const scanner = new JsonScanner(true)
  const text = '{"a":1}{"a":\n2}\n[1,\n2] "x" 3 null'
  const limit = load(scanner, text)
  const values: unknown[] = []
  for (let from = 0; from < limit;) {
    const count = scanner.scan(from, limit)
    assert.equal(scanner.failure, undefined)
    for (let i = 0; i < count; i++) {
      scanner.select(i)
      values.push(scanner.plain())
    }
    from = scanner.resumeAt
  }
  assert.deepEqual(values, [{ a: 1 }, { a: 2 }, [1, 2], 'x', 3, null])
})

test('a block with more records than fit into one scan is scanned in several', () => {
  const scanner = new JsonScanner(false)
  const lines = Array.from({ length: 50_000 }, (_, i) => `{"a":${String(i)}}`).join('\n')
  const limit = load(scanner, lines)
  const slot = fieldSlot('a')
  let next = 0
  for (let from = 0; from < limit;) {
    const count = scanner.scan(from, limit)
    assert.ok(count > 0)
    for (let i = 0; i < count; i++) {
      scanner.select(i)
      assert.equal(scanner.field(slot), next++)
    }
    from = scanner.resumeAt
  }
  assert.equal(next, 50_000)
})

test('the depth limit is 512', () => {
  const scanner = new JsonScanner(false)
  const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth)
  assert.equal(scanner.scan(0, load(scanner, nested(512))), 1)
  assert.equal(scanner.scan(0, load(scanner, nested(513))), 0)
  assert.match(scanner.failure?.message ?? '', /512/)
  assert.equal(scanner.scan(0, load(scanner, `{"a":${nested(511)}}`)), 1)
  assert.equal(scanner.scan(0, load(scanner, `{"a":${nested(512)}}`)), 0)
})

test('numbers keep their value: integers beyond 2^53 as bigint, short decimals exactly', () => {
  const scanner = new JsonScanner(false)
  const slot = fieldSlot('a')
  const fieldOf = (text: string): unknown => {
    assert.equal(scanner.scan(0, load(scanner, `{"a":${text}}`)), 1)
    scanner.select(0)
    return scanner.field(slot)
  }
  assert.equal(fieldOf('9007199254740993'), 9007199254740993n)
  assert.equal(fieldOf('9007199254740991'), 9007199254740991)
  assert.ok(Object.is(fieldOf('-0'), -0))
  fc.assert(
    fc.property(number, (value) => {
      assert.equal(fieldOf(JSON.stringify(value)), JSON.parse(JSON.stringify(value)))
    }),
    { numRuns: 2000 },
  )
  fc.assert(
    fc.property(
      fc.integer(),
      fc.integer({ min: 0, max: 999999 }),
      fc.integer({ min: 1, max: 9 }),
      (whole, fraction, digits) => {
        const text = `${String(whole)}.${String(fraction).padStart(digits, '0')}`
        assert.equal(fieldOf(text), Number(text))
      },
    ),
    { numRuns: 2000 },
  )
})

test('the last of several fields with one name counts, as for JSON.parse', () => {
  const scanner = new JsonScanner(false)
  assert.equal(scanner.scan(0, load(scanner, '{"a":1,"b":2,"a":3}')), 1)
  scanner.select(0)
  assert.equal(scanner.field(fieldSlot('a')), 3)
})

test('a key written with escapes is the key it stands for', () => {
  const scanner = new JsonScanner(false)
  assert.equal(scanner.scan(0, load(scanner, '{"\\u0061":1,"b":2}')), 1)
  scanner.select(0)
  assert.equal(scanner.field(fieldSlot('a')), 1)
  assert.equal(scanner.field(fieldSlot('b')), 2)
})

test('a field that nobody had asked for when the block was scanned is found all the same', () => {
  const scanner = new JsonScanner(false)
  const limit = load(scanner, '{"asked later":7}')
  assert.equal(scanner.scan(0, limit), 1)
  scanner.select(0)
  assert.equal(scanner.field(fieldSlot('asked later')), 7)
})

test('more different strings than are kept are still right', () => {
  const scanner = new JsonScanner(false)
  const slot = fieldSlot('a')
  const count = 40_000
  const limit = load(
    scanner,
    Array.from({ length: count * 2 }, (_, i) => `{"a":"value ${String(i % count)}"}`).join('\n'),
  )
  let next = 0
  for (let from = 0; from < limit;) {
    const found = scanner.scan(from, limit)
    for (let i = 0; i < found; i++) {
      scanner.select(i)
      assert.equal(scanner.field(slot), `value ${String(next++ % count)}`)
    }
    from = scanner.resumeAt
  }
  assert.equal(next, count * 2)
})
