// Deleting what has been read: what a refusal, a lost broker and an unknown leader come to.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { codeOf } from '../../../src/runtime/kafka/error-codes.ts'
import { deleteRecordsBefore } from '../../../src/runtime/kafka/delete-records-before.ts'
import { KafkaConnectionError } from '../../../src/runtime/kafka/kafka-errors.ts'
import type { ApiRequest } from '../../../src/runtime/kafka/protocol/api-request.ts'

const beginnings = [
  { topic: 't', partition: 0, before: 5 },
  { topic: 't', partition: 1, before: 6 },
]

/** @param answers of nodes 1 and 2, the leaders of the partitions: names of error codes, or a failure. */
const clientOf = (...answers: (string | Error)[]) => {
  const channels: (string | undefined)[] = []
  return {
    channels,
    leader: (_topic: string, partition: number) => (partition < answers.length ? partition + 1 : undefined),
    request: <T>(node: number | 'any', _request: ApiRequest<T>, channel?: string): Promise<T> => {
      channels.push(channel)
      const answer = answers[Number(node) - 1] ?? ''
      if (answer instanceof Error) return Promise.reject(answer)
      const partitions = [{ partition: Number(node) - 1, lowWatermark: 0, errorCode: codeOf(answer) }]
      return Promise.resolve({ topics: [{ topic: 't', partitions }] } as T)
    },
  }
}

test('a right that is missing is told, with the partition', async () => {
  const problem = await deleteRecordsBefore(clientOf('NONE', 'TOPIC_AUTHORIZATION_FAILED'), beginnings)
  assert.equal(problem?.kind, 'denied')
  assert.match(problem.message, /cannot delete records of t-1: .*TOPIC_AUTHORIZATION_FAILED/)
})

test('what passes by itself is not, nor a connection that is lost or closed', async () => {
  const lost = new KafkaConnectionError('b', 'gone')
  const closed = new KafkaConnectionError('b', 'the client is closed', { retriable: false })
  for (const answers of [['NOT_LEADER_OR_FOLLOWER', lost], [closed], []]) {
    assert.equal(await deleteRecordsBefore(clientOf(...answers), beginnings), undefined)
  }
})

test('nothing that is urgent waits behind it', async () => {
  const client = clientOf('NONE', 'NONE')
  await deleteRecordsBefore(client, beginnings)
  assert.deepEqual(client.channels, ['purge', 'purge'])
})
