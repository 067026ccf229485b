// Random cases: well-typed topologies of a few operators, and records with what is difficult in them: disorder, equal
// timestamps, nulls, tombstones, jumps in time. The seed determines the case.

import { seededRandom } from '../support/seeded-random.ts'
import {
  inputTopics,
  parentsOf,
  type AggregateName,
  type Case,
  type Input,
  type JoinKind,
  type Op,
  type WindowSpec,
} from './cases.ts'
import { differenceOf } from './differences.ts'

/** The case of a seed: the first one that no documented difference excludes. */
export const generateCase = (seed: number): Case => {
  const random = new Choices(seededRandom(seed * 2_654_435_761))
  for (;;) {
    const { topology, mostRecords } = new TopologyGenerator(random).make()
    if (differenceOf(topology) === undefined) return { topology, inputs: inputsFor(topology, mostRecords, random) }
  }
}

class Choices {
  private readonly next: () => number

  constructor(next: () => number) {
    this.next = next
  }

  chance(probability: number): boolean {
    return this.next() < probability
  }

  /** A whole number, both bounds included. */
  between(low: number, high: number): number {
    return low + Math.floor(this.next() * (high - low + 1))
  }

  of<T>(items: readonly T[]): T {
    return items[this.between(0, items.length - 1)] as T
  }
}

/** What the generator knows of an operator's result. */
interface Made {
  readonly id: string
  readonly kind: 'stream' | 'table'
  /** Keys have a window: only some operators can follow. */
  readonly windowed: boolean
  /** Of a table: it knows its rows as they were. */
  readonly versioned?: boolean | undefined
  /** A table as it is in its topic. */
  readonly isSource: boolean
  /** Results per record, as a power of the number of records: joins of joins grow beyond all bounds. */
  readonly degree: number
  /** Only operators without state are between the topics and here: records come as they are in the topics. */
  readonly isRaw: boolean
}

type NewOp = Exclude<Op, { op: 'to' }>

const operators = [
  ...(['filter', 'mapValues', 'flatMapValues', 'selectKey', 'merge', 'toTable', 'toStream'] as const),
  ...(['aggregate', 'aggregate', 'aggregate', 'tableAggregate', 'tableAggregate'] as const),
  ...([
    'cogroup',
    'streamJoin',
    'streamJoin',
    'tableJoin',
    'tableTableJoin',
    'foreignKeyJoin',
    'foreignKeyJoin',
    'suppress',
    'suppress',
    'globalJoin',
  ] as const),
]

const aggregates: readonly AggregateName[] = ['count', 'concat', 'concat', 'vanish']
const joinKinds: readonly JoinKind[] = ['inner', 'left', 'outer']
const stateless: readonly string[] = ['filter', 'mapValues', 'flatMapValues', 'selectKey', 'merge']
const mostTopics = 3
const highestDegree = 3

class TopologyGenerator {
  private readonly random: Choices
  private readonly ops: Op[] = []
  private readonly made: Made[] = []
  private topics = 0

  constructor(random: Choices) {
    this.random = random
  }

  /** A topology, and how many records it can cope with. */
  make(): { topology: readonly Op[]; mostRecords: number } {
    const { random } = this
    this.source(random.chance(0.6) ? 'stream' : 'table')
    const count = random.between(1, 5)
    for (let added = 0, tries = 0; added < count && tries < 100; tries++) {
      const [op, result] = this.operator(random.of(operators)) ?? []
      if (op === undefined || result === undefined) continue
      const degree = this.degreeOf(op)
      if (degree > highestDegree) continue
      this.ops.push(op)
      this.made.push({
        id: op.id,
        isSource: false,
        kind: result.kind,
        windowed: result.windowed,
        versioned: result.kind === 'table' && result.versioned,
        degree,
        isRaw: this.isRaw(op),
      })
      added++
    }
    const used = new Set(this.ops.flatMap(parentsOf))
    const ends = this.made.filter(({ id }) => !used.has(id) || random.chance(0.1))
    const topology = [...this.ops, ...ends.map(({ id }): Op => ({ op: 'to', from: id, topic: `out-${id}` }))]
    return { topology, mostRecords: this.made.some(({ degree }) => degree === highestDegree) ? 12 : 40 }
  }

  private isRaw(op: Op): boolean {
    return stateless.includes(op.op) && parentsOf(op).every((id) => this.made.find((made) => made.id === id)?.isRaw)
  }

  private degreeOf(op: Op): number {
    const parents = parentsOf(op).map((parent) => this.made.find(({ id }) => id === parent)?.degree ?? 1)
    return op.op === 'streamJoin' ? parents.reduce((sum, degree) => sum + degree, 0) : Math.max(...parents)
  }

