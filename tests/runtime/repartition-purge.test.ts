// Deleting what has been read of repartition topics, beside the work.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import type { KafkaClient } from '../../src/runtime/kafka/client.ts'
import { codeOf } from '../../src/runtime/kafka/error-codes.ts'
import { RepartitionPurge } from '../../src/runtime/repartition-purge.ts'

const read = [{ topic: 't', partition: 0, before: 5 }]
const denied = {
  topics: [
    { topic: 't', partitions: [{ partition: 0, lowWatermark: 0, errorCode: codeOf('TOPIC_AUTHORIZATION_FAILED') }] },
  ],
}

const started = () => {
  const answers: ((answer: object) => void)[] = []
  const notices: string[] = []
  let nowMs = 1000
  const client = {
    leader: () => 1,
    request: () => new Promise((resolve) => answers.push(resolve)),
  } as unknown as KafkaClient
  const purge = new RepartitionPurge({
    client,
    intervalMs: 100,
    elapsed: () => nowMs,
    notice: (message) => notices.push(message),
  })
  return { purge, answers, notices, wait: (ms: number) => (nowMs += ms) }
}

test('there is one at a time, when the interval is over, and nobody waits for it', async () => {
  const { purge, answers, wait } = started()
  purge.offer(() => read)
  assert.equal(answers.length, 0)
  wait(100)
  purge.offer(() => read)
  wait(1000)
  purge.offer(() => read)
  assert.equal(answers.length, 1)
  answers[0]?.({ topics: [] })
  await turn()
  purge.offer(() => read)
  assert.equal(answers.length, 2)
})

test('a missing right is told once', async () => {
  const { purge, answers, notices, wait } = started()
  for (let round = 0; round < 3; round++) {
    wait(100)
    purge.offer(() => read)
    answers[round]?.(denied)
    await turn()
  }
  assert.equal(answers.length, 3)
  assert.equal(notices.length, 1)
  assert.match(notices[0] ?? '', /repartition topics stays there: cannot delete records of t-0/)
})
