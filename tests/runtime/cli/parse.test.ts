// The command line as people type it, and what comes out.

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { parseCommandLine, type ParsedChain, type ParsedTool } from '../../../src/runtime/cli/parse.ts'
import { splitShellWords } from '../../../src/runtime/cli/shell-words.ts'
import { frame, type Notes, type sharedOptions } from './sample-frame.ts'

type Environment = Readonly<Record<string, string>>

const parse = (line: string, environment: Environment = {}) =>
  parseCommandLine(splitShellWords(line), frame, { environment })

const parseChain = (line: string, environment: Environment = {}): ParsedChain<Notes, typeof sharedOptions> => {
  const parsed = parse(line, environment)
  assert.equal(parsed.kind, 'chain')
  return parsed
}

const parseTool = (line: string): ParsedTool<Notes> => {
  const parsed = parse(line)
  assert.equal(parsed.kind, 'tool')
  return parsed
}

const build = (line: string): Notes => {
  const notes: Notes = []
  for (const { command, options, operands } of parseChain(line).stages)
    command.build(notes, options, operands, undefined)
  return notes
}

suite('values', () => {
  const cases: readonly (readonly [line: string, stages: Notes])[] = [
    ["filter '.a > 1'", [['filter', false, null, '.a > 1']]],
    ['filter -v .a', [['filter', true, null, '.a']]],
    ['where .a', [['filter', false, null, '.a']]],
    ['filter .a -ve', [['filter', true, null, '.a']]],
    ['filter -f prog.expr x.ndjson', [['filter', false, 'prog.expr']]],
    ['count', [['count', undefined, undefined, undefined, undefined, 0]]],
    ['count --by .a -w 1m --within 1h30m', [['count', '.a', '1m', 5_400_001, undefined, 0]]],
    ['count --by=.a -w1m --emit=final', [['count', '.a', '1m', undefined, 'final', 0]]],
    ['count -w=1m', [['count', undefined, '1m', undefined, undefined, 0]]],
    ['count --by .a --by .b', [['count', '.b', undefined, undefined, undefined, 0]]],
    ['count --fields a,b --fields c,', [['count', undefined, undefined, undefined, undefined, 3]]],
    ['count --by -x', [['count', '-x', undefined, undefined, undefined, 0]]],
    ['count --by then', [['count', 'then', undefined, undefined, undefined, 0]]],
    ['count --by --', [['count', '--', undefined, undefined, undefined, 0]]],
    ["filter -- '-.a > 0'", [['filter', false, null, '-.a > 0']]],
    ['filter -5', [['filter', false, null, '-5']]],
    ["put a=1 b='.c == 2'", [['put', 'a=1', 'b=.c == 2']]],
    ['head', [['head', 10]]],
    ['head -n 3', [['head', 3]]],
    [
      'filter .a then head -n1 + put b=1',
      [
        ['filter', false, null, '.a'],
        ['head', 1],
        ['put', 'b=1'],
      ],
    ],
    ['merge - b.ndjson', [['merge', '-', 'b.ndjson']]],
  ]
  for (const [line, stages] of cases) {
    test(line, () => {
      assert.deepEqual(build(line), stages)
    })
  }
})

suite('source files', () => {
  const cases: readonly (readonly [line: string, sources: readonly string[]])[] = [
    ['filter .a', []],
    ['filter .a x.ndjson - y.csv.gz', ['x.ndjson', '-', 'y.csv.gz']],
    ['filter .a x.ndjson -v then head', ['x.ndjson']],
    ['filter -f prog x.ndjson', ['x.ndjson']],
    ['put x.ndjson a=1 y.ndjson', ['x.ndjson', 'y.ndjson']],
    ['count x.ndjson -- -y then', ['x.ndjson', '-y', 'then']],
    ['count ./.page', ['./.page']],
    ['count dir/.page', ['dir/.page']],
  ]
  for (const [line, sources] of cases) {
    test(line, () => {
      assert.deepEqual(parseChain(line).sources, sources)
    })
  }
})

