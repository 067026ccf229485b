// The broker is killed (kill -9) and started again under a running application: nobody has to do anything, and with --eos each
// record counts once. Also with three nodes, where leaders and coordinators move.

import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, suite, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { clicks, createCountJob, faultsIn, lastCounts, sumOf } from '../support/count-job.ts'
import { brokerSkip, ownBroker } from '../support/kafka-broker.ts'
import { Fleet, until } from '../support/ks-fleet.ts'

const skip = brokerSkip()
const directory = mkdtempSync(join(tmpdir(), 'ks-broker-'))
after(() => {
  rmSync(directory, { recursive: true, force: true })
})

const rounds = Number(process.env['KS_TEST_ROUNDS'] ?? 1)
const recoveryMs = 30_000

suite('a broker', { skip, timeout: 3_600_000 }, () => {
  // Three nodes take a while to start; every change tries one, the nights all.
  for (const nodes of process.env['KS_TEST_NODES'] === '3' ? ([1, 3] as const) : ([1] as const)) {
    test(`of ${String(nodes)} node(s) that is killed and comes back`, async () => {
      const broker = await ownBroker({ nodes })
      const job = await createCountJob(
        broker,
        {
          bootstrap: broker.bootstrap,
          stateDirectory: join(directory, `state-${String(nodes)}`),
          properties: [
            'session.timeout.ms=3000',
            'heartbeat.interval.ms=500',
            'request.timeout.ms=4000',
            'transaction.timeout.ms=3000',
          ],
        },
        4,
      )
      const fleet = new Fleet(2, () => job.args)
      let total = 0
      const produce = async (count: number): Promise<void> => {
        await broker.produce(job.input, clicks(total, total + count))
        total += count
      }
      const allCounted = async (): Promise<void> => {
        let counted = 0
        await until(
          async () => (counted = sumOf(lastCounts(await broker.consume(job.output)))) >= total,
          recoveryMs,
          () =>
            `${String(counted)} of ${String(total)} after ${String(recoveryMs)} ms\n` +
            [0, 1].map((place) => fleet.at(place).stderr).join('\n--\n'),
        )
      }
      try {
        fleet.startAll()
        await produce(500)
        await allCounted()
        for (let round = 0; round < rounds * nodes; round++) {
          const node = (round % nodes) + 1
          await produce(1000)
          await delay(50)
          await broker.kill(node)
          // For longer than a transaction may be open.
          await delay(4000)
          if (nodes > 1) await produce(500) // the others go on
          await broker.start(node)
          await produce(500)
          await allCounted()
          assert.deepEqual(faultsIn(await broker.consume(job.output), total), [])
        }
        // And a node that is stopped properly.
        await produce(500)
        await broker.stop(1)
        await broker.start(1)
        await produce(500)
        await allCounted()
        assert.deepEqual(faultsIn(await broker.consume(job.output), total), [])
        assert.deepEqual(fleet.surprises, [])
        assert.deepEqual(await fleet.stop(), [143, 143])
      } finally {
        await fleet.close()
        await broker.close()
      }
    })
  }
})
