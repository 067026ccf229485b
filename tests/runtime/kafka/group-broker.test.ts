// Groups of real members with a real coordinator.

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { GroupFenced } from '../../../src/runtime/kafka/group/group-errors.ts'
import { commitOffsets, fetchOffsets } from '../../../src/runtime/kafka/group/group-offsets.ts'
import { KsError } from '../../../src/runtime/model/errors.ts'
import { brokerSkip, sharedBroker, uniqueName } from '../../support/kafka-broker.ts'
import { addMember, deal, newGroup, noAbort, partitionsOf } from './real-members.ts'

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

const isKsError =
  (kind: string, part: string) =>
  (error: unknown): boolean =>
    error instanceof KsError && error.kind === kind && error.message.includes(part)

suite('groups', { skip: brokerSkip() }, () => {
  test('share partitions, and share them anew when a member comes or goes', async (t) => {
    const at = await newGroup(await sharedBroker())
    const { topic } = at
    const a = await addMember(t, at)
    const alone = await a.member.join(noAbort)
    assert.deepEqual([alone.isLeader, partitionsOf(alone, topic)], [true, [0, 1, 2, 3]])
    assert.equal(alone.userData.toString(), `for ${a.member.memberId}`)

    const b = await addMember(t, at)
    const due = a.nextRebalance()
    const joining = b.member.join(noAbort)
    assert.equal(await due, 'the group is rebalancing')
    // It may still commit now.
    await a.member.commit([{ topic, partition: 0, offset: 1, metadata: '' }])
    const both = await Promise.all([a.member.join(noAbort), joining])
    assert.deepEqual(
      both.map((result) => partitionsOf(result, topic).length),
      [2, 2],
    )
    assert.deepEqual(both.flatMap((result) => partitionsOf(result, topic)).sort(), [0, 1, 2, 3])
    assert.equal(a.member.generationId, b.member.generationId)

    const left = a.nextRebalance()
    const start = performance.now()
    await b.member.leave()
    await left
    assert.ok(performance.now() - start < 15_000, 'long before the session of the member would end')
    assert.deepEqual(partitionsOf(await a.member.join(noAbort), topic), [0, 1, 2, 3])
    assert.deepEqual(a.reasons, ['the group is rebalancing', 'the group is rebalancing'])
  })

  test('keep a member whose caller is busy for longer than the session, and drop one without heartbeats', async (t) => {
    const at = await newGroup(await sharedBroker())
    const { group, topic } = at
    const short = { sessionTimeoutMs: 3_000, heartbeatIntervalMs: 200 }
    const a = await addMember(t, at, short)
    await a.member.join(noAbort)
    await pause(5_000)
    assert.deepEqual([a.member.isCurrent, await a.member.check(), a.reasons], [true, true, []])
    await a.member.commit([{ topic, partition: 1, offset: 5, metadata: '' }])

    const generation = { generationId: a.member.generationId, memberId: a.member.memberId }
    a.member.stop()
    await pause(5_000)
    const late = commitOffsets(
      a.client,
      { groupId: group, groupInstanceId: null, ...generation },
      [{ topic, partition: 1, offset: 6, metadata: '' }],
      { retryBackoffMs: 20, goOn: () => true },
    )
    await assert.rejects(late, (error) => error instanceof GroupFenced && error.reason === 'UNKNOWN_MEMBER_ID')
    // And it comes back by itself.
    await a.member.join(noAbort)
    assert.equal(await a.member.check(), true)
  })

  test('keep a member while it assigns for longer than the session', async (t) => {
    const at = await newGroup(await sharedBroker())
    const { topic } = at
    const slow = await addMember(t, at, {
      sessionTimeoutMs: 3_000,
      heartbeatIntervalMs: 200,
      assign: async (members) => {
        await pause(5_000)
        return deal(members, topic)
      },
    })
    assert.deepEqual(partitionsOf(await slow.member.join(noAbort), topic), [0, 1, 2, 3])
    assert.deepEqual([await slow.member.check(), slow.reasons], [true, []])
  })

  test('give a static member that starts again its partitions back; the others do not notice', async (t) => {
    const at = await newGroup(await sharedBroker())
    const { topic } = at
    const one = await addMember(t, at, { groupInstanceId: 'one' })
    const two = await addMember(t, at, { groupInstanceId: 'two' })
    await one.member.join(noAbort)
    const due = one.nextRebalance()
    const joining = two.member.join(noAbort)
    await due
    const [, assigned] = await Promise.all([one.member.join(noAbort), joining])
    const reported = one.reasons.length
    const { generationId } = one.member

    two.member.stop()
    const again = await addMember(t, at, { groupInstanceId: 'two' })
    const restarted = await again.member.join(noAbort)
    assert.deepEqual(partitionsOf(restarted, topic), partitionsOf(assigned, topic))
    assert.equal(again.member.generationId, generationId)
    await pause(500)
    assert.deepEqual([one.reasons.length, await one.member.check(), again.reasons], [reported, true, []])
    await again.member.commit([{ topic, partition: 0, offset: 3, metadata: '' }])

    // The leader as well.
    one.member.stop()
    const leader = await addMember(t, at, { groupInstanceId: 'one' })
    await leader.member.join(noAbort)
    assert.equal(leader.member.generationId, generationId)
    assert.deepEqual([await again.member.check(), again.reasons], [true, []])
  })

  test('fence the older of two members with one group.instance.id', async (t) => {
    const at = await newGroup(await sharedBroker())
    const { topic } = at
    const old = await addMember(t, at, { groupInstanceId: 'same' })
    await old.member.join(noAbort)
    const lost = old.nextRebalance()
    const young = await addMember(t, at, { groupInstanceId: 'same' })
    await young.member.join(noAbort)
    assert.equal(await lost, 'the member was lost (FENCED_INSTANCE_ID)')
    assert.deepEqual([old.member.isCurrent, await old.member.check()], [false, false])
    await assert.rejects(old.member.commit([{ topic, partition: 0, offset: 1, metadata: '' }]), GroupFenced)
    await assert.rejects(old.member.join(noAbort), isKsError('busy', "group.instance.id 'same'"))
    assert.equal(await young.member.check(), true)
    // What the old one does at the end must not take the young one with it.
    await old.member.leave()
    assert.equal(await young.member.check(), true)
  })

  test('refuse commits of an earlier generation', async (t) => {
    const at = await newGroup(await sharedBroker())
    const { group, topic } = at
    const a = await addMember(t, at)
    await a.member.join(noAbort)
    const { memberId } = a.member
    await a.member.join(noAbort)
    assert.equal(a.member.memberId, memberId)
    const stale = { groupId: group, groupInstanceId: null, memberId, generationId: a.member.generationId - 1 }
    const offsets = [{ topic, partition: 0, offset: 1, metadata: '' }]
    await assert.rejects(
      commitOffsets(a.client, stale, offsets, { retryBackoffMs: 20, goOn: () => true }),
      (error) => error instanceof GroupFenced && error.reason === 'ILLEGAL_GENERATION',
    )
    await a.member.commit(offsets)
  })

  test('store offsets with metadata; what was not committed is -1', async (t) => {
    const at = await newGroup(await sharedBroker())
    const { group, topic } = at
    const { member, client } = await addMember(t, at)
    await member.join(noAbort)
    await member.commit([
      { topic, partition: 0, offset: 42, leaderEpoch: 0, metadata: 'stream time' },
      { topic, partition: 3, offset: 2 ** 40, metadata: '' },
    ])
    const offsets = await fetchOffsets(client, group, new Map([[topic, [0, 1, 3]]]), true)
    assert.deepEqual([...(offsets.get(topic) ?? [])].sort(), [
      [0, { offset: 42, metadata: 'stream time' }],
      [1, { offset: -1, metadata: '' }],
      [3, { offset: 2 ** 40, metadata: '' }],
    ])
    const all = await fetchOffsets(client, group, 'all', false)
    assert.deepEqual([...(all.get(topic)?.keys() ?? [])].sort(), [0, 3])
    assert.equal((await fetchOffsets(client, uniqueName('no-group'), 'all', true)).size, 0)
  })

  test('refuse another kind of client, and a session that the broker does not allow', async (t) => {
    const at = await newGroup(await sharedBroker())
    const { member } = await addMember(t, at)
    await member.join(noAbort)
    const other = await addMember(t, at, { protocolName: 'range' })
    await assert.rejects(other.member.join(noAbort), isKsError('config', 'another kind of client'))
    const hasty = await addMember(t, at, { sessionTimeoutMs: 10 })
    await assert.rejects(hasty.member.join(noAbort), isKsError('config', 'session.timeout.ms'))
    assert.equal(await member.check(), true)
  })

  test("are what Kafka's own tool shows", async (t) => {
    const at = await newGroup(await sharedBroker())
    const { group, topic } = at
    const { member } = await addMember(t, at, { groupInstanceId: 'shown' })
    await member.join(noAbort)
    await member.commit([{ topic, partition: 2, offset: 7, metadata: '' }])
    const { broker } = at
    const describe = (...more: readonly string[]) =>
      broker.kafkaTool('org.apache.kafka.tools.consumer.group.ConsumerGroupCommand', [
        ...['--bootstrap-server', broker.bootstrap, '--describe', '--group', group],
        ...more,
      ])
    const members = await describe('--members', '--verbose')
    assert.match(
      members.stdout,
      new RegExp(`${group}\\s+${member.memberId}\\s+shown\\s.*${topic}[:(]0,1,2,3`),
      members.stdout,
    )
    const offsets = await describe()
    assert.match(offsets.stdout, new RegExp(`${group}\\s+${topic}\\s+2\\s+7\\s.*${member.memberId}`), offsets.stdout)
  })

  test('survive a join that is given up while the broker holds it', async (t) => {
    const at = await newGroup(await sharedBroker())
    const { topic } = at
    const a = await addMember(t, at)
    await a.member.join(noAbort)
    const due = a.nextRebalance()
    const b = await addMember(t, at)
    const abort = new AbortController()
    const joining = b.member.join(abort.signal)
    // The broker now waits for a, which does not come.
    await due
    abort.abort(new Error('stopped'))
    await assert.rejects(joining, /stopped/)
    const start = performance.now()
    await b.member.leave()
    assert.deepEqual(partitionsOf(await a.member.join(noAbort), topic), [0, 1, 2, 3])
    assert.ok(performance.now() - start < 15_000, 'long before the session of the member would end')
  })
})
