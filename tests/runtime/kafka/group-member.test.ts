// The group member on its way in and out, with a coordinator whose answers the test writes.

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { decodeAssignment, encodeSubscription } from '../../../src/runtime/kafka/group/consumer-protocol.ts'
import { ByteReader } from '../../../src/runtime/kafka/wire/byte-reader.ts'
import { toKsError } from '../../../src/runtime/kafka/kafka-errors.ts'
import { KsError } from '../../../src/runtime/model/errors.ts'
import {
  code,
  isKsError,
  joined,
  joinRefused,
  lostConnection,
  memberOf,
  never,
  noAbort,
  synced,
  until,
} from './scripted-coordinator.ts'

suite('join', () => {
  test('takes the id that the coordinator demands, and the assignment', async (t) => {
    const { member, bodies, names } = memberOf(t, {
      JoinGroup: (nth) => (nth === 1 ? joinRefused('MEMBER_ID_REQUIRED', 'my-id') : joined()),
    })
    assert.deepEqual([member.memberId, member.generationId, member.isCurrent], ['', -1, false])
    const result = await member.join(noAbort)
    assert.deepEqual(result, { partitions: new Map([['t', [0, 2]]]), userData: Buffer.from('u'), isLeader: false })
    assert.deepEqual([member.memberId, member.generationId, member.isCurrent], ['my-id', 3, true])
    assert.deepEqual(names().slice(0, 3), ['JoinGroup', 'JoinGroup', 'SyncGroup'])
    assert.ok(bodies('JoinGroup')[1]?.includes('my-id'))
  })

  for (const [held, other] of [
    ['JoinGroup', 'Stable'],
    ['SyncGroup', 'PreparingRebalance'],
  ] as const) {
    test(`asks again when the group has gone on and the answer to ${held} has not come`, async (t) => {
      const answer = held === 'JoinGroup' ? joined() : synced
      const { member, count } = memberOf(t, {
        [held]: (nth: number) => (nth === 1 ? never : answer),
        DescribeGroups: () => ({ groups: [{ errorCode: 0, state: other }] }),
      })
      await member.join(noAbort)
      assert.deepEqual([count(held), count('DescribeGroups')], [2, 2])
    })
  }

  test('waits as long as the group waits, and while nobody says how it is', async (t) => {
    const states = [
      { groups: [{ errorCode: 0, state: 'Stable' }] },
      { groups: [{ errorCode: 0, state: 'PreparingRebalance' }] },
      lostConnection(),
      { groups: [{ ...code('NOT_COORDINATOR'), state: '' }] },
    ]
    let join: (answer: object) => void = () => undefined
    const { member, count } = memberOf(t, {
      JoinGroup: () => new Promise((resolve) => (join = resolve)),
      DescribeGroups: (nth) => states[nth % states.length] ?? {},
    })
    const joining = member.join(noAbort)
    await until(() => count('DescribeGroups') > 3 * states.length)
    join(joined())
    await joining
    assert.equal(count('JoinGroup'), 1)
  })

  test('has the leader assign, with what each member says about itself', async (t) => {
    const metadata = encodeSubscription({ topics: ['t', 'u'], userData: Buffer.from('theirs') })
    let seen: unknown
    const { member, bodies } = memberOf(
      t,
      {
        JoinGroup: () =>
          joined({
            leader: 'my-id',
            members: ['my-id', 'other', 'idle'].map((memberId) => ({ memberId, groupInstanceId: null, metadata })),
          }),
      },
      {
        assign: (members) => {
          seen = members[1]
          return Promise.resolve(
            new Map([['other', { partitions: new Map([['u', [7]]]), userData: Buffer.from('do') }]]),
          )
        },
      },
    )
    const { isLeader } = await member.join(noAbort)
    assert.equal(isLeader, true)
    assert.deepEqual(seen, {
      memberId: 'other',
      groupInstanceId: null,
      topics: ['t', 'u'],
      userData: Buffer.from('theirs'),
    })

    const reader = new ByteReader(bodies('SyncGroup')[0] ?? Buffer.alloc(0))
    reader.string() // group
    assert.equal(reader.int32(), 3)
    reader.string() // member
    reader.nullableString() // instance
    const parts = reader.array(() => [reader.string(), decodeAssignment(reader.bytes())] as const)
    assert.deepEqual(
      parts.map(([id, { partitions }]) => [id, [...partitions]]),
      [
        ['my-id', []],
        ['other', [['u', [7]]]],
        ['idle', []],
      ],
    )
  })

  test('sends heartbeats while the leader assigns, none while the broker holds its SyncGroup', async (t) => {
    let finish: (value: object) => void = () => undefined
    const held = new Promise<object>((resolve) => (finish = resolve))
    const { member, count } = memberOf(
      t,
      { JoinGroup: () => joined({ leader: 'my-id' }), SyncGroup: () => held },
      {
        assign: async () => {
          await until(() => count('Heartbeat') >= 3)
          return new Map()
        },
      },
    )
    const result = member.join(noAbort)
    await until(() => count('SyncGroup') === 1)
    const before = count('Heartbeat')
    await new Promise((resolve) => setTimeout(resolve, 30))
    assert.ok(count('Heartbeat') <= before + 1)
    finish(synced)
    await result
    await until(() => count('Heartbeat') > before + 2)
  })

  test('goes on over a lost connection, a coordinator that moves or loads, and a rebalance in between', async (t) => {
    const answers = [
      lostConnection(),
      joinRefused('NOT_COORDINATOR'),
      joinRefused('COORDINATOR_LOAD_IN_PROGRESS'),
      joinRefused('COORDINATOR_NOT_AVAILABLE'),
    ]
    const { member, count, forgotten } = memberOf(t, {
      JoinGroup: (nth) => answers[nth - 1] ?? joined(),
      SyncGroup: (nth) =>
        [code('REBALANCE_IN_PROGRESS'), code('ILLEGAL_GENERATION'), lostConnection()][nth - 1] ?? synced,
    })
    await member.join(noAbort)
    assert.equal(count('JoinGroup'), 8)
    assert.equal(forgotten(), 4)
  })

  test('goes on when the coordinator cannot be found for long, ends when it never will be', async (t) => {
    const outage = toKsError(lostConnection(), 'find the coordinator')
    const { member, count } = memberOf(t, {
      FindCoordinator: (nth) => (nth < 4 ? outage : nth < 6 ? {} : new KsError('denied', 'no rights')),
    })
    await member.join(noAbort)
    assert.equal(count('JoinGroup'), 1)
    await assert.rejects(member.join(noAbort), isKsError('denied', 'no rights'))
  })

  test('gives up an id that the coordinator does not know', async (t) => {
    const { member, bodies } = memberOf(t, {
      JoinGroup: (nth) => (nth === 2 ? joinRefused('UNKNOWN_MEMBER_ID') : joined()),
    })
    await member.join(noAbort)
    await member.join(noAbort)
    assert.deepEqual(
      bodies('JoinGroup').map((body) => body.includes('my-id')),
      [false, true, false],
    )
  })

  test('asks for user data before each attempt', async (t) => {
    let asked = 0
    const { member, bodies } = memberOf(
      t,
      { JoinGroup: (nth) => (nth === 1 ? lostConnection() : joined()) },
      { userData: () => Buffer.from(`data-${++asked}`) },
    )
    await member.join(noAbort)
    assert.deepEqual(
      [bodies('JoinGroup')[0]?.includes('data-1'), bodies('JoinGroup')[1]?.includes('data-2')],
      [true, true],
    )
  })

  test('ends with the reason of the signal, also while the broker holds the request', async (t) => {
    const { member, count } = memberOf(t, { JoinGroup: () => never })
    const abort = new AbortController()
    const result = member.join(abort.signal)
    await until(() => count('JoinGroup') === 1)
    abort.abort(new Error('stopped by the user'))
    await assert.rejects(result, /stopped by the user/)
    assert.equal(member.isCurrent, false)
    await assert.rejects(member.join(abort.signal), /stopped by the user/)
    assert.equal(count('JoinGroup'), 1)
  })

  test('ends during a pause too', async (t) => {
    const { member, count } = memberOf(t, { JoinGroup: () => lostConnection() }, { retryBackoffMs: 60_000 })
    const abort = new AbortController()
    const result = member.join(abort.signal)
    await until(() => count('JoinGroup') === 1)
    abort.abort(new Error('stopped'))
    await assert.rejects(result, /stopped/)
  })

  test('passes on what assign throws, and stops its heartbeats', async (t) => {
    const { member, count } = memberOf(
      t,
      { JoinGroup: () => joined({ leader: 'my-id' }) },
      { assign: () => Promise.reject(new KsError('config', 'two programs')) },
    )
    await assert.rejects(member.join(noAbort), isKsError('config', 'two programs'))
    const beats = count('Heartbeat')
    await new Promise((resolve) => setTimeout(resolve, 30))
    assert.equal(count('Heartbeat'), beats)
  })

  const refusals: readonly [name: string, kind: string, part: string][] = [
    ['FENCED_INSTANCE_ID', 'busy', "group.instance.id 'i1'"],
    ['INCONSISTENT_GROUP_PROTOCOL', 'config', 'another kind of client'],
    ['INVALID_SESSION_TIMEOUT', 'config', 'session.timeout.ms'],
    ['INVALID_GROUP_ID', 'config', "'g'"],
    ['GROUP_MAX_SIZE_REACHED', 'denied', 'as many members'],
    ['GROUP_AUTHORIZATION_FAILED', 'denied', "group 'g'"],
    ['UNSUPPORTED_VERSION', 'broker', 'UNSUPPORTED_VERSION'],
  ]
  for (const [name, kind, part] of refusals) {
    test(`${name} is for the user`, async (t) => {
      const { member, count } = memberOf(t, { JoinGroup: () => joinRefused(name) }, { groupInstanceId: 'i1' })
      await assert.rejects(member.join(noAbort), isKsError(kind, part))
      assert.equal(count('JoinGroup'), 1)
    })
  }

  test('tells a leader that another kind of data is in the group', async (t) => {
    const members = [{ memberId: 'x', groupInstanceId: null, metadata: Buffer.from([0, 1, 255]) }]
    const { member } = memberOf(t, { JoinGroup: () => joined({ leader: 'my-id', members }) })
    await assert.rejects(member.join(noAbort), isKsError('config', 'not that of a consumer'))
  })
})

