// A group whose coordinator goes away: members go on as long as their sessions last.

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { fetchOffsets } from '../../../src/runtime/kafka/group/group-offsets.ts'
import { brokerSkip, ownBroker } from '../../support/kafka-broker.ts'
import { addMember, newGroup, noAbort, partitionsOf } from './real-members.ts'

suite('groups', { skip: brokerSkip() }, () => {
  test('outlive a broker that is killed and started again', async (t) => {
    const broker = await ownBroker()
    t.after(() => broker.close())
    const at = await newGroup(broker)
    const { group, topic } = at
    const { member, client, reasons } = await addMember(t, at, { sessionTimeoutMs: 60_000 })
    await member.join(noAbort)
    const { generationId } = member

    const { member: late } = await addMember(t, { ...at, group: `${group}-late` })
    await broker.kill()
    const joining = late.join(noAbort)
    const committing = member.commit([{ topic, partition: 1, offset: 9, metadata: 'in the dark' }])
    assert.equal(member.isCurrent, true)
    await broker.start()
    await committing
    assert.deepEqual(partitionsOf(await joining, topic), [0, 1, 2, 3])
    assert.equal(await member.check(), true)
    assert.deepEqual([member.generationId, reasons], [generationId, []])
    const offsets = await fetchOffsets(client, group, new Map([[topic, [1]]]), true)
    assert.deepEqual(offsets.get(topic)?.get(1), { offset: 9, metadata: 'in the dark' })
  })

  test('are lost to a broker that does not answer for a session, and come back', async (t) => {
    const broker = await ownBroker()
    t.after(() => broker.close())
    const at = await newGroup(broker)
    const { member, nextRebalance, reasons } = await addMember(t, at, { sessionTimeoutMs: 2_000 })
    await member.join(noAbort)
    const lost = nextRebalance()
    broker.pause()
    assert.equal(await lost, 'the member was lost (session.timeout.ms is over)')
    assert.equal(member.isCurrent, false)
    broker.resume()
    assert.deepEqual(partitionsOf(await member.join(noAbort), at.topic), [0, 1, 2, 3])
    assert.deepEqual([await member.check(), reasons.length], [true, 1])
  })

  test('follow their coordinator to another broker', async (t) => {
    const broker = await ownBroker({ nodes: 3 })
    t.after(() => broker.close())
    const at = await newGroup(broker)
    const { member, client, reasons } = await addMember(t, at, { sessionTimeoutMs: 60_000 })
    await member.join(noAbort)
    await member.commit([{ topic: at.topic, partition: 0, offset: 1, metadata: '' }])
    const { generationId } = member
    const coordinator = await client.coordinator('group', at.group)

    await broker.kill(coordinator)
    await member.commit([{ topic: at.topic, partition: 0, offset: 2, metadata: '' }])
    assert.equal(await member.check(), true)
    assert.notEqual(await client.coordinator('group', at.group), coordinator)
    assert.deepEqual([member.generationId, reasons], [generationId, []])
    const offsets = await fetchOffsets(client, at.group, 'all', true)
    assert.equal(offsets.get(at.topic)?.get(0)?.offset, 2)
  })
})
