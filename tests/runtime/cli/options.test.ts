// Option constructors: the values they make, and the types that `build` sees.

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { parseByteSize } from '../../../src/runtime/cli/byte-size.ts'
import { defineStage } from '../../../src/runtime/cli/command.ts'
import {
  choice,
  duration,
  flag,
  integer,
  list,
  longName,
  pairs,
  parsed,
  repeated,
  size,
  text,
} from '../../../src/runtime/cli/options.ts'

const help = 'Help.'

test('values have the types that the declaration says', () => {
  const command = defineStage({
    name: 'sample',
    summary: 'Sample.',
    description: ['Sample.'],
    operands: [],
    examples: [],
    options: {
      plain: flag({ help }),
      negatable: flag({ help, negatable: true }),
      on: flag({ help, negatable: true, default: true }),
      words: text({ help }),
      word: text({ help, default: 'a' }),
      number: integer({ help, min: 1, max: 5, default: 3 }),
      wait: duration({ help }),
      waits: duration({ help, default: '1m' }),
      bytes: size({ help, default: '1K' }),
      kind: choice(['a', 'b'], { help }),
      kinds: choice(['a', 'b'], { help, default: 'b' }),
      made: parsed((typed) => typed.length, { help, default: 'four' }),
      fields: list({ help }),
      all: repeated({ help }),
      settings: pairs({ help }),
    },
    build: (notes: unknown[], options) => {
      // Each of these lines is an error for the compiler if the type is not exactly this.
      const plain: boolean = options.plain
      const negatable: boolean | undefined = options.negatable
      const on: boolean = options.on
      // @ts-expect-error there may be no text
      const words: string = options.words
      const word: string = options.word
      const number: number = options.number
      // @ts-expect-error a duration is a number
      const wait: string | undefined = options.wait
      const waits: number = options.waits
      const bytes: number = options.bytes
      const kind: 'a' | 'b' | undefined = options.kind
      // @ts-expect-error c is no choice
      const kinds: 'b' | 'c' = options.kinds
      const made: number = options.made
      const fields: readonly string[] = options.fields
      const all: readonly string[] = options.all
      const settings: readonly (readonly [string, string])[] = options.settings
      notes.push(
        plain,
        negatable,
        on,
        words,
        word,
        number,
        wait,
        waits,
        bytes,
        kind,
        kinds,
        made,
        fields,
        all,
        settings,
      )
    },
  })
  const { options } = command
  assert.deepEqual(
    Object.values(options).map((option) => option.parse([])),
    [false, undefined, true, undefined, 'a', 3, undefined, 60_000, 1024, undefined, 'b', 4, [], [], []],
  )
  assert.deepEqual(options.made.parse(['x', 'xx']), 2)
  assert.deepEqual(options.settings.parse(['a=1', 'a==', 'b=']), [
    ['a', '1'],
    ['a', '='],
    ['b', ''],
  ])
})

test('an option is called like its key, in kebab-case', () => {
  assert.equal(longName('exitStatus', flag({ help })), '--exit-status')
  assert.equal(longName('exitStatus', flag({ help, long: 'status' })), '--status')
})

suite('sizes', () => {
  const cases: readonly (readonly [text: string, bytes: number | undefined])[] = [
    ['0', 0],
    ['4096', 4096],
    ['1k', 1024],
    ['512K', 512 * 1024],
    ['64MB', 64 * 1024 ** 2],
    ['64 MiB', 64 * 1024 ** 2],
    ['1.5G', 1.5 * 1024 ** 3],
    ['2tb', 2 * 1024 ** 4],
    ['7b', 7],
    ['', undefined],
    ['G', undefined],
    ['-1', undefined],
    ['1e3', undefined],
    ['1P', undefined],
    ['99999999T', undefined],
  ]
  for (const [typed, bytes] of cases) test(`"${typed}"`, () => assert.equal(parseByteSize(typed), bytes))
})
