// The assignor: laws that hold for every group.

import fc from 'fast-check'
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import {
  type AssignorMember,
  type AssignorTask,
  assignTasks,
  latestOffsetSum,
} from '../../../src/runtime/tasks/assignor.ts'
import { plain, member, tasksOf, partOf, settle, ownersOf, movedTasks, assertBalanced } from './assignor-group.ts'

/** A member's owned tasks and positions are any: what it says need not be consistent with what others say. */
const groups = fc
  .record({
    partitions: fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 4 }),
    stateful: fc.boolean(),
  })
  .chain(({ partitions, stateful }) => {
    const tasks = tasksOf(partitions, stateful ? 1_000_000 : undefined)
    const ids = tasks.map(({ id }) => id)
    const anyMember = fc.record({
      directory: fc.integer({ min: 0, max: 3 }),
      threads: fc.integer({ min: 1, max: 3 }),
      owned: fc.subarray(ids),
      sums: fc.dictionary(fc.constantFrom(...ids), fc.integer({ min: latestOffsetSum, max: 1_100_000 })),
    })
    const members = fc.array(anyMember, { minLength: 1, maxLength: 7 }).map((list) =>
      list.map(({ directory, threads, owned, sums }, index) =>
        member(`m${index}`, {
          stateDirectory: `d${directory}`,
          threads,
          owned,
          offsetSums: new Map(Object.entries(sums)),
        }),
      ),
    )
    return fc.record({ tasks: fc.constant(tasks), members, replicas: fc.integer({ min: 0, max: 2 }) })
  })

suite('every assignment', () => {
  test('has each task active on one member, and nothing else', () => {
    fc.assert(
      fc.property(groups, ({ tasks, members, replicas }) => {
        const assignment = assignTasks(members, tasks, { ...plain, numStandbyReplicas: replicas })
        const active = members.flatMap((each) => partOf(assignment, each).active)
        assert.deepEqual(active.sort(), tasks.map(({ id }) => id).sort())
        assert.equal(assignment.size, members.length)
      }),
    )
  })

  test('is balanced over threads, in all and for each sub-topology', () => {
    fc.assert(
      fc.property(groups, ({ tasks, members }) => {
        assertBalanced(members, tasks, assignTasks(members, tasks, plain))
      }),
    )
  })

  test('does not depend on the order of members and tasks', () => {
    const shuffled = groups.chain(({ tasks, members, replicas }) =>
      fc.record({
        tasks: fc.constant(tasks),
        members: fc.constant(members),
        options: fc.constant({ ...plain, numStandbyReplicas: replicas }),
        otherTasks: fc.shuffledSubarray(tasks, { minLength: tasks.length }),
        otherMembers: fc.shuffledSubarray(members, { minLength: members.length }),
      }),
    )
    fc.assert(
      fc.property(shuffled, ({ tasks, members, options, otherTasks, otherMembers }) => {
        const one = [...assignTasks(members, tasks, options)]
        assert.deepEqual([...assignTasks(otherMembers, otherTasks, options)], one)
      }),
    )
  })

  test('stays as it is when nothing has changed', () => {
    fc.assert(
      fc.property(groups, ({ tasks, members, replicas }) => {
        const options = { ...plain, numStandbyReplicas: replicas }
        const settled = settle(members, assignTasks(members, tasks, options))
        const again = assignTasks(settled, tasks, options)
        const before = new Map(settled.map(({ instance, owned }) => [instance, owned]))
        assert.deepEqual(new Map(members.map((each) => [each.instance, partOf(again, each).active])), before)
      }),
    )
  })

  test('keeps its standbys too when nothing has changed', () => {
    fc.assert(
      fc.property(groups, ({ tasks, members, replicas }) => {
        const options = { ...plain, numStandbyReplicas: replicas }
        const fresh = members.map((each) => member(each.instance, { threads: each.threads }))
        const first = assignTasks(fresh, tasks, options)
        const again = assignTasks(settle(fresh, first), tasks, options)
        assert.deepEqual([...again], [...first])
      }),
    )
  })

  test('has as many standbys as there are other directories for them, none beside the active task or twice', () => {
    fc.assert(
      fc.property(groups, ({ tasks, members, replicas }) => {
        const assignment = assignTasks(members, tasks, { ...plain, numStandbyReplicas: replicas })
        const directories = new Set(members.map(({ stateDirectory }) => stateDirectory))
        for (const { id, stateful } of tasks) {
          const on = members.flatMap((each) => {
            const { active, standby } = partOf(assignment, each)
            return [...active, ...standby].filter((other) => other === id).map(() => each.stateDirectory)
          })
          assert.equal(new Set(on).size, on.length, `${id} is twice in a directory`)
          assert.equal(on.length, 1 + (stateful ? Math.min(replicas, directories.size - 1) : 0))
        }
      }),
    )
  })

  test('has no standby that would be better off on a directory with less to do', () => {
    fc.assert(
      fc.property(groups, ({ tasks, members, replicas }) => {
        const assignment = assignTasks(members, tasks, { ...plain, numStandbyReplicas: replicas })
        const directories = [...new Set(members.map(({ stateDirectory }) => stateDirectory))].map((name) => {
          const inside = members.filter(({ stateDirectory }) => stateDirectory === name)
          const all = (kind: 'active' | 'standby') => inside.flatMap((each) => partOf(assignment, each)[kind])
          const threads = inside.reduce((sum, each) => sum + each.threads, 0)
          return { name, threads, standby: all('standby'), all: [...all('active'), ...all('standby')] }
        })
        for (const from of directories) {
          for (const to of directories) {
            const isMovable = from.standby.some((id) => !to.all.includes(id))
            const helps = (to.all.length + 1) / to.threads < from.all.length / from.threads
            assert.ok(!(isMovable && helps), `a standby of ${from.name} should be on ${to.name}`)
          }
        }
      }),
    )
  })
})

