// Instances of several kinds of programs that are killed, told to end, stopped and continued, and missing for a while, in random
// order: with --eos the result is as if nothing had happened.

import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, suite, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import {
  type ConsumedRecord,
  type NewRecord,
  type TestBroker,
  brokerSkip,
  sharedBroker,
  uniqueName,
} from '../support/kafka-broker.ts'
import { Fleet, until } from '../support/ks-fleet.ts'
import { seededRandom } from '../support/seeded-random.ts'

const skip = brokerSkip()
const directory = mkdtempSync(join(tmpdir(), 'ks-storm-'))
after(() => {
  rmSync(directory, { recursive: true, force: true })
})

const events = Number(process.env['KS_TEST_EVENTS'] ?? 5)
const recordsPerEvent = 600
const partitions = 4
const startMs = 1_700_000_000_000
const users = 200
const countries = ['de', 'fr', 'it', 'es', 'pl', 'se', 'nl']

/** A program and what must come out of it. */
interface Program {
  readonly verb: (table: string) => readonly string[]
  /** What tells results apart, and the count of a result, which goes up by one with each; undefined: it comes once. */
  readonly result: (row: Readonly<Record<string, unknown>>) => readonly [group: string, count: number | undefined]
  /** The group of an input record. */
  readonly group: (index: number) => string
}

const userOf = (index: number): number => (index * 7919) % users
const pageOf = (index: number): number => (index * 31) % 11
const timeOf = (index: number): number => startMs + index * 20

const programs: Readonly<Record<string, Program>> = {
  'join and count': {
    verb: (table) => ['join', '--table', `@${table}`, '--on', '.user=$key', 'then', 'count', '--by', '.country'],
    result: (row) => [String(row['country']), row['count'] as number],
    group: (index) => countries[userOf(index) % countries.length] ?? '',
  },
  'count in windows': {
    verb: () => ['count', '--by', '.page', '--window', '5s', '--grace', '1d'],
    result: (row) => [`${String(row['page'])} ${String(row['window_start'])}`, row['count'] as number],
    group: (index) => `/p/${String(pageOf(index))} ${String(Math.floor(timeOf(index) / 5000) * 5000)}`,
  },
  dedupe: {
    verb: () => ['dedupe', '--by', '.half'],
    result: (row) => [String(row['half']), undefined],
    group: (index) => String(index >> 1),
  },
  filter: {
    verb: () => ['filter', 'true'],
    result: (row) => [String(row['n']), undefined],
    group: (index) => String(index),
  },
}

const inputRecord = (index: number): NewRecord => ({
  key: `k${String(index % 997)}`,
  value: JSON.stringify({
    n: index,
    half: index >> 1,
    user: `user-${String(userOf(index))}`,
    page: `/p/${String(pageOf(index))}`,
  }),
  timestamp: timeOf(index),
})

const faultsIn = (rows: readonly ConsumedRecord[], program: Program, total: number): string[] => {
  const faults: string[] = []
  const seen = new Map<string, number>()
  for (const { value } of rows) {
    const [group, count] = program.result(JSON.parse(value ?? 'null') as Record<string, unknown>)
    const before = seen.get(group) ?? 0
    if (count !== undefined && count !== before + 1)
      faults.push(`${group}: ${String(before)} is followed by ${String(count)}`)
    if (count === undefined && before > 0) faults.push(`${group} comes twice`)
    seen.set(group, count ?? 1)
  }
  const expected = new Map<string, number>()
  const isCounted =
    rows.length > 0 && program.result(JSON.parse(rows[0]?.value ?? 'null') as Record<string, unknown>)[1] !== undefined
  for (let index = 0; index < total; index++) {
    const group = program.group(index)
    expected.set(group, isCounted ? (expected.get(group) ?? 0) + 1 : 1)
  }
  for (const [group, count] of expected) {
    if (seen.get(group) !== count) faults.push(`${group}: ${String(seen.get(group) ?? 0)} instead of ${String(count)}`)
  }
  for (const group of seen.keys()) if (!expected.has(group)) faults.push(`${group} is in no input`)
  return faults
}

