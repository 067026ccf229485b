// The golden transcripts in tests/cases: each command prints exactly what its transcript says. `npm run update` rewrites
// them; the review is the diff.

import assert from 'node:assert/strict'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite, test } from 'node:test'
import { repositoryRoot } from './support/run-ks.ts'
import { parseTranscript, renderTranscript, runTranscript, type TranscriptPart } from './support/transcript.ts'

const cases = join(repositoryRoot, 'tests/cases')
const names = readdirSync(cases).filter((name) => name.endsWith('.txt'))
const update = process.env['KS_UPDATE'] === '1'

suite('transcripts', { concurrency: 2 }, () => {
  for (const name of names) {
    test(name, async () => {
      const path = join(cases, name)
      const expected = parseTranscript(readFileSync(path, 'utf8'))
      const actual = await runTranscript(expected)
      if (update) writeFileSync(path, renderTranscript(actual))
      else assert.ok(isEqual(expected, actual), `tests/cases/${name}\n${differences(expected, actual)}`)
    })
  }
})

test('a transcript survives parsing and rendering', () => {
  for (const name of names) {
    const transcript = readFileSync(join(cases, name), 'utf8')
    assert.equal(renderTranscript(parseTranscript(transcript)), transcript)
  }
})

const isEqual = (expected: readonly TranscriptPart[], actual: readonly TranscriptPart[]): boolean =>
  renderTranscript(expected) === renderTranscript(actual)

/** The commands whose output differs, with what was expected (`-`) and what came (`+`). */
const differences = (expected: readonly TranscriptPart[], actual: readonly TranscriptPart[]): string =>
  expected
    .flatMap((part, index) => {
      const now = actual[index]
      if (part.kind !== 'command' || now?.kind !== 'command') return []
      if (part.output.join('\n') === now.output.join('\n')) return []
      return [`line ${part.lineNumber}:`, ...part.lines, ...changedLines(part.output, now.output), '']
    })
    .join('\n')

const changedLines = (expected: readonly string[], actual: readonly string[]): string[] => {
  const changed = (index: number): boolean => expected[index] !== actual[index]
  const lines: string[] = []
  for (let start = 0; start < Math.max(expected.length, actual.length);) {
    let end = start
    while (end < Math.max(expected.length, actual.length) && changed(end) === changed(start)) end++
    const was = expected.slice(start, end)
    const is = actual.slice(start, end)
    lines.push(
      ...(changed(start)
        ? [...was.map((line) => `- ${line}`), ...is.map((line) => `+ ${line}`)]
        : was.map((line) => `  ${line}`)),
    )
    start = end
  }
  return lines
}
