// The assignor: the choices that a user would notice.

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import {
  type AssignorMember,
  assignTasks,
  findForeignMembers,
  latestOffsetSum,
} from '../../../src/runtime/tasks/assignor.ts'
import { plain, oneStandby, member, task, tasksOf, partOf, settle, ownersOf, assertBalanced } from './assignor-group.ts'

suite('a stateful task', () => {
  const one = [task('0_0', 1_000_000)]
  const homeOf = (members: readonly AssignorMember[], tasks = one, options = plain): string | undefined =>
    ownersOf(members, assignTasks(members, tasks, options)).get('0_0')

  test('goes to the member with the least lag', () => {
    const at = (sum: number): Partial<AssignorMember> => ({ offsetSums: new Map([['0_0', sum]]) })
    assert.equal(homeOf([member('a'), member('b', at(5)), member('c', at(6)), member('d', at(4))]), 'c')
  })

  test('sees the smallest difference of large lags', () => {
    const large = [task('0_0', 900_000_000_000)]
    const at = (sum: number): Partial<AssignorMember> => ({ offsetSums: new Map([['0_0', sum]]) })
    assert.equal(homeOf([member('a', at(700_000_000_000)), member('b', at(700_000_000_001))], large), 'b')
  })

  test('stays with an owner whose lag is acceptable, though another has none', () => {
    const owner = member('b', { owned: ['0_0'], offsetSums: new Map([['0_0', 990_000]]) })
    const other = member('a', { offsetSums: new Map([['0_0', 1_000_000]]) })
    assert.equal(homeOf([owner, other]), 'b')
  })

  test('returns from an owner that has hardly begun to restore it to one that has it', () => {
    const owner = member('b', { owned: ['0_0'], offsetSums: new Map([['0_0', 20]]) })
    const other = member('a', { offsetSums: new Map([['0_0', 900_000]]) })
    assert.equal(homeOf([owner, other]), 'a')
  })

  test('stays with an owner that is far behind if nobody has more', () => {
    const owner = member('b', { owned: ['0_0'] })
    assert.equal(homeOf([member('a'), owner, member('c')]), 'b')
  })

  test('stays with an owner that is far behind rather than move to one as far behind', () => {
    const some = { offsetSums: new Map([['0_0', 100]]) }
    assert.equal(homeOf([member('a', some), member('b', { ...some, owned: ['0_0'] })]), 'b')
  })

  test('may go to any member of the directory that has its state', () => {
    const reader = member('a', { stateDirectory: 'shared', offsetSums: new Map([['0_0', 1_000_000]]) })
    const sibling = member('b', { stateDirectory: 'shared' })
    const tasks = [task('0_0', 1_000_000), task('0_1', 1_000_000), task('0_2', 1_000_000)]
    const members = [member('0', { stateDirectory: 'empty' }), reader, sibling]
    const home = homeOf(members, tasks)
    assert.ok(home === 'a' || home === 'b', `is on ${home}`)
  })

  test('changes places with its standby when its owner dies', () => {
    const tasks = tasksOf([6], 1_000_000)
    const members = ['a', 'b', 'c'].map((id) => member(id))
    const settled = settle(members, assignTasks(members, tasks, oneStandby))
    const standbys = new Map(settled.map((each) => [each.instance, new Set(each.offsetSums.keys())]))
    const left = settled.filter(({ instance }) => instance !== 'a')
    const dead = settled.find(({ instance }) => instance === 'a')
    const after = ownersOf(left, assignTasks(left, tasks, oneStandby))
    for (const id of dead?.owned ?? []) assert.ok(standbys.get(after.get(id) ?? '')?.has(id), `${id} must be restored`)
    assert.equal(dead?.owned.length, 2)
  })
})

