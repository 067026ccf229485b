// npm run check [-- --no-skips]: everything that has to hold before a change goes in: format, lint, types, tests. That generated
// files are current is one of the tests (tests/tidy.test.ts). Ends with the closing line of the tests.

import { spawn } from 'node:child_process'
import { dirname, join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { closingLine, runTests } from './test.mjs'

const root = dirname(dirname(fileURLToPath(import.meta.url)))

const checks = [
  { name: 'types', command: 'typescript/bin/tsc', args: ['-p', '.'] },
  { name: 'format', command: 'prettier/bin/prettier.cjs', args: ['--check', '--log-level=warn', '.'] },
  { name: 'lint', command: 'eslint/bin/eslint.js', args: ['--max-warnings=0', '.'] },
]

/** Runs one check and prints what it has to say. True if it is content. */
const passes = async ({ name, command, args }) => {
  const start = performance.now()
  const child = spawn(process.execPath, [join(root, 'node_modules', command), ...args], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const ended = new Promise((resolve) => child.once('close', resolve))
  const [stdout, stderr, status] = await Promise.all([text(child.stdout), text(child.stderr), ended])
  const seconds = ((performance.now() - start) / 1000).toFixed(1)
  console.log(`${status === 0 ? '✓' : '✗'} ${name} (${seconds} s)`)
  if (status !== 0) console.log(stdout + stderr)
  return status === 0
}

const options = process.argv.slice(2)
const unknown = options.find((option) => option !== '--no-skips')
if (unknown) {
  console.error(`check: unknown option ${unknown} (known: --no-skips)`)
  process.exitCode = 2
} else {
  const results = await Promise.all(checks.map(passes))
  const failed = checks.filter((_, index) => !results[index]).map(({ name }) => name)
  const tests = await runTests({ noSkips: options.includes('--no-skips') })
  if (failed.length > 0) console.log(`\nfailed: ${failed.join(', ')}`)
  if (failed.length > 0 || !tests.ok) process.exitCode = 1
  console.log(`\n${closingLine(tests)}`)
}
