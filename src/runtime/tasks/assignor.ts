// Which member of a group runs which task. Pure: the leader gathers what it needs and calls it. Invariant: every task is active
// on exactly one member, and a standby is never on the state directory of its active task.
//
// Tasks go to state directories first and then to the members of each directory (the threads of a process share one), so that
// both are in balance. Balance comes first, then owners that are ready keep their tasks, then the least is restored.

import { compareText } from '../model/text-order.ts'
import { distributeTasks, type PlaceableTask } from './task-distribution.ts'

/** A member of the group as it describes itself when it joins. */
export interface AssignorMember {
  /** The member id that the group coordinator gave it; changes at every restart unless membership is static. */
  readonly id: string
  /** Stays the same over restarts. */
  readonly instance: string
  /** Id of its state directory: the same host and directory have the same id. */
  readonly stateDirectory: string
  /** `application.server`, or empty. */
  readonly host: string
  /** How many threads it has for tasks, 1 or more; its share of the tasks is in proportion. */
  readonly threads: number
  /** The active tasks that run there now, by id. */
  readonly owned: readonly string[]
  /**
   * By task id: the sum of the changelog positions that its state on disk has reached, be it active, standby or dormant.
   * `latestOffsetSum` for an active task that has been restored.
   */
  readonly offsetSums: ReadonlyMap<string, number>
  /** Equal for programs that may share tasks. */
  readonly fingerprint: string
}

/** A sub-topology over one partition of its topics. */
export interface AssignorTask {
  /** Sub-topology and partition: `0_3`. */
  readonly id: string
  readonly subTopology: number
  readonly stateful: boolean
  /** The sum of the end offsets of its changelogs; 0 for a stateless one. */
  readonly endOffsetSum: number
}

/** What one member has to do, by task id, in order. */
export interface TaskAssignment {
  readonly active: readonly string[]
  readonly standby: readonly string[]
}

/** What the user may set. */
export interface AssignorOptions {
  /** `num.standby.replicas`. */
  readonly numStandbyReplicas: number
  /** `acceptable.recovery.lag`, records: an owner further behind than this has nothing to lose by giving its task away. */
  readonly acceptableRecoveryLag: number
}

/** Stands for "as far as the changelogs go" in `offsetSums` (`Task.LATEST_OFFSET` in Kafka Streams). */
export const latestOffsetSum = -2

/**
 * Assigns tasks to members; the order of neither matters. The counts of active tasks, of all and of each sub-topology,
 * differ by at most 1 per thread. An owner that is within the acceptable lag keeps its task unless balance forbids; otherwise the
 * directory with the least lag gets it. Standbys are spread so that active and standby tasks together are in balance; there
 * are fewer of them if there are not enough directories.
 */
export const assignTasks = (
  members: readonly AssignorMember[],
  tasks: readonly AssignorTask[],
  options: AssignorOptions,
): ReadonlyMap<string, TaskAssignment> => {
  const duties = new Map([...members].sort(compareMembers).map((member) => [member.id, new Duty(member)]))
  if (duties.size === 0) return new Map()
  const directories = groupByDirectory([...duties.values()])
  const ordered = [...tasks].sort(compareTasks)

  const homes = placeActive(ordered, directories, options.acceptableRecoveryLag)
  for (const directory of directories) {
    const ownTasks = ordered.filter((task) => homes.get(task.id) === directory)
    shareAmongMembers(ownTasks, directory.duties)
  }
  placeStandbys(ordered, directories, homes, options.numStandbyReplicas)
  return new Map([...duties].map(([id, { active, standby }]) => [id, { active: active.map(taskId), standby }]))
}

/** A member and the tasks it gets. */
class Duty {
  readonly member: AssignorMember
  readonly owned: ReadonlySet<string>
  active: readonly AssignorTask[] = []
  readonly standby: string[] = []

  constructor(member: AssignorMember) {
    this.member = member
    this.owned = new Set(member.owned)
  }

  /** Tasks for each thread. */
  get load(): number {
    return (this.active.length + this.standby.length) / this.member.threads
  }
}

/** Members that share their state. */
class Directory {
  readonly duties: readonly Duty[]
  readonly threads: number
  readonly standby = new Set<AssignorTask>()
  private readonly offsetSums = new Map<string, number>()

  constructor(duties: readonly Duty[]) {
    this.duties = duties
    this.threads = duties.reduce((sum, { member }) => sum + member.threads, 0)
    for (const { member } of duties) {
      for (const [task, sum] of member.offsetSums) {
        const known = this.offsetSums.get(task) ?? 0
        if (known !== latestOffsetSum) this.offsetSums.set(task, sum === latestOffsetSum ? sum : Math.max(known, sum))
      }
    }
  }

