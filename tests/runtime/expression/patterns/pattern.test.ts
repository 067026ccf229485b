// Patterns: rewritten for the linear-time engine they must match what RegExp's own `u` mode matches.

import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { suite, test } from 'node:test'
import fc from 'fast-check'
import { parsePattern, PatternError } from '../../../../src/runtime/expression/patterns/pattern-parser.ts'
import { cachedPattern, compilePattern, testPattern } from '../../../../src/runtime/expression/patterns/pattern.ts'

const matchOf = (pattern: string, flags: string, subject: string): readonly (string | undefined)[] | undefined => {
  const expression = compilePattern(pattern, flags, false).for(subject)
  expression.lastIndex = 0
  const match = expression.exec(subject)
  return match === null ? undefined : Array.from(match as readonly (string | undefined)[])
}

suite('matching', () => {
  const cases: readonly (readonly [pattern: string, flags: string, subject: string, matches: boolean])[] = [
    ['^/api/v[12]$', '', '/api/v2', true],
    ['a.c', '', 'a😀c', true],
    ['^.$', '', '😀', true],
    ['^..$', '', '😀', false],
    ['^[^a]$', '', '😀', true],
    ['^\\D$', '', '😀', true],
    ['^[\\W]$', '', '😀', true],
    ['^[^\\W]$', '', '😀', false],
    ['[😀-😂]', '', '😁', true],
    ['^[a😀]+$', '', 'a😀a', true],
    ['^[^😀]$', '', '😀', false],
    ['^[^😀]$', '', '😁', true],
    ['^😀{2}$', '', '😀😀', true],
    ['[\\u{1f600}-\\u{1f602}]', '', '😂', true],
    ['.', '', '\n', false],
    ['.', 's', '\n', true],
    ['.', '', '\r', true],
    ['(?i)äb', '', 'ÄB', true],
    ['(?is)a.b', '', 'A\nB', true],
    ['[a-c]+', 'i', 'ABC', true],
    ['[^a]', 'i', 'A', false],
    ['^b', 'm', 'a\nb', true],
    ['\\Ab\\z', '', 'b', true],
    ['\\-\\_\\@\\ \\"', '', '-_@ "', true],
    ['[[:alpha:]]+[[:digit:]_]', '', 'ab_', true],
    ['[]a]', '', ']', true],
    ['[a\\]b-]+', '', 'a]-', true],
    ['a{,2}', '', 'a{,2}', true],
    ['{id}', '', '{id}', true],
    ['\\x41\\u0042\\x{43}', '', 'ABC', true],
    ['\\bfoo\\b', '', 'a foo b', true],
    ['^[0-9a-f]{40}$', '', 'a'.repeat(40), true],
    ['^[0-9a-f]{40}$', '', 'a'.repeat(41), false],
    ['^(?:ab){17,20}$', '', 'ab'.repeat(20), true],
    ['^(?:ab){17,20}$', '', 'ab'.repeat(16), false],
    ['^a{20,}$', '', 'a'.repeat(19), false],
    ['(\\w)\\1', '', 'xaay', true],
    ['(\\w)\\1', 'i', 'aA', true],
    ['(?<=\\$)\\d+(?!\\d)', '', '$12', true],
    ['^\\p{Lu}', '', 'Ä', true],
    ['^a{1}?$', '', '', false],
    ['', '', '', true],
  ]
  for (const [pattern, flags, subject, matches] of cases) {
    test(`${pattern} ${flags} ${JSON.stringify(subject)}`, () => {
      assert.equal(testPattern(compilePattern(pattern, flags, false), subject), matches)
    })
  }
})

suite('bad patterns', () => {
  const cases: readonly (readonly [pattern: string, message: string])[] = [
    ['(a', '"(" is not closed'],
    ['a)', 'unmatched ")"'],
    ['[a', '"[" is not closed'],
    ['*a', 'nothing to repeat'],
    ['^*', 'nothing to repeat'],
    ['a**', 'a repetition cannot be repeated'],
    ['a{2,1}', '"{2,1}" has its numbers out of order'],
    ['a{1001}', 'repeats more than 1000 times'],
    ['[b-a]', 'a class has a range out of order'],
    ['[[:foo:]]', 'there is no class [:foo:]'],
    ['\\q', 'unknown escape "\\q"'],
    ['a\\', 'it ends with a backslash'],
    ['(?#x)', 'unknown kind of group'],
    ['a(?i)b', 'flags stand only at the start'],
    ['(?<a>x)(?<a>y)', 'duplicate capture group name'],
    ['\\x{110000}', '"\\x{110000}" is beyond Unicode'],
    ['('.repeat(200), 'nested too deeply'],
  ]
  for (const [pattern, message] of cases) {
    test(pattern.slice(0, 20), () => {
      assert.throws(
        () => compilePattern(pattern, '', false),
        (error) => error instanceof PatternError && error.message === message,
      )
    })
  }

  test('are no patterns of the linear kind', () => {
    const refused = ['(?=a)', '(?<!a)b', '(a)\\1', '(?<n>a)\\k<n>', '\\p{L}', '((a{5}){5}){5}', `${'a'.repeat(2001)}`]
    for (const pattern of refused) assert.throws(() => compilePattern(pattern, '', true), PatternError, pattern)
    const accepted = ['^(a+)+$', '(?i)abc', '[0-9a-f]{64}', '(\\d{1,3}\\.){3}\\d{1,3}', '(?<year>\\d{4})']
    for (const pattern of accepted) compilePattern(pattern, '', true)
  })
})

