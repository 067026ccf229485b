// What bin/ks does in a checkout that has not been built: install and build, once, also if several processes start at the
// same moment. Says so on stderr, because it takes a while; standard output and input belong to the command.

import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, rmdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const program = join(root, 'dist/cli.cjs')
const lock = join(root, 'build/first-run.lock')
const ownMark = `pid-${process.pid}`
const patienceMs = 600_000

/** Makes dist/cli.cjs. False, after a message, if it cannot. */
export const prepare = async () => {
  try {
    mkdirSync(dirname(lock), { recursive: true })
    if (!(await acquire())) return existsSync(program)
    try {
      return existsSync(program) || installAndBuild()
    } finally {
      release()
    }
  } catch (error) {
    say(`cannot build ${root}: ${error.message}`)
    return false
  }
}

// The lock is a directory that holds one file named after the owner. It appears with the file in it, by a rename that fails
// if there is one already, and an abandoned one changes hands by renaming the file, which succeeds for one process only.
const acquire = async () => {
  const draft = `${lock}.${process.pid}`
  mkdirSync(draft, { recursive: true })
  writeFileSync(join(draft, ownMark), '')
  const giveUpAt = Date.now() + patienceMs
  let told = false
  try {
    for (;;) {
      if (succeeds(() => renameSync(draft, lock)) || takeOver()) return true
      if (existsSync(program)) return false
      if (Date.now() > giveUpAt) throw new Error(`another ks has been building for ten minutes (${lock})`)
      if (!told) say('waiting for another ks that is installing and building…')
      told = true
      await sleep(100)
    }
  } finally {
    rmSync(draft, { recursive: true, force: true })
  }
}

const takeOver = () => {
  let owner
  if (!succeeds(() => ([owner] = readdirSync(lock))) || owner === undefined || isAlive(owner)) return false
  return succeeds(() => renameSync(join(lock, owner), join(lock, ownMark)))
}

const isAlive = (mark) => {
  try {
    process.kill(Number(mark.slice('pid-'.length)), 0)
    return true
  } catch (error) {
    return error.code === 'EPERM'
  }
}

const release = () => {
  rmSync(join(lock, ownMark), { force: true })
  succeeds(() => rmdirSync(lock)) // fails if the next one has it already
}

const installAndBuild = () => {
  const install = !isInstalled()
  say(`first run from a source checkout: ${install ? 'installing and building' : 'building'} (once)…`)
  // No install script is needed: esbuild and classic-level carry their binaries in their packages.
  const npmArguments = ['ci', '--ignore-scripts', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error']
  return (
    (!install || run('npm', npmArguments)) &&
    run(process.execPath, [join(root, 'scripts/build.mjs')]) &&
    existsSync(program)
  )
}

// npm writes this file last. What is there is left alone even if it is old: `npm ci` empties node_modules, which may be a link
// to somebody else's.
const isInstalled = () => existsSync(join(root, 'node_modules/.package-lock.json'))

/** Runs a program without the user's standard input; what it prints matters only if it fails. */
const run = (command, args) => {
  const { status, error, stdout, stderr } = spawnSync(command, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] })
  if (status === 0) return true
  process.stderr.write(stdout ?? '')
  process.stderr.write(stderr ?? '')
  say(
    `cannot install: \`${[command, ...args].join(' ')}\` ${error ? `failed: ${error.message}` : `ended with status ${status}`}`,
  )
  return false
}

const succeeds = (action) => {
  try {
    action()
    return true
  } catch {
    return false
  }
}

const say = (message) => process.stderr.write(`ks: ${message}\n`)
