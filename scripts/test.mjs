// npm test [-- FRAGMENT…] [--update] [--no-skips]: runs tests/**/*.test.ts, or those with one of the fragments in their path.
// `--update` rewrites golden texts instead of comparing them; with `--no-skips` a skipped test fails the run, for CI, where
// nothing may be missing. Ends with one line: `N passed, N failed, N skipped`.

import { build as bundle } from 'esbuild'
import { readdirSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { run } from 'node:test'
import { fileURLToPath } from 'node:url'
import { inspect } from 'node:util'
import { assemblyScript } from './assembly-script.mjs'
import { build } from './build.mjs'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const concurrency = 2
const fileTimeoutMs = 1_800_000

/** Runs the tests and prints what failed and what was skipped, all but the closing line (`closingLine`). */
export const runTests = async ({ fragments = [], update = false, noSkips = false } = {}) => {
  const files = testFiles().filter((file) => fragments.length === 0 || fragments.some((part) => file.includes(part)))
  const total = { passed: 0, failed: 0, skips: [] }
  if (files.length === 0) {
    console.log(`no test file has ${fragments.join(' or ')} in its path`)
    return { ...total, ok: false }
  }

  // Its own folder for each run, so that two at a time do not disturb each other.
  const folder = join('build/tests', String(process.pid))
  try {
    const { metafile } = await bundleTests(files, folder)
    if (Object.hasOwn(metafile.inputs, 'tests/support/run-ks.ts')) await build()
    setEnvironment({ update })
    const waiting = [...files]
    const worker = async () => {
      for (let file = waiting.shift(); file; file = waiting.shift()) {
        const result = await runFile(file, join(root, folder, file.replace(/^tests\//, '').replace(/\.ts$/, '.js')))
        report(file, result)
        total.passed += result.passed
        total.failed += result.failures.length
        total.skips.push(...result.skips)
      }
    }
    await Promise.all(Array.from({ length: concurrency }, worker))
  } catch (error) {
    if (!error.errors) throw error
    total.failed++ // esbuild has said why
  } finally {
    await rm(join(root, folder), { recursive: true, force: true })
  }
  reportSkips(total.skips)
  if (noSkips && total.skips.length > 0) console.log('\nfailed: with --no-skips every test has to run')
  return { ...total, ok: total.failed === 0 && total.passed > 0 && !(noSkips && total.skips.length > 0) }
}

/** The line that sums up a run; to be printed last. */
export const closingLine = ({ passed, failed, skips }) => `${passed} passed, ${failed} failed, ${skips.length} skipped`

const testFiles = () =>
  readdirSync(join(root, 'tests'), { recursive: true })
    .map((path) => `tests/${path.replaceAll('\\', '/')}`)
    .filter((path) => path.endsWith('.test.ts'))
    .sort()

const bundleTests = (files, folder) =>
  bundle({
    absWorkingDir: root,
    entryPoints: files,
    outdir: folder,
    outbase: 'tests',
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    packages: 'external',
    sourcemap: 'linked',
    plugins: [assemblyScript()],
    metafile: true,
    logLevel: 'warning',
  })

// Tests see none of the developer's own settings, and stack traces show the sources.
const setEnvironment = ({ update }) => {
  for (const name of Object.keys(process.env)) {
    if (/^(KS_(?!TEST_)|(NO_COLOR|FORCE_COLOR|CLICOLOR.*)$)/.test(name)) delete process.env[name]
  }
  process.env.NODE_OPTIONS = '--enable-source-maps'
  if (update) process.env.KS_UPDATE = '1'
}

/** Runs one file in a process of its own. Counts the innermost tests; a file that does not load or has no test is a failure. */
const runFile = async (file, bundlePath) => {
  const start = performance.now()
  const result = { passed: 0, failures: [], skips: [], output: '', seconds: 0 }
  const path = []
  let previousNesting = 0
  for await (const { type, data } of run({ files: [bundlePath], timeout: fileTimeoutMs })) {
    if (type === 'test:stdout' || type === 'test:stderr') result.output += data.message
    if (type === 'test:start') path[data.nesting] = data.name
    if (type !== 'test:pass' && type !== 'test:fail') continue

    const isFile = data.nesting === 0 && data.name === bundlePath
    const isGroup = data.details.type === 'suite' || previousNesting > data.nesting
    previousNesting = data.nesting
    const name = isFile ? file : `${file}: ${[...path.slice(0, data.nesting), data.name].join(' › ')}`
    const error = type === 'test:fail' ? data.details.error : undefined
    const skip = data.skip ?? data.todo
    if (skip !== undefined) result.skips.push({ name, reason: skip === true || skip === '' ? 'no reason given' : skip })
    else if (error) {
      if (error.failureType !== 'subtestsFailed')
        result.failures.push({ name, error: isFile ? ending(error) : (error.cause ?? error) })
    } else if (isFile) result.failures.push({ name, error: 'this file has no test' })
    else if (!isGroup) result.passed++
  }
  result.seconds = (performance.now() - start) / 1000
  return result
}

const ending = ({ failureType, exitCode, signal }) =>
  failureType === 'testTimeoutFailure'
    ? 'did not end'
    : `ended with ${signal ? `signal ${signal}` : `status ${exitCode}`}`

const report = (file, { passed, failures, skips, output, seconds }) => {
  const counts = [`${passed} passed`]
  if (failures.length > 0) counts.push(`${failures.length} failed`)
  if (skips.length > 0) counts.push(`${skips.length} skipped`)
  console.log(`${failures.length > 0 ? '✗' : '✓'} ${file}: ${counts.join(', ')} (${seconds.toFixed(1)} s)`)
  for (const { name, error } of failures) {
    console.log(indent(`\n✗ ${name}\n${indent(describe(error))}\n`))
  }
  if (output) console.log(indent(output.trimEnd()))
}

const describe = (error) => {
  if (!(error instanceof Error)) return typeof error === 'string' ? error : inspect(error)
  return (error.stack ?? error.message).replace(/\n +at [^\n]*node:internal[^\n]*/g, '')
}

const indent = (text) => text.replace(/^(?=.)/gm, '    ')

/** What did not run and why, grouped by the reason, which says what to install or to set. */
const reportSkips = (skips) => {
  const byReason = new Map()
  for (const { name, reason } of skips) byReason.set(reason, [...(byReason.get(reason) ?? []), name])
  for (const [reason, names] of byReason) console.log(`\nskipped: ${reason}\n${indent(names.join('\n'))}`)
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const options = process.argv.slice(2).filter((argument) => argument.startsWith('--'))
  const fragments = process.argv.slice(2).filter((argument) => !argument.startsWith('--'))
  const unknown = options.find((option) => option !== '--update' && option !== '--no-skips')
  if (unknown) {
    console.error(`test: unknown option ${unknown} (known: --update --no-skips)`)
    process.exitCode = 2
  } else {
    const result = await runTests({
      fragments,
      update: options.includes('--update'),
      noSkips: options.includes('--no-skips'),
    })
    if (!result.ok) process.exitCode = 1
    console.log(`\n${closingLine(result)}`)
  }
}
