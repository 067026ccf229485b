// npm run bench: ks beside other tools on the same files, in one run, and the ratios between them. Tools that are not
// installed are left out. Results are checked against each other before a time counts.
//   npm run bench -- [WORKLOAD-REGEX]        RUNS=5 npm run bench
// DUCKDB=/path/to/duckdb names a DuckDB binary that is not on the PATH.

import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const here = dirname(fileURLToPath(import.meta.url))
const root = join(here, '../../..')
const scratch = join(root, 'build/bench')
mkdirSync(scratch, { recursive: true })
const ks = join(root, 'bin/ks')
const duckdb = process.env.DUCKDB ?? 'duckdb'
const runs = Number(process.env.RUNS ?? 3)
const wanted = new RegExp(process.argv[2] ?? '.')

const data = (kind, count, extension) => {
  const path = join(scratch, `${kind}-${count}.${extension}`)
  if (!existsSync(path)) {
    const file = openSync(path, 'w')
    spawnSync('node', [join(here, 'generate.mjs'), kind, String(count)], { stdio: ['ignore', file, 'inherit'] })
    closeSync(file)
  }
  return path
}

const clicks = data('clicks', 2_000_000, 'ndjson')
const users = data('users', 100_000, 'ndjson')
const words = data('words', 1_000_000, 'txt')
const one = data('clicks', 1, 'ndjson')

const sql = (query) => `${duckdb} -c "SET threads=1; COPY (${query}) TO '/dev/stdout' (FORMAT json)"`
const from = `read_ndjson_auto('${clicks}')`

// Each: the command of every tool. `rows` makes the outputs comparable: a row as a text, order does not matter.
const workloads = [
  {
    name: 'start-up (filter one record)',
    runs: 15,
    tools: {
      ks: `${ks} filter . ${one}`,
      'ks --help': `${ks} --help`,
      'node -e 0': 'node -e 0',
      jq: `jq -c . ${one}`,
      mlr: `mlr --ijsonl --ojsonl cat ${one}`,
      duckdb: `${duckdb} -c "SELECT 1"`,
    },
  },
  {
    name: 'filter + project',
    rows: ({ user, page }) => `${user} ${page}`,
    tools: {
      ks: `${ks} filter '.event_type == "page_view"' ${clicks} then map '{user, page}'`,
      jq: `jq -c 'select(.event_type=="page_view")|{user,page}' ${clicks}`,
      mlr: `mlr --ijsonl --ojsonl filter '$event_type=="page_view"' then cut -o -f user,page ${clicks}`,
      agrind: `agrind -f ${clicks} '* | json | where event_type == "page_view" | fields user, page' -o json`,
      duckdb: sql(`SELECT user,page FROM ${from} WHERE event_type='page_view'`),
      gawk: `gawk -F'"' '$14=="page_view"{print "{\\"user\\":\\"" $6 "\\",\\"page\\":\\"" $10 "\\"}"}' ${clicks}`,
    },
  },
  {
    name: 'filter only',
    rows: ({ ts, user }) => `${ts} ${user}`,
    tools: {
      ks: `${ks} filter '.event_type == "page_view"' ${clicks}`,
      jq: `jq -c 'select(.event_type=="page_view")' ${clicks}`,
      duckdb: sql(`SELECT * FROM ${from} WHERE event_type='page_view'`),
    },
  },
  {
    name: 'four stages',
    rows: ({ user, page }) => `${user} ${page}`,
    tools: {
      ks: `${ks} filter '.event_type == "page_view"' ${clicks} then filter '.price > 0' then filter '.country != "XX"' then map '{user, page}'`,
      'ks one stage': `${ks} filter '.event_type == "page_view" and .price > 0 and .country != "XX"' ${clicks}`,
    },
    unchecked: ['ks one stage'],
  },
  {
    name: 'count by field',
    rows: ({ page, count }) => `${page} ${count}`,
    tools: {
      ks: `${ks} count --by .page ${clicks}`,
      jq: `jq -nc 'reduce inputs as $r ({}; .[$r.page]=.[$r.page]+1)|to_entries[]|{page:.key,count:.value}' ${clicks}`,
      mlr: `mlr --ijsonl --ojsonl count -g page ${clicks}`,
      agrind: `agrind -f ${clicks} '* | json | count as count by page' -o json`,
      duckdb: sql(`SELECT page,count(*) AS count FROM ${from} GROUP BY page`),
      gawk: `gawk -F'"' '{c[$10]++}END{for(k in c)print "{\\"page\\":\\"" k "\\",\\"count\\":" c[k] "}"}' ${clicks}`,
    },
  },
  {
    name: 'count per minute',
    rows: ({ page, window, window_start, count }) => `${page} ${window ?? window_start} ${count}`,
    tools: {
      ks: `${ks} count --by .page --window 1m --grace 10s --ts .ts ${clicks}`,
      jq: `jq -nc 'reduce (inputs|"\\(.page)|\\((.ts/60000|floor)*60000)") as $k ({}; .[$k]=.[$k]+1)|to_entries[]|(.key/"|") as $k|{page:$k[0],window:($k[1]|tonumber),count:.value}' ${clicks}`,
      mlr: `mlr --ijsonl --ojsonl put '$window=$ts//60000*60000' then count -g page,window ${clicks}`,
      agrind: `agrind -f ${clicks} '* | json | floor(ts/60000)*60000 as window | count as count by page, window' -o json`,
      duckdb: sql(`SELECT page,ts//60000*60000 AS \\"window\\",count(*) AS count FROM ${from} GROUP BY ALL`),
      gawk: `gawk -F'"' '{t=substr($3,2,13); c[$10 "|" (t-t%60000)]++}END{for(k in c){split(k,a,"|");print "{\\"page\\":\\"" a[1] "\\",\\"window\\":" a[2] ",\\"count\\":" c[k] "}"}}' ${clicks}`,
    },
  },
  {
    name: 'join with a table',
    rows: ({ user, page, price, name, tier }) => `${user} ${page} ${Math.round(price * 100)} ${name} ${tier}`,
    tools: {
      ks: `${ks} join --table ${users} --on .user ${clicks} then map '{user, page, price, name, tier}'`,
      mlr: `mlr --ijsonl --ojsonl join -j user -f ${users} then cut -o -f user,page,price,name,tier ${clicks}`,
      duckdb: sql(
        `SELECT c.user,c.page,c.price,u.name,u.tier FROM ${from} c JOIN read_ndjson_auto('${users}') u ON c.user=u.user`,
      ),
    },
  },
  {
    name: 'word count',
    rows: ({ key, word, count }) => `${word ?? key} ${count}`,
    tools: {
      ks: `${ks} explode -R 'split(., " ")' ${words} then count --by .`,
      gawk: `gawk '{for(i=1;i<=NF;i++)c[$i]++}END{for(k in c)print "{\\"word\\":\\"" k "\\",\\"count\\":" c[k] "}"}' ${words}`,
      duckdb: sql(
        `SELECT word,count(*) AS count FROM (SELECT unnest(string_split(column0,' ')) AS word FROM read_csv('${words}',header=false,delim='\\t',columns={'column0':'VARCHAR'})) GROUP BY 1`,
      ),
    },
  },
]

