// Three instances of one application, each of which may be killed at any time (kill -9): with --eos the result is as if nothing
// had happened. Read by Kafka's own consumer, read_committed.

import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { clicks, type CountJob, createCountJob, faultsIn, lastCounts, sumOf } from '../support/count-job.ts'
import { brokerSkip, sharedBroker, type TestBroker } from '../support/kafka-broker.ts'
import { Fleet, until } from '../support/ks-fleet.ts'
import { seededRandom } from '../support/seeded-random.ts'

const skip = brokerSkip()
const directory = mkdtempSync(join(tmpdir(), 'ks-random-kills-'))
after(() => {
  rmSync(directory, { recursive: true, force: true })
})

const kills = Number(process.env['KS_TEST_KILLS'] ?? 10)
const recordsPerKill = Number(process.env['KS_TEST_RECORDS'] ?? 10_000) / kills

test(
  'any of three instances killed at random times: each record counts once',
  { skip, timeout: 3_600_000 },
  async () => {
    const seed = Number(process.env['KS_TEST_SEED'] ?? Math.floor(Math.random() * 1e9))
    const random = seededRandom(seed)
    const broker = await sharedBroker()
    const job = await createCountJob(broker, { bootstrap: broker.bootstrap, stateDirectory: join(directory, 'state') })
    const fleet = new Fleet(3, () => job.args)
    const said = (): string =>
      [`seed ${String(seed)}`, ...[0, 1, 2].map((place) => fleet.at(place).stderr.slice(-2000))].join('\n--\n')
    let found = 0
    try {
      fleet.startAll()
      const total = kills * recordsPerKill
      for (let done = 0; done < kills; done++) {
        // Spread over the time between two kills, so that the kill finds a transaction open.
        const parts = 5
        for (let part = 0; part < parts; part++) {
          const from = done * recordsPerKill + (part * recordsPerKill) / parts
          await broker.produce(job.input, clicks(from, from + recordsPerKill / parts))
          await delay(random() * 280)
        }
        const place = Math.floor(random() * fleet.size)
        if (fleet.at(place).isRunning) {
          await fleet.end(place, 'SIGKILL')
          found++
        }
        if (random() < 0.5) await delay(random() * 500)
        fleet.start(place)
      }
      await allCommitted(broker, job, said)
      let rows = await broker.consume(job.output)
      await until(
        async () => sumOf(lastCounts((rows = await broker.consume(job.output)))) >= total,
        60_000,
        () => `${String(sumOf(lastCounts(rows)))} of ${String(total)} counted\n${said()}`,
        1000,
      )
      const statuses = await fleet.stop()
      rows = await broker.consume(job.output)
      assert.deepEqual(faultsIn(rows, total), [], said())
      assert.deepEqual(fleet.surprises, [], said())
      assert.deepEqual(statuses, [143, 143, 143], said())
      assert.equal(found, kills)
      process.stdout.write(
        `seed ${String(seed)}: ${String(found)} kills, ${String(total)} records, ${String(rows.length)} results\n`,
      )
    } finally {
      await fleet.close()
    }
  },
)

/** Waits until the group has the end of the input, which may still be on its way through the repartition topic. */
const allCommitted = async (broker: TestBroker, job: CountJob, said: () => string): Promise<void> => {
  const ends = await broker.endOffsets(job.input)
  await until(
    async () => {
      const committed = await broker.committedOffsets(job.group)
      const of = new Map(
        committed.filter(({ topic }) => topic === job.input).map((each) => [each.partition, each.offset]),
      )
      return ends.every((end, partition) => (of.get(partition) ?? 0) >= end)
    },
    120_000,
    () => `the group does not get to the end of the input\n${said()}`,
  )
}
