// How long a task may start over because nobody knows how its transactions ended.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { TransactionUncertain } from '../../src/runtime/kafka/producer/producer-errors.ts'
import { KsError } from '../../src/runtime/model/errors.ts'
import { TransactionPatience } from '../../src/runtime/transaction-patience.ts'

test('it ends after task.timeout.ms without a commit, for each task by itself', () => {
  let nowMs = 0
  const patience = new TransactionPatience(1000, () => nowMs)
  const problem = new TransactionUncertain('no answer', undefined)
  patience.uncertain('0_0', problem)
  patience.uncertain('0_1', problem)
  nowMs = 900
  patience.uncertain('0_0', problem)
  patience.committed('0_0')
  nowMs = 1000
  patience.uncertain('0_0', problem)
  assert.throws(
    () => patience.uncertain('0_1', problem),
    (error) => error instanceof KsError && error.kind === 'broker' && /0_1 .* 1000 ms: no answer/.test(error.message),
  )
})
