// A `ks` that reads from a pipe which stays open: a test writes to it, asks it, kills it.

import { spawn } from 'node:child_process'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { exitStatusOf, repositoryRoot, testEnvironment } from './run-ks.ts'

export interface PipedKs {
  readonly pid: number
  stderr(): string
  write(text: string): void
  /** The input is complete. Resolves with the status. */
  end(): Promise<number>
  /** Resolves with the status when it is gone. */
  kill(signal: NodeJS.Signals): Promise<number>
}

/** Starts it; when the test is over it is killed. */
export const startPiped = (
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  context: TestContext,
  cwd = repositoryRoot,
): PipedKs => {
  const child = spawn(process.execPath, [join(repositoryRoot, 'bin/ks'), ...args], {
    cwd,
    env: testEnvironment(env),
  })
  child.stdout.resume()
  let stderr = ''
  child.stderr.setEncoding('utf8').on('data', (part: string) => (stderr += part))
  child.stdin.on('error', () => undefined)
  const ended = new Promise<number>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code, signal) => {
      resolve(exitStatusOf(code, signal))
    })
  })
  const kill = (signal: NodeJS.Signals): Promise<number> => {
    child.kill(signal)
    return ended
  }
  context.after(() => kill('SIGKILL'))
  return {
    pid: child.pid ?? 0,
    stderr: () => stderr,
    write: (text) => void child.stdin.write(text),
    end: () => {
      child.stdin.end()
      return ended
    },
    kill,
  }
}
