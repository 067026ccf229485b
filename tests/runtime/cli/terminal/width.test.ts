import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { displayWidth, padEnd, padStart, truncate } from '../../../../src/runtime/cli/terminal/width.ts'

const widths: [name: string, text: string, width: number][] = [
  ['nothing', '', 0],
  ['ASCII', 'hello', 5],
  ['Latin letters with marks', 'Grüße', 5],
  ['a letter and a combining accent', 'e\u0301', 1],
  ['Japanese', '日本語', 6],
  ['half-width katakana', 'ｶﾅ', 2],
  ['full-width Latin', 'ＡＢ', 4],
  ['Hangul syllables', '한국', 4],
  ['Hangul from its parts', '\u1112\u1161\u11ab', 2],
  ['Thai with a vowel above', 'กิ', 1],
  ['Thai sara am takes its own column', 'กำ', 2],
  ['Devanagari conjunct', 'क्ष', 2],
  ['a combining mark of wide letters', 'か\u3099', 2],
  ['an emoji', '😀', 2],
  ['a joined family', '👩‍👩‍👧', 2],
  ['a skin tone', '👍🏽', 2],
  ['a flag', '🇩🇪', 2],
  ['half a flag', '🇩', 1],
  ['a keycap', '1\ufe0f\u20e3', 2],
  ['a symbol', '☠', 1],
  ['a symbol made an emoji', '☠\ufe0f', 2],
  ['a symbol that is an emoji by itself', '⌚', 2],
  ['box drawing and dots', '│…█', 3],
  ['zero-width space', 'a\u200bb', 2],
  ['byte order mark', '\ufeffa', 1],
  ['soft hyphen', 'a\u00adb', 3],
  ['ideograph of the second plane', '\u{20000}', 2],
  ['a tab, as its escape', 'a\tb', 4],
  ['an escape character, as its escape', '\u001b[1m', 9],
]

for (const [name, text, width] of widths) {
  test(`width of ${name}`, () => {
    assert.equal(displayWidth(text), width)
  })
}

test('truncate keeps what fits and marks what it cut', () => {
  const cuts: [string, number, string][] = [
    ['hello', 5, 'hello'],
    ['hello', 4, 'hel…'],
    ['hello', 1, '…'],
    ['hello', 0, ''],
    ['hello', -3, ''],
    ['', 0, ''],
    ['日本語', 6, '日本語'],
    ['日本語', 5, '日本…'],
    ['日本語', 4, '日…'],
    ['日本語', 1, '…'],
    ['e\u0301e\u0301e\u0301', 2, 'e\u0301…'],
    ['👩‍👩‍👧👩‍👩‍👧', 3, '👩‍👩‍👧…'],
    ['a\nb', 4, 'a\\nb'],
    ['a\nb', 3, 'a\\…'],
  ]
  for (const [text, columns, expected] of cuts) assert.equal(truncate(text, columns), expected, `${text} in ${columns}`)
})

test('padding counts columns, not characters', () => {
  assert.equal(padEnd('日本', 6), '日本  ')
  assert.equal(padStart('日本', 6), '  日本')
  assert.equal(padEnd('ab', 4), 'ab  ')
  assert.equal(padStart('ab', 4), '  ab')
  assert.equal(padEnd('日本', 3), '日本')
  assert.equal(padStart('abc', 2), 'abc')
  assert.equal(padEnd('a\tb', 5), 'a\\tb ')
  assert.equal(padStart('a\tb', 5), ' a\\tb')
})

const anyText = fc.oneof(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'binary' }), fc.string())

test('truncated text fits, and is the text itself if that fits', () => {
  fc.assert(
    fc.property(anyText, fc.nat(20), (text, columns) => {
      const cut = truncate(text, columns)
      assert.ok(displayWidth(cut) <= columns)
      if (displayWidth(text) <= columns) assert.equal(cut, padEnd(text, 0))
      else if (columns > 0) assert.ok(cut.endsWith('…'))
    }),
  )
})

test('padded text has the width asked for, and nothing that acts on a terminal', () => {
  fc.assert(
    fc.property(anyText, fc.nat(20), (text, columns) => {
      for (const padded of [padEnd(text, columns), padStart(text, columns)]) {
        assert.equal(displayWidth(padded), Math.max(columns, displayWidth(text)))
        assert.doesNotMatch(padded, /[\p{Cc}\p{Cs}]/u)
      }
    }),
  )
})

test('text that takes the long way is measured as text that takes the short one', () => {
  const ascii = fc.string({ unit: 'grapheme-ascii' })
  fc.assert(fc.property(ascii, (text) => assert.equal(displayWidth(`${text}é`), text.length + 1)))
})
