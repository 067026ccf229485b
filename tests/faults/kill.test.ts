// kill -9 anywhere: the next run goes on, and in the end every record has been counted exactly once.

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { repositoryRoot, runKs, testEnvironment } from '../support/run-ks.ts'

const directory = mkdtempSync(join(tmpdir(), 'ks-kill-'))
after(() => {
  rmSync(directory, { recursive: true })
})

const records = 60_000
const pages = 50
const input = join(directory, 'in.ndjson')
writeFileSync(
  input,
  Array.from({ length: records }, (_, i) => `{"t":${String(i)},"page":"/p/${String((i * 7) % pages)}"}\n`).join(''),
)

const points = [
  'state-opened',
  'input-opened',
  'block-processed',
  'block-processed:3',
  'before-flush',
  'after-flush',
  'before-commit',
  'before-commit:2',
  'sink-appended',
  'sink-synced',
  'sink-synced:2',
  'before-batch',
  'before-batch:2',
  'after-batch',
  'after-batch:2',
  'before-close',
  'after-close',
]

/** The arguments of a count whose state and output live in `name`; commits after every block. */
const job = (name: string, window: readonly string[]): string[] => [
  'count',
  '--by',
  '.page',
  ...window,
  '--ts',
  '.t',
  '-a',
  name,
  '-X',
  'commit.interval.ms=0',
  '-q',
  '--state-dir',
  join(directory, 'state'),
  '--to',
  join(directory, `${name}.ndjson`),
  input,
]

/** The last row of each key, and every row of each window. */
const rowsOf = (name: string): string[] =>
  readFileSync(join(directory, `${name}.ndjson`), 'utf8')
    .trim()
    .split('\n')
    .sort()

const lastCounts = (name: string): Map<string, number> => {
  const counts = new Map<string, number>()
  for (const line of readFileSync(join(directory, `${name}.ndjson`), 'utf8')
    .trim()
    .split('\n')) {
    const { page, count } = JSON.parse(line) as { page: string; count: number }
    counts.set(page, count)
  }
  return counts
}

const windows = ['--window', '10s']

const killRandomly = async (args: readonly string[], afterMs: number): Promise<boolean> => {
  const child = spawn(process.execPath, [join(repositoryRoot, 'bin/ks'), ...args], {
    env: testEnvironment(),
    stdio: 'ignore',
  })
  const timer = setTimeout(() => child.kill('SIGKILL'), afterMs)
  return new Promise((resolve) => {
    child.on('close', (_code, signal) => {
      clearTimeout(timer)
      resolve(signal === 'SIGKILL')
    })
  })
}

test('undisturbed, every record is counted', async () => {
  assert.equal((await runKs(job('plain', []))).status, 0)
  assert.equal(
    [...lastCounts('plain').values()].reduce((a, b) => a + b, 0),
    records,
  )
  assert.equal((await runKs(job('plain_windows', windows))).status, 0)
})

test(
  'killed at every named point, table and windows end as in an undisturbed run',
  { concurrency: false },
  async (t) => {
    for (const [index, point] of points.entries()) {
      await t.test(point, async () => {
        for (const [kind, window] of [
          ['plain', []],
          ['plain_windows', windows],
        ] as const) {
          const name = `${kind}_${String(index)}`
          const killed = await runKs(job(name, window), { env: { KS_FAULT_POINT: point } })
          assert.equal(killed.status, 137, `${point} was not reached: ${killed.stderr}`)
          const next = await runKs(job(name, window))
          assert.equal(next.status, 0, next.stderr)
          if (kind === 'plain') assert.deepEqual(lastCounts(name), lastCounts('plain'))
          else assert.deepEqual(rowsOf(name), rowsOf('plain_windows'))
        }
      })
    }
  },
)

test('killed twenty times at random moments, windows end as in an undisturbed run', async () => {
  let kills = 0
  for (let i = 0; kills < 20 && i < 200; i++) {
    // Each round starts afresh when a run has come through.
    const name = `random_${String(i)}`
    for (;;) {
      const killed = await killRandomly(job(name, windows), 60 + ((i * 37 + kills * 53) % 180))
      if (!killed) break
      kills++
      if (kills >= 20) break
    }
    assert.equal((await runKs(job(name, windows))).status, 0)
    assert.deepEqual(rowsOf(name), rowsOf('plain_windows'))
  }
  assert.equal(kills, 20)
})
