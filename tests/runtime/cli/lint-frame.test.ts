// The lint of declarations: nothing to say about a good frame, one sentence for each breach.

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { type AnyFrame, defineStage, type Description } from '../../../src/runtime/cli/command.ts'
import { lintFrame } from '../../../src/runtime/cli/lint-frame.ts'
import { flag, integer, type OptionTable } from '../../../src/runtime/cli/options.ts'
import { frame } from './sample-frame.ts'

const good: Description = {
  name: 'sample',
  summary: 'Do something.',
  description: ['It does.'],
  operands: [],
  examples: [{ title: 'Once', run: 'ks sample', output: '' }],
}

const withCommand = (change: Partial<Description>, options: OptionTable = {}): AnyFrame => ({
  ...frame,
  sections: [{ title: 'All', commands: [defineStage({ ...good, ...change, options, build: () => undefined })] }],
  topics: [],
})

suite('lint', () => {
  test('has nothing to say about a good frame', () => {
    assert.deepEqual(lintFrame(frame), [])
    assert.deepEqual(lintFrame(withCommand({})), [])
  })

  const help = 'Helps.'
  const operand = { name: 'N', help, kind: 'name', min: 1, max: 1 } as const
  const cases: readonly (readonly [problem: string, frame: AnyFrame])[] = [
    ['two commands are called sample', withCommand({ aliases: ['sample'] })],
    ['sample: then is no name for a command', withCommand({ aliases: ['then'] })],
    ['sample: Big is no name for a command', withCommand({ aliases: ['Big'] })],
    ['sample: "Do it" is no sentence', withCommand({ summary: 'Do it' })],
    ['sample: the summary begins with a small letter', withCommand({ summary: 'do it.' })],
    ['sample: the summary is more than one sentence', withCommand({ summary: 'Do it. Do more.' })],
    ['sample: the summary does not fit into 80 columns', withCommand({ summary: `Do ${'x'.repeat(70)}.` })],
    ['sample: there is no description', withCommand({ description: [] })],
    ['sample: a backtick has no partner in "It `does."', withCommand({ description: ['It `does.'] })],
    ['sample: there is no example', withCommand({ examples: [] })],
    [
      'sample: the title "Once." ends with a punctuation mark',
      withCommand({ examples: [{ title: 'Once.', run: 'ks sample', output: '' }] }),
    ],
    [
      'sample: the example "Once" does not run ks',
      withCommand({ examples: [{ title: 'Once', run: 'cat x', output: '' }] }),
    ],
    ['sample: see also nothing, which does not exist', withCommand({ seeAlso: ['nothing'] })],
    ['sample N: "helps" is no sentence', withCommand({ operands: [{ ...operand, help: 'helps' }] })],
    ['sample N: 2 to 1 is no number of operands', withCommand({ operands: [{ ...operand, min: 2 }] })],
    ['sample N: an optional operand cannot be told from a file', withCommand({ operands: [{ ...operand, min: 0 }] })],
    ['sample N: there is no option --file', withCommand({ operands: [{ ...operand, unless: '--file' }] })],
    ['sample --one: "" is no sentence', withCommand({}, { one: flag({ help: '' }) })],
    ['sample --one: -1 is no letter', withCommand({}, { one: flag({ help, short: '1' }) })],
    [
      'sample --One: a long name has small letters, digits and dashes',
      withCommand({}, { one: flag({ help, long: 'One' }) }),
    ],
    ['sample: -x occurs twice', withCommand({}, { one: flag({ help, short: 'x' }), two: flag({ help, short: 'x' }) })],
    ['sample: --one occurs twice', withCommand({}, { one: flag({ help }), two: flag({ help, long: 'one' }) })],
    ['sample: -t is a shared option', withCommand({}, { one: flag({ help, short: 't' }) })],
    ['sample: --no-live is a shared option', withCommand({}, { noLive: flag({ help }) })],
    ['sample: -h belongs to the program', withCommand({}, { one: flag({ help, short: 'h' }) })],
    ['sample --one: the default is not valid', withCommand({}, { one: integer({ help, max: 3, default: 5 }) })],
    [
      'sample is a topic and a command',
      { ...withCommand({}), topics: [{ name: 'sample', summary: 'One.', body: () => [] }] },
    ],
  ]
  for (const [problem, wrong] of cases) test(problem, () => assert.deepEqual(lintFrame(wrong), [problem]))
})
