// npm run test:faults [-- MINUTES]: the fault tests with the numbers of a night. Runs one after another, prints seeds and
// results, and ends by itself; what does not fit into the minutes (default 60) is named. Status 1 if anything failed.

import { runTests } from '../../scripts/test.mjs'

/** A test file, its numbers, and about how many minutes a pass takes on two cores. */
const plan = [
  {
    fragment: 'faults/random-kills',
    passes: 2,
    minutes: 6,
    settings: { KS_TEST_KILLS: '100', KS_TEST_RECORDS: '200000' },
  },
  { fragment: 'faults/points', passes: 13, minutes: 4, settings: { KS_TEST_ROUNDS: '4' } },
  { fragment: 'faults/network', passes: 2, minutes: 6, settings: { KS_TEST_ROUNDS: '5' } },
  { fragment: 'faults/broker', passes: 1, minutes: 6, settings: { KS_TEST_ROUNDS: '5', KS_TEST_NODES: '3' } },
  { fragment: 'faults/zombie', passes: 1, minutes: 5, settings: { KS_TEST_ROUNDS: '10' } },
  {
    fragment: 'faults/storm',
    passes: 2,
    minutes: 4,
    settings: { KS_TEST_EVENTS: '25', KS_TEST_PROGRAMS: 'all' },
  },
  { fragment: 'faults/disk', passes: 1, minutes: 1, settings: {} },
  { fragment: 'faults/poison', passes: 1, minutes: 1, settings: {} },
]
/** The first pass of each, then the second of those that have one, and so on. */
const passes = Array.from({ length: Math.max(...plan.map((each) => each.passes)) }, (_, pass) =>
  plan.filter((each) => pass < each.passes),
).flat()

const budget = Number(process.argv[2] ?? 60)
if (!(budget > 0)) {
  console.error('test:faults: the minutes must be a positive number')
  process.exit(2)
}
const start = performance.now()
const minutesSince = (from) => (performance.now() - from) / 60_000
const lines = []
/** Passes that did not fit, by file. */
const missed = new Map()
let failed = false

for (const { fragment, minutes, settings } of passes) {
  const left = budget - minutesSince(start)
  if (left < minutes) {
    missed.set(fragment, (missed.get(fragment) ?? 0) + 1)
    continue
  }
  for (const name of Object.keys(process.env)) {
    if (/^KS_TEST_(KILLS|RECORDS|ROUNDS|NODES|EVENTS|PROGRAMS)$/.test(name)) delete process.env[name]
  }
  Object.assign(process.env, settings)
  const from = performance.now()
  const result = await runTests({ fragments: [fragment], noSkips: true })
  if (!result.ok) failed = true
  const numbers = Object.entries(settings).map(([name, value]) => `${name.slice(8).toLowerCase()} ${value}`)
  lines.push(
    `${fragment}${numbers.length > 0 ? ` (${numbers.join(', ')})` : ''}: ${result.passed} passed, ${result.failed} failed, ` +
      `${result.skips.length} skipped in ${minutesSince(from).toFixed(1)} min`,
  )
}
for (const [fragment, count] of missed) lines.push(`${fragment}: ${count} passes not run, they did not fit`)
console.log(`\n${lines.join('\n')}`)
if (failed) process.exitCode = 1
