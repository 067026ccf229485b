// The bytes that members of a group exchange.

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import {
  decodeAssignment,
  decodeSubscription,
  encodeAssignment,
  encodeSubscription,
} from '../../../src/runtime/kafka/group/consumer-protocol.ts'

suite('bytes of ConsumerProtocol', () => {
  test('are those of Kafka', () => {
    const subscription = encodeSubscription({ topics: ['ab'], userData: Buffer.from([9]) })
    assert.equal(subscription.toString('hex'), '0000' + '00000001' + '0002' + '6162' + '00000001' + '09')
    const assignment = encodeAssignment({ partitions: new Map([['ab', [1, 258]]]), userData: Buffer.alloc(0) })
    assert.equal(
      assignment.toString('hex'),
      '0000' + '00000001' + '0002' + '6162' + '00000002' + '00000001' + '00000102' + '00000000',
    )
  })

  test('of later versions are read as far as they are known', () => {
    const version1 = Buffer.from('0001' + '00000001' + '0002' + '6162' + 'ffffffff' + '00000000', 'hex')
    assert.deepEqual(decodeSubscription(version1), { topics: ['ab'], userData: Buffer.alloc(0) })
  })

  test('may be missing in an assignment, and are refused if they are cut', () => {
    assert.equal(decodeAssignment(Buffer.alloc(0)).partitions.size, 0)
    const assignment = encodeAssignment({ partitions: new Map([['ab', [1]]]), userData: Buffer.from('xyz') })
    assert.deepEqual(decodeAssignment(assignment), { partitions: new Map([['ab', [1]]]), userData: Buffer.from('xyz') })
    for (let length = 1; length < assignment.length; length++) {
      assert.throws(() => decodeAssignment(assignment.subarray(0, length)), RangeError)
    }
  })
})
