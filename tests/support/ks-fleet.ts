// Several processes of the same ks application, which a fault test kills, stops and starts again. Every process that a fleet
// started is gone when it is closed.

import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { exitStatusOf, repositoryRoot, testEnvironment } from './run-ks.ts'

/** One process. */
export interface Instance {
  readonly pid: number
  /** What it has said so far. */
  readonly stderr: string
  readonly isRunning: boolean
  /** Its status, as `exitStatusOf` says it, once it is gone. */
  readonly ended: Promise<number>
  signal(signal: NodeJS.Signals): void
}

/** Starts `ks` with arguments; nothing on its standard input, its output is dropped. */
export const startKs = (args: readonly string[], env: Readonly<Record<string, string>> = {}): Instance =>
  start(process.execPath, [join(repositoryRoot, 'bin/ks'), ...args], env)

/** Starts a shell with arguments that ends up being `ks`: what comes first may set limits (`ulimit`). */
export const startKsAfter = (shellCommands: string, args: readonly string[]): Instance =>
  start(
    '/bin/bash',
    ['-c', `${shellCommands}; exec "$@"`, 'ks', process.execPath, join(repositoryRoot, 'bin/ks'), ...args],
    {},
  )

const start = (program: string, args: readonly string[], env: Readonly<Record<string, string>>): Instance => {
  const child: ChildProcess = spawn(program, args, {
    cwd: repositoryRoot,
    env: testEnvironment(env),
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let stderr = ''
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  let isRunning = true
  const ended = new Promise<number>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code, signal) => {
      isRunning = false
      resolve(exitStatusOf(code, signal))
    })
  })
  const kill = (): void => void child.kill('SIGKILL')
  process.once('exit', kill)
  void ended.finally(() => process.off('exit', kill)).catch(() => undefined)
  return {
    pid: child.pid ?? 0,
    get stderr() {
      return stderr
    },
    get isRunning() {
      return isRunning
    },
    ended,
    signal: (signal) => void child.kill(signal),
  }
}

/** Instances by their place, from 0; a place has one process at a time. */
export class Fleet {
  /** Statuses of processes that ended although nobody had killed them, with what they said. */
  readonly surprises: string[] = []
  private readonly args: (place: number) => readonly string[]
  private readonly places: (Instance | undefined)[]
  private readonly expected = new Set<Instance>()

  /** @param args what to run at a place. */
  constructor(count: number, args: (place: number) => readonly string[]) {
    this.args = args
    this.places = Array.from({ length: count }, () => undefined)
  }

  get size(): number {
    return this.places.length
  }

  /** Starts a process where there is none. */
  start(place: number, env: Readonly<Record<string, string>> = {}): Instance {
    const instance = startKs(this.args(place), env)
    this.places[place] = instance
    void instance.ended.then((status) => {
      if (!this.expected.has(instance)) {
        this.surprises.push(`instance ${String(place)} ended with status ${String(status)}: ${instance.stderr}`)
      }
    })
    return instance
  }

  startAll(env: Readonly<Record<string, string>> = {}): void {
    for (const place of this.places.keys()) this.start(place, env)
  }

  at(place: number): Instance {
    const instance = this.places[place]
    if (instance === undefined) throw new Error(`nothing runs at ${String(place)}`)
    return instance
  }

  /** What the processes have said last, for messages. */
  said(): string[] {
    return this.places.map((instance) => instance?.stderr.slice(-2000) ?? '')
  }

  /** Sends a signal after which the process ends, and waits until it has. Resolves with the status. */
  async end(place: number, signal: NodeJS.Signals): Promise<number> {
    const instance = this.at(place)
    this.expected.add(instance)
    instance.signal(signal)
    if (signal === 'SIGTERM') instance.signal('SIGCONT')
    return instance.ended
  }

  /** SIGTERM to all that run; resolves with their statuses. */
  async stop(): Promise<number[]> {
    return Promise.all(
      [...this.places.keys()]
        .filter((place) => this.places[place]?.isRunning)
        .map((place) => this.end(place, 'SIGTERM')),
    )
  }

  /** SIGKILL to all that run. */
  async close(): Promise<void> {
    await Promise.all(
      [...this.places.keys()]
        .filter((place) => this.places[place]?.isRunning)
        .map((place) => this.end(place, 'SIGKILL')),
    )
  }
}

/** Waits until something holds, asking every now and then. Throws after `timeoutMs` with what `describe` says. */
export const until = async (
  holds: () => Promise<boolean> | boolean,
  timeoutMs: number,
  describe: () => Promise<string> | string,
  everyMs = 200,
): Promise<void> => {
  const deadline = performance.now() + timeoutMs
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(await describe())
    await delay(everyMs)
  }
}
