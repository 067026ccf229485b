// node tests/bench/metrics.mjs [HOST:PORT]: what --metrics costs. The same runs without it and with it, scraped every second, in
// turns; prints the ratios of the medians, and of the quickest runs, which a machine with other things to do disturbs least. With an address the runs read topics of that
// broker, too. BASE=/path/to/bin/ks adds another ks, which shows what the code costs that is there and not asked for; RUNS says
// how often, ONLY is a regular expression for the names of the runs.

import { spawn, spawnSync } from 'node:child_process'
import { closeSync, existsSync, mkdirSync, openSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const here = dirname(fileURLToPath(import.meta.url))
const root = join(here, '../..')
const scratch = join(root, 'build/bench')
mkdirSync(scratch, { recursive: true })
const ks = join(root, 'bin/ks')
const base = process.env.BASE
const runs = Number(process.env.RUNS ?? 9)
const wanted = new RegExp(process.env.ONLY ?? '.')
const broker = process.argv[2]
const port = 19464

const clicks = join(scratch, 'clicks-2000000.ndjson')
if (!existsSync(clicks)) {
  const file = openSync(clicks, 'w')
  spawnSync('node', [join(here, 'pipe/generate.mjs'), 'clicks', '2000000'], { stdio: ['ignore', file, 'inherit'] })
  closeSync(file)
}

/** Runs a command to its end. @returns wall and CPU seconds, and how often it was scraped. */
const measure = async (command, isScraped) => {
  const from = performance.now()
  const child = spawn('bash', ['-c', `TIMEFORMAT='cpu %U %S'; time ${command} > /dev/null`], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, LC_ALL: 'C', KS_STATE: join(scratch, 'metrics-state') },
  })
  let told = ''
  child.stderr.setEncoding('utf8').on('data', (text) => (told += text))
  let scrapes = 0
  const scrape = async () => {
    const response = await fetch(`http://127.0.0.1:${port}/metrics`).catch(() => undefined)
    if ((await response?.text().catch(() => ''))?.includes('kafka_streams_')) scrapes++
  }
  const timer = isScraped ? setInterval(() => void scrape(), 1_000) : undefined
  const status = await new Promise((resolve) => child.once('close', resolve))
  clearInterval(timer)
  const wall = (performance.now() - from) / 1000
  if (status !== 0) throw new Error(`${command}: status ${status}\n${told}`)
  if (isScraped && scrapes === 0) throw new Error(`${command}: it was never scraped`)
  const [, user = '0', system = '0'] = /cpu ([\d.]+) ([\d.]+)/.exec(told) ?? []
  return { wall, cpu: Number(user) + Number(system), scrapes }
}

const files = `${clicks} ${clicks} ${clicks}`
let serial = 0
const workloads = [
  { name: 'filter + project', args: () => `filter '.event_type == "page_view"' ${files} then map '{user, page}'` },
  { name: 'count by field', args: () => `count --by .page ${files}` },
  { name: 'count per minute', args: () => `count --by .page --window 1m --grace 10s --ts .ts ${files}` },
]
if (broker !== undefined) {
  const topic = `clicks-${process.pid}`
  const made = spawnSync(ks, ['topics', 'create', topic, '--partitions', '3', '-b', broker], { stdio: 'inherit' })
  if (made.status !== 0) throw new Error(`no topic at ${broker}`)
  await measure(`${ks} write ${topic} -b ${broker} -k .user ${clicks} ${clicks}`, false)
  const app = () => `-t ${topic} -b ${broker} -a metrics-bench-${process.pid}-${++serial} -e`
  workloads.push(
    {
      name: 'topic: filter + project',
      args: () => `filter '.event_type == "page_view"' ${app()} then map '{user, page}'`,
    },
    { name: 'topic: count by field', args: () => `count --by .page ${app()}` },
  )
}

const median = (values) => values.toSorted((a, b) => a - b)[(values.length - 1) >> 1]
const variants = {
  ...(base === undefined ? {} : { base: { program: base, options: '' } }),
  without: { program: ks, options: '' },
  with: { program: ks, options: ` --metrics :${port}` },
  'with, DEBUG': { program: ks, options: ` --metrics :${port} -X metrics.recording.level=DEBUG` },
}

console.log(`${runs} turns; node ${process.version}`)
console.log('| | run | median wall s, CPU s | CPU / without | least wall s, CPU s | CPU / without |')
console.log('| --- | --- | ---: | ---: | ---: | ---: |')
for (const { name, args } of workloads) {
  if (!wanted.test(name)) continue
  const taken = Object.fromEntries(Object.keys(variants).map((variant) => [variant, []]))
  for (let run = 0; run < runs; run++) {
    for (const [variant, { program, options }] of Object.entries(variants)) {
      taken[variant].push(await measure(`${program} ${args()}${options}`, options !== ''))
    }
  }
  for (const [variant, mine] of Object.entries(taken)) {
    const cells = [median, (values) => Math.min(...values)].map((pick) => {
      const [wall, cpu, without] = [
        mine.map((one) => one.wall),
        mine.map((one) => one.cpu),
        taken.without.map((one) => one.cpu),
      ]
      return `${pick(wall).toFixed(2)}, ${pick(cpu).toFixed(2)} | ${(pick(cpu) / pick(without)).toFixed(3)}`
    })
    console.log(`| ${name} | ${variant} | ${cells.join(' | ')} |`)
  }
}
