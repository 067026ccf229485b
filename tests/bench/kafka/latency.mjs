// node tests/bench/kafka/latency.mjs [BOOTSTRAP]: how long one record takes from the standard input of `ks write` to the standard
// output of `ks read`, alone and with `ks filter` from topic to topic in between. The difference is that of the filter. N=300.

import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

const ks = join(dirname(fileURLToPath(import.meta.url)), '../../../bin/ks')
const [, , bootstrap = process.env.KS_BROKERS ?? 'localhost:9092'] = process.argv
const samples = Number(process.env.N ?? 300)
const state = mkdtempSync(join(tmpdir(), 'ks-latency-'))
const env = { ...process.env, KS_BROKERS: bootstrap, KS_STATE: state }
const id = `latency-${process.pid}`

const run = (...args) => spawn(ks, args, { env, stdio: ['pipe', 'pipe', 'inherit'] })
const create = (topic) => {
  const { status } = spawnSync(ks, ['topics', 'create', topic, '--partitions', '1'], { env, stdio: 'inherit' })
  if (status !== 0) process.exit(1)
}

const measure = async (name, input, output, between) => {
  const stage = between === undefined ? undefined : run(...between)
  const reader = run('read', '-t', output, '-o', 'end')
  const writer = run('write', input)
  let arrived
  createInterface({ input: reader.stdout }).on('line', () => arrived?.(performance.now()))
  const send = () => {
    const sent = performance.now()
    const there = new Promise((resolve) => (arrived = resolve))
    writer.stdin.write('{"a":1}\n')
    return there.then((at) => at - sent)
  }
  await pause(3000)
  for (let i = 0; i < 20; i++) await send()
  const times = []
  for (let i = 0; i < samples; i++) {
    times.push(await send())
    await pause(20)
  }
  for (const child of [writer, stage, reader]) child?.kill()
  times.sort((a, b) => a - b)
  const at = (share) => (times[Math.floor(times.length * share)] ?? 0).toFixed(1)
  console.log(`${name.padEnd(28)} p50 ${at(0.5)} ms  p90 ${at(0.9)} ms  p99 ${at(0.99)} ms`)
}

try {
  for (const topic of [`${id}-in`, `${id}-out`]) create(topic)
  await measure('write | read', `${id}-out`, `${id}-out`)
  const filter = ['filter', '.a == 1', '-t', `${id}-in`, '-o', 'end', '--to', `${id}-out`]
  await measure('with filter', `${id}-in`, `${id}-out`, [...filter, '-a', `${id}-a`])
  await measure('with filter, exactly once', `${id}-in`, `${id}-out`, [...filter, '-a', `${id}-b`, '--eos'])
} finally {
  rmSync(state, { recursive: true })
}
process.exitCode = 0
