import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { escapeControls, isPrintableAscii } from '../../../../src/runtime/cli/terminal/escape.ts'

test('ordinary text of any script stays as it is', () => {
  for (const text of ['', 'plain text', '{"a":1}', 'Grüße', '日本語', '👩‍👩‍👧 🇩🇪', 'مرحبا', 'e\u0301', 'a\u200bb']) {
    assert.equal(escapeControls(text), text)
  }
})

test('what could act on a terminal is shown', () => {
  const shown: [string, string][] = [
    ['a\tb\nc\rd', 'a\\tb\\nc\\rd'],
    ['\b\f', '\\b\\f'],
    ['\u001b[31mred\u001b[0m', '\\u001b[31mred\\u001b[0m'],
    ['\u001b]0;title\u0007', '\\u001b]0;title\\u0007'],
    ['\u009b2J', '\\u009b2J'],
    ['\u007f', '\\u007f'],
    ['\u0000', '\\u0000'],
    ['a\u2028b\u2029c', 'a\\u2028b\\u2029c'],
    ['user\u202egnp.exe', 'user\\u202egnp.exe'],
    ['\u2066x\u2069', '\\u2066x\\u2069'],
    ['half \ud83d of a pair', 'half \\ud83d of a pair'],
  ]
  for (const [text, expected] of shown) assert.equal(escapeControls(text), expected)
})

test('inside JSON text an escape means the same character', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const shown = escapeControls(JSON.stringify(text))
      assert.deepEqual(JSON.parse(shown), text)
      assert.doesNotMatch(shown, /[\p{Cc}\p{Cs}]/u)
    }),
  )
})

test('only printable ASCII counts as such', () => {
  assert.equal(isPrintableAscii(' az09~'), true)
  for (const text of ['\t', 'a\u007f', 'é', 'a\n']) assert.equal(isPrintableAscii(text), false)
})
