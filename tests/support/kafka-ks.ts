// The real ks beside a real broker: runs that end, and endless ones that a test waits for, signals and kills. Nothing started
// here outlives the test that started it.

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { text } from 'node:stream/consumers'
import { setTimeout as delay } from 'node:timers/promises'
import { type NewRecord, type TestBroker, uniqueName } from './kafka-broker.ts'
import { exitStatusOf, type KsOptions, type KsResult, repositoryRoot, runKs, testEnvironment } from './run-ks.ts'
import { temporaryDirectory } from './temporary-directory.ts'

/** A `ks` that runs until it is told to end. */
export interface RunningKs {
  readonly pid: number
  /** What it has printed so far. */
  stdout(): string
  stderr(): string
  /** Resolves when it has ended; `kill('SIGKILL')` before that is a crash. */
  readonly ended: Promise<KsResult>
  kill(signal: NodeJS.Signals): void
  /** SIGTERM, then how it ended. */
  stop(): Promise<KsResult>
}

/** Runs `ks` against one broker with a state directory of its own. */
export interface KafkaKs {
  readonly directory: string
  run(args: readonly string[], options?: KsOptions): Promise<KsResult>
  /** Like `run`; a status other than 0 is a failure of the test. */
  ok(args: readonly string[], options?: KsOptions): Promise<KsResult>
  /** The objects that a run prints, which must end with status 0. */
  rows(args: readonly string[], options?: KsOptions): Promise<unknown[]>
  start(args: readonly string[], options?: KsOptions): RunningKs
  /** Runs a line of bash, in which `ks` is this ks, to its end; after 30 s it is killed. */
  shell(line: string): Promise<KsResult>
}

/** A run that should have ended gets a SIGTERM, and its status shows it. */
const runTimeoutMs = 40_000

/** @param context all that was started is killed when its test is over, and the state is removed. */
export const kafkaKs = (broker: TestBroker, context: TestContext): KafkaKs => {
  const directory = temporaryDirectory(context)
  const environment = { KS_BROKERS: broker.bootstrap, KS_STATE_DIR: join(directory, 'state') }
  const withBroker = (options: KsOptions = {}): KsOptions => ({
    cwd: directory,
    ...options,
    env: { ...environment, ...options.env },
  })
  const run: KafkaKs['run'] = (args, options) =>
    runKs(args, { signal: AbortSignal.timeout(runTimeoutMs), ...withBroker(options) })
  const ok: KafkaKs['ok'] = async (args, options) => {
    const result = await run(args, options)
    assert.equal(result.status, 0, `ks ${args.join(' ')}\n${result.stderr}`)
    return result
  }
  return {
    directory,
    run,
    ok,
    rows: async (args, options) => rowsOf((await ok(args, options)).stdout),
    start: (args, options) => startKs(args, withBroker(options), context),
    shell: (line) => runShell(line, directory, environment),
  }
}

const shellTimeoutMs = 30_000

const runShell = async (line: string, cwd: string, env: Readonly<Record<string, string>>): Promise<KsResult> => {
  // A group of its own, so that the whole pipeline can be killed.
  const child = spawn('/bin/bash', ['-c', line], { cwd, env: testEnvironment(env), stdio: 'pipe', detached: true })
  const timer = setTimeout(() => {
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
  }, shellTimeoutMs)
  child.stdin.end()
  const ended = new Promise<number>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code, signal) => {
      resolve(exitStatusOf(code, signal))
    })
  })
  const [stdout, stderr, status] = await Promise.all([text(child.stdout), text(child.stderr), ended])
  clearTimeout(timer)
  return { stdout, stderr, status }
}

const startKs = (args: readonly string[], options: KsOptions, context: TestContext): RunningKs => {
  const child = spawn(process.execPath, [join(repositoryRoot, 'bin/ks'), ...args], {
    cwd: options.cwd,
    env: testEnvironment(options.env),
  })
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (part: string) => (stdout += part))
  child.stderr.setEncoding('utf8').on('data', (part: string) => (stderr += part))
  child.stdin.on('error', () => undefined)
  if (options.stdin !== undefined) child.stdin.end(options.stdin)
  const ended = new Promise<KsResult>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code, signal) => {
      resolve({ stdout, stderr, status: exitStatusOf(code, signal) })
    })
  })
  context.after(async () => {
    child.kill('SIGKILL')
    await ended
  })
  return {
    pid: child.pid ?? 0,
    stdout: () => stdout,
    stderr: () => stderr,
    ended,
    kill: (signal) => void child.kill(signal),
    stop: () => {
      child.kill('SIGTERM')
      return ended
    },
  }
}

/** Lines of JSON as values. */
export const rowsOf = (text: string): unknown[] =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line): unknown => JSON.parse(line))

/** Values in an order that depends on nothing but them. */
export const sorted = (values: readonly unknown[]): string[] => values.map((value) => JSON.stringify(value)).sort()

/** Asks until the answer is not undefined. Rejects after `timeoutMs` with what was waited for. */
export const eventually = async <T>(
  what: string,
  ask: () => Promise<T | undefined> | T | undefined,
  timeoutMs = 20_000,
): Promise<T> => {
  const deadline = performance.now() + timeoutMs
  for (;;) {
    const answer = await ask()
    if (answer !== undefined) return answer
    if (performance.now() > deadline) throw new Error(`waited in vain for ${what}`)
    await delay(50)
  }
}

/** Makes a topic with a name of its own. */
export const newTopic = async (
  broker: TestBroker,
  prefix: string,
  partitions = 1,
  records: readonly NewRecord[] = [],
  configs: Readonly<Record<string, string>> = {},
): Promise<string> => {
  const name = uniqueName(prefix)
  await broker.createTopic(name, partitions, configs)
  if (records.length > 0) await broker.produce(name, records)
  return name
}

/** The latest value of each key of a topic, parsed; what was deleted is not there. */
export const latest = async (broker: TestBroker, topic: string): Promise<Map<string, unknown>> => {
  const table = new Map<string, unknown>()
  for (const { key, value } of await broker.consume(topic)) {
    if (value === null) table.delete(key ?? '')
    else table.set(key ?? '', JSON.parse(value))
  }
  return table
}
