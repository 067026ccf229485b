// Members and tasks for tests of the assignor, and what they become.

import assert from 'node:assert/strict'
import {
  type AssignorMember,
  type AssignorOptions,
  type AssignorTask,
  latestOffsetSum,
  type TaskAssignment,
} from '../../../src/runtime/tasks/assignor.ts'

export type Assignment = ReadonlyMap<string, TaskAssignment>

export const plain: AssignorOptions = { numStandbyReplicas: 0, acceptableRecoveryLag: 10_000 }
export const oneStandby: AssignorOptions = { ...plain, numStandbyReplicas: 1 }

export const member = (id: string, more: Partial<AssignorMember> = {}): AssignorMember => ({
  id: `${id}-of-the-coordinator`,
  instance: id,
  stateDirectory: `dir-${id}`,
  host: '',
  threads: 1,
  owned: [],
  offsetSums: new Map(),
  fingerprint: 'program',
  ...more,
})

export const task = (id: string, endOffsetSum?: number): AssignorTask => ({
  id,
  subTopology: Number(id.split('_')[0]),
  stateful: endOffsetSum !== undefined,
  endOffsetSum: endOffsetSum ?? 0,
})

/** Tasks of sub-topologies with the given counts of partitions. */
export const tasksOf = (partitions: readonly number[], endOffsetSum?: number): AssignorTask[] =>
  partitions.flatMap((count, sub) => Array.from({ length: count }, (_, index) => task(`${sub}_${index}`, endOffsetSum)))

export const partOf = (assignment: Assignment, { id }: AssignorMember): TaskAssignment => {
  const part = assignment.get(id)
  assert.ok(part)
  return part
}

/** Members as they are once they run what they were assigned. */
export const settle = (members: readonly AssignorMember[], assignment: Assignment): AssignorMember[] =>
  members.map((each) => {
    const { active, standby } = partOf(assignment, each)
    const offsetSums = new Map([
      ...each.offsetSums,
      ...[...active, ...standby].map((id) => [id, latestOffsetSum] as const),
    ])
    return { ...each, owned: active, offsetSums }
  })

/** Who runs what, by instance, as long as member ids may change. */
export const ownersOf = (members: readonly AssignorMember[], assignment: Assignment): ReadonlyMap<string, string> =>
  new Map(members.flatMap((each) => partOf(assignment, each).active.map((id) => [id, each.instance] as const)))

/** Tasks of members that are there before and after, but have another owner. */
export const movedTasks = (before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): string[] =>
  [...before].filter(([id, owner]) => after.get(id) !== owner).map(([id]) => id)

/** Throws unless counts differ by at most one per thread. */
const assertEven = (members: readonly AssignorMember[], count: (each: AssignorMember) => number): void => {
  const loads = members.map((each) => ({
    least: Math.floor(count(each) / each.threads),
    most: Math.ceil(count(each) / each.threads),
  }))
  const [low, high] = [Math.min(...loads.map(({ least }) => least)), Math.max(...loads.map(({ most }) => most))]
  assert.ok(high - low <= 1, `between ${low} and ${high} tasks a thread`)
}

export const assertBalanced = (
  members: readonly AssignorMember[],
  tasks: readonly AssignorTask[],
  assignment: Assignment,
): void => {
  assertEven(members, (each) => partOf(assignment, each).active.length)
  for (const subTopology of new Set(tasks.map((each) => each.subTopology))) {
    const ids = new Set(tasks.filter((each) => each.subTopology === subTopology).map(({ id }) => id))
    assertEven(members, (each) => partOf(assignment, each).active.filter((id) => ids.has(id)).length)
  }
}
