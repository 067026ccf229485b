// Topics that are made while the controller moves: what the cluster says about an attempt whose outcome is not known.

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { createTopicsNow } from '../../../src/runtime/kafka/admin/topic-admin.ts'
import type { KafkaClient } from '../../../src/runtime/kafka/client.ts'
import { codeOf } from '../../../src/runtime/kafka/error-codes.ts'
import { ensureInternalTopics } from '../../../src/runtime/kafka/internal-topics.ts'
import { KafkaConnectionError } from '../../../src/runtime/kafka/kafka-errors.ts'
import type { ApiRequest } from '../../../src/runtime/kafka/protocol/api-request.ts'
import { KsError } from '../../../src/runtime/model/errors.ts'

/** A cluster that answers CreateTopics with these codes in turn, or fails so; `exists` decides when the topic is there. */
const clusterOf = (...outcomes: readonly (string | Error)[]) => {
  let requests = 0
  const partitions = [{ partition: 0, errorCode: 0, leader: 1, leaderEpoch: 0, replicas: [], isr: [] }]
  const topic = { name: 't', isInternal: false, errorCode: 0, partitions }
  const client = {
    controller: () => Promise.resolve(1),
    refreshMetadata: () => Promise.resolve(),
    topics: () => Promise.resolve(requests === 0 ? new Map() : new Map([['t', topic]])),
    request: <T>(_node: number | 'any', request: ApiRequest<T>): Promise<T> => {
      assert.equal(request.name, 'CreateTopics')
      const outcome = outcomes[requests++] ?? 'NONE'
      if (outcome instanceof Error) return Promise.reject(outcome)
      return Promise.resolve({ topics: [{ name: 't', errorCode: codeOf(outcome), errorMessage: null }] } as T)
    },
  } as unknown as KafkaClient
  return { client, requests: () => requests }
}

const lost = new KafkaConnectionError('b:9092', 'the broker closed the connection', { uncertain: true })
const unsent = new KafkaConnectionError('b:9092', 'connection refused')
const exists = 'TOPIC_ALREADY_EXISTS'

const makers = {
  'a topic of ks itself': (client: KafkaClient) =>
    ensureInternalTopics(client, [{ name: 't', partitions: 1, configs: {} }], 1),
  'a topic of a user': (client: KafkaClient) =>
    createTopicsNow(client, [{ name: 't', numPartitions: 1, replicationFactor: 1, configs: {} }]),
}

for (const [what, make] of Object.entries(makers)) {
  suite(what, () => {
    test('is asked for again over what passes', async () => {
      for (const first of ['NOT_CONTROLLER', 'REQUEST_TIMED_OUT', lost, unsent]) {
        const { client, requests } = clusterOf(first)
        await make(client)
        assert.equal(requests(), 2)
      }
    })

    test('that an attempt without an answer has made is no error', async () => {
      for (const first of ['REQUEST_TIMED_OUT', lost]) {
        const { client, requests } = clusterOf(first, exists)
        await make(client)
        assert.equal(requests(), 2)
      }
    })

    test('that may not be made is refused at once', async () => {
      const { client, requests } = clusterOf('TOPIC_AUTHORIZATION_FAILED')
      await assert.rejects(make(client), (error) => error instanceof KsError && error.kind === 'denied')
      assert.equal(requests(), 1)
    })
  })
}

test('a topic of a user that was there before is one', async () => {
  for (const before of [[], ['NOT_CONTROLLER'], [unsent]]) {
    const { client } = clusterOf(...before, exists)
    await assert.rejects(makers['a topic of a user'](client), /TOPIC_ALREADY_EXISTS/)
  }
})
