// The shape of error messages.

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { renderError, renderErrorJson } from '../../../src/runtime/cli/error-text.ts'
import { plainStyle } from '../../../src/runtime/cli/terminal/colour.ts'
import { type ErrorDetails, KsError } from '../../../src/runtime/model/errors.ts'

const render = (message: string, details: ErrorDetails, width = 80): string =>
  renderError(new KsError('usage', message, details), { program: 'ks', style: plainStyle, width })

suite('an error', () => {
  test('says what, where and what to do', () => {
    assert.equal(
      render('cannot compile the filter', {
        snippet: { text: '.status >== 500', column: 8, length: 3 },
        hint: 'use >=',
      }),
      `ks: cannot compile the filter
  | .status >== 500
  |         ^^^
  = help: use >=
`,
    )
  })

  test('names what could be meant', () => {
    assert.match(render('no', { didYouMean: ['count'] }), /^ {2}= did you mean count\?$/m)
    assert.match(render('no', { didYouMean: ['count', 'cut', 'cat'] }), /^ {2}= did you mean count, cut or cat\?$/m)
  })

  test('is only its message if there is no more to say', () => {
    assert.equal(render('no', {}), 'ks: no\n')
  })

  test('points behind the end of the text', () => {
    assert.equal(
      render('no', { snippet: { text: 'ks count --by', column: 14 } }),
      'ks: no\n  | ks count --by\n  |               ^\n',
    )
  })

  test('shows the part of a long line that has the place', () => {
    const text = `${'a'.repeat(200)}b${'c'.repeat(200)}`
    const [, shown = '', marks = ''] = render('no', { snippet: { text, column: 200 } }, 40).split('\n')
    assert.equal(shown.length, 40)
    assert.match(shown, /^ {2}\| …a+bc+…$/)
    assert.equal(marks.length - 1, shown.indexOf('b'))
  })

  test('counts columns, not characters', () => {
    assert.equal(render('no', { snippet: { text: '日本 x', column: 3 } }), 'ks: no\n  | 日本 x\n  |      ^\n')
  })

  test('shows control characters instead of obeying them', () => {
    const shown = render('bad \u001b[31m', {
      snippet: { text: 'a\tb\u001bc', column: 2 },
      hint: 'x\u0007',
      didYouMean: ['\u001b'],
    })
    assert.doesNotMatch(shown, /[\x00-\x09\x0b-\x1f]/)
    assert.match(shown, /\| a\\tb\\u001bc\n {2}\| {4}\^/)
  })

  test('is one line of JSON for programs', () => {
    assert.equal(
      renderErrorJson(new KsError('usage', 'unknown "x"\n', { hint: 'do', didYouMean: ['y'] })),
      '{"error":"unknown \\"x\\"\\n","kind":"usage","hint":"do","did_you_mean":["y"],"exit_status":2}\n',
    )
    assert.equal(
      renderErrorJson(new KsError('busy', 'no')),
      '{"error":"no","kind":"busy","hint":null,"did_you_mean":[],"exit_status":75}\n',
    )
  })
})
