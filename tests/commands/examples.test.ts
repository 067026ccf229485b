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
import { brokerSkip, sharedBroker, uniqueName } from '../support/kafka-broker.ts'
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

/** The example with the names that it has on a broker made its own: other tests use the same broker. */
const withOwnNames = (example: Example): Example => {
  const names = [...Object.keys(example.topics ?? {}), ...(example.apps ?? [])]
  const suffix = uniqueName('')
  const rename = (text: string): string =>
    names.reduce(
      (renamed, name) => renamed.replace(new RegExp(`(?<![\\w./-])${name}(?![\\w./])`, 'g'), `${name}${suffix}`),
      text,
    )
  return {
    ...example,
    run: rename(example.run),
    output: rename(example.output),
    input: Object.fromEntries(Object.entries(example.input ?? {}).map(([file, text]) => [file, rename(text)])),
    topics: Object.fromEntries(
      Object.entries(example.topics ?? {}).map(([name, count]) => [`${name}${suffix}`, count]),
    ),
  }
}

const prepareBroker = async (example: Example): Promise<Readonly<Record<string, string>>> => {
  const broker = await sharedBroker()
  for (const [name, partitions] of Object.entries(example.topics ?? {})) await broker.createTopic(name, partitions)
  return { KS_BROKERS: broker.bootstrap }
}

suite('examples', () => {
  for (const { name, example: declared } of examplesOf()) {
    const needsBroker = declared.topics !== undefined
    test(`${name}: ${declared.title}`, { skip: needsBroker && brokerSkip() }, async () => {
      const example = needsBroker ? withOwnNames(declared) : declared
      const env = needsBroker ? await prepareBroker(example) : {}
      const directory = mkdtempSync(join(tmpdir(), 'ks-example-'))
      try {
        for (const [file, content] of Object.entries(example.input ?? {})) writeFileSync(join(directory, file), content)
        const { stdout, stderr, status } = spawnSync('bash', ['--norc', '-c', example.run], {
          stdio: ['ignore', 'pipe', 'pipe'],
          cwd: directory,
          env: testEnvironment({ KS_STATE: join(directory, 'state'), ...env }),
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