  owns(task: AssignorTask): boolean {
    return this.duties.some(({ owned }) => owned.has(task.id))
  }

  knows(task: AssignorTask): boolean {
    return this.offsetSums.has(task.id)
  }

  /** Records that would have to be restored. */
  lag(task: AssignorTask): number {
    if (!task.stateful) return 0
    const sum = this.offsetSums.get(task.id) ?? 0
    return sum === latestOffsetSum ? 0 : Math.max(0, task.endOffsetSum - sum)
  }

  /** Tasks for each thread, were there `more` of them. */
  load(more = 0): number {
    const active = this.duties.reduce((sum, duty) => sum + duty.active.length, 0)
    return (active + this.standby.size + more) / this.threads
  }
}

const groupByDirectory = (duties: readonly Duty[]): readonly Directory[] => {
  const byId = new Map<string, Duty[]>()
  for (const duty of duties) {
    const { stateDirectory } = duty.member
    const others = byId.get(stateDirectory)
    if (others === undefined) byId.set(stateDirectory, [duty])
    else others.push(duty)
  }
  const ids = [...byId.keys()].sort(compareText)
  return ids.map((id) => new Directory(byId.get(id) ?? []))
}

/** The directory of each active task. */
const placeActive = (
  tasks: readonly AssignorTask[],
  directories: readonly Directory[],
  acceptableLag: number,
): ReadonlyMap<string, Directory> => {
  const lagCost = lagCosts(tasks)
  // Any number of records costs less than one task that leaves its owner.
  const moveCost = tasks.reduce((sum, task) => sum + 2 * lagCost(task.endOffsetSum) + 1, 1)

  const placeable = tasks.map((task): PlaceableTask => {
    const ready = directories.filter((directory) => directory.owns(task) && directory.lag(task) <= acceptableLag)
    const leaving = ready.length > 0 ? moveCost : 0
    const preferred = directories.flatMap((directory, bin) => {
      const isOwner = directory.owns(task)
      if (!isOwner && !directory.knows(task)) return []
      const moving = ready.includes(directory) ? 0 : leaving
      return [{ bin, cost: moving + 2 * lagCost(directory.lag(task)) + (isOwner ? 0 : 1) }]
    })
    const fullLag = task.stateful ? task.endOffsetSum : 0
    return { subTopology: task.subTopology, elsewhere: leaving + 2 * lagCost(fullLag) + 1, preferred }
  })

  const weights = directories.map(({ threads }) => threads)
  const bins = distributeTasks(placeable, weights)
  return new Map(zip(tasks, bins).map(([task, bin]) => [task.id, at(directories, bin)]))
}

/**
 * Lags as costs: in records, or in coarser units where sums of them would no longer be exact (costs are added up over all
 * tasks, twice over, and compared with sums of such sums).
 */
const lagCosts = (tasks: readonly AssignorTask[]): ((lag: number) => number) => {
  const largest = tasks.reduce((max, { endOffsetSum }) => Math.max(max, endOffsetSum), 0)
  const limit = Math.max(1, Math.floor(2 ** 46 / (tasks.length + 1) ** 2))
  return largest <= limit ? (lag) => lag : (lag) => Math.ceil((lag / largest) * limit)
}

/** Gives the tasks of a directory to its members. All of them see the same state, so only owners matter. */
const shareAmongMembers = (tasks: readonly AssignorTask[], duties: readonly Duty[]): void => {
  const placeable = tasks.map(({ id, subTopology }): PlaceableTask => {
    const preferred = duties.flatMap(({ owned }, bin) => (owned.has(id) ? [{ bin, cost: 0 }] : []))
    return { subTopology, elsewhere: 1, preferred }
  })
  const weights = duties.map(({ member }) => member.threads)
  const placed = zip(tasks, distributeTasks(placeable, weights))
  for (const [index, duty] of duties.entries()) {
    duty.active = placed.filter(([, bin]) => bin === index).map(([task]) => task)
  }
}