suite('leave', () => {
  test('is sent beside the channel of JoinGroup', async (t) => {
    const { member, sent } = memberOf(t, {})
    await member.join(noAbort)
    await member.leave()
    const leave = sent.at(-1)
    assert.equal(leave?.name, 'LeaveGroup')
    assert.notEqual(leave?.channel, 'group')
    assert.deepEqual([member.memberId, member.generationId, member.isCurrent], ['', -1, false])
  })

  test('is not sent by somebody who never joined', async (t) => {
    const { member, count } = memberOf(t, {})
    await member.leave()
    assert.equal(count('LeaveGroup'), 0)
  })

  test('is sent by a member whose JoinGroup is still held', async (t) => {
    const { member, count } = memberOf(t, {
      JoinGroup: (nth) => (nth === 1 ? joinRefused('MEMBER_ID_REQUIRED', 'my-id') : never),
    })
    const abort = new AbortController()
    const result = member.join(abort.signal)
    await until(() => count('JoinGroup') === 2)
    abort.abort(new Error('stopped'))
    await assert.rejects(result)
    await member.leave()
    assert.equal(count('LeaveGroup'), 1)
  })

  test('does not throw', async (t) => {
    const { member } = memberOf(t, { LeaveGroup: () => lostConnection() })
    await member.join(noAbort)
    await member.leave()
  })

  test('waits for two seconds at most', async (t) => {
    const { member } = memberOf(t, { LeaveGroup: () => never })
    await member.join(noAbort)
    // The time-out alone does not keep the process running.
    const alive = setInterval(() => undefined, 1_000)
    const start = performance.now()
    await member.leave()
    clearInterval(alive)
    assert.ok(performance.now() - start < 4_000)
  })
})
