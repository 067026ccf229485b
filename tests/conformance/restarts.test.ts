// The same random cases in ks alone, with a commit and a new task over the same store between any two records: nothing that an
// operator goes by may be in memory only.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { noOrigin, plainValue, StreamRecord } from '../../src/runtime/model/stream-record.ts'
import { Change } from '../../src/runtime/model/change.ts'
import type { BytesStore } from '../../src/runtime/stores/bytes-store.ts'
import { createMemoryStore } from '../../src/runtime/stores/memory-store.ts'
import { ManualClock } from '../../src/runtime/tasks/clock.ts'
import { StreamTask } from '../../src/runtime/tasks/stream-task.ts'
import type { Topology } from '../../src/runtime/topology/topology.ts'
import { seededRandom } from '../support/seeded-random.ts'
import { caseText, type Case } from './cases.ts'
import { generateCase } from './generate.ts'
import { buildTopology, isFull } from './ks-topology.ts'

const count = Number(process.env['KS_TEST_CASES'] ?? 2000)
const firstSeed = Number(process.env['KS_TEST_SEED'] ?? 1)

/** What reaches the sinks. @param restarts says before which records the task is made anew. */
const run = async ({ inputs }: Case, topology: Topology, restarts: (at: number) => boolean): Promise<string[]> => {
  const store: BytesStore = createMemoryStore()
  const outputs: string[] = []
  const create = (): Promise<StreamTask> =>
    StreamTask.create(topology, {
      taskId: '0_0',
      applicationId: '',
      clock: new ManualClock(0),
      store,
      sink:
        ({ endpoint }) =>
        ({ key, value, timestamp, window }) => {
          const shown = plainValue(value instanceof Change ? value.newValue : value)
          outputs.push(JSON.stringify([endpoint?.name, key, window ?? null, shown, timestamp]))
        },
      faulty: (_row, error) => {
        throw error
      },
      dropped: () => undefined,
    })
  let task = await create()
  for (const [at, { topic, key, value, ts }] of inputs.entries()) {
    if (restarts(at)) {
      await store.write(task.collectWrites(), false)
      task.committed(0)
      task.close()
      task = await create()
    }
    try {
      for (const { kind, name, endpoint } of topology.nodes) {
        if (kind === 'source' && endpoint?.name === topic) task.source(name)(new StreamRecord(key, value, ts, noOrigin))
      }
    } catch (error) {
      if (!isFull(error)) throw error
      outputs.push(`full at ${at}`)
      return outputs
    }
    task.flush()
  }
  return outputs
}

test(`${count} random cases give the same with restarts`, async () => {
  for (let seed = firstSeed; seed < firstSeed + count; seed++) {
    const testCase = generateCase(seed)
    const random = seededRandom(seed)
    const undisturbed = await run(testCase, buildTopology(testCase.topology), () => false)
    const disturbed = await run(testCase, buildTopology(testCase.topology), () => random() < 0.4)
    assert.deepEqual(disturbed, undisturbed, `KS_TEST_SEED=${seed}\n${caseText(testCase)}`)
  }
})