const placeStandbys = (
  tasks: readonly AssignorTask[],
  directories: readonly Directory[],
  homes: ReadonlyMap<string, Directory>,
  replicas: number,
): void => {
  const stateful = tasks.filter((task) => task.stateful)
  const missing = new Map(stateful.map((task) => [task, Math.min(replicas, directories.length - 1)]))
  const mayHave = (directory: Directory, task: AssignorTask): boolean =>
    homes.get(task.id) !== directory && !directory.standby.has(task)
  const add = (directory: Directory, task: AssignorTask): void => {
    directory.standby.add(task)
    missing.set(task, (missing.get(task) ?? 0) - 1)
  }

  // Where state is already, up to the fair share, those that are furthest first; the rest where there is room.
  const threads = directories.reduce((sum, directory) => sum + directory.threads, 0)
  const total = tasks.length + [...missing.values()].reduce((sum, count) => sum + count, 0)
  const fairLoad = (directory: Directory): number =>
    Math.ceil((total * directory.threads) / threads) / directory.threads
  for (const task of stateful) {
    const holders = directories.filter((directory) => directory.knows(task) && mayHave(directory, task))
    for (const directory of holders.sort((a, b) => a.lag(task) - b.lag(task))) {
      if ((missing.get(task) ?? 0) > 0 && directory.load(1) <= fairLoad(directory)) add(directory, task)
    }
  }
  for (const task of stateful) {
    while ((missing.get(task) ?? 0) > 0) {
      const candidates = directories.filter((directory) => mayHave(directory, task))
      add(
        leastBy(candidates, (directory) => [directory.load(1), directory.lag(task)]),
        task,
      )
    }
  }
  while (moveOneStandby(directories, mayHave)) continue

  for (const directory of directories) {
    for (const task of [...directory.standby].sort(compareTasks)) {
      const { standby } = leastBy(directory.duties, ({ load, member }) => [
        load,
        member.offsetSums.has(task.id) ? 0 : 1,
      ])
      standby.push(task.id)
    }
  }
}

/** Moves the standby whose move helps balance most and costs least. False if none helps. */
const moveOneStandby = (
  directories: readonly Directory[],
  mayHave: (directory: Directory, task: AssignorTask) => boolean,
): boolean => {
  const moves = directories.flatMap((from) =>
    directories
      .filter((to) => to.load(1) < from.load())
      .flatMap((to) =>
        [...from.standby]
          .filter((task) => mayHave(to, task))
          .map((task) => ({ from, to, task, gain: from.load() - to.load(1) })),
      ),
  )
  if (moves.length === 0) return false
  const { from, to, task } = leastBy(moves, (move) => [-move.gain, move.to.lag(move.task) - move.from.lag(move.task)])
  from.standby.delete(task)
  to.standby.add(task)
  return true
}

/**
 * The members that run another program than the others, each with what to tell it. Right is the program that runs most
 * of the tasks now: who comes later with another one must not put an end to it. Where nothing runs, it is that of most members,
 * then the leader's.
 */
export const findForeignMembers = (
  members: readonly AssignorMember[],
  leaderId: string,
): ReadonlyMap<string, string> => {
  const ordered = [...members].sort(compareMembers)
  const votes = (fingerprint: string): readonly number[] => {
    const agreeing = ordered.filter((member) => member.fingerprint === fingerprint)
    return [-agreeing.reduce((sum, { owned }) => sum + owned.length, 0), -agreeing.length]
  }
  const leaderFirst = [...ordered].sort((a, b) => Number(b.id === leaderId) - Number(a.id === leaderId))
  const model = leaderFirst.length > 0 ? leastBy(leaderFirst, ({ fingerprint }) => votes(fingerprint)) : undefined
  if (model === undefined) return new Map()
  return new Map(
    ordered
      .filter(({ fingerprint }) => fingerprint !== model.fingerprint)
      .map((member) => [member.id, foreignMember(member, model)]),
  )
}

const foreignMember = (member: AssignorMember, model: AssignorMember): string =>
  'members of one application run different programs\n' +
  `  ${describeMember(member)}: ${member.fingerprint}\n  ${describeMember(model)}: ${model.fingerprint}`

const describeMember = ({ instance, host }: AssignorMember): string =>
  host === '' ? instance : `${instance} at ${host}`

const compareMembers = (a: AssignorMember, b: AssignorMember): number =>
  compareText(a.instance, b.instance) || compareText(a.id, b.id)

const compareTasks = (a: AssignorTask, b: AssignorTask): number =>
  a.subTopology - b.subTopology || a.id.length - b.id.length || compareText(a.id, b.id)

const taskId = ({ id }: AssignorTask): string => id

const zip = <A, B>(left: readonly A[], right: readonly B[]): readonly (readonly [A, B])[] =>
  left.map((value, index) => [value, at(right, index)])

const at = <T>(list: readonly T[], index: number): T => {
  const value = list[index]
  if (value === undefined) throw new Error(`no element ${index} of ${list.length}`)
  return value
}

/** The first of the elements with the least measures, the earlier measures mattering more. */
const leastBy = <T>(list: readonly T[], measure: (element: T) => readonly number[]): T => {
  const measured = list.map((element) => ({ element, measures: measure(element) }))
  const [first] = measured
  if (first === undefined) throw new Error('nothing to choose from')
  return measured.reduce((best, next) => (compareMeasures(next.measures, best.measures) < 0 ? next : best), first)
    .element
}

const compareMeasures = (a: readonly number[], b: readonly number[]): number => {
  for (const [index, value] of a.entries()) {
    const other = at(b, index)
    if (value !== other) return value - other
  }
  return 0
}