suite('shared options', () => {
  test('stand before the first verb and in every stage', () => {
    const { shared } = parseChain('-t a -q filter .x -t b -X p=1 then count -X q=2 --grace 5s --to out')
    assert.deepEqual(shared.topic, ['a', 'b'])
    assert.deepEqual(shared.property, [
      ['p', '1'],
      ['q', '2'],
    ])
    assert.equal(shared.grace, 5000)
    assert.equal(shared.quiet, true)
    assert.equal(shared.to, 'out')
  })

  test('have their defaults', () => {
    const { shared } = parseChain('count')
    assert.deepEqual(shared, {
      topic: [],
      offset: undefined,
      limit: undefined,
      to: undefined,
      live: undefined,
      envelope: true,
      grace: 0,
      app: undefined,
      memory: 64 * 1024 * 1024,
      property: [],
      color: 'auto',
      quiet: false,
      trace: false,
    })
  })

  test('of those given twice the last one wins', () => {
    assert.equal(parseChain('-c 1 count -c 2 then head -c 3').shared.limit, 3)
    assert.equal(parseChain('count --live --no-live').shared.live, false)
    assert.equal(parseChain('count --no-envelope then head --envelope').shared.envelope, true)
  })

  test('take values that begin with a dash', () => {
    assert.equal(parseChain('count -o -5').shared.offset, '-5')
    assert.equal(parseChain('count -o=-5').shared.offset, '-5')
    assert.equal(parseChain('count -o-5').shared.offset, '-5')
    assert.equal(parseChain('count -qo=-5').shared.offset, '-5')
    assert.equal(parseChain('count --offset=-5').shared.offset, '-5')
    assert.equal(parseChain('count -o :end').shared.offset, ':end')
  })

  test('that repeat take one word each', () => {
    const { shared, sources } = parseChain('count -X a=1 x.ndjson -t one y.ndjson')
    assert.deepEqual(shared.property, [['a', '1']])
    assert.deepEqual(shared.topic, ['one'])
    assert.deepEqual(sources, ['x.ndjson', 'y.ndjson'])
  })

  test('come from the environment if they were not typed', () => {
    const environment = { KS_APP: 'one', KS_MEMORY: '2G', KS_QUIET: 'yes', KS_COLOR: '' }
    const { shared } = parseChain('count', environment)
    assert.deepEqual([shared.app, shared.memory, shared.quiet, shared.color], ['one', 2 * 1024 ** 3, true, 'auto'])
    assert.equal(parseChain('count -a two', environment).shared.app, 'two')
  })

  test('of the command that runs a chain win over those in it', () => {
    const { typedShared } = parseTool('explain --dot -a outer count -a inner -t x')
    assert.deepEqual([...typedShared], [['--app', ['outer']]])
    const chain = parseCommandLine(['count', '-a', 'inner', '-t', 'x'], frame, {
      environment: {},
      overrides: typedShared,
    })
    assert.ok(chain.kind === 'chain')
    assert.equal(chain.shared.app, 'outer')
    assert.deepEqual(chain.shared.topic, ['x'])
  })

  test('the command line is kept as one would type it', () => {
    assert.equal(parseChain('filter  \'.a == "b"\' x.ndjson').commandLine, `ks filter '.a == "b"' x.ndjson`)
  })
})

suite('tools', () => {
  test('a tool has its own options, wherever they stand', () => {
    const { command, options, operands } = parseTool('-a pages store ls -l')
    assert.equal(command.name, 'ls')
    assert.deepEqual(options, { long: true, app: 'pages', color: 'auto' })
    assert.deepEqual(operands, [])
    assert.deepEqual(parseTool('store rm pages --dry-run').operands, ['pages'])
  })

  test('a chain as operand keeps its words', () => {
    const { options, operands } = parseTool("explain --dot filter .a --dot then count --by '.x y'")
    assert.equal(options['dot'], true)
    assert.deepEqual(operands, ['filter', '.a', '--dot', 'then', 'count', '--by', '.x y'])
    assert.deepEqual(parseTool('explain enrich.ks --dot').operands, ['enrich.ks'])
  })

  test('a completion request keeps its words', () => {
    const { options, operands } = parseTool('complete --shell zsh -- count --by ""')
    assert.equal(options['shell'], 'zsh')
    assert.deepEqual(operands, ['count', '--by', ''])
  })
})

suite('help and version', () => {
  const cases: readonly (readonly [line: string, parsed: unknown])[] = [
    ['', { kind: 'help', topic: undefined }],
    ['--help', { kind: 'help', topic: undefined }],
    ['-h', { kind: 'help', topic: undefined }],
    ['help', { kind: 'help', topic: undefined }],
    ['--version', { kind: 'version' }],
    ['-V', { kind: 'version' }],
    ['help count', { kind: 'help', topic: 'count' }],
    ['help where', { kind: 'help', topic: 'filter' }],
    ['help store', { kind: 'help', topic: 'store' }],
    ['help store rm', { kind: 'help', topic: 'store rm' }],
    ['help exit-codes', { kind: 'help', topic: 'exit-codes' }],
    ['count --help', { kind: 'help', topic: 'count' }],
    ['filter --unknown -h', { kind: 'help', topic: 'filter' }],
    ['filter .a then count --help', { kind: 'help', topic: 'count' }],
    ['store --help', { kind: 'help', topic: 'store' }],
    ['store ls --help', { kind: 'help', topic: 'store ls' }],
    ['help help', { kind: 'help', topic: 'help' }],
  ]
  for (const [line, expected] of cases) {
    test(`ks ${line}`, () => {
      assert.deepEqual(parse(line), expected)
    })
  }
  test('is no help behind -- and as a value', () => {
    assert.deepEqual(parseChain('filter -- --help').stages[0]?.operands, ['--help'])
    assert.equal(parseChain('count --by --help').stages[0]?.options['by'], '--help')
  })
})
