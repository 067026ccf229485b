// Man pages: valid for man, and free of what roff would take for a request.

import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite, test } from 'node:test'
import { defineStage, type Frame } from '../../../src/runtime/cli/command.ts'
import { commandTable, manPageFiles, replaceBetweenMarkers } from '../../../src/runtime/cli/generated-files.ts'
import { renderManPage } from '../../../src/runtime/cli/man-page.ts'
import { frame, type Notes } from './sample-frame.ts'

const awkward = defineStage({
  name: 'awkward',
  summary: 'Say things that roff reads otherwise.',
  description: [
    '.page is a path, \\n is an escape, \'x\' is quoted, `a-b` ~ ^ "c" and größer — 日本.',
    { code: ".TH no\n'a\\nb'" },
  ],
  operands: [],
  options: {},
  examples: [{ title: 'One', run: "ks awkward '.a'", output: '.b\n' }],
  build: (_notes: Notes) => undefined,
})
const awkwardFrame: Frame<Notes, Notes> = { ...frame, sections: [{ title: 'Odd', commands: [awkward] }] }

suite('man pages', () => {
  test('there is one for the program, each command, each subcommand and each topic', () => {
    const names = [...manPageFiles(frame).keys()]
    assert.deepEqual(
      names.filter((name) => name.endsWith('.1')).map((name) => name.replace(/^man\/(.*)\.1$/, '$1')),
      ['ks', ...['filter', 'put', 'head', 'merge', 'count', 'plot', 'explain', 'store', 'store-ls', 'store-rm', 'completion', 'help'].map((name) => `ks-${name}`)], // prettier-ignore
    )
    assert.deepEqual(
      names.filter((name) => name.endsWith('.7')),
      frame.topics.map(({ name }) => `man/ks-${name}.7`),
    )
  })

  test('say the same as help', () => {
    const { fileName, roff } = renderManPage('filter', frame)
    assert.equal(fileName, 'ks-filter.1')
    assert.equal(
      roff,
      String.raw`.\" Generated from the declarations of the commands; changes here are lost.
.TH "KS\-FILTER" 1 "" "ks 0.0.1" "ks manual"
.SH NAME
ks\-filter \- Pass on the records for which an expression is true
.SH SYNOPSIS
.nf
\fBks filter [OPTION\[u2026]] EXPR [FILE\[u2026]]\fR
.fi
.SH "DESCRIPTION"
.PP
Everything but \fBfalse\fR and \fBnull\fR counts as true.
.SH "ALSO CALLED"
.PP
\fBwhere\fR
.SH "OPERANDS"
.TP
\fBEXPR\fR
The condition.
.SH "OPTIONS"
.TP
\fB\-v, \-\-invert\fR
Pass on the others.
.TP
\fB\-e, \-\-exit\-status\fR
Status 4 when nothing passes.
.TP
\fB\-f, \-\-file FILE\fR
Reads the expression from a file.
.SH "OPTIONS OF EVERY VERB"
.TP
\fBInput\fR
\fB\-t \-\-topic\fR, \fB\-o \-\-offset\fR, \fB\-c \-\-limit\fR
.TP
\fBOutput\fR
\fB\-\-to\fR, \fB\-\-[no\-]live\fR, \fB\-\-no\-envelope\fR
.TP
\fBTime\fR
\fB\-\-grace\fR
.TP
\fBState\fR
\fB\-a \-\-app\fR, \fB\-\-memory\fR, \fB\-X \-\-property\fR
.TP
\fBOther\fR
\fB\-\-color\fR, \fB\-q \-\-quiet\fR
.PP
\fBks help options\fR explains them.
.SH "EXAMPLES"
.PP
Server errors:
.PP
.RS 4
.EX
$ ks filter \(aq.status >= 500\(aq access.ndjson
{\(dqstatus\(dq:503}
.EE
.RE
.SH "EXIT STATUS"
.PP
See \fBks help exit\-codes\fR.
.SH "SEE ALSO"
\fBks\fR(1), \fBks\-count\fR(1), \fBks\-expressions\fR(7)
`,
    )
  })

  test('escape what roff would read otherwise', () => {
    const { roff } = renderManPage('awkward', awkwardFrame)
    assert.match(roff, /^[\x0a\x20-\x7e]*$/)
    const requests = roff.split('\n').flatMap((line) => /^[.'](\S*)/.exec(line)?.[1] ?? [])
    const known = ['\\"', 'TH', 'SH', 'PP', 'TP', 'nf', 'fi', 'RS', 'RE', 'EX', 'EE']
    assert.deepEqual(
      requests.filter((request) => !known.includes(request)),
      [],
    )
  })

  // Only where there is a man: what it would complain about is covered above.
  const hasMan = spawnSync('man', ['--version']).status === 0
  const rendersWithoutWarning = (): void => {
    const directory = mkdtempSync(join(tmpdir(), 'ks-man-'))
    try {
      for (const [topic, page] of [
        ['awkward', awkwardFrame],
        [undefined, frame],
        ['filter', frame],
        ['expressions', frame],
      ] as const) {
        const { fileName, roff } = renderManPage(topic, page)
        const path = join(directory, fileName)
        writeFileSync(path, roff)
        const env = { PATH: process.env['PATH'], MANWIDTH: '80', LC_ALL: 'C.UTF-8', MANPAGER: 'cat' }
        const { stdout, stderr, status } = spawnSync('man', ['--warnings', '-l', path], { encoding: 'utf8', env })
        assert.equal(stderr, '')
        assert.equal(status, 0)
        if (topic === 'awkward') {
          assert.match(
            stdout,
            /\.page is a path, \\n is an escape, 'x' is quoted,\s+a-b ~ \^ "c"\s+and größer\s+— 日本\./,
          )
          assert.match(stdout, /^ +\.TH no\n +'a\\nb'$/m)
        }
      }
    } finally {
      rmSync(directory, { recursive: true })
    }
  }
  if (hasMan) test('render without a warning', rendersWithoutWarning)
})

suite('README', () => {
  test('the table has every visible command', () => {
    assert.match(commandTable(frame), /^\| \*\*Stateless\*\* \| \|\n\| `ks filter` \| Pass on the records/m)
    assert.doesNotMatch(commandTable(frame), /complete`/)
  })

  test('it goes between its markers', () => {
    const text = 'a\n<!-- commands -->\nold\n<!-- /commands -->\nb\n'
    const replaced = 'a\n<!-- commands -->\n\nnew\n\n<!-- /commands -->\nb\n'
    assert.equal(replaceBetweenMarkers(text, 'commands', 'new\n'), replaced)
    assert.equal(replaceBetweenMarkers(replaced, 'commands', 'new\n'), replaced)
    assert.throws(() => replaceBetweenMarkers('a', 'commands', 'new'), /no markers <!-- commands -->/)
  })
})
