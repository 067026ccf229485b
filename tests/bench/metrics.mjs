// node tests/bench/metrics.mjs [WORKLOAD-REGEX]: what --metrics costs per record. Processes run the same chain over the same file
// again and again, one without --metrics, one with it, and take turns of a third of a second each, so that whatever else the
// machine does meets both. A process is up to 10 % quicker or slower than the next one of the same program, as its compiler had
// it; so PROCESSES of each are started one after another, and what counts of each is its quickest tenth of TURNS, in CPU time.
// BASE=/path/to/another/checkout adds that one's ks: what the code costs that is there and not asked for.

import { build } from 'esbuild'
import { fork, spawnSync } from 'node:child_process'
import { closeSync, existsSync, mkdirSync, openSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const here = dirname(fileURLToPath(import.meta.url))
const root = join(here, '../..')
const scratch = join(root, 'build/bench')
const clicks = join(scratch, 'clicks-1000000.ndjson')
const port = 19464
const workloads = {
  'filter + project': ['filter', '.event_type == "page_view"', clicks, 'then', 'map', '{user, page}'],
  'count by field': ['count', '--by', '.page', clicks],
  'count per minute': ['count', '--by', '.page', '--window', '1m', '--grace', '10s', '--ts', '.ts', clicks],
}
const listen = ['--metrics', `:${port}`]

/** The program of a checkout, as a module that can run a command line more than once. */
const bundle = async (checkout, outfile) => {
  const { assemblyScript } = await import(pathToFileURL(join(checkout, 'scripts/assembly-script.mjs')).href)
  const contents = `export { frame } from './src/commands/all.ts'
    export { loadTopics } from './src/commands/topics.ts'
    export { processContext } from './src/runtime/cli/process-context.ts'
    export { main } from './src/runtime/main.ts'`
  await build({
    absWorkingDir: checkout,
    stdin: { contents, resolveDir: checkout, loader: 'ts' },
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    packages: 'external',
    plugins: [assemblyScript()],
    logLevel: 'warning',
  })
}

/** One of the processes: runs the chain whenever it is told to, and says what that took. */
const serve = async (module, args) => {
  const { frame, loadTopics, processContext, main } = await import(pathToFileURL(module).href)
  const context = processContext()
  process.on('message', async () => {
    const before = process.cpuUsage()
    const status = await main([...args, '--to', '/dev/null'], frame, context, { loadTopics })
    const { user, system } = process.cpuUsage(before)
    process.send({ status, ms: (user + system) / 1000 })
  })
  process.send('ready')
}

const answerOf = (child) => new Promise((resolve) => child.once('message', resolve))

const turn = async (child) => {
  child.send('go')
  const { status, ms } = await answerOf(child)
  if (status !== 0) throw new Error(`a run ended with status ${status}`)
  return ms
}

/** Starts a process for each command line. @returns what the turns of each have taken, ms. */
const takeTurns = async (commandLines, turns) => {
  const children = commandLines.map((args) => fork(fileURLToPath(import.meta.url), ['--serve', ...args]))
  try {
    await Promise.all(children.map(answerOf))
    const taken = children.map(() => [])
    // The first turns are for the compiler.
    for (let round = -4; round < turns; round++) {
      for (const [index, child] of children.entries()) {
        const ms = await turn(child)
        if (round >= 0) taken[index].push(ms)
      }
    }
    return taken
  } finally {
    for (const child of children) child.kill()
  }
}

const quantile = (values, part) => values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) * part)]

const compare = async () => {
  const turns = Number(process.env.TURNS ?? 10)
  const processes = Number(process.env.PROCESSES ?? 9)
  const wanted = new RegExp(process.argv[2] ?? '.')
  mkdirSync(scratch, { recursive: true })
  if (!existsSync(clicks)) {
    const file = openSync(clicks, 'w')
    spawnSync('node', [join(here, 'pipe/generate.mjs'), 'clicks', '1000000'], { stdio: ['ignore', file, 'inherit'] })
    closeSync(file)
  }
  const modules = [[root, join(scratch, `ks-${process.pid}.mjs`)]]
  const base = process.env.BASE
  if (base !== undefined) modules.push([base, join(scratch, `ks-base-${process.pid}.mjs`)])
  for (const [checkout, module] of modules) await bundle(checkout, module)
  const [[, own], [, other] = []] = modules
  const variants = [['without', own, []], ['with', own, listen], ...(other === undefined ? [] : [['BASE', other, []]])]
  console.log(`CPU time for 1,000,000 clicks, median of ${processes} processes; node ${process.version}`)
  console.log('| | run | ms | least and most | / without |')
  console.log('| --- | --- | ---: | ---: | ---: |')
  try {
    for (const [name, args] of Object.entries(workloads)) {
      if (!wanted.test(name)) continue
      const taken = variants.map(() => [])
      for (let started = 0; started < processes; started++) {
        const times = await takeTurns(
          variants.map(([, module, options]) => [module, ...args, ...options]),
          turns,
        )
        for (const [index, mine] of times.entries()) taken[index].push(quantile(mine, 0.1))
      }
      for (const [index, mine] of taken.entries()) {
        const range = [0, 1].map((part) => quantile(mine, part).toFixed(0)).join('–')
        const ratio = (quantile(mine, 0.5) / quantile(taken[0], 0.5)).toFixed(3)
        console.log(`| ${name} | ${variants[index][0]} | ${quantile(mine, 0.5).toFixed(0)} | ${range} | ${ratio} |`)
      }
    }
  } finally {
    for (const [, module] of modules) rmSync(module, { force: true })
  }
}

if (process.argv[2] === '--serve') await serve(process.argv[3], process.argv.slice(4))
else await compare()
