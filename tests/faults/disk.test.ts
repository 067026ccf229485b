// A disk that is full, played by a limit on the size of files (ulimit -f): the run ends with status 74 and says why, nothing that
// was acknowledged is lost, and the next run with room goes on as if nothing had happened.

import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { createCountJob } from '../support/count-job.ts'
import { brokerSkip, sharedBroker } from '../support/kafka-broker.ts'
import { startKsAfter } from '../support/ks-fleet.ts'
import { runKs } from '../support/run-ks.ts'

const skip = brokerSkip()
const directory = mkdtempSync(join(tmpdir(), 'ks-disk-'))
after(() => {
  rmSync(directory, { recursive: true, force: true })
})

const recordsPerRun = 3000
/** KiB; the state of a run takes some 100. */
const limits = [1, 16, 48, 90]

for (const exactlyOnce of [true, false]) {
  test(`a full disk ${exactlyOnce ? 'with --eos' : 'without --eos'}`, { skip }, async () => {
    const broker = await sharedBroker()
    const stateDirectory = join(directory, `state-${String(exactlyOnce)}`)
    const job = await createCountJob(
      broker,
      { bootstrap: broker.bootstrap, stateDirectory, exactlyOnce, byKey: true },
      1,
    )
    let total = 0
    let full = 0
    for (const limit of limits) {
      // A key for each record: the state grows with each.
      const keys = Array.from({ length: recordsPerRun }, (_, i) => `key-${String(total + i)}`)
      await broker.produce(
        job.input,
        keys.map((key) => ({ key, value: '{}' })),
      )
      total += recordsPerRun
      const limited = startKsAfter(`ulimit -f ${String(limit)}`, [...job.args, '-e'])
      const status = await limited.ended
      if (status !== 0) {
        full++
        assert.equal(status, 74, limited.stderr)
        assert.match(limited.stderr, /File too large|EFBIG|no space|full/i)
        assert.match(limited.stderr, new RegExp(stateDirectory))
      }
      const next = await runKs([...job.args, '-e'])
      assert.equal(next.status, 0, next.stderr)
      assert.doesNotMatch(next.stderr, /built anew/)
      const rows = await broker.consume(job.output)
      const wrong = rows.filter(({ value }) => (JSON.parse(value ?? 'null') as { count: number }).count !== 1)
      assert.deepEqual(wrong, [], 'a record was counted twice')
      assert.equal(new Set(rows.map(({ key }) => key)).size, total)
      if (exactlyOnce) assert.equal(rows.length, total)
    }
    assert.ok(full >= 2, `only ${String(full)} runs found the disk full`)
  })
}
