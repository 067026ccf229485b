import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createStyle, plainStyle, wantsColour, type ColourChoice } from '../../../../src/runtime/cli/terminal/colour.ts'

const smart = { obeysEscapes: true }
const dumb = { obeysEscapes: false }
const pipe = undefined

const decisions: [name: string, ColourChoice, Record<string, string>, typeof smart | undefined, wanted: boolean][] = [
  ['a terminal', 'auto', {}, smart, true],
  ['a pipe', 'auto', {}, pipe, false],
  ['a dumb terminal', 'auto', {}, dumb, false],
  ['always beats a pipe', 'always', {}, pipe, true],
  ['always beats NO_COLOR', 'always', { NO_COLOR: '1' }, pipe, true],
  ['never beats a terminal', 'never', {}, smart, false],
  ['never beats FORCE_COLOR', 'never', { FORCE_COLOR: '1' }, smart, false],
  ['NO_COLOR', 'auto', { NO_COLOR: '1' }, smart, false],
  ['NO_COLOR=0 is not empty', 'auto', { NO_COLOR: '0' }, smart, false],
  ['an empty NO_COLOR', 'auto', { NO_COLOR: '' }, smart, true],
  ['NO_COLOR beats FORCE_COLOR', 'auto', { NO_COLOR: '1', FORCE_COLOR: '1' }, smart, false],
  ['FORCE_COLOR beats a pipe', 'auto', { FORCE_COLOR: '1' }, pipe, true],
  ['FORCE_COLOR beats TERM=dumb', 'auto', { FORCE_COLOR: '3' }, dumb, true],
  ['FORCE_COLOR=0', 'auto', { FORCE_COLOR: '0' }, smart, false],
  ['FORCE_COLOR=false', 'auto', { FORCE_COLOR: 'false' }, smart, false],
  ['FORCE_COLOR=0 beats CLICOLOR_FORCE', 'auto', { FORCE_COLOR: '0', CLICOLOR_FORCE: '1' }, smart, false],
  ['an empty FORCE_COLOR', 'auto', { FORCE_COLOR: '' }, pipe, false],
  ['CLICOLOR_FORCE beats a pipe', 'auto', { CLICOLOR_FORCE: '1' }, pipe, true],
  ['CLICOLOR_FORCE=0 asks for nothing', 'auto', { CLICOLOR_FORCE: '0' }, smart, true],
]

for (const [name, choice, environment, terminal, wanted] of decisions) {
  test(`colour: ${name}`, () => {
    assert.equal(wantsColour(choice, environment, terminal), wanted)
  })
}

const paintNames = ['bold', 'dim', 'underline', 'red', 'green', 'yellow', 'blue', 'magenta', 'cyan'] as const

test('without colour every style leaves its text alone', async () => {
  assert.equal(await createStyle(false), plainStyle)
  assert.equal(plainStyle.enabled, false)
  for (const name of paintNames) assert.equal(plainStyle[name]('text'), 'text')
})

test('with colour the sequences are those of the sixteen colours, whatever chalk thinks of the environment', async () => {
  const style = await createStyle(true)
  assert.equal(style.enabled, true)
  assert.deepEqual(
    paintNames.map((name) => style[name]('x')),
    [
      '\u001b[1mx\u001b[22m',
      '\u001b[2mx\u001b[22m',
      '\u001b[4mx\u001b[24m',
      '\u001b[31mx\u001b[39m',
      '\u001b[32mx\u001b[39m',
      '\u001b[33mx\u001b[39m',
      '\u001b[34mx\u001b[39m',
      '\u001b[35mx\u001b[39m',
      '\u001b[36mx\u001b[39m',
    ],
  )
})