const createTable = async (broker: TestBroker): Promise<string> => {
  const table = uniqueName('users')
  await broker.createTopic(table, partitions, { 'cleanup.policy': 'compact' })
  await broker.produce(
    table,
    Array.from({ length: users }, (_, user) => ({
      key: `user-${String(user)}`,
      value: JSON.stringify({ country: countries[user % countries.length] }),
      timestamp: startMs - 1000,
    })),
  )
  return table
}

suite('a storm over', { skip, timeout: 3_600_000 }, () => {
  const chosen = process.env['KS_TEST_PROGRAMS'] === 'all' ? Object.keys(programs) : ['join and count']
  for (const name of chosen) {
    const program = programs[name] as Program
    test(name, async () => {
      const seed = Number(process.env['KS_TEST_SEED'] ?? Math.floor(Math.random() * 1e9))
      const random = seededRandom(seed)
      const broker = await sharedBroker()
      const [input, output, app] = [uniqueName('in'), uniqueName('out'), uniqueName('storm')] as const
      await broker.createTopic(input, partitions)
      await broker.createTopic(output, partitions)
      const args = [
        ...['-t', input, '-a', app, '--name', 'storm', '--to', output, '-b', broker.bootstrap, '--eos', '--verbose'],
        ...['--state-dir', join(directory, name.replaceAll(' ', '-'))],
        ...[
          'session.timeout.ms=1500',
          'heartbeat.interval.ms=300',
          'commit.interval.ms=100',
          'statestore.cache.max.bytes=0',
          'transaction.timeout.ms=5000',
        ].flatMap((setting) => ['-X', setting]),
        ...program.verb(await createTable(broker)),
      ]
      const fleet = new Fleet(3, () => args)
      const said = (): string => [`seed ${String(seed)}: ${log.join(' ')}`, ...fleet.said()].join('\n--\n')
      const log: string[] = []
      let total = 0
      const produce = async (): Promise<void> => {
        for (let part = 0; part < 3; part++) {
          const count = recordsPerEvent / 3
          await broker.produce(
            input,
            Array.from({ length: count }, (_, i) => inputRecord(total + i)),
          )
          total += count
          await delay(random() * 250)
        }
      }
      const missing: number[] = []
      try {
        fleet.startAll()
        for (let event = 0; event < events; event++) {
          await produce()
          const place = Math.floor(random() * fleet.size)
          const kind = Math.floor(random() * 4)
          log.push(`${String(place)}:${['kill', 'stop', 'sleep', 'away'][kind] ?? ''}`)
          if (missing.includes(place)) {
            fleet.start(place)
            missing.splice(missing.indexOf(place), 1)
          } else if (kind === 0) {
            await fleet.end(place, 'SIGKILL')
            fleet.start(place)
          } else if (kind === 1) {
            assert.equal(await fleet.end(place, 'SIGTERM'), 143, said())
            fleet.start(place)
          } else if (kind === 2) {
            const instance = fleet.at(place)
            instance.signal('SIGSTOP')
            await delay(500 + random() * 3000)
            instance.signal('SIGCONT')
          } else {
            await fleet.end(place, random() < 0.5 ? 'SIGKILL' : 'SIGTERM')
            missing.push(place)
          }
        }
        let faults: string[] = []
        await until(
          async () => (faults = faultsIn(await broker.consume(output), program, total)).length === 0,
          60_000,
          () => `${faults.slice(0, 10).join('\n')}\n${said()}`,
          500,
        )
        await fleet.stop()
        assert.deepEqual(faultsIn(await broker.consume(output), program, total), [], said())
        assert.deepEqual(fleet.surprises, [], said())
        process.stdout.write(`${name}, seed ${String(seed)}: ${log.join(' ')}\n`)
      } finally {
        await fleet.close()
      }
    })
  }
})
