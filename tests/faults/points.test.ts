// kill -9 at each named point of a run on topics (KS_FAULT_POINT): the next run carries on, the result is as if nothing had
// happened, and the store is not rebuilt. To see the latter, the changelog is cut behind the store: whoever rebuilt it from
// there would count wrongly.

import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, suite, test } from 'node:test'
import {
  clicks,
  clicksByPage,
  type CountJob,
  createCountJob,
  expectedCounts,
  faultsIn,
  lastCounts,
} from '../support/count-job.ts'
import { brokerSkip, sharedBroker, type TestBroker } from '../support/kafka-broker.ts'
import { runKs } from '../support/run-ks.ts'

const skip = brokerSkip()
const directory = mkdtempSync(join(tmpdir(), 'ks-points-'))
after(() => {
  rmSync(directory, { recursive: true, force: true })
})

const partitions = 2
const recordsPerPoint = 300

/** How often a kill at each point is tried. */
const rounds = Number(process.env['KS_TEST_ROUNDS'] ?? 1)

const exactlyOncePoints = [
  'mid-rebalance',
  'state-opened:3',
  'restored',
  'before-add-partitions',
  'after-add-partitions',
  'before-produce',
  'before-commit',
  'before-add-offsets',
  'after-add-offsets',
  'after-txn-offset-commit:3',
  'before-end-txn',
  'after-end-txn',
  'after-end-txn:3',
  'before-batch:3',
  'after-batch',
]

const atLeastOncePoints = [
  'state-opened',
  'restored',
  'before-produce',
  'before-commit',
  'after-produce',
  'before-batch',
  'after-batch:2',
  'after-offsets',
]

const changelogOf = ({ group }: CountJob): string => `${group}-count-changelog`

/** A topic that is only compacted cannot be cut. */
const makeCuttable = async (broker: TestBroker, topic: string): Promise<void> => {
  const config = 'cleanup.policy=[compact,delete]'
  const args = ['--bootstrap-server', broker.bootstrap, '--entity-type', 'topics', '--entity-name', topic]
  const done = await broker.kafkaTool('kafka.admin.ConfigCommand', [...args, '--alter', '--add-config', config])
  assert.equal(done.status, 0, done.stderr)
}

/** Deletes all records. @param markers how many markers of transactions at the end stay. */
const cut = async (broker: TestBroker, topic: string, markers: number): Promise<void> => {
  for (const [partition, end] of (await broker.endOffsets(topic)).entries()) {
    if (end > markers) await broker.deleteRecords(topic, partition, end - markers)
  }
}

for (const { exactlyOnce, points } of [
  { exactlyOnce: true, points: exactlyOncePoints },
  { exactlyOnce: false, points: atLeastOncePoints },
]) {
  suite(`killed ${exactlyOnce ? 'with --eos' : 'without --eos'}`, { skip }, () => {
    let job: CountJob
    let broker: TestBroker
    let total = 0
    // Without --eos, what has been killed may send records to a repartition topic twice.
    const records = exactlyOnce ? clicks : clicksByPage

    /** Adds input, runs with the environment, and then as often as it takes without. */
    const killedAt = async (point: string): Promise<void> => {
      await broker.produce(job.input, records(total, total + recordsPerPoint))
      total += recordsPerPoint
      const killed = await runKs([...job.args, '-e'], { env: { KS_FAULT_POINT: point } })
      assert.equal(killed.status, 137, `${point} was not reached: ${killed.stderr}`)
    }

    const carriedOn = async (): Promise<string> => {
      const next = await runKs([...job.args, '-e'])
      assert.equal(next.status, 0, next.stderr)
      const rows = await broker.consume(job.output)
      // At least once, an output may come twice; the state counts once all the same.
      if (exactlyOnce) assert.deepEqual(faultsIn(rows, total), [])
      else assert.deepEqual([...lastCounts(rows)].sort(), [...expectedCounts(total)].sort())
      return next.stderr
    }

    test('the first run', async () => {
      broker = await sharedBroker()
      job = await createCountJob(
        broker,
        {
          bootstrap: broker.bootstrap,
          stateDirectory: join(directory, `state-${String(exactlyOnce)}`),
          exactlyOnce,
          byKey: !exactlyOnce,
        },
        partitions,
      )
      await broker.produce(job.input, records(0, recordsPerPoint))
      total = recordsPerPoint
      await carriedOn()
      await makeCuttable(broker, changelogOf(job))
      await cut(broker, changelogOf(job), exactlyOnce ? 1 : 0)
    })

    for (const point of points) {
      test(`at ${point}`, async () => {
        for (let round = 0; round < rounds; round++) {
          await killedAt(point)
          const said = await carriedOn()
          assert.doesNotMatch(said, /built anew/)
          await cut(broker, changelogOf(job), exactlyOnce ? 1 : 0)
        }
      })
    }
  })
}

test('killed in the middle of a restore, the next run begins it again', { skip }, async () => {
  const broker = await sharedBroker()
  const stateDirectory = join(directory, 'state-restore')
  const job = await createCountJob(broker, { bootstrap: broker.bootstrap, stateDirectory }, partitions)
  await broker.produce(job.input, clicks(0, recordsPerPoint))
  assert.equal((await runKs([...job.args, '-e'])).status, 0)
  rmSync(stateDirectory, { recursive: true })
  for (const point of ['mid-restore', 'mid-restore:2']) {
    const killed = await runKs([...job.args, '-e'], { env: { KS_FAULT_POINT: point } })
    assert.equal(killed.status, 137, `${point} was not reached: ${killed.stderr}`)
  }
  await broker.produce(job.input, clicks(recordsPerPoint, 2 * recordsPerPoint))
  const next = await runKs([...job.args, '-e'])
  assert.equal(next.status, 0, next.stderr)
  assert.deepEqual(faultsIn(await broker.consume(job.output), 2 * recordsPerPoint), [])
})
