// Committed offsets of a group, with a coordinator whose answers the test writes.

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { codeOf } from '../../../src/runtime/kafka/error-codes.ts'
import { GroupFenced } from '../../../src/runtime/kafka/group/group-errors.ts'
import { fetchOffsets } from '../../../src/runtime/kafka/group/group-offsets.ts'
import { coordinatorOf, isKsError, lostConnection, memberOf, noAbort, until } from './scripted-coordinator.ts'

suite('commit', () => {
  const offsets = [0, 2].map((partition) => ({ topic: 't', partition, offset: 5, metadata: '' }))
  const answered = (...codes: readonly number[]): object => ({
    topics: [
      { topic: 't', partitions: [0, 2].map((partition, index) => ({ partition, errorCode: codes[index] ?? 0 })) },
    ],
  })

  test('repeats what passes, for the partitions that need it', async (t) => {
    const { member, bodies, count, sent } = memberOf(t, {
      OffsetCommit: (nth) =>
        [
          lostConnection(),
          answered(codeOf('NOT_COORDINATOR'), codeOf('NOT_COORDINATOR')),
          answered(0, codeOf('COORDINATOR_LOAD_IN_PROGRESS')),
        ][nth - 1] ?? { topics: [{ topic: 't', partitions: [{ partition: 2, errorCode: 0 }] }] },
    })
    await member.join(noAbort)
    await member.commit(offsets)
    assert.equal(count('OffsetCommit'), 4)
    const sizes = bodies('OffsetCommit').map(({ length }) => length)
    assert.ok((sizes[3] ?? 0) < (sizes[2] ?? 0))
    // One that the broker holds on the channel of JoinGroup must not be in front of it.
    assert.notEqual(sent.find(({ name }) => name === 'OffsetCommit')?.channel, 'group')
  })

  for (const name of ['ILLEGAL_GENERATION', 'UNKNOWN_MEMBER_ID', 'FENCED_INSTANCE_ID', 'REBALANCE_IN_PROGRESS']) {
    test(`${name} fences`, async (t) => {
      const { member, reasons, count } = memberOf(t, { OffsetCommit: () => answered(0, codeOf(name)) })
      await member.join(noAbort)
      await assert.rejects(member.commit(offsets), (error) => error instanceof GroupFenced && error.reason === name)
      assert.equal(count('OffsetCommit'), 1)
      assert.equal(reasons.length, 1)
      assert.equal(member.isCurrent, name === 'REBALANCE_IN_PROGRESS')
    })
  }

  test('of somebody who is no member, or whose session is over, is not even sent', async (t) => {
    const { member, clock, count } = memberOf(
      t,
      { OffsetCommit: () => answered(0, 0) },
      { heartbeatIntervalMs: 3_600_000 },
    )
    await assert.rejects(member.commit(offsets), GroupFenced)
    await member.join(noAbort)
    clock.advance(45_000)
    await assert.rejects(member.commit(offsets), GroupFenced)
    member.stop()
    await assert.rejects(member.commit(offsets), GroupFenced)
    assert.equal(count('OffsetCommit'), 0)
  })

  test('is given up after session.timeout.ms, though the member is alive', async (t) => {
    const { member, clock, count } = memberOf(t, {
      OffsetCommit: async () => {
        clock.advance(20_000)
        const beats = count('Heartbeat')
        await until(() => count('Heartbeat') > beats + 1)
        return answered(codeOf('UNKNOWN_TOPIC_OR_PARTITION'), 0)
      },
    })
    await member.join(noAbort)
    await assert.rejects(member.commit(offsets), isKsError('config', 'UNKNOWN_TOPIC_OR_PARTITION'))
    assert.equal(count('OffsetCommit'), 3)
  })

  test('says what the user has to do', async (t) => {
    const { member } = memberOf(t, { OffsetCommit: () => answered(codeOf('TOPIC_AUTHORIZATION_FAILED'), 0) })
    await member.join(noAbort)
    await assert.rejects(member.commit(offsets), isKsError('denied', 'TOPIC_AUTHORIZATION_FAILED'))
  })

  test('that the answer does not mention is not done', async (t) => {
    const { member } = memberOf(t, { OffsetCommit: () => ({ topics: [] }) })
    await member.join(noAbort)
    await assert.rejects(member.commit(offsets), isKsError('broker', 'UNKNOWN_SERVER_ERROR'))
  })
})

suite('fetchOffsets', () => {
  const fetched = (errorCode: number, offset: number, group = 0): object => ({
    errorCode: group,
    topics: [{ topic: 't', partitions: [{ partition: 1, offset, leaderEpoch: -1, metadata: null, errorCode }] }],
  })

  test('waits for transactions that are not decided', async () => {
    const { client, count } = coordinatorOf({
      OffsetFetch: (nth) => (nth < 3 ? fetched(codeOf('UNSTABLE_OFFSET_COMMIT'), -1) : fetched(0, 7)),
    })
    const offsets = await fetchOffsets(client, 'g', new Map([['t', [1]]]), true)
    assert.deepEqual(offsets, new Map([['t', new Map([[1, { offset: 7, metadata: '' }]])]]))
    assert.equal(count('OffsetFetch'), 3)
  })

  test('goes on over a lost connection and a coordinator that moves', async () => {
    const { client, forgotten } = coordinatorOf({
      OffsetFetch: (nth) => [lostConnection(), fetched(0, 0, codeOf('NOT_COORDINATOR'))][nth - 1] ?? fetched(0, -1),
    })
    const offsets = await fetchOffsets(client, 'g', 'all', false)
    assert.equal(offsets.get('t')?.get(1)?.offset, -1)
    assert.equal(forgotten(), 2)
  })

  test('says what the user has to do', async () => {
    const { client } = coordinatorOf({ OffsetFetch: () => fetched(0, 0, codeOf('GROUP_AUTHORIZATION_FAILED')) })
    await assert.rejects(fetchOffsets(client, 'g', 'all', false), isKsError('denied', "group 'g'"))
  })
})