  /** An operator that fits what is there, and what comes of it. */
  private operator(
    name: (typeof operators)[number],
  ): [NewOp, Pick<Made, 'kind' | 'windowed' | 'versioned'>] | undefined {
    const { random } = this
    const id = String.fromCharCode('p'.charCodeAt(0) + this.ops.length)
    const stream = (plain: boolean): Made | undefined =>
      this.pick((made) => made.kind === 'stream' && !(plain && made.windowed))
    const table = (plain: boolean): Made | undefined =>
      this.pick((made) => made.kind === 'table' && !(plain && made.windowed))
    const plainTable = { kind: 'table', windowed: false } as const
    const plainStream = { kind: 'stream', windowed: false } as const
    const of = <R>(from: Made | undefined, make: (from: Made) => R): R | undefined =>
      from === undefined ? undefined : make(from)
    const both = <R>(
      left: Made | undefined,
      right: Made | undefined,
      make: (left: string, right: string) => R,
    ): R | undefined => (left === undefined || right === undefined ? undefined : make(left.id, right.id))
    switch (name) {
      case 'filter':
        return of(this.pick(), (from) => [
          { op: name, id, from: from.id, contains: random.of(['x', 'y', '1', '+']) },
          from,
        ])
      case 'mapValues':
        return of(this.pick(), (from) => [{ op: name, id, from: from.id, append: random.of(['!', 'x']) }, from])
      case 'flatMapValues':
        return of(stream(false), (from) => [{ op: name, id, from: from.id }, from])
      case 'selectKey':
        return of(stream(false), (from) => [{ op: name, id, from: from.id, by: 'first' }, plainStream])
      case 'merge':
        return both(stream(true), this.other('stream'), (from, other) => [
          { op: name, id, from, with: other },
          plainStream,
        ])
      case 'toTable':
        return of(stream(true), (from) => [{ op: name, id, from: from.id }, plainTable])
      case 'toStream':
        return of(table(false), (from) => [
          { op: name, id, from: from.id },
          { kind: 'stream', windowed: from.windowed },
        ])
      case 'aggregate':
        return of(stream(false), (from) => {
          const window = random.chance(0.25) ? null : this.window()
          const by = from.windowed || random.chance(0.3) ? 'first' : 'key'
          const finals = this.shareOfFinals(window, from)
          const emit = window !== null && random.chance(finals) ? 'final' : 'changes'
          const canVanish = window === null || window.type === 'time' || window.type === 'unlimited'
          const fn = random.of(canVanish ? aggregates : (['count', 'concat'] as const))
          return [
            { op: name, id, from: from.id, by, window, fn, emit },
            { kind: 'table', windowed: window !== null },
          ]
        })
      case 'cogroup':
        return both(stream(true), this.other('stream'), (left, right) => {
          const third = random.chance(0.3) ? stream(true) : undefined
          const window = random.chance(0.3) ? null : this.window()
          const inputs = [left, right, ...(third === undefined ? [] : [third.id])].map((from) => ({
            from,
            by: random.chance(0.25) ? ('first' as const) : ('key' as const),
          }))
          return [
            { op: name, id, inputs, window },
            { kind: 'table', windowed: window !== null },
          ]
        })
      case 'tableAggregate':
        return of(table(false), (from) => [
          { op: name, id, from: from.id, by: 'first', fn: random.of(aggregates) },
          plainTable,
        ])
      case 'streamJoin':
        return both(stream(true), this.other('stream'), (left, right) => {
          const before = random.between(-3, 8)
          const after = random.between(Math.max(-3, -before), 8)
          const kind = random.of(joinKinds)
          return [{ op: name, id, left, right, kind, before, after, grace: random.between(0, 6) }, plainStream]
        })
      case 'tableJoin':
        return both(
          stream(true),
          this.other('table', ({ isSource }) => isSource),
          (left, right) => {
            const table = this.ops.find((op) => op.op === 'table' && op.id === right)
            const history = table?.op === 'table' ? table.history : undefined
            const kind = random.of(['inner', 'left'] as const)
            const grace = history !== undefined && random.chance(0.6) ? { grace: random.between(0, history) } : {}
            return [{ op: name, id, left, right, kind, ...grace }, plainStream]
          },
        )
      case 'tableTableJoin':
        return both(table(true), this.other('table'), (left, right) => [
          { op: name, id, left, right, kind: random.of(joinKinds) },
          plainTable,
        ])
      case 'foreignKeyJoin':
        return both(table(true), this.other('table'), (left, right) => [
          { op: name, id, left, right, kind: random.of(['inner', 'left'] as const) },
          plainTable,
        ])
      case 'globalJoin':
        if (this.topics >= mostTopics) return undefined
        return of(stream(true), (from) => [
          {
            op: name,
            id,
            from: from.id,
            topic: this.newTopic(),
            kind: random.of(['inner', 'left'] as const),
            by: random.of(['key', 'first'] as const),
          },
          plainStream,
        ])
      case 'suppress':
        return of(
          this.pick((made) => made.kind === 'table' && made.versioned !== true),
          (from) => {
            const bounds = this.bufferBounds()
            const isBounded = Object.keys(bounds).length > 0
            const suppress = { op: name, id, from: from.id, ...bounds } as const
            if (from.windowed && random.chance(0.6)) {
              return [{ ...suppress, until: 'close', ...(isBounded ? { whenFull: 'fail' } : {}) }, from]
            }
            const whenFull = isBounded ? { whenFull: random.of(['emit', 'emit', 'emit', 'fail'] as const) } : {}
            return [{ ...suppress, until: 'time', ms: random.between(0, 12), ...whenFull }, from]
          },
        )
    }
  }

