// What the tests of the fetcher share: one that runs against a cluster in memory, and what it delivers.

import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { Fetcher, type FetcherOptions } from '../../../src/runtime/kafka/fetcher.ts'
import { recordsOf } from '../../../src/runtime/kafka/records/read-records.ts'
import { type ErrorKind, KsError } from '../../../src/runtime/model/errors.ts'
import { ManualClock } from '../../../src/runtime/tasks/clock.ts'
import type { FetchedPartition } from '../../../src/runtime/tasks/ports.ts'
import type { ScriptedCluster } from './fetcher-scripted-cluster.ts'
import { rawBatch } from './records/raw-batch.ts'

/** How long a poll may wait that is to end sooner: longer than the time that a suite has. */
export const longMs = 60_000
/** A suite that takes longer waits for something that does not come. */
export const suiteLimit = { timeout: 20_000 }

/** A fetcher on a clock that stands still; its errors that pass. */
export const start = (t: TestContext, cluster: ScriptedCluster, options: Partial<FetcherOptions> = {}) => {
  const clock = new ManualClock(1_000_000)
  const errors: Error[] = []
  const fetcher = new Fetcher(
    cluster.client,
    {
      isolation: 'read_committed',
      minBytes: 1,
      maxWaitMs: 500,
      maxBytes: 50_000_000,
      maxPartitionBytes: 4_000_000,
      bufferBytes: 30_000_000,
      retryBackoffMs: 1,
      requestTimeoutMs: 30_000,
      attempts: { failed: (_what, error) => errors.push(error as Error), passed: () => undefined },
      ...options,
    },
    clock,
  )
  t.after(() => fetcher.close())
  return { fetcher, clock, errors }
}

/** A batch with these values. */
export const batch = (baseOffset: number, ...values: string[]): Buffer =>
  rawBatch({ baseOffset, records: values.map((value) => ({ value })) })

/** The values in what a poll gave. */
export const values = (parts: readonly FetchedPartition[]): string[] =>
  parts.flatMap(({ batches }) => batches.flatMap((some) => [...recordsOf(some)].map(({ value }) => String(value))))

/** Polls until that many values have come. */
export const collect = async (fetcher: Fetcher, count: number): Promise<string[]> => {
  const found: string[] = []
  while (found.length < count) {
    const parts = await fetcher.poll(longMs)
    assert.ok(parts.length > 0, `only ${found.join()}`)
    found.push(...values(parts))
  }
  return found
}

/** Lets everything happen that can happen by itself. */
export const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve))
}

/** Lets things happen until something is so; what needs longer than some seconds is stuck. */
export const until = async (condition: () => boolean): Promise<void> => {
  for (let turn = 0; turn < 2000 && !condition(); turn++) await new Promise((resolve) => setTimeout(resolve, 1))
  assert.ok(condition(), 'it never happened')
}

export const isKsError = (kind: ErrorKind, pattern: RegExp) => (error: unknown) => {
  assert.ok(error instanceof KsError, String(error))
  assert.equal(error.kind, kind)
  assert.match(error.message, pattern)
  return true
}
