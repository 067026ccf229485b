// A second process for tests of locks and crashes: the test file itself, run again in a role.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { Cleanup } from './temporary-directory.ts'

const roleVariable = 'KS_TEST_ROLE'
const argumentsVariable = 'KS_TEST_ARGUMENTS'

/** A role: gets its arguments, answers by lines on standard output. */
export type Role = (values: readonly string[]) => Promise<void>

/** Plays the role this process was started for; false if it was started to run the tests. */
export const playRole = async (roles: Readonly<Record<string, Role>>): Promise<boolean> => {
  const name = process.env[roleVariable]
  if (name === undefined) return false
  const role = roles[name]
  if (role === undefined) throw new Error(`no role ${name}`)
  const values: unknown = JSON.parse(process.env[argumentsVariable] ?? '[]')
  await role(Array.isArray(values) ? values.map(String) : [])
  return true
}

/** Writes one line for the test to read. */
export const say = (line: string): void => {
  process.stdout.write(`${line}\n`)
}

/** Resolves when the test closes the child's standard input. */
export const told = async (): Promise<void> => {
  process.stdin.resume()
  await once(process.stdin, 'end')
}

/** A running child. */
export interface Child {
  readonly pid: number
  /** The next line it says; undefined when it has ended. */
  nextLine(): Promise<string | undefined>
  /** Closes its standard input. */
  tell(): void
  kill(signal: NodeJS.Signals): void
  /** Its exit status, or the signal that ended it. */
  readonly ended: Promise<number | string>
}

/**
 * Starts a child from the test file at `url`; it does not outlive the test. `prelude` is shell code to run before it, such
 * as a limit.
 */
export const startChild = (
  test: Cleanup,
  url: string,
  role: string,
  values: readonly string[],
  prelude = '',
): Child => {
  const environment: NodeJS.ProcessEnv = { ...process.env, [roleVariable]: role }
  environment[argumentsVariable] = JSON.stringify(values)
  // Else the child would report to the runner that runs this test.
  delete environment['NODE_TEST_CONTEXT']
  const child = spawn('/bin/sh', ['-c', `${prelude}\nexec "$0" "$1"`, process.execPath, fileURLToPath(url)], {
    env: environment,
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const ended = new Promise<number | string>((resolve) =>
    child.on('close', (status, signal) => resolve(status ?? signal ?? '')),
  )
  test.after(async () => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL')
    await ended
  })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  return {
    pid: child.pid ?? 0,
    async nextLine() {
      const line: IteratorResult<string, unknown> = await lines.next()
      return line.done === true ? undefined : line.value
    },
    tell: () => child.stdin.end(),
    kill: (signal) => child.kill(signal),
    ended,
  }
}
