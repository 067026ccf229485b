// What can be said of a topology without running it.

import { parentsOf, type Op } from './cases.ts'

type MadeOp = Exclude<Op, { op: 'to' }>

/** How records come to an operator. */
interface Flow {
  /** The source topics that they come from in the end. */
  readonly roots: ReadonlySet<string>
  /** Where they last were in a topic: sources and repartitions, by operator. */
  readonly queues: ReadonlySet<string>
  /** The next operator that needs keys repartitions first. */
  readonly keyChanged: boolean
}

export class Graph {
  private readonly byId: ReadonlyMap<string, MadeOp>
  private readonly flows = new Map<string, Flow>()

  constructor(topology: readonly Op[]) {
    this.byId = new Map(topology.flatMap((op) => (op.op === 'to' ? [] : [[op.id, op] as const])))
  }

  /** True if records of one source come to the two sides of an operator, to one of them through a repartition of its own. */
  isRace(op: Op): boolean {
    if (op.op === 'to') return false
    const inputs = this.inputsOf(op)
    if (op.op === 'foreignKeyJoin') {
      const [left, right] = inputs
      return [...(left?.roots ?? [])].some((root) => right?.roots.has(root))
    }
    return inputs.some((left, index) => inputs.slice(index + 1).some((right) => this.meetTooEarly(left, right)))
  }

  private meetTooEarly(left: Flow, right: Flow): boolean {
    if (![...left.roots].some((root) => right.roots.has(root))) return false
    const apart = [...left.queues, ...right.queues].filter(
      (queue) => !left.queues.has(queue) || !right.queues.has(queue),
    )
    return apart.some((queue) => queue.includes(repartitioned))
  }

  /** True if records come to an operator through a repartition. */
  isRepartitioned(op: Op): boolean {
    if (op.op === 'to') return false
    return this.inputsOf(op).some(({ queues }) => [...queues].some((queue) => queue.includes(repartitioned)))
  }

  /** True for a foreign-key join whose left table may change more than once for one record that goes in. */
  asksTooOften(op: Op): boolean {
    return op.op === 'foreignKeyJoin' && !this.isSingle(op.left)
  }

  /** At most one result for each record that goes in. */
  private isSingle(id: string): boolean {
    const op = this.op(id)
    switch (op.op) {
      case 'stream':
      case 'table':
        return true
      case 'filter':
      case 'mapValues':
      case 'selectKey':
      case 'toTable':
      case 'toStream':
        return this.isSingle(op.from)
      case 'aggregate':
        return op.window === null && this.isSingle(op.from)
      default:
        return false
    }
  }

  private op(id: string): MadeOp {
    const op = this.byId.get(id)
    if (op === undefined) throw new Error(`no operator ${id}`)
    return op
  }

  /** How records come to the sides of an operator, behind the repartitions that it needs. */
  private inputsOf(op: MadeOp): readonly Flow[] {
    const needsKeys = ['toTable', 'aggregate', 'cogroup', 'streamJoin', 'tableJoin'].includes(op.op)
    const newKeys = op.op === 'tableAggregate' || (op.op === 'aggregate' && op.by === 'first')
    return parentsOf(op).map((parent, side) => {
      const flow = this.flow(parent)
      const hasNewKeys = newKeys || (op.op === 'cogroup' && op.inputs[side]?.by === 'first')
      if (op.op !== 'foreignKeyJoin' && !hasNewKeys && !(needsKeys && flow.keyChanged)) return flow
      return { roots: flow.roots, queues: new Set([`${op.id}${repartitioned}${side}`]), keyChanged: false }
    })
  }

  private flow(id: string): Flow {
    const known = this.flows.get(id)
    if (known !== undefined) return known
    const op = this.op(id)
    const inputs = this.inputsOf(op)
    const flow: Flow =
      inputs.length === 0
        ? { roots: new Set([id]), queues: new Set([id]), keyChanged: false }
        : {
            roots: new Set(inputs.flatMap(({ roots }) => [...roots])),
            // Answers of a foreign-key join come through a topic.
            queues: new Set(
              op.op === 'foreignKeyJoin' ? [`${op.id}${repartitioned}`] : inputs.flatMap(({ queues }) => [...queues]),
            ),
            keyChanged: op.op === 'selectKey' || inputs.some(({ keyChanged }) => keyChanged),
          }
    this.flows.set(id, flow)
    return flow
  }
}

/** In the name of a repartition; no operator's name has it. */
const repartitioned = '-repartition-'