suite('what moves', () => {
  const sizes = fc.record({ count: fc.integer({ min: 1, max: 24 }), members: fc.integer({ min: 1, max: 6 }) })
  const running = (count: number, tasks: readonly AssignorTask[]): AssignorMember[] => {
    const members = Array.from({ length: count }, (_, index) => member(`m${index}`))
    return settle(members, assignTasks(members, tasks, plain))
  }
  const owners = (members: readonly AssignorMember[]): ReadonlyMap<string, string> =>
    new Map(members.flatMap(({ instance, owned }) => owned.map((id) => [id, instance] as const)))

  test('when a member joins: only its own share', () => {
    fc.assert(
      fc.property(sizes, ({ count, members }) => {
        const tasks = tasksOf([count])
        const before = running(members, tasks)
        const after = [...before, member('joined')]
        const assignment = assignTasks(after, tasks, plain)
        const moved = movedTasks(owners(before), ownersOf(after, assignment))
        assert.deepEqual(moved.sort(), [...partOf(assignment, member('joined')).active].sort())
        assertBalanced(after, tasks, assignment)
      }),
    )
  })

  test('when a member leaves: only what it had', () => {
    fc.assert(
      fc.property(sizes, fc.nat(), ({ count, members }, who) => {
        const tasks = tasksOf([count])
        const before = running(members + 1, tasks)
        const gone = before[who % before.length]
        assert.ok(gone)
        const after = before.filter((each) => each !== gone)
        const moved = movedTasks(owners(before), ownersOf(after, assignTasks(after, tasks, plain)))
        assert.deepEqual(moved.sort(), [...gone.owned].sort())
      }),
    )
  })

  test('is the least that balance allows', () => {
    const small = fc
      .record({
        partitions: fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 2 }),
        members: fc.integer({ min: 1, max: 3 }),
      })
      .chain(({ partitions, members }) => {
        const tasks = tasksOf(partitions)
        const owner = fc.integer({ min: 0, max: members - 1 })
        return fc.record({
          tasks: fc.constant(tasks),
          count: fc.constant(members),
          owners: fc.array(owner, { minLength: tasks.length, maxLength: tasks.length }),
        })
      })
    fc.assert(
      fc.property(small, ({ tasks, count, owners: ownerOf }) => {
        const members = Array.from({ length: count }, (_, index) =>
          member(`m${index}`, { owned: tasks.filter((_task, at) => ownerOf[at] === index).map(({ id }) => id) }),
        )
        const moved = movedTasks(owners(members), ownersOf(members, assignTasks(members, tasks, plain)))
        assert.equal(moved.length, fewestMoves(tasks, ownerOf, count))
      }),
      { numRuns: 300 },
    )
  })

  test('goes to where state is, not just anywhere', () => {
    const tasks = tasksOf([4], 1_000_000)
    const ids = tasks.map(({ id }) => id)
    const owner = member('a', { owned: ids, offsetSums: new Map(ids.map((id) => [id, latestOffsetSum])) })
    const joined = member('b', {
      offsetSums: new Map([
        ['0_1', 900_000],
        ['0_2', 999_000],
        ['0_3', 10],
      ]),
    })
    assert.deepEqual(partOf(assignTasks([owner, joined], tasks, plain), joined).active, ['0_1', '0_2'])
  })
})

/** By trying everything. */
const fewestMoves = (tasks: readonly AssignorTask[], owners: readonly number[], members: number): number => {
  const isEven = (counts: readonly number[]): boolean => Math.max(...counts) - Math.min(...counts) <= 1
  const countsOf = (bins: readonly number[], which: (each: AssignorTask) => boolean): number[] =>
    Array.from({ length: members }, (_, bin) => tasks.filter((each, at) => which(each) && bins[at] === bin).length)
  const subTopologies = new Set(tasks.map(({ subTopology }) => subTopology))
  let fewest = Infinity
  for (let code = 0; code < members ** tasks.length; code++) {
    const bins = tasks.map((_, at) => Math.floor(code / members ** at) % members)
    const balanced =
      isEven(countsOf(bins, () => true)) &&
      [...subTopologies].every((sub) => isEven(countsOf(bins, ({ subTopology }) => subTopology === sub)))
    if (balanced) fewest = Math.min(fewest, bins.filter((bin, at) => bin !== owners[at]).length)
  }
  return fewest
}