  private bufferBounds(): { rows?: number; bytes?: number } {
    const { random } = this
    if (random.chance(0.6)) return {}
    const [rows, bytes] = [{ rows: random.between(1, 4) }, { bytes: random.between(30, 200) }]
    return random.of([rows, bytes, bytes, { ...rows, ...bytes }])
  }

  private shareOfFinals(window: WindowSpec | null, { isRaw }: Made): number {
    if (window?.type === 'unlimited') return 0 // Kafka Streams refuses that
    if (window?.type === 'session') return 0.08 // these need RocksDB, which is slow
    // See inputsFor.
    return window?.type === 'sliding' && !(isRaw && window.grace >= 2) ? 0 : 0.25
  }

  private window(): WindowSpec {
    const { random } = this
    const grace = random.chance(0.3) ? 0 : random.between(1, 12)
    const type = random.of(['time', 'time', 'session', 'session', 'sliding', 'sliding', 'unlimited'] as const)
    if (type === 'unlimited') return { type, start: random.chance(0.3) ? 0 : random.between(1, 60) }
    if (type === 'session') return { type, gap: random.between(1, 8), grace }
    if (type === 'sliding') return { type, difference: random.between(1, 8), grace }
    const size = random.between(1, 12)
    return { type, size, advance: random.chance(0.5) ? size : random.between(1, size), grace }
  }

  private newTopic(): string {
    return String.fromCharCode('a'.charCodeAt(0) + this.topics++)
  }

  private source(kind: 'stream' | 'table'): Made {
    const topic = this.newTopic()
    // These need RocksDB, which is slow.
    const versioned = kind === 'table' && this.random.chance(0.15)
    const made: Made = {
      id: `${topic}${kind.slice(0, 1)}`,
      kind,
      windowed: false,
      versioned,
      isSource: true,
      degree: 1,
      isRaw: true,
    }
    if (kind === 'stream') this.ops.push({ op: kind, id: made.id, topic })
    else this.ops.push({ op: kind, id: made.id, topic, ...(versioned ? { history: this.random.between(0, 30) } : {}) })
    this.made.push(made)
    return made
  }

  /** Something to work on, rather what came last, so that topologies grow long. */
  private pick(fits: (made: Made) => boolean = () => true): Made | undefined {
    const fitting = this.made.filter(fits)
    if (fitting.length === 0) return undefined
    return this.random.chance(0.7) ? fitting[fitting.length - 1] : this.random.of(fitting)
  }

  /** The other side of a join without windows, often a new source. */
  private other(kind: 'stream' | 'table', fits: (made: Made) => boolean = () => true): Made | undefined {
    if (this.topics < mostTopics && this.random.chance(0.6)) return this.source(kind)
    const fitting = this.made.filter((made) => made.kind === kind && !made.windowed && fits(made))
    if (fitting.length > 0) return this.random.of(fitting)
    return this.topics < mostTopics ? this.source(kind) : undefined
  }
}

const keys = ['a', 'b', 'c'] as const
const values = ['x', 'y', 'z', 'xy', 'yx', 'x', 'y', ''] as const

const inputsFor = (topology: readonly Op[], most: number, random: Choices): readonly Input[] => {
  const topics = inputTopics(topology)
  // Closed sliding windows, which the judge keeps longer (see keptFor in java/Oracle.java), must not be seen by late records.
  const latest = topology.flatMap((op) =>
    op.op === 'aggregate' && op.emit === 'final' && op.window?.type === 'sliding' ? [op.window.grace - 2] : [],
  )
  const mostLate = Math.min(20, ...latest)
  // Each case has its own mix, so that some have no nulls or no disorder at all.
  // What has no key Kafka Streams cannot keep until a grace period is over, and fails.
  const waits = topology.some((op) => op.op === 'tableJoin' && op.kind === 'left' && op.grace !== undefined)
  const nullKeys = waits ? 0 : random.of([0, 0.05, 0.15])
  const nullValues = random.of([0, 0.1, 0.3])
  const disorder = random.of([0, 0.2, 0.5])
  const jumps = random.of([0, 0.03, 0.1])
  const keyCount = random.between(1, keys.length)
  const step = random.of([1, 3, 8])
  let time = random.chance(0.5) ? 0 : random.between(0, 100)
  return Array.from({ length: random.between(5, most) }, (): Input => {
    if (random.chance(jumps)) time += random.between(10, 200)
    else if (!random.chance(0.25)) time += random.between(0, step)
    return {
      topic: random.of(topics),
      key: random.chance(nullKeys) ? null : random.of(keys.slice(0, keyCount)),
      value: random.chance(nullValues) ? null : random.of(values),
      ts: random.chance(disorder) ? Math.max(0, time - random.between(0, mostLate)) : time,
    }
  })
}