// Patterns that mean the same with and without the rewriting. Large repetitions and deep nestings are kept apart: RegExp's
// own `u` mode takes exponential time for both together.
const atom = fc
  .tuple(
    fc.oneof(
      { weight: 5, arbitrary: fc.constantFrom('a', 'b', '1', '😀', 'ä', '\\.', '_') },
      { weight: 3, arbitrary: fc.constantFrom('.', '\\d', '\\D', '\\w', '\\W', '\\s', '\\S') },
      {
        weight: 2,
        arbitrary: fc.constantFrom('[ab]', '[^a]', '[a-z0-9]', '[😀-😂b]', '[^😀]', '[\\d_]', '[^\\W]', '[ä-ü]'),
      },
    ),
    fc.constantFrom('', '', '', '*', '+', '?', '{2}', '{1,2}', '{0,18}', '{17}', '+?', '*?', '{1}?', '{2,20}?'),
  )
  .map((parts) => parts.join(''))

const arbitraryPattern: fc.Arbitrary<string> = fc.letrec<{ pattern: string }>((tie) => {
  const group = fc
    .tuple(fc.constantFrom('(', '(?:'), tie('pattern'), fc.constantFrom('', '?', '*', '+', '{2}', '+?'))
    .map(([open, inner, quantifier]) => `${open}${inner})${quantifier}`)
  const part = fc.oneof(
    { maxDepth: 2, depthSize: 'small' },
    { weight: 6, arbitrary: atom },
    { weight: 1, arbitrary: fc.constantFrom('\\b', '^', '$') },
    { weight: 2, arbitrary: group },
  )
  return {
    pattern: fc
      .array(
        fc.array(part, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('')),
        { minLength: 1, maxLength: 2 },
      )
      .map((alternatives) => alternatives.join('|')),
  }
}).pattern

const arbitrarySubject = fc
  .array(fc.constantFrom('a', 'b', 'B', '1', '😀', '😁', 'ä', 'Ä', '.', '_', ' '), { maxLength: 8 })
  .map((characters) => characters.join(''))

suite('rewriting', () => {
  test('matches what the u mode matches, with the same groups', () => {
    fc.assert(
      fc.property(arbitraryPattern, arbitrarySubject, fc.constantFrom('', 'i'), (pattern, subject, flags) => {
        // Case-insensitive \w and \b of the u mode know two letters outside ASCII, which do not occur here.
        const expected = new RegExp(pattern, `us${flags}`).exec(subject)
        const actual = matchOf(pattern, `s${flags}`, subject)
        assert.deepEqual(actual, expected === null ? undefined : Array.from(expected), pattern)
      }),
      { numRuns: 5000 },
    )
  })

  test('gives the linear engine nothing that it refuses', () => {
    // Only the engine itself knows: with its flag on, RegExp takes the letter l or fails.
    const patterns = fc
      .sample(arbitraryPattern, 300)
      .map((pattern) => parsePattern(pattern, { ignoreCase: true, dotAll: false, multiline: true }, 'wide'))
      .filter(({ notLinear }) => notLinear === undefined)
      .map(({ source }) => source)
    assert.ok(patterns.length > 50)
    const script = `for (const source of ${JSON.stringify(patterns)}) new RegExp(source, 'gml')`
    const { status, stderr } = spawnSync(process.execPath, ['--enable-experimental-regexp-engine', '-e', script])
    assert.equal(status, 0, String(stderr))
  })
})

test('patterns that are known only with the record are kept', () => {
  assert.equal(cachedPattern('ab+', '', false), cachedPattern('ab+', '', false))
  assert.notEqual(cachedPattern('ab+', 'i', false), cachedPattern('ab+', '', false))
  for (let i = 0; i < 250; i++) assert.equal(testPattern(cachedPattern(`^${i}$`, '', false), String(i)), true)
})
