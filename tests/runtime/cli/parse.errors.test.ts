// Command lines that are wrong: what is said, what the caret points at, and that the proposed line is right.

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { KsError } from '../../../src/runtime/model/errors.ts'
import { parseCommandLine } from '../../../src/runtime/cli/parse.ts'
import { splitShellWords } from '../../../src/runtime/cli/shell-words.ts'
import { frame } from './sample-frame.ts'

type Environment = Readonly<Record<string, string>>

const parse = (line: string, environment: Environment = {}) =>
  parseCommandLine(splitShellWords(line), frame, { environment })

const errorOf = (line: string, environment: Environment = {}): KsError => {
  try {
    parse(line, environment)
  } catch (error) {
    if (error instanceof KsError) return error
    throw error
  }
  return assert.fail(`${line}: there was no error`)
}

suite('usage errors', () => {
  interface Expected {
    readonly message: string
    readonly hint?: string
    readonly didYouMean?: readonly string[]
    /** What the caret points at; empty at the end of the line. */
    readonly at?: string
  }
  const cases: Readonly<Record<string, Expected>> = {
    'cuont --by .a': {
      message: 'unknown command "cuont"',
      didYouMean: ['count'],
      hint: 'ks --help lists the commands',
      at: 'cuont',
    },
    "'.a > 1' x.ndjson": {
      message: 'unknown command ".a > 1"',
      hint: "to keep the records for which it is true: ks filter '.a > 1'",
      at: "'.a > 1'",
    },
    'filter .a then cuont': { message: 'unknown verb "cuont"', didYouMean: ['count'], at: 'cuont' },
    'put a=.b + c=.d': {
      message: 'unknown verb "c=.d"',
      hint: '+ begins a new stage; an expression with blanks needs quotes',
      at: 'c=.d',
    },
    'count then store ls': {
      message: '"store" is a command of its own and cannot stand in a chain',
      hint: 'ks --help lists the verbs',
      at: 'store',
    },
    'count then': { message: 'a verb is missing after then', hint: 'ks --help lists the verbs', at: '' },
    'count then then head': { message: 'a verb is missing after then', at: 'then' },
    'count + -n 3': {
      message: '+ needs a verb, and -n is an option',
      hint: 'options stand behind the verb: + VERB -n',
      at: '-n',
    },
    '-q': { message: 'a command is missing', hint: 'ks --help lists the commands', at: '' },
    '-t': { message: '-t needs a value (TOPIC)', at: '' },
    'count --by': { message: '--by needs a value (EXPR)', at: '' },
    'count --bye .a': { message: 'unknown option --bye for ks count', didYouMean: ['--by'], at: '--bye' },
    'count --invert': {
      message: 'unknown option --invert for ks count',
      hint: '--invert is an option of filter',
      at: '--invert',
    },
    'count --zzzzzzzz': {
      message: 'unknown option --zzzzzzzz for ks count',
      hint: 'ks count --help lists the options',
    },
    '--zzzzzzzz count': { message: 'unknown option --zzzzzzzz', hint: 'ks help options' },
    'count --live=yes': { message: '--live takes no value', at: '--live=yes' },
    'filter -vz .a': { message: 'unknown option -z for ks filter', at: '-vz' },
    "filter '-.a > 1'": {
      message: "unknown option '-.a > 1' for ks filter",
      hint: 'an operand that begins with a dash stands after --',
      at: "'-.a > 1'",
    },
    'count --group-by .a': { message: 'unknown option --group-by for ks count', hint: '--by EXPR' },
    'filter -S .a': {
      message: 'unknown option -S for ks filter',
      hint: 'records keep their form; pipe into jq to arrange them',
    },
    'count --from x.ndjson': {
      message: 'unknown option --from for ks count',
      hint: 'name the files behind the verb (mlr --from)',
    },
    '-t x store rm y': { message: 'unknown option -t for ks store rm' },
    'store lst': { message: 'unknown subcommand "lst"', didYouMean: ['ls'], hint: 'one of ls, rm', at: 'lst' },
    store: { message: 'ks store needs a subcommand', hint: 'one of ls, rm', at: '' },
    'store rm': { message: 'rm needs APP', hint: 'for example: ks state rm pages --dry-run', at: '' },
    'store ls pages': { message: 'unexpected operand pages: ls takes no operands', at: 'pages' },
    'completion bassh': { message: '"bassh" is none of bash, zsh, fish', didYouMean: ['bash'], at: 'bassh' },
    'help tiem': { message: 'no help on "tiem"', didYouMean: ['time'], at: 'tiem' },
    'help time emit': { message: 'help takes one topic', hint: 'ks help time', at: 'emit' },
    filter: { message: 'filter needs EXPR', hint: "for example: ks filter '.status >= 500' access.ndjson", at: '' },
    'filter access.ndjson': {
      message: 'access.ndjson stands where EXPR belongs',
      hint: 'EXPR comes first, then the file: ks filter . access.ndjson',
      at: 'access.ndjson',
    },
    'put x.ndjson': { message: 'put needs NAME=EXPR…' },
    "put '.a + 1'": {
      message: '.a + 1 is no NAME=EXPR',
      hint: "give the result a name: ks put 'name=.a + 1'",
      at: "'.a + 1'",
    },
    'count .page x.ndjson': {
      message: '.page looks like an expression, but count takes files here',
      hint: 'write --by .page, or ./.page for a file of that name',
      at: '.page',
    },
    'filter .a .b': {
      message: '.b looks like an expression, but filter takes files here',
      hint: 'write one expression in quotes (ks help expressions), or ./.b for a file of that name',
      at: '.b',
    },
    'head -5 x.ndjson': {
      message: '-5 is no file',
      hint: 'the number needs its letter: ks head -n 5',
      at: '-5',
    },
    'filter .a then head x.ndjson': {
      message: 'x.ndjson: files belong to the first stage, not to head',
      hint: 'ks filter .a x.ndjson then head',
      at: 'x.ndjson',
    },
    'filter .a --to out then count --by .b': {
      message: '--to says where the result goes and belongs to the last stage',
      hint: 'ks filter .a then count --by .b --to out',
      at: '--to',
    },
    'filter .a then count -t clicks --by .b': {
      message: '-t says what is read and belongs to the first stage',
      hint: 'ks filter .a -t clicks then count --by .b',
      at: '-t',
    },
    "-q filter '.a > 1' --to out then head -n 3 x.ndjson -t y + count": {
      message: '--to says where the result goes and belongs to the last stage',
      hint: "ks -q filter '.a > 1' -t y x.ndjson then head -n 3 then count --to out",
    },
    'merge a.ndjson then head b.ndjson': {
      message: 'b.ndjson: files belong to the first stage, not to head',
    },
    'plot -y .a then count': { message: 'nothing can follow plot: it ends a chain', at: 'plot' },
    'count --within 5': {
      message: '--within: "5" is no duration',
      hint: 'a number needs its unit: 5s or 5ms',
    },
    'count --within soon': { message: '--within: "soon" is no duration', hint: 'write 500ms, 90s, 1h30m or 2d' },
    'count --emit finale': { message: '--emit: "finale" is none of changes, final', didYouMean: ['final'] },
    'head -n many': { message: '--count: "many" is no whole number' },
    'head -n 0': { message: '--count: 0 is below the minimum of 1' },
    'filter -c .a x.ndjson': { message: '--limit: ".a" is no whole number' },
    'count -X novalue': { message: '--property: "novalue" is no NAME=VALUE' },
    'count --memory lots': {
      message: '--memory: "lots" is no size',
      hint: 'write a number of bytes, 512K, 64MB or 2G',
    },
  }
  for (const [line, expected] of Object.entries(cases)) {
    test(`ks ${line}`, () => {
      const error = errorOf(line)
      assert.equal(error.kind, 'usage')
      assert.equal(error.message, expected.message)
      if (expected.hint !== undefined) assert.equal(error.hint, expected.hint)
      assert.deepEqual(error.didYouMean, expected.didYouMean ?? [])
      if (expected.at !== undefined) {
        assert.ok(error.snippet)
        const { text, column, length = 1 } = error.snippet
        assert.equal(text.slice(column, column + length), expected.at)
      }
    })
  }

  test('every corrected command line is right', () => {
    for (const { hint, message } of Object.keys(cases).map((line) => errorOf(line))) {
      if (hint?.startsWith('ks ') && /belong/.test(message)) parse(hint.slice('ks '.length))
    }
  })

  test('a variable of the environment is a matter of configuration', () => {
    const error = errorOf('count', { KS_MEMORY: 'lots' })
    assert.equal(error.kind, 'config')
    assert.equal(error.message, 'KS_MEMORY: "lots" is no size')
  })

  test('names of objects are no commands and no options', () => {
    for (const name of ['__proto__', 'constructor', 'toString']) {
      assert.equal(errorOf(name).message, `unknown command "${name}"`)
      assert.equal(errorOf(`count --${name}`).message, `unknown option --${name} for ks count`)
    }
  })
})
