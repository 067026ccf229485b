// What is offered at each place of an unfinished line, and what a real shell makes of it.

import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite, test } from 'node:test'
import { complete } from '../../../src/runtime/cli/completion.ts'
import { completionAnswer, completionScript, shells } from '../../../src/runtime/cli/completion-scripts.ts'
import { lookUpIn } from '../../../src/runtime/cli/scan.ts'
import { filter, frame, sharedOptions } from './sample-frame.ts'

// The last word is what stands behind the last blank, so a line that ends in a blank begins a new word.
const offered = (line: string): string => {
  const { candidates, files } = complete(line.split(' '), frame)
  return [...candidates.map(({ word }) => word), ...(files ? ['FILES'] : [])].join(' ')
}

suite('candidates', () => {
  const verbs = 'filter put head merge count plot'
  const cases: readonly (readonly [line: string, words: string])[] = [
    ['', `${verbs} explain store completion help`],
    ['c', 'count completion'],
    ['where .a then c', 'count'],
    ['filter .a ', 'then FILES'],
    ['filter .a t', 'then FILES'],
    ['filter ', ''],
    ['filter -f prog ', 'then FILES'],
    ['filter .a x.ndjson then ', verbs],
    ['filter .a + ', verbs],
    ['filter .a then head ', 'then'],
    ['filter .a then head -n ', ''],
    ['filter .a then topics ', ''],
    ['nothing ', ''],
    ['count --em', '--emit'],
    ['count --emit ', 'changes final'],
    ['count --emit f', 'final'],
    ['count --emit=', '--emit=changes --emit=final'],
    ['count --emit=f', '--emit=final'],
    ['count --by then ', 'then FILES'],
    ['count --to ', 'FILES'],
    ['count --to=x', 'FILES'],
    ['--color ', 'auto always never'],
    ['--color always c', 'count completion'],
    ['-q --me', '--memory'],
    ['count --no-', '--no-live --no-envelope'],
    ['count --tr', ''],
    ['plot ', 'FILES'],
    ['merge ', 'FILES'],
    ['put ', ''],
    ['store ', 'ls rm'],
    ['store ls -', '--long -l --app -a --color --help'],
    ['store ls x ', ''],
    ['completion ', 'bash zsh fish'],
    ['completion z', 'zsh'],
    ['completion zsh ', ''],
    ['explain ', `${verbs} FILES`],
    ['explain --dot count --em', '--emit'],
    ['explain count then h', 'head'],
    ['help ti', 'time'],
    ['help store ', 'ls rm'],
    ['help time ', ''],
    ['filter -- .a x', 'FILES'],
    ['merge x.ndjson ', 'then FILES'],
    ['put a=1 then put b=1 ', 'then'],
  ]
  for (const [line, words] of cases) test(`ks ${line}`, () => assert.equal(offered(line), words))

  test('every visible option of a verb and of all verbs', () => {
    const known = [...lookUpIn(filter.options, sharedOptions)].filter(([, { option }]) => !option.hidden)
    assert.equal(offered('filter -'), [...known.map(([typed]) => typed), '--help'].join(' '))
  })
})

suite('answers', () => {
  test('help stands behind a tab, files are asked for at the end', () => {
    assert.equal(completionAnswer('fish', ['filter', '.a', 't'], frame), 'then\tThe next stage.\n:files\n')
  })

  test('bash cuts words at = and : and gets the last piece back', () => {
    const answer = (...words: string[]): string => completionAnswer('bash', words, frame).replace(/\t.*/gm, '')
    assert.equal(answer('count', '--emit', '='), 'changes\nfinal\n')
    assert.equal(answer('count', '--emit', '=', 'f'), 'final\n')
    assert.equal(answer('count', '-t', 'a', ':', 'b', '--em'), '--emit\n')
    assert.equal(answer('put', 'a', '=', '1', 't'), 'then\n:files\n')
  })
})

suite('scripts', () => {
  test('know the name of the program', () => {
    for (const shell of shells) {
      const script = completionScript(shell, frame)
      assert.match(script, /\bks complete --shell\b/)
      assert.doesNotMatch(script, /PROGRAM/)
    }
  })

  test('bash completes with what the program answers', () => {
    const directory = mkdtempSync(join(tmpdir(), 'ks-completion-'))
    try {
      writeFileSync(join(directory, 'clicks.ndjson'), '')
      const ask = (answer: string, ...words: string[]): string => {
        const commands = `
          compopt() { :; }
          ks() { printf '%s|' "$@" >&2; printf '%b' '${answer}'; }
          ${completionScript('bash', frame).replace('2>/dev/null', '')}
          COMP_WORDS=(ks ${words.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${words.length}
          _ks_complete; printf '%s\\n' "\${COMPREPLY[@]}"`
        const { stdout, stderr } = spawnSync('bash', ['--norc', '-c', commands], { cwd: directory, encoding: 'utf8' })
        return stderr + stdout
      }
      const asked = 'complete|--shell|bash|--|'
      assert.equal(ask('count\\tCounts them.\\ncut\\tCuts them.\\n', 'c'), `${asked}c|count\ncut\n`)
      assert.equal(
        ask('then\\tNext.\\n:files\\n', 'filter', '.a b', 'cl'),
        `${asked}filter|.a b|cl|then\nclicks.ndjson\n`,
      )
      assert.equal(ask(':files\\n', 'count', '--to', '='), `${asked}count|--to|=|clicks.ndjson\n`)
    } finally {
      rmSync(directory, { recursive: true })
    }
  })
})
