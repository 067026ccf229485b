// What is said about texts that do not compile: what, where (the caret) and what to do instead.

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import type { ExpressionOptions } from '../../../src/runtime/expression/compile.ts'
import { generalHint } from '../../../src/runtime/expression/source.ts'
import { compileErrorOf } from './evaluation.ts'

/** The text with the place of the caret underlined by a second line. */
type Case = readonly [text: string, caret: string, what: string, hint?: string, didYouMean?: readonly string[]]

const table = (title: string, cases: readonly Case[], options: Partial<ExpressionOptions> = {}): void => {
  suite(title, () => {
    for (const [text, caret, what, hint = generalHint, didYouMean = []] of cases) {
      test(text, () => {
        const error = compileErrorOf(text, options)
        assert.equal(error.kind, 'compile')
        assert.equal(error.message, `cannot compile it: ${what}`)
        assert.equal(error.hint, hint)
        assert.deepEqual(error.didYouMean, didYouMean)
        const { column = -1, length = 1 } = error.snippet ?? {}
        assert.equal(' '.repeat(column) + '^'.repeat(length), caret)
        assert.equal(error.snippet?.text, text)
      })
    }
  })
}

test('the subject and the line of the error are shown', () => {
  const error = compileErrorOf('.status\n  >== 500 and\n.x', { subject: 'the filter' })
  assert.equal(error.message, 'cannot compile the filter: unexpected "="')
  assert.deepEqual(error.snippet, { text: '  >== 500 and', column: 4, length: 1 })
})

const conditionHint = 'write CONDITION ? THIS : THAT'
const pipeHint = 'there are no pipes; functions take the value as first argument: length(.tags)'

table('slips', [
  ['.status >== 500', '          ^', 'unexpected "="', 'use >= ; try  ks help expressions'],
  ['.a === 1', '     ^', 'unexpected "="', 'use == ; try  ks help expressions'],
  ['.a !== 1', '     ^', 'unexpected "="', 'use != ; try  ks help expressions'],
  ['.a =< 1', '    ^', 'unexpected "<"', 'use <='],
  ['.a ~= "x"', '   ^', 'unexpected "~"', 'use =~'],
  ['.a >', '    ^', 'it ends too early'],
  ['', '^', 'there is no expression', '. is the whole value'],
  ['  ', '  ^', 'there is no expression', '. is the whole value'],
  ['.a .b', '   ^', 'unexpected "."', 'put an operator or a comma between them'],
  ['.a "x"', '   ^^^', 'unexpected ""x""', 'put an operator or a comma between them'],
  ['.a.5', '  ^^', 'unexpected ".5"', 'elements are written [0]'],
  ['.a.', '  ^', 'expected a field name after "."'],
  ['(.a', '^', 'this "(" is not closed', 'close it with )'],
  ['.a[1', '  ^', 'this "[" is not closed', 'close it with ]'],
  ['{a: 1', '^', 'this "{" is not closed', 'close it with }'],
  ['lower(.a', '     ^', 'this "(" is not closed', 'close it with )'],
  ['[.a)', '   ^', 'unexpected ")"'],
  ['.a)', '  ^', 'unexpected ")"'],
  ['"abc', '^', 'this string does not end', 'close it with "'],
  ['"a \\(.b', '   ^^', 'this "\\(" is not closed', 'close it with ) before the string ends'],
  ['"\\(.a"', '     ^', 'this string does not end', 'close each "\\(" with ) and each string with its quote'],
  ['"\\()"', '   ^', 'there is no expression', '. is the whole value'],
  ['"a\\d"', '  ^^', 'unknown escape "\\d"', 'write \\\\d for a backslash'],
  ['"\\u12"', ' ^^', 'unknown escape "\\u"', 'write \\u and four hexadecimal digits'],
  ['“a”', '^', 'unexpected "“"', 'use straight quotes: "…"'],
  ['.a & 1', '   ^', 'unexpected "&"', 'use and'],
  ['2 ^ 3', '  ^', 'unexpected "^"', 'use pow(x, y)'],
  ['10m', '  ^', 'unexpected "m" after a number', 'a duration is parse_duration("10m")'],
  ['1e999', '^^^^^', 'this number is beyond the range of a double'],
  ['1 < 2 < 3', '      ^', 'unexpected "<"', 'comparisons do not chain: write a < b and b < c'],
  [
    '.a ? 1',
    '      ^',
    'expected ":", found end',
    'write CONDITION ? THIS : THAT; paths need no ?, what is missing is null',
  ],
  ['.a : 1', '   ^', 'unexpected ":"', 'names stand inside { }; a condition is written CONDITION ? THIS : THAT'],
  ['... ', '^^^', 'unexpected "..."', '... stands only inside { }'],
  ['$', '^', 'a variable needs a name after "$"'],
  ['.a ; 1', '   ^', 'unexpected ";"', 'arguments are separated by commas'],
  [
    'x -> x',
    '  ^^',
    'unexpected "->"',
    'lambdas stand only among the arguments of a function: map(.items, x -> x.price)',
  ],
])

