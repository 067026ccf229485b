import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import fc from 'fast-check'
import { parseKcatConf, parseProperties } from '../../../src/runtime/config/properties-file.ts'
import { ksError } from '../stores/error-matchers.ts'

const pairs = (text: string): readonly (readonly [string, string])[] =>
  parseProperties(text, 'f').map(({ name, value }) => [name, value])

suite("Java's format", () => {
  // Expected values are what java.util.Properties.load makes of the same lines.
  const cases: readonly (readonly [string, string, readonly (readonly [string, string])[]])[] = [
    ['comments and blank lines', '# c\n  ! c\n\n', []],
    ['white space around the name', ' a = b ', [['a', 'b ']]],
    ['a colon', 'c:d', [['c', 'd']]],
    ['white space as the separator', 'e f', [['e', 'f']]],
    ['a name that goes on in the next line', '  g\\\n   h=i', [['gh', 'i']]],
    ['a line that goes on is no comment', 'h=i\\\n  # j', [['h', 'i# j']]],
    ['separators that are escaped', 'k\\=l\\:m\\ n = o', [['k=l:m n', 'o']]],
    ['a name without value', 'p\nq=', [['p', ''], ['q', '']]],
    ['only one sign separates', 'r==s', [['r', '=s']]],
    ['escapes', 't=\\u00e9\\t\\n\\z\\\\', [['t', 'é\t\nz\\']]],
    ['a backslash that is escaped ends the line', 'u=v\\\\\nw=x', [['u', 'v\\'], ['w', 'x']]],
    ['line ends of Windows', 'w=x\\\r\n  y\r\nz=1\r\n', [['w', 'xy'], ['z', '1']]],
    ['an empty line after one that goes on', 'z=1\\\n\naa=2', [['z', '1'], ['aa', '2']]],
    ['a value that begins on the next line', 'aa=\\\n  bb', [['aa', 'bb']]],
    ['a name that begins like a comment', '\\#cc=dd', [['#cc', 'dd']]],
    ['tabs', 'ee\t:\tff', [['ee', 'ff']]],
    ['a file that ends in the middle', 'gg=hh\\', [['gg', 'hh']]],
    ['a byte order mark', '\uFEFFa=b', [['a', 'b']]],
  ] // prettier-ignore
  for (const [name, text, expected] of cases) {
    test(name, () => {
      assert.deepEqual(pairs(text), expected)
    })
  }

  test('the line is the one where the property begins', () => {
    const lines = parseProperties('# c\na=1\\\n2\n\nb=3\n', 'f').map(({ name, line }) => [name, line])
    assert.deepEqual(lines, [['a', 2], ['b', 5]]) // prettier-ignore
  })

  test('a broken \\u is an error that says where', () => {
    assert.throws(() => parseProperties('a=1\nb=C:\\users', 'my.properties'), ksError('config', /^my\.properties:2: /))
  })

  test('whatever is written escaped comes back', () => {
    const escape = (text: string): string => text.replace(/[\s\S]/g, (unit) => `\\u${hex(unit)}`)
    const hex = (unit: string): string => unit.charCodeAt(0).toString(16).padStart(4, '0')
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.string({ minLength: 1, unit: 'binary' }), fc.string())), (written) => {
        const text = written.map(([name, value]) => `${escape(name)}=${escape(value)}\n`).join('')
        assert.deepEqual(pairs(text), written)
      }),
    )
  })
})

suite("kcat's format", () => {
  test('takes backslashes as they are and leaves out white space', () => {
    const text = '# c\n\n metadata.broker.list = a:1,b:2 \nsasl.password=p\\n=w\\\\\n'
    assert.deepEqual(parseKcatConf(text, 'f'), [
      { name: 'metadata.broker.list', value: 'a:1,b:2', line: 3 },
      { name: 'sasl.password', value: 'p\\n=w\\\\', line: 4 },
    ])
  })

  test('a line without a sign is an error', () => {
    assert.throws(() => parseKcatConf('a=1\nb\n', 'kcat.conf'), ksError('config', /^kcat\.conf:2: /))
  })
})
