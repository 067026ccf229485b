// Every example prints what it says, on files and, where it can, on topics, and its README shows what is run.

import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite, test } from 'node:test'
import { brokerSkip, sharedBroker } from './support/kafka-broker.ts'
import { repositoryRoot, testEnvironment } from './support/run-ks.ts'

const directory = join(repositoryRoot, 'examples')

const names = readdirSync(directory, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && existsSync(join(directory, entry.name, 'run.sh')))
  .map(({ name }) => name)

const read = (name: string, file: string): string => readFileSync(join(directory, name, file), 'utf8')

/** What it writes to standard output. */
const run = (name: string, env: Readonly<Record<string, string>>): string => {
  const { stdout, stderr, status } = spawnSync(join(directory, name, 'run.sh'), {
    stdio: ['ignore', 'pipe', 'pipe'],
    cwd: repositoryRoot,
    env: testEnvironment(env),
    encoding: 'utf8',
  })
  assert.equal(status, 0, stderr)
  return stdout
}

suite('examples', () => {
  for (const name of names) {
    test(name, () => {
      const printed = run(name, {})
      if (process.env['KS_UPDATE'] === '1') writeFileSync(join(directory, name, 'expected.txt'), printed)
      assert.equal(printed, read(name, 'expected.txt'))
    })

    test(`${name}: its README`, () => {
      const readme = read(name, 'README.md')
      const [, commands = ''] = /\n\n(.*)$/s.exec(read(name, 'run.sh')) ?? []
      const onFiles = commands.replace(/\$\(from ([^)]*)\)/g, '$1')
      assert.ok(readme.includes(`\`\`\`sh\n${onFiles}\`\`\`\n`), 'shows the commands of run.sh')
      const output = `\`\`\`\n$ examples/${name}/run.sh\n${read(name, 'expected.txt')}\`\`\`\n`
      assert.ok(readme.includes(output), 'shows what is in expected.txt')
    })
  }

  test('are all in the list', () => {
    const listed = [...read('.', 'README.md').matchAll(/\(([a-z-]+)\/README\.md\)/g)].map(([, name]) => name)
    assert.deepEqual(listed.sort(), names.sort())
  })
})

suite('examples on topics', { skip: brokerSkip() }, () => {
  for (const name of names.filter((each) => read(each, 'run.sh').includes('$(from '))) {
    test(name, async () => {
      const { bootstrap } = await sharedBroker()
      assert.equal(run(name, { KS_BROKERS: bootstrap }), read(name, 'expected.txt'))
    })
  }
})
