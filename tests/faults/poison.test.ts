// Records that cannot be read, among those that can, for each policy: the good ones are counted, each once, the bad ones end the
// run, are left out, or are in the dead letter topic, each once and as they came, also when the process is killed.

import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { clicks, createCountJob, faultsIn } from '../support/count-job.ts'
import { brokerSkip, sharedBroker, uniqueName } from '../support/kafka-broker.ts'
import { runKs } from '../support/run-ks.ts'
import { seededRandom } from '../support/seeded-random.ts'

const skip = brokerSkip()
const directory = mkdtempSync(join(tmpdir(), 'ks-poison-'))
after(() => {
  rmSync(directory, { recursive: true, force: true })
})

const base64 = (bytes: Buffer | string): string => Buffer.from(bytes as string).toString('base64')

/** Values that are no JSON. */
const badValues = (random: () => number): Buffer[] => [
  Buffer.from('{"page":'),
  Buffer.from('{"page":"/p/0"} x'),
  Buffer.from("{'page':'/p/0'}"),
  Buffer.from('NaN'),
  Buffer.from(''),
  Buffer.from('\uFEFF{"page":"/p/0"}'),
  Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0]),
  Buffer.from('{"page":"/p/0\n"}'),
  ...Array.from({ length: 12 }, () =>
    // Without a first byte that could begin a value.
    Buffer.from([0x80 + Math.floor(random() * 64), ...Array.from({ length: 20 }, () => Math.floor(random() * 256))]),
  ),
]

/** Values that are read but belong to no page: they are left out whatever the policy. */
const pageless: readonly (string | null)[] = [
  '{}',
  'null',
  '"abc"',
  '5',
  '[1]',
  '{"page":null}',
  '{"__proto__":{"page":"/p/0"}}',
]

for (const policy of ['skip', 'fail', 'letters'] as const) {
  test(`bad records: ${policy}`, { skip }, async () => {
    const seed = Number(process.env['KS_TEST_SEED'] ?? Math.floor(Math.random() * 1e9))
    const random = seededRandom(seed)
    const broker = await sharedBroker()
    const job = await createCountJob(
      broker,
      { bootstrap: broker.bootstrap, stateDirectory: join(directory, policy) },
      2,
    )
    const letters = uniqueName('letters')
    await broker.createTopic(letters, 1)
    const total = 1000
    const bad = badValues(random)
    const encode = (text: string | null | undefined): string | null => (typeof text === 'string' ? base64(text) : null)
    const records: { key: string | null; value: string | null }[] = clicks(0, total).map(({ key, value }) => ({
      key: encode(key),
      value: encode(value),
    }))
    const others = [
      ...bad.map((value) => ({ key: base64('bad'), value: base64(value) })),
      ...pageless.map((value) => ({ key: base64('pageless'), value: encode(value) })),
      { key: base64('deleted'), value: null },
    ]
    for (const record of others) records.splice(Math.floor(random() * records.length), 0, record)
    await broker.produce(job.input, records, { encoding: 'base64' })

    const args = [...job.args, '-e', '--on-error', policy === 'letters' ? `@${letters}` : policy]
    if (policy === 'fail') {
      const failed = await runKs(args)
      assert.equal(failed.status, 5, failed.stderr)
      assert.match(failed.stderr, new RegExp(`${job.input}-\\d`), 'it says where')
      // With another policy the same run goes on behind nothing that was lost.
      const next = await runKs([...job.args, '-e', '--on-error', 'skip'])
      assert.equal(next.status, 0, next.stderr)
    } else {
      for (const point of ['before-end-txn:2', 'after-txn-offset-commit:2', 'after-end-txn']) {
        const killed = await runKs(args, { env: { KS_FAULT_POINT: point } })
        assert.equal(killed.status, 137, `${point} was not reached: ${killed.stderr}`)
      }
      const next = await runKs(args)
      assert.equal(next.status, 0, next.stderr)
    }
    assert.deepEqual(faultsIn(await broker.consume(job.output), total), [], `seed ${String(seed)}`)
    const aside = (await broker.consume(letters, { encoding: 'base64' })).map(({ value }) => value ?? 'null')
    const expected = policy === 'letters' ? bad.map((value) => base64(value)) : []
    assert.deepEqual(aside.sort(), expected.sort(), `seed ${String(seed)}`)
  })
}
