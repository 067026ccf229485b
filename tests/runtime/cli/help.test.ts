// Help as a whole for one command, and the rules of its layout.

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import fc from 'fast-check'
import { documentedCommands } from '../../../src/runtime/cli/document.ts'
import { renderErrorJson } from '../../../src/runtime/cli/error-text.ts'
import { renderHelp } from '../../../src/runtime/cli/help.ts'
import { parseCommandLine } from '../../../src/runtime/cli/parse.ts'
import { spansOf } from '../../../src/runtime/cli/prose.ts'
import { plainStyle, type Style } from '../../../src/runtime/cli/terminal/colour.ts'
import { helpWidth, wrap } from '../../../src/runtime/cli/text-layout.ts'
import { KsError } from '../../../src/runtime/model/errors.ts'
import { frame } from './sample-frame.ts'

const help = (topic: string | undefined, width = 80): string => renderHelp(topic, frame, { style: plainStyle, width })

suite('help', () => {
  test('on a command', () => {
    assert.equal(
      help('filter'),
      `Pass on the records for which an expression is true.

Usage: ks filter [OPTION…] EXPR [FILE…]

Description:
  Everything but false and null counts as true.

Also called:
  where

Operands:
  EXPR               The condition.

Options:
  -v, --invert       Pass on the others.
  -e, --exit-status  Status 4 when nothing passes.
  -f, --file FILE    Reads the expression from a file.

Options of every verb:
  Input              -t --topic, -o --offset, -c --limit
  Output             --to, --[no-]live, --no-envelope
  Time               --grace
  State              -a --app, --memory, -X --property
  Other              --color, -q --quiet

  ks help options explains them.

Examples:
  Server errors:
    $ ks filter '.status >= 500' access.ndjson
    {"status":503}

Exit status:
  See ks help exit-codes.

See also:
  ks help count, ks help expressions
`,
    )
  })

  test('on the program lists what is not hidden', () => {
    const text = help(undefined)
    assert.match(text, /^Usage: ks VERB .*\n {7}ks COMMAND /m)
    assert.match(text, /^Stateful:\n {2}count {8}Count the records of each group, per window if wanted\.$/m)
    assert.match(text, /^ {2}exit-codes {3}What the exit status says\.$/m)
    assert.doesNotMatch(text, /complete\b/)
    assert.doesNotMatch(text, /--trace/)
  })

  test('on a group and its subcommands', () => {
    assert.match(help('store'), /^Usage: ks store SUBCOMMAND …$/m)
    assert.match(help('store'), /^ {2}rm {8}Remove what is kept\.$/m)
    assert.match(help('store rm'), /^Usage: ks store rm \[OPTION…\] APP$/m)
  })

  test('on options says how often, which default and which variable', () => {
    const text = help('options', 100)
    assert.match(text, /^ {2}-a, --app ID +Carries on where the last run ended\. Environment: KS_APP\.$/m)
    assert.match(text, /^ {6}--memory SIZE +What caches may take\. Default: 64MB\. Environment: KS_MEMORY\.$/m)
    assert.match(text, /^ {2}-t, --topic TOPIC +Reads a topic\. May be given several times\.$/m)
    assert.doesNotMatch(text, /--trace/)
  })

  test('on what does not exist is a usage error', () => {
    assert.throws(() => help('nothing'), KsError)
    assert.throws(() => help('store nothing'), KsError)
  })

  test('keeps to its width, code and long names apart', () => {
    for (const width of [60, 80, 100]) {
      for (const topic of [undefined, ...documentedCommands(frame), ...frame.topics.map(({ name }) => name)]) {
        const tooLong = help(topic, width)
          .split('\n')
          .filter((line) => line.length > width && !/^Usage|^ {4,}\S|^ {2}\{|ks /.test(line))
        assert.deepEqual(tooLong, [], topic)
      }
    }
  })

  test('marks what is typed and what is a heading', () => {
    const style: Style = { ...plainStyle, bold: (text) => `<b>${text}</b>`, cyan: (text) => `<c>${text}</c>` }
    const text = renderHelp('filter', frame, { style, width: 80 })
    assert.match(text, /^<b>Options:<\/b>\n {2}<b>-v, --invert<\/b> {7}Pass on the others\.$/m)
    assert.match(text, /^ {2}Everything but <c>false<\/c> and <c>null<\/c> counts as true\.$/m)
  })

  test('shows errors as they are', () => {
    try {
      parseCommandLine(['cuont'], frame, { environment: {} })
      assert.fail('there is no such command')
    } catch (error) {
      assert.ok(error instanceof KsError)
      assert.ok(help('exit-codes').includes(renderErrorJson(error).trim()))
    }
  })
})

suite('layout', () => {
  test('the width is that of the terminal within reason', () => {
    assert.deepEqual([undefined, 10, 79, 120].map(helpWidth), [80, 40, 79, 100])
  })

  test('wrapping loses no word and breaks only at blanks', () => {
    const words = fc.array(fc.stringMatching(/^[a-z,.]{1,12}$/), { minLength: 1 })
    fc.assert(
      fc.property(words, fc.integer({ min: 12, max: 60 }), (words, width) => {
        const lines = wrap(words.join(' '), width, 2, plainStyle)
        assert.deepEqual(
          lines.flatMap((line) => line.trim().split(' ')),
          words,
        )
        for (const line of lines) assert.ok(line.length <= Math.max(width, 14))
      }),
    )
  })

  test('what is typed stays in one piece, with the comma behind it', () => {
    assert.deepEqual(wrap('give `ks head -n 5`, or `-`.', 17, 0, plainStyle), ['give', 'ks head -n 5, or', '-.'])
  })

  test('a backtick without partner is text', () => {
    assert.deepEqual(spansOf('a `b` c` d'), [
      { text: 'a ', typed: false },
      { text: 'b', typed: true },
      { text: ' c` d', typed: false },
    ])
  })
})
