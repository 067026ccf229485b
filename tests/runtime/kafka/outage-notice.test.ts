// What is said while the cluster is waited for, and what is not.

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { KafkaConnectionError } from '../../../src/runtime/kafka/kafka-errors.ts'
import { OutageNotice } from '../../../src/runtime/kafka/outage-notice.ts'

const refused = new KafkaConnectionError('b:9092', 'connection refused')

const started = (): { notice: OutageNotice; told: string[]; wait: (ms: number) => void } => {
  let nowMs = 1000
  const told: string[] = []
  const notice = new OutageNotice(
    () => nowMs,
    (message) => told.push(message),
  )
  return { notice, told, wait: (ms) => (nowMs += ms) }
}

suite('an outage', () => {
  test('is told once, however many partitions it has and however often they are tried', () => {
    const { notice, told, wait } = started()
    for (let second = 0; second < 60; second++) {
      notice.failed('read t-0', refused)
      notice.failed('write to u-1', refused)
      wait(1000)
    }
    assert.deepEqual(told, ['waiting for the cluster: cannot read t-0: broker b:9092: connection refused'])
  })

  test('that is over after a moment is not told', () => {
    const { notice, told, wait } = started()
    for (let round = 0; round < 10; round++) {
      notice.failed('read t-0', refused)
      wait(4000)
      notice.failed('read t-0', refused)
      notice.passed('read t-0')
    }
    assert.deepEqual(told, [])
  })

  test('is over when all go on; the next one is told again', () => {
    const { notice, told, wait } = started()
    const fail = (...places: string[]): void => {
      for (const place of places) notice.failed(place, refused)
      wait(6000)
      for (const place of places) notice.failed(place, refused)
    }
    fail('read t-0', 'read t-1')
    notice.passed('read t-0')
    fail('read t-0')
    assert.equal(told.length, 1)
    notice.passed('read t-0')
    notice.passed('read t-1')
    fail('read t-0')
    assert.equal(told.length, 2)
  })

  test('of a partition that is tried no more is forgotten', () => {
    const { notice, told, wait } = started()
    notice.failed('read t-0', refused)
    wait(6000)
    notice.failed('read t-0', refused)
    wait(120_000)
    notice.failed('read u-0', refused)
    wait(6000)
    notice.failed('read u-0', refused)
    assert.equal(told.length, 2)
  })
})