suite('threads', () => {
  test('of one process count together: two processes of four threads share four tasks of each sub-topology', () => {
    const members = ['a', 'b'].flatMap((process) =>
      Array.from({ length: 4 }, (_, index) => member(`${process}${index}`, { stateDirectory: process })),
    )
    const assignment = assignTasks(members, tasksOf([4, 4]), plain)
    for (const process of ['a', 'b']) {
      const inside = members.filter(({ stateDirectory }) => stateDirectory === process)
      const active = inside.flatMap((each) => partOf(assignment, each).active)
      assert.deepEqual([active.filter((id) => id.startsWith('0')).length, active.length], [2, 4])
    }
  })

  test('give a member more', () => {
    const members = [member('a', { threads: 3 }), member('b')]
    const assignment = assignTasks(members, tasksOf([8]), plain)
    assert.deepEqual(
      members.map((each) => partOf(assignment, each).active.length),
      [6, 2],
    )
  })
})

test('standbys even out what active tasks leave uneven', () => {
  const members = ['a', 'b', 'c'].map((id) => member(id))
  const assignment = assignTasks(members, tasksOf([7], 10), oneStandby)
  const loads = members.map((each) => partOf(assignment, each).active.length + partOf(assignment, each).standby.length)
  assert.deepEqual(loads.sort(), [4, 5, 5])
})

test('standbys stay where they are', () => {
  const tasks = tasksOf([7, 5], 1_000_000)
  const members = ['a', 'b', 'c', 'd'].map((id) => member(id))
  const first = assignTasks(members, tasks, oneStandby)
  assert.deepEqual([...assignTasks(settle(members, first), tasks, oneStandby)], [...first])
})

test('standbys are where state is, though another directory has less to do before', () => {
  const running = (id: string, owned: readonly string[], standby: readonly (readonly [string, number])[]) =>
    member(id, { owned, offsetSums: new Map([...owned.map((each) => [each, latestOffsetSum] as const), ...standby]) })
  const members = [
    running('a', ['0_2', '0_3'], [['0_0', 999_999]]),
    running('b', ['0_0'], []),
    running('c', ['0_1'], []),
  ]
  const assignment = assignTasks(members, tasksOf([4], 1_000_000), oneStandby)
  const standbys = members.map((each) => partOf(assignment, each).standby)
  assert.ok(standbys[0]?.includes('0_0'), JSON.stringify(standbys))
})

test('a large group is assigned quickly', () => {
  const tasks = tasksOf(Array<number>(10).fill(200), 1_000_000)
  const members = Array.from({ length: 60 }, (_, index) => member(`m${index}`))
  const before = process.cpuUsage()
  const settled = settle(members, assignTasks(members, tasks, oneStandby))
  const fewer = settled.slice(1)
  const assignment = assignTasks(fewer, tasks, oneStandby)
  const cpuMs = process.cpuUsage(before).user / 1_000
  assertBalanced(fewer, tasks, assignment)
  // About half a second; members wait for it.
  assert.ok(cpuMs < 5_000, `took ${cpuMs} ms`)
})

test('no members, no assignment', () => {
  assert.equal(assignTasks([], tasksOf([3]), plain).size, 0)
})

suite('members with another program', () => {
  const odd = member('odd', { fingerprint: 'map .b', host: 'host-2:8080' })
  const members = [member('x', { fingerprint: 'map .a' }), odd, member('y', { fingerprint: 'map .a' })]
  const leaderOf = (id: string): string => member(id).id

  test('are named together with one of the majority', () => {
    const foreign = findForeignMembers(members, leaderOf('odd'))
    assert.deepEqual([...foreign.keys()], [odd.id])
    assert.match(foreign.get(odd.id) ?? '', /odd at host-2:8080: map \.b\n.*x: map \.a/)
  })

  test('are those that differ from the leader if there is no majority', () => {
    assert.deepEqual([...findForeignMembers(members.slice(0, 2), leaderOf('odd')).keys()], [leaderOf('x')])
  })

  test('are not those whose tasks run, whatever the leader and the majority say', () => {
    const running = member('odd', { fingerprint: 'map .b', owned: ['0_0'] })
    const foreign = findForeignMembers([...members.filter(({ id }) => id !== odd.id), running], leaderOf('x'))
    assert.deepEqual([...foreign.keys()], [leaderOf('x'), leaderOf('y')])
  })

  test('are missing where all run the same', () => {
    assert.equal(findForeignMembers([member('x'), member('y')], leaderOf('x')).size, 0)
    assert.equal(findForeignMembers([], 'nobody').size, 0)
  })
})
