// Every example of every command does what help and man pages say, and the declarations keep the rules of the frame.

import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite, test } from 'node:test'
import { frame } from '../../src/commands/all.ts'
import { loadTopics } from '../../src/commands/topics.ts'
import type { Example } from '../../src/runtime/cli/command.ts'
import { lintFrame } from '../../src/runtime/cli/lint-frame.ts'
import { testEnvironment } from '../support/run-ks.ts'

const examplesOf = (): { readonly name: string; readonly example: Example }[] =>
  frame.sections.flatMap(({ commands }) =>
    commands.flatMap((command) => [
      ...command.examples.map((example) => ({ name: command.name, example })),
      ...(command.kind === 'group' ? command.subcommands : []).flatMap((subcommand) =>
        subcommand.examples.map((example) => ({ name: `${command.name} ${subcommand.name}`, example })),
      ),
    ]),
  )

suite('examples', () => {
  for (const { name, example } of examplesOf()) {
    test(`${name}: ${example.title}`, () => {
      const directory = mkdtempSync(join(tmpdir(), 'ks-example-'))
      try {
        for (const [file, content] of Object.entries(example.input ?? {})) writeFileSync(join(directory, file), content)
        const { stdout, stderr, status } = spawnSync('bash', ['--norc', '-c', example.run], {
          stdio: ['ignore', 'pipe', 'pipe'],
          cwd: directory,
          env: testEnvironment({ KS_STATE: join(directory, 'state') }),
          encoding: 'utf8',
        })
        assert.equal(stdout, example.output, stderr)
        assert.equal(status, 0, stderr)
      } finally {
        rmSync(directory, { recursive: true })
      }
    })
  }
})

test('declarations', async () => {
  await loadTopics()
  assert.deepEqual(lintFrame(frame), [])
})
