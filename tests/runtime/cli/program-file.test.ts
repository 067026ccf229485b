// Program files and shell quoting.

import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { suite, test } from 'node:test'
import fc from 'fast-check'
import { KsError } from '../../../src/runtime/model/errors.ts'
import { errorInFile, parseProgramFile } from '../../../src/runtime/cli/program-file.ts'
import { quoteShellWord, quoteShellWords, splitShellWords } from '../../../src/runtime/cli/shell-words.ts'

const anyWord = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: fc.constantFrom("'", '"', '\\', ' ', '\n', '\t', '#', '$', '`', '|', 'a', '=', '*', '~', '\r') }),
)

suite('quoting', () => {
  test('quoted words come back', () => {
    fc.assert(
      fc.property(fc.array(anyWord), (words) => {
        assert.deepEqual(splitShellWords(quoteShellWords(words)), words)
      }),
      { numRuns: 300 },
    )
  })

  test('a shell reads them as we do', () => {
    const shellWord = anyWord.filter((word) => !/[\0\uD800-\uDFFF]/u.test(word))
    const words = fc.sample(shellWord, { numRuns: 300, seed: 7 })
    const { stdout } = spawnSync('bash', ['-c', `printf '%s\\0' ${quoteShellWords(words)}`], { encoding: 'utf8' })
    assert.deepEqual(stdout.split('\0').slice(0, -1), words)
  })

  const cases: readonly (readonly [text: string, words: readonly string[]])[] = [
    ['', []],
    ['  a\tb\n', ['a', 'b']],
    [`'a b'"c d"e\\ f`, ['a bc de f']],
    [`'' ""`, ['', '']],
    [`"\\"\\\\\\$\\a"`, ['"\\$\\a']],
    [`'it'\\''s'`, ["it's"]],
    ['a\\\nb "c\\\nd"', ['ab', 'cd']],
    ['a#b # c', ['a#b']],
    ["a '# b'", ['a', '# b']],
    ['$ts *.x ~ {a}', ['$ts', '*.x', '~', '{a}']],
  ]
  for (const [text, words] of cases) test(JSON.stringify(text), () => assert.deepEqual(splitShellWords(text), words))

  test('only what a shell would change is quoted', () => {
    assert.equal(quoteShellWord('--by=.page,x:1'), '--by=.page,x:1')
    assert.equal(quoteShellWord('größe'), 'größe')
    for (const word of ['', '$ts', '*', 'a b', '~', '#', '{a,b}', 'a!']) assert.equal(quoteShellWord(word), `'${word}'`)
  })
})

suite('program files', () => {
  test('one chain per paragraph', () => {
    const text = `#!/usr/bin/env -S ks run
# Errors of the API.

ks filter '.status >= 500
   and .path =~ "^/api"'   # this one
  then count

  # The next one has a comment in the middle,
count --by .page
  # here,
  --window 1m
\t
# and here

head \\
  -n 5
`
    assert.deepEqual(parseProgramFile(text, 'x.ks'), [
      { line: 4, argv: ['filter', '.status >= 500\n   and .path =~ "^/api"', 'then', 'count'] },
      { line: 9, argv: ['count', '--by', '.page', '--window', '1m'] },
      { line: 15, argv: ['head', '-n', '5'] },
    ])
  })

  test('an empty line in quotes divides nothing, and Windows line ends are line ends', () => {
    assert.deepEqual(parseProgramFile("map 'a\n\nb' x\r\n\r\nhead\r\n", 'x.ks'), [
      { line: 1, argv: ['map', 'a\n\nb', 'x'] },
      { line: 5, argv: ['head'] },
    ])
  })

  const wrong: readonly (readonly [text: string, message: string, snippet: string | undefined, column: number])[] = [
    ["head\n\nfilter '.a", "x.ks:3: the quote ' is not closed", "filter '.a", 7],
    ['filter ".a\n', 'x.ks:1: the quote " is not closed', 'filter ".a', 7],
    ['cat x | head', 'x.ks:1: unexpected |', 'cat x | head', 6],
    ['\nfilter .a > 1\n', 'x.ks:2: unexpected >', 'filter .a > 1', 10],
    ['head \\', 'x.ks:1: nothing follows the backslash', 'head \\', 5],
    ['# nothing\n', 'x.ks: there is no chain in this file', undefined, 0],
    ['head\n\nks\n', 'x.ks:3: a verb is missing', undefined, 0],
  ]
  for (const [text, message, snippet, column] of wrong) {
    test(message, () => {
      assert.throws(
        () => parseProgramFile(text, 'x.ks'),
        (error) => {
          assert.ok(error instanceof KsError)
          assert.equal(error.kind, 'compile')
          assert.equal(error.message, message)
          assert.deepEqual(error.snippet, snippet === undefined ? undefined : { text: snippet, column })
          return true
        },
      )
    })
  }

  test('an error keeps everything when it gets its place', () => {
    const error = new KsError('usage', 'no', { hint: 'do', didYouMean: ['yes'], snippet: { text: 'a', column: 0 } })
    const placed = errorInFile(error, 'x.ks', 3)
    assert.equal(placed.message, 'x.ks:3: no')
    assert.deepEqual(
      [placed.kind, placed.hint, placed.didYouMean, placed.snippet],
      [error.kind, error.hint, error.didYouMean, error.snippet],
    )
    assert.equal(placed.cause, error)
  })
})
