import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { colourJson } from '../../../../src/runtime/cli/terminal/colour-json.ts'
import { createStyle, plainStyle, type Style } from '../../../../src/runtime/cli/terminal/colour.ts'

const tagged: Style = {
  ...plainStyle,
  enabled: true,
  cyan: (text) => `<name ${text}>`,
  green: (text) => `<string ${text}>`,
  yellow: (text) => `<number ${text}>`,
  magenta: (text) => `<boolean ${text}>`,
  dim: (text) => `<null ${text}>`,
}

test('names, strings, numbers and literals are told apart', () => {
  const examples: [string, string][] = [
    [
      '{"page":"/home","count":3,"ok":true,"next":null}',
      '{<name "page">:<string "/home">,<name "count">:<number 3>,<name "ok">:<boolean true>,<name "next">:<null null>}',
    ],
    ['[-1.5e+3,"a",[]]', '[<number -1.5e+3>,<string "a">,[]]'],
    ['{"a" : "b:c"}', '{<name "a"> : <string "b:c">}'],
    ['"quote \\" and backslash \\\\"', '<string "quote \\" and backslash \\\\">'],
    ['{"__proto__":{"constructor":1}}', '{<name "__proto__">:{<name "constructor">:<number 1>}}'],
    ['null', '<null null>'],
    ['', ''],
  ]
  for (const [text, expected] of examples) assert.equal(colourJson(text, tagged), expected)
})

test('text that is no JSON comes through', () => {
  assert.equal(colourJson('{"a', tagged), '{<string "a>')
  assert.equal(colourJson('"a\\', tagged), '<string "a\\>')
  assert.equal(colourJson('oops]', tagged), '<number oops>]')
})

test('nothing in the data acts on the terminal', () => {
  assert.equal(colourJson('{"\u009b2J":"\u202e"}\r\n', plainStyle), '{"\\u009b2J":"\\u202e"} \n')
  assert.equal(colourJson('\u001b[2J', plainStyle), '\\u001b[2J')
})

test('without its colours the text is valid JSON of the same value', async () => {
  const style = await createStyle(true)
  fc.assert(
    fc.property(fc.json({ stringUnit: 'binary' }), (json) => {
      const plain = colourJson(json, style).replace(/\x1b\[\d+m/g, '')
      assert.deepEqual(JSON.parse(plain), JSON.parse(json))
      assert.equal(colourJson(json, plainStyle), plain)
    }),
  )
})

test('a string of many escapes takes no deep recursion', () => {
  const long = `"${'\\n'.repeat(5_000_000)}"`
  assert.equal(colourJson(long, plainStyle).length, long.length)
})
