// Random topologies and records in Kafka Streams and in ks. KS_TEST_CASES says how many; KS_TEST_SEED, which is printed when a
// case differs, where to start.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { javaMissing } from '../support/kafka-jars.ts'
import type { Case } from './cases.ts'
import { compare, differenceText, shrink, type Comparison } from './compare.ts'
import { generateCase } from './generate.ts'
import { startOracle } from './oracle.ts'

const count = Number(process.env['KS_TEST_CASES'] ?? 2000)
const firstSeed = Number(process.env['KS_TEST_SEED'] ?? 1)
/** How many cases the oracle has in advance, so that neither side waits for the other. */
const inFlight = 32

/** A cogroup of a stream that was a table with history counts as one for Kafka Streams; ks has no such rule. */
const refusal = 'suppress() is only supported for non-versioned KTables'

test(`${count} random cases give what Kafka Streams gives`, { skip: javaMissing() }, async () => {
  const oracle = await startOracle()
  try {
    const running: { seed: number; testCase: Case; comparison: Promise<Comparison> }[] = []
    for (let seed = firstSeed; seed < firstSeed + count || running.length > 0; seed++) {
      if (seed < firstSeed + count) {
        const testCase = generateCase(seed)
        const comparison = compare(oracle, testCase)
        comparison.catch(() => undefined) // it is awaited when its turn comes, which may be after it has failed
        running.push({ seed, testCase, comparison })
        if (running.length < inFlight) continue
      }
      const next = running.shift()
      if (next === undefined) break
      const { expected, equal } = await next.comparison
      if ('error' in expected && expected.error.includes(refusal)) continue
      if ('error' in expected) assert.fail(`KS_TEST_SEED=${next.seed}: no case for Kafka Streams: ${expected.error}`)
      if (equal) continue
      const smallest = await shrink(oracle, next.testCase)
      assert.fail(`KS_TEST_SEED=${next.seed}\n${differenceText(smallest, await compare(oracle, smallest))}`)
    }
  } finally {
    await oracle.close()
  }
})
