// Three instances of one application, each of which may be killed at any time (kill -9): with --eos the result is as if nothing
// had happened. Read by Kafka's own consumer, read_committed.

import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { clicks, createCountJob, faultsIn, lastCounts, sumOf } from '../support/count-job.ts'
import { brokerSkip, sharedBroker } from '../support/kafka-broker.ts'
import { Fleet, until } from '../support/ks-fleet.ts'
import { seededRandom } from '../support/seeded-random.ts'

const skip = brokerSkip()
const directory = mkdtempSync(join(tmpdir(), 'ks-random-kills-'))
after(() => {
  rmSync(directory, { recursive: true, force: true })
})

const kills = Number(process.env['KS_TEST_KILLS'] ?? 10)
const recordsPerKill = 1000

test('any of three instances killed at random times: each record counts once', { skip, timeout: 3_600_000 }, async () => {
  const seed = Number(process.env['KS_TEST_SEED'] ?? Math.floor(Math.random() * 1e9))
  const random = seededRandom(seed)
  const broker = await sharedBroker()
  const job = await createCountJob(broker, { bootstrap: broker.bootstrap, stateDirectory: join(directory, 'state') })
  const fleet = new Fleet(3, () => job.args)
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
      if (fleet.at(place).isRunning) await fleet.end(place, 'SIGKILL')
      if (random() < 0.5) await delay(random() * 500)
      fleet.start(place)
    }
    await until(
      async () => sumOf(lastCounts(await broker.consume(job.output))) >= total,
      60_000,
      async () =>
        `seed ${String(seed)}: ${String(sumOf(lastCounts(await broker.consume(job.output))))} of ${String(total)} counted\n` +
        [0, 1, 2].map((place) => fleet.at(place).stderr).join('\n--\n'),
    )
    const statuses = await fleet.stop()
    assert.deepEqual(faultsIn(await broker.consume(job.output), total), [], `seed ${String(seed)}`)
    assert.deepEqual(fleet.surprises, [], `seed ${String(seed)}`)
    assert.deepEqual(statuses, [143, 143, 143], `seed ${String(seed)}`)
  } finally {
    await fleet.close()
  }
})
