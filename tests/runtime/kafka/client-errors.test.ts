// Error codes have Kafka's names, and what is told to a user says what to do.

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { codeOf, errorCode } from '../../../src/runtime/kafka/error-codes.ts'
import {
  isRetriable,
  KafkaConnectionError,
  KafkaError,
  throwIfError,
  toKsError,
} from '../../../src/runtime/kafka/kafka-errors.ts'
import { KsError } from '../../../src/runtime/model/errors.ts'

suite('error codes', () => {
  // As org.apache.kafka.common.protocol.Errors and the RetriableExceptions of Kafka 4.1 have them.
  const known: readonly (readonly [code: number, name: string, retriable: boolean])[] = [
    [-1, 'UNKNOWN_SERVER_ERROR', false],
    [0, 'NONE', false],
    [1, 'OFFSET_OUT_OF_RANGE', false],
    [3, 'UNKNOWN_TOPIC_OR_PARTITION', true],
    [6, 'NOT_LEADER_OR_FOLLOWER', true],
    [15, 'COORDINATOR_NOT_AVAILABLE', true],
    [16, 'NOT_COORDINATOR', true],
    [22, 'ILLEGAL_GENERATION', false],
    [27, 'REBALANCE_IN_PROGRESS', false],
    [47, 'INVALID_PRODUCER_EPOCH', false],
    [51, 'CONCURRENT_TRANSACTIONS', true],
    [74, 'FENCED_LEADER_EPOCH', true],
    [79, 'MEMBER_ID_REQUIRED', false],
    [82, 'FENCED_INSTANCE_ID', false],
    [88, 'UNSTABLE_OFFSET_COMMIT', true],
    [90, 'PRODUCER_FENCED', false],
    [133, 'SHARE_SESSION_LIMIT_REACHED', true],
  ]
  for (const [code, name, retriable] of known) {
    test(name, () => {
      const { message, ...rest } = errorCode(code)
      assert.deepEqual(rest, { code, name, retriable })
      assert.match(message, /\w\.$/)
      assert.equal(codeOf(name), code)
    })
  }

  test('have no gaps and no two names', () => {
    const all = Array.from({ length: 135 }, (_, index) => errorCode(index - 1).name)
    assert.deepEqual(
      all.filter((name) => /^ERROR_/.test(name)),
      [],
    )
    assert.equal(new Set(all).size, 135)
  })

  test('that are not known keep their number', () => {
    assert.deepEqual([errorCode(999).name, errorCode(999).retriable], ['ERROR_999', false])
    assert.match(errorCode(999).message, /999/)
    assert.throws(() => codeOf('NO_SUCH_NAME'), /NO_SUCH_NAME/)
  })
})

suite('errors', () => {
  test('of a broker carry what it said', () => {
    const error = new KafkaError(42, 'CreateTopics', 'Unknown topic config name: x')
    assert.deepEqual(
      [error.name, error.code, error.retriable, error.api, error.message],
      ['INVALID_REQUEST', 42, false, 'CreateTopics', 'Unknown topic config name: x'],
    )
    assert.equal(new KafkaError(16, 'Heartbeat', null).message, 'This is not the correct coordinator.')
  })

  test('are thrown for codes other than 0', () => {
    throwIfError(0, 'Heartbeat')
    assert.throws(
      () => {
        throwIfError(25, 'Heartbeat')
      },
      { name: 'UNKNOWN_MEMBER_ID', api: 'Heartbeat' },
    )
  })

  test('can be retried or not', () => {
    assert.deepEqual(
      [
        new KafkaError(16, 'x'),
        new KafkaError(90, 'x'),
        new KafkaConnectionError('b', 'm'),
        new Error('x'),
        'x',
        new KsError('broker', 'x'),
      ].map(isRetriable),
      [true, false, true, false, false, false],
    )
  })
})

suite('what a user is told', () => {
  const told: readonly (readonly [error: unknown, kind: string, message: string, hint: RegExp])[] = [
    [
      new KafkaError(29, 'Metadata'),
      'denied',
      'cannot read orders: Topic authorization failed (TOPIC_AUTHORIZATION_FAILED)',
      /kafka-acls/,
    ],
    [
      new KafkaError(3, 'Fetch'),
      'config',
      'cannot read orders: This server does not host this topic-partition (UNKNOWN_TOPIC_OR_PARTITION)',
      /create the topic/,
    ],
    [
      new KafkaError(23, 'JoinGroup'),
      'config',
      "cannot read orders: The group member's supported protocols are incompatible with those of existing members or first group member tried to join with empty protocol type or empty protocol list (INCONSISTENT_GROUP_PROTOCOL)",
      /group\.id/,
    ],
    [
      new KafkaError(14, 'Heartbeat'),
      'broker',
      "cannot read orders: The coordinator is loading and hence can't process requests (COORDINATOR_LOAD_IN_PROGRESS)",
      /try again/,
    ],
    [
      new KafkaError(-1, 'Fetch', 'Boom.'),
      'broker',
      'cannot read orders: Boom (UNKNOWN_SERVER_ERROR)',
      /logs of the broker/,
    ],
    [
      new KafkaConnectionError('kafka-1:9092', 'connection refused (ECONNREFUSED)'),
      'broker',
      'cannot read orders: broker kafka-1:9092: connection refused (ECONNREFUSED)',
      /can be reached from here/,
    ],
    [new TypeError('x is not a function'), 'broker', 'cannot read orders: x is not a function', /logs/],
  ]
  for (const [error, kind, message, hint] of told) {
    test(message, () => {
      const said = toKsError(error, 'read orders')
      assert.deepEqual([said.kind, said.message, said.cause], [kind, message, error])
      assert.match(said.hint ?? '', hint)
    })
  }

  test('is said once', () => {
    const error = new KsError('denied', 'no', { hint: 'x' })
    assert.equal(toKsError(error, 'read orders'), error)
  })
})