const isInstalled = (command) => {
  const program = command.split(' ')[0]
  return existsSync(program) || spawnSync('sh', ['-c', `command -v ${program}`]).status === 0
}

const measure = (command, output) => {
  const file = openSync(output, 'w')
  const from = performance.now()
  // A shell's own `times` are of no use to a parent; bash prints what its children took.
  const { status, stderr } = spawnSync(
    'bash',
    ['-c', `TIMEFORMAT='cpu %U %S'; time ${existsSync('/usr/bin/time') ? `/usr/bin/time -f 'rss %M' ` : ''}${command}`],
    { stdio: ['ignore', file, 'pipe'], env: { ...process.env, LC_ALL: 'C' } },
  )
  const seconds = (performance.now() - from) / 1000
  closeSync(file)
  const text = stderr.toString()
  const [, user = '0', system = '0'] = /cpu ([\d.]+) ([\d.]+)/.exec(text) ?? []
  const peakMB = Number(/rss (\d+)/.exec(text)?.[1] ?? NaN) / 1024
  return { status, seconds, cpu: Number(user) + Number(system), peakMB, text }
}

/** An order-free fingerprint of the rows of an output. */
const fingerprint = (path, rows) => {
  const sum = Buffer.alloc(16)
  let count = 0
  const text = readFileSync(path, 'utf8').trim()
  const lines = text.startsWith('[') ? JSON.parse(text) : text.split('\n').map((line) => JSON.parse(line))
  for (const line of lines) {
    const hash = createHash('md5').update(rows(line)).digest()
    for (let i = 0; i < 16; i++) sum[i] += hash[i]
    count++
  }
  return `${count} ${sum.toString('hex')}`
}

const median = (values) => values.toSorted((a, b) => a - b)[(values.length - 1) >> 1]

console.log(`data: ${statSync(clicks).size >> 20} MB of clicks; median of ${runs} runs; node ${process.version}\n`)
for (const { name, tools, rows, unchecked = [], runs: times = runs } of workloads) {
  if (!wanted.test(name)) continue
  const installed = Object.entries(tools).filter(([, command]) => isInstalled(command))
  const taken = new Map(installed.map(([tool]) => [tool, []]))
  const output = (tool) => join(scratch, `output-${tool.replaceAll(/\W/g, '')}`)
  // In turns: a machine that slows down for a while slows all of them down.
  for (let run = 0; run < times; run++) {
    for (const [tool, command] of installed) taken.get(tool).push(measure(command, output(tool)))
  }
  let expected
  const results = installed.map(([tool]) => {
    const mine = taken.get(tool)
    const failed = mine.find(({ status }) => status !== 0)
    let verdict = 'ok'
    if (failed !== undefined) verdict = `FAILED: ${failed.text.split('\n')[0]}`
    else if (rows !== undefined && !unchecked.includes(tool)) {
      const found = fingerprint(output(tool), rows)
      expected ??= found
      if (found !== expected) verdict = `OTHER RESULT (${found.split(' ')[0]} rows, not ${expected.split(' ')[0]})`
    }
    return {
      tool,
      seconds: median(mine.map(({ seconds }) => seconds)),
      cpu: median(mine.map(({ cpu }) => cpu)),
      peakMB: Math.max(...mine.map(({ peakMB }) => peakMB)),
      verdict,
    }
  })
  const base = results[0]?.seconds ?? 1
  console.log(
    `| ${name} | wall s | CPU s | peak MB | time of ks / its time | result |\n| --- | ---: | ---: | ---: | ---: | --- |`,
  )
  for (const { tool, seconds, cpu, peakMB, verdict } of results) {
    console.log(
      `| ${tool} | ${seconds.toFixed(3)} | ${cpu.toFixed(2)} | ${Number.isNaN(peakMB) ? '-' : peakMB.toFixed(0)} | ${(base / seconds).toFixed(2)} (ks ${(seconds / base).toFixed(1)}x as fast) | ${verdict} |`,
    )
  }
  console.log('')
}