table(
  'names',
  [
    ['status == 500', '^^^^^^', 'unknown name "status"', 'fields start with a dot: .status'],
    ['.user-agent', '      ^^^^^', 'unknown name "agent"', 'quote a name with a dash: ."user-agent"'],
    ['.a == NULL', '      ^^^^', 'unknown name "NULL"', 'write null'],
    ['.a == undefined', '      ^^^^^^^^^', 'unknown name "undefined"', 'write null'],
    ['True', '^^^^', 'unknown name "True"', 'write true'],
    ['now', '^^^', 'unknown name "now"', 'functions need parentheses: now(…)'],
    ['.@timestamp', ' ^', 'unexpected "@"', 'quote such names: ."@timestamp"'],
    ['map(.a, x -> y)', '             ^', 'unknown name "y"', 'fields start with a dot: .y'],
    ['$kye', '^^^^', 'unknown variable $kye', '--arg kye=VALUE defines it', ['$key']],
    ['$partion', '^^^^^^^^', 'unknown variable $partion', '--arg partion=VALUE defines it', ['$partition']],
    ['$limt', '^^^^^', 'unknown variable $limt', '--arg limt=VALUE defines it', ['$limit']],
    [
      '$__loc__',
      '^^^^^^^^',
      'unknown variable $__loc__',
      '$topic, $partition, $offset and $line say where a record is from',
    ],
    ['$ENV.HOME', '^^^^', 'unknown variable $ENV', 'pass it in: --arg name "$NAME", then $name'],
    ['{a: 1, "a": 2}', '       ^^^', 'the field "a" is given twice'],
    ['{.a}', ' ^', 'expected a field name, found "."', '{name} stands for {name: .name}'],
    ['{1: 2}', ' ^', 'expected a field name, found "1"', 'write {name: EXPR}, {"odd name": EXPR} or {(EXPR): EXPR}'],
    ['{("a") 1}', '       ^', 'expected ":", found "1"', 'a computed name needs a value: {(EXPR): EXPR}'],
  ],
  { arguments: new Map([['limit', 1]]) },
)

table('functions', [
  ['lowr(.a)', '^^^^', 'unknown function lowr()', generalHint, ['lower']],
  ['startsWith(.a, "x")', '^^^^^^^^^^', 'unknown function startsWith()', generalHint, ['startswith']],
  ['len(.a)', '^^^', 'unknown function len()', generalHint, ['length']],
  ['xyzzy(.a)', '^^^^^', 'unknown function xyzzy()'],
  ['lower()', '^^^^^^^', 'lower() takes 1 argument, not 0', 'write lower(text)'],
  ['split(.a)', '^^^^^^^^^', 'split() takes 2 to 3 arguments, not 1', 'write split(text, separator, [flags])'],
  ['now(1)', '^^^^^^', 'now() takes no arguments, not 1', 'write now()'],
  ['coalesce(1)', '^^^^^^^^^^^', 'coalesce() takes at least 2 arguments, not 1', 'write coalesce(value, value…)'],
  ['map(.items, .price)', '            ^^^^^^', 'map() needs a lambda here', 'write x -> x.price'],
  ['map(.items, 1)', '            ^', 'map() needs a lambda here', 'write map(array, x -> value)'],
  ['map(.items)', '^^^^^^^^^^^', 'map() takes 2 arguments, not 1', 'write map(array, x -> value)'],
  ['lower(x -> x)', '      ^^^^^^', 'lower() takes no lambda here', 'write lower(text)'],
  [
    'map(.a, (x, y) -> x)',
    '        ^^^^^^^^^^^',
    'the lambda of map() has 1 parameter',
    'write map(array, x -> value)',
  ],
  ['map(.a, not -> 1)', '        ^^^', '"not" cannot be a parameter'],
  ['lower(3)', '      ^', '3 is a number (3), lower() needs a string', 'write lower(text)'],
  [
    'date_trunc(.t, 5)',
    '               ^',
    '5 is a number (5), date_trunc() needs a string',
    'write date_trunc(time, unit)',
  ],
])

table('patterns', [
  ['.a =~ "(b"', '      ^^^^', 'bad pattern: "(" is not closed'],
  ['.a =~ 5', '      ^', '"=~" needs a pattern, which is a string'],
  ['.a =~ /x/', '      ^', 'unexpected "/"', 'patterns are strings: =~ "^/api"'],
  ['.a =~ "\\bx"', '      ^^^^^', 'this pattern has a backspace in it', 'write \\\\b for the edge of a word'],
  ['test(.a, "[")', '         ^^^', 'bad pattern: "[" is not closed'],
  ['test(.a, "x", "q")', '              ^^^', 'bad pattern: there is no flag "q"; i, s, m and, for all matches, g'],
  ['.a in "abc"', '      ^^^^^', '"in" needs an array or an object', 'contains("abc", …) looks into a string'],
  ['.a in 5', '      ^', '"in" needs an array or an object', 'write [1, 2]'],
])

