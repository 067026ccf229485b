// npm run bench:kafka [-- WORKLOAD-REGEX]: ks beside the same programs in Kafka Streams, on one broker, in turns, from process
// start to all output committed; RUNS=3 sets how often. Results are checked before a time counts. COUNT=1000000 records.

import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, openSync, closeSync, readFileSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { loadSupport } from '../../../scripts/load-support.mjs'

const here = dirname(fileURLToPath(import.meta.url))
const root = join(here, '../../..')
const scratch = join(root, 'build/bench/kafka')
const ks = join(root, 'bin/ks')
const runs = Number(process.env.RUNS ?? 3)
const count = Number(process.env.COUNT ?? 1_000_000)
const wanted = new RegExp(process.argv[2] ?? '.')
mkdirSync(scratch, { recursive: true })

const data = (kind, size) => {
  const path = join(root, `build/bench/${kind}-${size}.ndjson`)
  if (!existsSync(path)) {
    const file = openSync(path, 'w')
    spawnSync('node', [join(here, '../pipe/generate.mjs'), kind, String(size)], { stdio: ['ignore', file, 'inherit'] })
    closeSync(file)
  }
  return path
}

/** Runs a shell command; wall and CPU seconds, and the largest resident memory of its process, MB. */
const measure = (command, env) =>
  new Promise((resolve, reject) => {
    const started = performance.now()
    const child = spawn('bash', ['-c', `exec ${command}`], {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'ignore', 'inherit'],
    })
    let peakMb = 0
    let cpu = 0
    const sample = setInterval(() => {
      try {
        const text = readFileSync(`/proc/${child.pid}/status`, 'utf8')
        const fields = readFileSync(`/proc/${child.pid}/stat`, 'utf8')
          .replace(/^.*\) /, '')
          .split(' ')
        peakMb = Math.max(peakMb, Number(/VmHWM:\s+(\d+)/.exec(text)?.[1] ?? 0) / 1024)
        // User and system time, in ticks of 10 ms.
        cpu = Math.max(cpu, (Number(fields[11]) + Number(fields[12])) / 100)
      } catch {
        // It has ended.
      }
    }, 20)
    child.on('exit', (code) => {
      clearInterval(sample)
      if (code === 0) resolve({ wall: (performance.now() - started) / 1000, cpu, peakMb })
      else reject(new Error(`${command}: status ${code}`))
    })
  })

const support = await loadSupport(`export { ownBroker } from './kafka-broker.ts'
        export { kafkaClassPath } from './kafka-jars.ts'`)
const broker = await support.ownBroker({ heapMb: 1024, optimize: true })
try {
  const env = { KS_BROKERS: broker.bootstrap, KS_STATE: join(scratch, 'state') }
  const classPath = `${scratch}:${await support.kafkaClassPath()}`
  const javac = spawnSync('javac', ['-nowarn', '-cp', classPath, '-d', scratch, join(here, 'StreamsPeer.java')])
  if (javac.status !== 0) throw new Error(String(javac.stderr))
  const old = { 'retention.ms': '-1', 'message.timestamp.before.max.ms': String(2 ** 53) }
  await broker.createTopic('clicks', 1, old)
  await broker.createTopic('users', 1, old)
  const load = (file, topic, time) => measure(`${ks} write ${topic} -k .user --ts ${time} ${file}`, env)
  await load(data('users', 100_000), 'users', '1759996400000')
  const written = await load(data('clicks', count), 'clicks', '.ts')
  console.log(`${count} clicks written in ${written.wall.toFixed(2)} s, ${written.cpu.toFixed(2)} s CPU\n`)

  const app = '-t clicks -a $APP -e'
  const workloads = [
    { name: 'filter', ks: `filter '.event_type=="page_view"' ${app} then map '{user, page}' --to $OUT` },
    { name: 'count', ks: `count --by .page ${app} --to $OUT` },
    { name: 'window', ks: `count --by .page --window 1m --grace 10s ${app} --to $OUT` },
    {
      name: 'join',
      ks: `join --table @users --on '$key' ${app} then cut user,page,price,name,tier --to $OUT`,
    },
  ].filter(({ name }) => wanted.test(name))
  let serial = 0
  for (const guarantee of ['at_least_once', 'exactly_once_v2']) {
    for (const workload of workloads) {
      const results = { ks: [], 'Kafka Streams': [] }
      const sums = new Set()
      for (let run = 0; run < runs; run++) {
        for (const tool of Object.keys(results)) {
          const out = `out-${++serial}`
          await broker.createTopic(out, 1, old)
          const eos = guarantee === 'exactly_once_v2' ? ' --eos' : ''
          const command =
            tool === 'ks'
              ? `${ks} ${workload.ks}${eos}`
              : `java -Xmx1g -cp '${classPath}' StreamsPeer ${workload.name} ${broker.bootstrap} clicks users ${out} ${guarantee} ${scratch}/peer-state ${count}`
          results[tool].push(await measure(command, { ...env, OUT: out, APP: `bench-${serial}` }))
          sums.add(checksum(workload.name, out, env))
          await broker.deleteTopic(out)
        }
      }
      if (sums.size > 1) throw new Error(`${workload.name}: the results differ: ${[...sums].join(' / ')}`)
      print(`${workload.name}, ${guarantee}`, results)
    }
  }
} finally {
  await broker.close()
  rmSync(join(scratch, 'state'), { recursive: true, force: true })
  rmSync(join(scratch, 'peer-state'), { recursive: true, force: true })
}

/** What an output topic says, whatever the order and the number of updates. */
function checksum(workload, topic, env) {
  const keep = workload === 'filter' || workload === 'join' ? '' : `table --by '[.page, .window_start]' - |`
  const value = keep === '' ? 'count' : "agg n='sum(.count)' rows='count()'"
  const { stdout } = spawnSync(
    'bash',
    ['-c', `${ks} read -t ${topic} -e | ${keep === '' ? '' : `${ks} ${keep}`} ${ks} ${value}`],
    {
      env: { ...process.env, ...env },
      encoding: 'utf8',
    },
  )
  return stdout.trim()
}

function print(title, results) {
  const middle = (list) => [...list].sort((a, b) => a.wall - b.wall)[Math.floor(list.length / 2)]
  const [ours, theirs] = [middle(results.ks), middle(results['Kafka Streams'])]
  const line = (name, { wall, cpu, peakMb }) =>
    console.log(`  ${name.padEnd(14)} ${wall.toFixed(2)} s wall  ${cpu.toFixed(2)} s CPU  ${peakMb.toFixed(0)} MB`)
  console.log(title)
  line('ks', ours)
  line('Kafka Streams', theirs)
  const ratio = (of) => (of(theirs) / of(ours)).toFixed(1)
  console.log(
    `  ${ratio(({ wall }) => wall)}x as fast, 1/${ratio(({ cpu }) => cpu)} of the CPU, 1/${ratio(({ peakMb }) => peakMb)} of the memory\n`,
  )
}
