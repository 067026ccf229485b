// An instance that is stopped (SIGSTOP) for longer than its session while another takes over its tasks, and then goes on as if
// nothing had happened: what it still has in hand is refused, nothing comes twice, and it joins again or ends.

import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, suite, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { clicks, createCountJob, faultsIn, lastCounts, sumOf } from '../support/count-job.ts'
import { brokerSkip, sharedBroker, uniqueName } from '../support/kafka-broker.ts'
import { kafkaKs, newTopic } from '../support/kafka-ks.ts'
import { Fleet, until } from '../support/ks-fleet.ts'
import { seededRandom } from '../support/seeded-random.ts'

const skip = brokerSkip()
const directory = mkdtempSync(join(tmpdir(), 'ks-zombie-'))
after(() => {
  rmSync(directory, { recursive: true, force: true })
})

const rounds = Number(process.env['KS_TEST_ROUNDS'] ?? 1)
/** Every change tries the two that are the hardest, the nights all. */
const isNight = process.env['KS_TEST_ROUNDS'] !== undefined
const sessionTimeoutMs = 1500

suite('an instance that sleeps', { skip, timeout: 3_600_000 }, () => {
  for (const { title, sleepMs, properties, ownDirectories, night } of [
    {
      title: 'for longer than its session',
      night: true,
      sleepMs: 3 * sessionTimeoutMs,
      properties: [],
      ownDirectories: true,
    },
    {
      title: 'for about as long as its session',
      night: true,
      sleepMs: sessionTimeoutMs,
      properties: [],
      ownDirectories: true,
    },
    // The one that takes over must not wait for a directory that a sleeping process holds.
    {
      title: 'on the state directory of the other',
      night: false,
      sleepMs: 3 * sessionTimeoutMs,
      properties: [],
      ownDirectories: false,
    },
    {
      title: 'for longer than its transaction may be open',
      night: false,
      sleepMs: 4 * sessionTimeoutMs,
      properties: ['transaction.timeout.ms=2000'],
      ownDirectories: true,
    },
  ]) {
    if (night && !isNight) continue
    test(title, async () => {
      const seed = Number(process.env['KS_TEST_SEED'] ?? Math.floor(Math.random() * 1e9))
      const random = seededRandom(seed)
      const broker = await sharedBroker()
      const state = join(directory, title.replaceAll(' ', '-'))
      const job = await createCountJob(broker, { bootstrap: broker.bootstrap, stateDirectory: state, properties }, 4)
      const fleet = new Fleet(2, (place) =>
        ownDirectories ? [...job.args, '--state-dir', `${state}-${String(place)}`] : job.args,
      )
      let total = 0
      const said = (): string => `seed ${String(seed)}\n${[0, 1].map((place) => fleet.at(place).stderr).join('\n--\n')}`
      const produce = async (count: number): Promise<void> => {
        await broker.produce(job.input, clicks(total, total + count))
        total += count
      }
      const allCounted = async (timeoutMs: number): Promise<void> => {
        let counted = 0
        await until(
          async () => (counted = sumOf(lastCounts(await broker.consume(job.output)))) >= total,
          timeoutMs,
          () => `${String(counted)} of ${String(total)} after ${String(timeoutMs)} ms, ${said()}`,
          100,
        )
        assert.deepEqual(faultsIn(await broker.consume(job.output), total), [], said())
      }
      try {
        fleet.startAll()
        await produce(500)
        await allCounted(30_000)
        for (let round = 0; round < rounds; round++) {
          const place = round % 2
          await produce(500)
          // Somewhere in the processing of these.
          await delay(random() * 150)
          fleet.at(place).signal('SIGSTOP')
          await produce(500)
          await delay(sleepMs)
          // By now the other one has everything, if the session is over.
          if (sleepMs > 2 * sessionTimeoutMs) await allCounted(30_000)
          await produce(500)
          fleet.at(place).signal('SIGCONT')
          await produce(500)
          await allCounted(30_000)
        }
        // The two share the work again.
        await until(
          async () => {
            const { state: groupState, members } = await broker.group(job.group)
            return groupState === 'Stable' && members.filter(({ partitions }) => partitions.length > 0).length === 2
          },
          20_000,
          said,
        )
        assert.deepEqual(fleet.surprises, [], said())
        assert.deepEqual(await fleet.stop(), [143, 143], said())
      } finally {
        await fleet.close()
      }
    })
  }
})

suite('an instance that sleeps, at least once', { skip, timeout: 120_000 }, () => {
  test('writes nothing to the changelogs of tasks that another one has taken over', async (t) => {
    const broker = await sharedBroker()
    const [sleeper, other] = [kafkaKs(broker, t), kafkaKs(broker, t)]
    const records = Array.from({ length: 20 }, (_, n) => ({ key: `k${String(n % 4)}`, value: '{}' }))
    const [input, output] = await Promise.all([newTopic(broker, 'in', 1, records), newTopic(broker, 'out', 1)])
    const app = uniqueName('app')
    const settings = [`session.timeout.ms=${String(sessionTimeoutMs)}`, 'heartbeat.interval.ms=300']
    const args = [
      'count',
      '-t',
      input,
      '-a',
      app,
      '--to',
      output,
      '--verbose',
      ...settings.flatMap((each) => ['-X', each]),
    ]
    const counts = async (): Promise<Record<string, number>> => {
      const rows = await broker.consume(`${app}-count-count-changelog`, { encoding: 'base64' })
      return Object.fromEntries(
        rows.map(({ key, value }) => [
          Buffer.from(key ?? '', 'base64').toString(),
          Number(Buffer.from(value ?? '', 'base64').readBigInt64BE()),
        ]),
      )
    }
    // Nothing is committed before it sleeps, but all is processed.
    const first = sleeper.start([...args, '-X', 'commit.interval.ms=600000', '-X', 'statestore.cache.max.bytes=0'])
    await until(
      async () => (await broker.consume(output)).length === 20,
      20_000,
      () => first.stderr(),
      100,
    )
    first.kill('SIGSTOP')
    await broker.produce(input, records)
    const second = other.start([...args, '-X', 'commit.interval.ms=100'])
    const all = { k0: 10, k1: 10, k2: 10, k3: 10 }
    const isDone = async (): Promise<boolean> => JSON.stringify(await counts()) === JSON.stringify(all)
    await until(isDone, 30_000, () => second.stderr(), 100)
    const joins = (stderr: string): number => stderr.split('tasks: ').length
    const before = joins(first.stderr())
    first.kill('SIGCONT')
    await until(
      async () => Promise.resolve(joins(first.stderr()) > before),
      20_000,
      () => first.stderr(),
      100,
    )
    assert.deepEqual(await counts(), all)
    for (const run of [first, second]) assert.equal((await run.stop()).status, 143)
    assert.deepEqual(await counts(), all)
  })
})
