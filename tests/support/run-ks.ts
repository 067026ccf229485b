// Runs the real program, bin/ks, in a process of its own, in an environment that does not depend on who runs the tests.

import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { constants } from 'node:os'
import { dirname, join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'

/** The root of the repository. Tests run from a bundle, so it is looked for upwards. */
export const repositoryRoot = ((): string => {
  let directory = dirname(fileURLToPath(import.meta.url))
  while (!existsSync(join(directory, 'bin/ks'))) directory = dirname(directory)
  return directory
})()

/** What the program gets to see of the environment: no home, no settings, no colours, UTC. */
export const testEnvironment = (more: Readonly<Record<string, string>> = {}): Record<string, string> => ({
  PATH: [join(repositoryRoot, 'bin'), dirname(process.execPath), '/usr/local/bin:/usr/bin:/bin'].join(':'),
  LANG: 'C',
  TZ: 'UTC',
  TERM: 'dumb',
  ...more,
})

export interface KsOptions {
  /** Standard input, which then ends. Default: nothing. */
  readonly stdin?: string | Uint8Array
  /** On top of `testEnvironment`; a test that keeps state gives KS_STATE. */
  readonly env?: Readonly<Record<string, string>>
  /** Default: the root of the repository. */
  readonly cwd?: string
  /** Its abort sends SIGTERM. */
  readonly signal?: AbortSignal
}

export interface KsResult {
  readonly stdout: string
  readonly stderr: string
  /** As `exitStatusOf` says it. */
  readonly status: number
}

/** How the shell says that a process ended: its exit code, or 128 + the number of the signal that ended it. */
export const exitStatusOf = (code: number | null, signal: NodeJS.Signals | null): number =>
  code ?? 128 + (signal === null ? 0 : constants.signals[signal])

/** Runs `ks` with arguments until it ends. Rejects only if the process cannot be started. */
export const runKs = async (args: readonly string[], options: KsOptions = {}): Promise<KsResult> => {
  const child = spawn(process.execPath, [join(repositoryRoot, 'bin/ks'), ...args], {
    cwd: options.cwd ?? repositoryRoot,
    env: testEnvironment(options.env),
  })
  const terminate = (): void => void child.kill('SIGTERM')
  options.signal?.addEventListener('abort', terminate)
  child.stdin.on('error', () => undefined) // it may end before it has read everything
  child.stdin.end(options.stdin)
  const ended = new Promise<number>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code, signal) => resolve(exitStatusOf(code, signal)))
  })
  const [stdout, stderr, status] = await Promise.all([text(child.stdout), text(child.stderr), ended])
  options.signal?.removeEventListener('abort', terminate)
  return { stdout, stderr, status }
}