table(
  'patterns from files',
  [
    ['.a =~ "(?=x)"', '      ^^^^^^^', 'bad pattern: it looks ahead or behind, which is not allowed here'],
    ['.a =~ "(a)\\\\1"', '      ^^^^^^^^', 'bad pattern: it refers back to a group, which is not allowed here'],
    [
      'gsub(.a, "(?<!x)y", "")',
      '         ^^^^^^^^^',
      'bad pattern: it looks ahead or behind, which is not allowed here',
    ],
    [
      '.a =~ "((a{9}){9}){9}"',
      '      ^^^^^^^^^^^^^^^^',
      'bad pattern: it repeats a group too often, which is not allowed here',
    ],
  ],
  { linearRegex: true },
)

table('habits of jq', [
  ['.tags | length', '      ^', 'unexpected "|"', 'write length(.tags)'],
  ['.a | not', '   ^', 'unexpected "|"', 'write not (.a)'],
  ['.a | .b', '   ^', 'unexpected "|"', 'write one path: .a.b'],
  ['.a | {b}', '   ^', 'unexpected "|"', pipeHint],
  ['| .a', '^', 'unexpected "|"', pipeHint],
  [
    '.tags[]',
    '     ^^',
    'there is no "[]"',
    'map(.items, x -> x.price) goes through an array; ks explode makes one record of each element',
  ],
  [
    '.[]',
    ' ^^',
    'there is no "[]"',
    'map(.items, x -> x.price) goes through an array; ks explode makes one record of each element',
  ],
  ['..', '^^', 'unexpected ".."', 'there is no recursive descent; name the path'],
  ['select(.a > 1)', '^^^^^^', 'unknown function select()', 'the condition alone is the filter'],
  ['if .a then 1 else 2 end', '^^', 'unexpected "if"', conditionHint],
  ['if (.a) then 1 else 2 end', '        ^^^^', 'unexpected "then"', conditionHint],
  ['.a as $x', '   ^^', 'unexpected "as"', 'there are no variables of your own; $name reads --arg'],
  ['.a |= 1', '   ^^', 'unexpected "|="', 'nothing is assigned here; ks put name=EXPR sets fields'],
  ['.a += 1', '   ^^', 'unexpected "+="', 'nothing is assigned here; ks put name=EXPR sets fields'],
  ['@base64', '^', 'unexpected "@"', 'formats are functions: base64(.name), url_encode(.name)'],
  ['reduce .[] as $x (0; . + $x)', '       ^', 'unexpected "."', 'write reduce(.items, 0, (sum, x) -> sum + x)'],
  ['length', '^^^^^^', 'unknown name "length"', 'functions need parentheses: length(…)'],
  ['empty', '^^^^^', 'unknown name "empty"', 'ks filter decides which records stay'],
  ['sub("a"; "b")', '       ^', 'unexpected ";"', 'arguments are separated by commas'],
])

table('habits of JavaScript and SQL', [
  ['.a.startsWith("x")', '             ^', 'unexpected "("', 'paths have no methods; write startswith(.a, …)'],
  ['map(.a, x => x)', '          ^^', 'unexpected "=>"', 'a lambda is written x -> x.price; at least is >='],
  ['.a is null', '   ^^', 'unexpected "is"', 'compare with null: .name == null'],
  ['.a LIKE "x"', '   ^^^^', 'unexpected "LIKE"', 'use a regular expression: .name =~ "^abc"'],
  ['.a between 1 and 2', '   ^^^^^^^', 'unexpected "between"', 'write .name >= 1 and .name <= 9'],
  ['count(*)', '      ^', 'unexpected "*"', 'count() takes nothing: it counts records'],
  ['case when .a then 1 end', '     ^^^^', 'unexpected "when"', conditionHint],
  ['.a && && .b', '      ^^', 'unexpected "&&"'],
])

suite('nesting', () => {
  const levels = 20_000
  const cases: readonly (readonly [name: string, text: string])[] = [
    ['parentheses', '('.repeat(levels) + '1' + ')'.repeat(levels)],
    ['minus signs', '- '.repeat(levels) + '1'],
    ['additions', '1' + ' + 1'.repeat(levels)],
    ['steps', '.a' + '.a'.repeat(levels)],
    ['arrays', '['.repeat(levels) + ']'.repeat(levels)],
    ['templates', '"\\('.repeat(levels)],
  ]
  for (const [name, text] of cases) {
    test(`too many ${name} are refused`, () => {
      assert.equal(compileErrorOf(text).message, 'cannot compile it: nested too deeply')
    })
  }
})
