// Heartbeats, with a coordinator whose answers the test writes.

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { systemClock } from '../../../src/runtime/tasks/clock.ts'
import { code, lostConnection, memberOf, never, noAbort, ok, until } from './scripted-coordinator.ts'

suite('heartbeats', () => {
  test('report a rebalance once, and the generation is good until the next join', async (t) => {
    const { member, reasons, count } = memberOf(t, { Heartbeat: () => code('REBALANCE_IN_PROGRESS') })
    await member.join(noAbort)
    await until(() => count('Heartbeat') > 3)
    assert.deepEqual(reasons, ['the group is rebalancing'])
    assert.equal(member.isCurrent, true)
    assert.equal(await member.check(), false)
    await member.join(noAbort)
    await until(() => reasons.length === 2)
  })

  for (const name of ['UNKNOWN_MEMBER_ID', 'ILLEGAL_GENERATION', 'FENCED_INSTANCE_ID', 'GROUP_AUTHORIZATION_FAILED']) {
    test(`stop at ${name}: the member is lost`, async (t) => {
      const { member, reasons, count } = memberOf(t, { Heartbeat: () => code(name) })
      await member.join(noAbort)
      await until(() => reasons.length > 0)
      assert.deepEqual(
        [reasons, member.isCurrent, await member.check()],
        [[`the member was lost (${name})`], false, false],
      )
      const beats = count('Heartbeat')
      await new Promise((resolve) => setTimeout(resolve, 30))
      assert.equal(count('Heartbeat'), beats)
      assert.equal(beats, 1)
    })
  }

  test('go on over lost connections; the member is lost when the session is over, not before', async (t) => {
    const { member, reasons, clock, count, forgotten } = memberOf(t, { Heartbeat: () => lostConnection() })
    await member.join(noAbort)
    await until(() => count('Heartbeat') > 5)
    assert.deepEqual([member.isCurrent, reasons, forgotten() > 0], [true, [], true])
    clock.advance(44_999)
    assert.equal(member.isCurrent, true)
    clock.advance(1)
    assert.equal(member.isCurrent, false)
    await until(() => reasons.length > 0)
    assert.deepEqual(reasons, ['the member was lost (session.timeout.ms is over)'])
  })

  test('do not prolong the session when somebody sets the time back', async (t) => {
    const { member, reasons, clock, count } = memberOf(t, { Heartbeat: () => lostConnection() })
    await member.join(noAbort)
    await until(() => count('Heartbeat') > 1)
    clock.step(-3_600_000)
    clock.advance(44_999)
    assert.deepEqual([member.isCurrent, reasons], [true, []])
    clock.advance(1)
    assert.equal(member.isCurrent, false)
    await until(() => reasons.length > 0)
  })

  test('that get no answer at all do not hide the end of the session', async (t) => {
    const { member, reasons } = memberOf(t, { Heartbeat: () => never }, { sessionTimeoutMs: 50, clock: systemClock })
    await member.join(noAbort)
    await until(() => reasons.length > 0)
    assert.equal(member.isCurrent, false)
  })

  test('prolong the session', async (t) => {
    const { member, clock, count, reasons } = memberOf(t, {})
    await member.join(noAbort)
    for (let seconds = 0; seconds < 120; seconds += 30) {
      clock.advance(30_000)
      const beats = count('Heartbeat')
      await until(() => count('Heartbeat') > beats + 1)
      assert.equal(member.isCurrent, true)
    }
    assert.deepEqual(reasons, [])
  })

  test('of an earlier generation say nothing about the next', async (t) => {
    let late: (value: object) => void = () => undefined
    const held = new Promise<object>((resolve) => (late = resolve))
    const { member, reasons, count } = memberOf(t, { Heartbeat: (nth) => (nth === 1 ? held : ok) })
    await member.join(noAbort)
    await until(() => count('Heartbeat') === 1)
    await member.join(noAbort)
    late(code('UNKNOWN_MEMBER_ID'))
    await until(() => count('Heartbeat') > 3)
    assert.deepEqual([reasons, member.isCurrent], [[], true])
  })

  test('stop with stop(), without leaving', async (t) => {
    const { member, count } = memberOf(t, {})
    await member.join(noAbort)
    member.stop()
    const beats = count('Heartbeat')
    await new Promise((resolve) => setTimeout(resolve, 30))
    assert.ok(count('Heartbeat') <= beats + 1)
    assert.deepEqual([count('LeaveGroup'), member.isCurrent, member.memberId], [0, false, ''])
  })
})

test('check asks the coordinator now, again over a lost connection', async (t) => {
  const { member, count } = memberOf(
    t,
    { Heartbeat: (nth) => (nth === 2 ? lostConnection() : ok) },
    { heartbeatIntervalMs: 3_600_000 },
  )
  assert.equal(await member.check(), false)
  await member.join(noAbort)
  await until(() => count('Heartbeat') === 1)
  assert.equal(await member.check(), true)
  assert.equal(count('Heartbeat'), 3)
})
