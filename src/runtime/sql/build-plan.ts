// From the plan of a query to the DSL: no operator of its own, only KStream and KTable.

import { compileExpression, compileTree, scopeOf, type Expression } from '../expression/compile.ts'
import type { Node } from '../expression/ast.ts'
import type { EmitMode } from '../operators/emit.ts'
import type { ValueMapper } from '../operators/stateless.ts'
import { sortedRows } from '../operators/sorted-rows.ts'
import { keyText } from '../model/record-key.ts'
import { plainValue, StreamRecord, noOrigin } from '../model/stream-record.ts'
import { stringifyJson } from '../serde/json-parse.ts'
import { aggregateStepOf } from '../topology/aggregation.ts'
import { groupByParts, type Grouping } from '../topology/group.ts'
import { KTable, type KStream, type StreamsBuilder } from '../topology/streams-builder.ts'
import type { Endpoint } from '../topology/topology.ts'
import { mapWithExpression, onlyFields } from '../topology/value-mappers.ts'
import { checkAggregate } from '../topology/check-aggregate.ts'
import type {
  AggregatePlan,
  ExplodePlan,
  JoinPlan,
  Plan,
  PlanField,
  SinkPlan,
  SortPlan,
  TableJoinPlan,
  TablePlan,
} from './plan.ts'
import { joinKeyOf, pairing, pairOf, type Pairing } from './join-values.ts'
import { noSpan } from './relation.ts'
import type { SqlSource } from './sql-error.ts'
import { writeRecord } from './write-record.ts'

/** When a table without windows, and one with, shows its rows. */
export interface TableEmits {
  readonly plain: EmitMode
  readonly windowed: EmitMode
}

/** Where the nodes go. */
export interface PlanTarget {
  readonly builder: StreamsBuilder
  readonly source: SqlSource
  readonly clock: () => number
  /** When tables show the rows that others read. */
  readonly emit: TableEmits
  /** Partitions are processed apart: only what is needed is brought together. */
  readonly isPartitioned: boolean
}

/** What has been built. */
export interface BuiltPlans {
  /** Of the query. */
  readonly result: KStream | KTable | undefined
  /** In the order in which they are read. */
  readonly sourceNodes: readonly string[]
  /** Of the table that the query ends in. */
  readonly grouping: Grouping | undefined
}

/** Adds the nodes of the sinks, in their order, and of a query whose results are shown. */
export const buildPlans = (
  sinks: readonly SinkPlan[],
  query: { readonly plan: Plan; readonly emit: TableEmits } | undefined,
  target: PlanTarget,
): BuiltPlans => {
  const building = new Building(target)
  for (const sink of sinks) building.addSink(sink)
  const result = query === undefined ? undefined : building.buildQuery(query)
  return { result, sourceNodes: building.sourceNodes, grouping: building.grouping }
}

/** Plans whose rows are those of their input, or made of them one by one. */
const keepsRows: ReadonlySet<Plan['kind']> = new Set(['filter', 'project', 'aggregate', 'sort', 'limit'])

const asItIs = ({ value }: StreamRecord): unknown => plainValue(value)

class Building {
  readonly sourceNodes: string[] = []
  grouping: Grouping | undefined
  private readonly target: PlanTarget
  /** What several queries read is there once. */
  private readonly built = new Map<Plan, KStream | KTable>()
  private readonly sources = new Map<string, KStream>()
  /** What the stores of the query at hand are called after. */
  private scope: string | undefined
  private storeCount = 0
  /** What the query makes of the rows of the plan that is being built; undefined if it makes other records of them. */
  private shown: ((row: StreamRecord) => unknown) | undefined = asItIs

  private emit: TableEmits

  constructor(target: PlanTarget) {
    this.target = target
    this.emit = target.emit
  }

  buildQuery({ plan, emit }: { readonly plan: Plan; readonly emit: TableEmits }): KStream | KTable {
    this.emit = emit
    return this.build(plan)
  }

  build(plan: Plan): KStream | KTable {
    const known = this.built.get(plan)
    if (known !== undefined) return known
    const made = this.make(plan)
    this.built.set(plan, made)
    return made
  }

  addSink(sink: SinkPlan): void {
    this.scope = sink.name
    this.storeCount = 0
    this.shown = asItIs
    const made = this.build(sink.input)
    const isTable = made instanceof KTable
    const stream = isTable ? made.toStream() : made
    stream.process(writeRecord(sink, isTable, (node) => this.compile(node))).to(sink.place)
    this.scope = undefined
    this.storeCount = 0
    this.shown = asItIs
  }

  private make(plan: Plan): KStream | KTable {
    if (!keepsRows.has(plan.kind)) this.shown = undefined
    switch (plan.kind) {
      case 'source':
        return this.source(plan.place)
      case 'decode': {
        const map = this.objectMapper(plan.fields)
        return this.stream(plan.input)
          .filter(({ value }) => value !== null)
          .mapValues(map)
      }
      case 'table':
        return this.table(plan)
      case 'filter': {
        const keep = this.compile(plan.condition)
        const test = (record: StreamRecord): boolean => keep.test(record)
        const { shown } = this
        this.shown = shown && ((row) => (keep.test(row) ? shown(row) : undefined))
        const input = this.build(plan.input)
        return input instanceof KTable ? input.filter(test) : input.filter(test)
      }
      case 'project': {
        const map = mapWithExpression(this.compile(objectOf(plan.fields)))
        const { shown } = this
        this.shown = shown && ((row) => shown(row.withValue(map(row))))
        const input = this.build(plan.input)
        return input instanceof KTable ? input.mapValues(map) : input.mapValues(map)
      }
      case 'explode':
        return this.explode(plan)
      case 'rekey': {
        const { select } = this.groupingOf(plan.keys)
        return this.stream(plan.input).selectKey((record) => select(record))
      }
      case 'aggregate':
        return this.aggregate(plan)
      case 'join':
        return plan.windows === undefined ? this.lookup(plan) : this.join(plan)
      case 'tableJoin':
        return plan.by === 'stream' ? this.joinTable(plan) : this.joinTables(plan)
      case 'changes': {
        const table = this.build(plan.input)
        if (table instanceof KTable) table.emitChanges()
        return this.stream(plan.input)
      }
      case 'union': {
        const [first, ...others] = plan.inputs.map((input) => this.stream(input))
        if (first === undefined) throw new Error('a union of nothing')
        return others.length === 0 ? first : first.merge(others)
      }
      case 'sort':
        return this.sort(plan)
      case 'limit':
        return this.stream(plan.input).head(plan.limit, undefined)
    }
  }

  private stream(plan: Plan): KStream {
    const built = this.build(plan)
    return built instanceof KTable ? built.toStream() : built
  }

  /** One node for each topic and file, whoever reads it. */
  private source(place: Endpoint): KStream {
    const name = `${place.kind} ${place.name}`
    const known = this.sources.get(name)
    if (known !== undefined) return known
    const stream = this.target.builder.stream(place)
    this.sources.set(name, stream)
    this.sourceNodes.push(stream.node)
    return stream
  }

  private table({ input, name, keys, fields, keyIsText }: TablePlan): KTable {
    const decode = this.objectMapper(fields)
    const row = (record: StreamRecord): unknown => (record.value === null ? null : decode(record))
    const { select } = this.groupingOf(keys)
    const source = this.stream(input)
    // The value is needed for the key if the source is a file.
    const keyed = keyIsText ? source : source.selectKey((record) => select(record))
    return keyed.mapValues(row).toTable(this.emit.plain, { name })
  }

  private objectMapper(fields: readonly PlanField[]): ValueMapper {
    const object = this.compile(objectOf(fields))
    return (record) => object.evaluate(record)
  }

  /** The name of a store: that with the rows of a stream or table is called like it. */
  private storeName(kind: 'aggregate' | 'join', hasResults = false): string {
    if (hasResults && this.scope !== undefined) return this.scope
    this.storeCount++
    const number = this.storeCount === 1 ? '' : `-${String(this.storeCount)}`
    return this.scope === undefined ? `${kind}${number}` : `${this.scope}-${kind}${number}`
  }

  private compile(node: Node): Expression {
    const { source, clock } = this.target
    const subject = 'the statement'
    return compileTree(node, { text: source.text, subject }, scopeOf({ subject, clock, linearRegex: true }))
  }

  private groupingOf(fields: readonly PlanField[]): Grouping {
    return groupByParts(fields.map(({ name, node }) => ({ name, expression: this.compile(node) })))
  }

  private explode({ input, arrays }: ExplodePlan): KStream {
    const compiled = arrays.map(({ node }) => this.compile(node))
    return this.stream(input).flatMapValues((record) => {
      const lists = compiled.map((expression): readonly unknown[] => {
        const list = expression.evaluate(record)
        return Array.isArray(list) ? list : []
      })
      const value = plainValue(record.value)
      const length = Math.max(...lists.map((list) => list.length))
      return Array.from({ length }, (_, at) => ({
        R: value,
        ...Object.fromEntries(lists.map((list, index) => [`E${String(index)}`, list[at] ?? null])),
      }))
    })
  }

  private aggregate({ input, keys, windows, isFinal, calls }: AggregatePlan): KTable {
    const { isPartitioned } = this.target
    const { emit } = this
    const grouping = this.groupingOf(keys)
    const rows = aggregateStepOf(
      calls.map(({ create, argument }) => ({ aggregator: create(), argument: argument && this.compile(argument) })),
      (key, _window, results) => {
        const fields = {}
        grouping.writeFields(fields, key)
        return { K: fields, A: results }
      },
    )
    const { shown } = this
    this.shown = undefined
    const step = shown === undefined ? rows : { ...rows, shown }
    const name = this.storeName('aggregate', shown !== undefined)
    const rowsIn = this.build(input)
    const select = (record: StreamRecord): unknown => grouping.select(record)
    this.grouping = grouping
    if (rowsIn instanceof KTable) {
      return rowsIn.groupBy(select).aggregate(step, emit.plain, { name })
    }
    let stream = rowsIn.selectKey(select)
    const { fields = 'all' } = step
    if (isPartitioned && fields !== 'all') {
      const { clock } = this.target
      stream = stream.mapValues(onlyFields(fields, (text) => compileExpression(text, { subject: 'the fields', clock })))
    }
    const grouped = stream.groupByKey()
    if (windows === undefined) return grouped.aggregate(step, emit.plain, { name })
    checkAggregate('this query', { isOverTable: false, windows, ttlMs: undefined, step })
    return grouped.windowedBy(windows).aggregate(step, isFinal ? 'final' : emit.windowed, { name })
  }

  /** Both sides under a common key; values meet as `{L, R}`. */
  private join({ type, left, right, leftKeys, rightKeys, windows, residual }: JoinPlan): KStream {
    if (windows === undefined) throw new Error('a join of streams without windows')
    const keyed = (plan: Plan, keys: readonly Node[]): KStream => {
      const keyOf = this.keyOf(keys)
      return this.stream(plan).selectKey(keyOf)
    }
    const [a, b] = [keyed(left, leftKeys), keyed(right, rightKeys)]
    const isPair = residual === undefined ? undefined : this.compile(residual)
    const options = {
      name: this.storeName('join'),
      ...(isPair === undefined ? {} : { isPair: (record: StreamRecord) => isPair.test(record) }),
    }
    switch (type) {
      case 'INNER':
        return a.join(b, pairOf, windows, options)
      case 'LEFT':
        return a.leftJoin(b, pairOf, windows, options)
      case 'FULL':
        return a.outerJoin(b, pairOf, windows, options)
      case 'RIGHT': {
        // The right side is the one that waits, and time runs the other way.
        const { beforeMs, afterMs, graceMs } = windows
        const mirrored = { beforeMs: afterMs, afterMs: beforeMs, graceMs }
        return b.leftJoin(a, (one, other) => pairOf(other, one), mirrored, options)
      }
    }
  }

  /** Records of a stream with the rows that a table has when they come. */
  private joinTable({ type, left, right, leftKey, residual }: TableJoinPlan): KStream {
    // Sources are read in the order in which they are named.
    const stream = this.stream(left)
    const table = this.build(right)
    if (!(table instanceof KTable)) throw new Error('a stream where a table is joined')
    const key = this.compile(leftKey)
    const keyed = stream.selectKey((record) => key.evaluate(record))
    const { join, isResult } = this.lookingUp(type, residual)
    const joined = keyed.joinKTable(table, { left: type === 'LEFT', join }, this.storeName('join'))
    return isResult === undefined ? joined : joined.filter(isResult)
  }

  private joinTables({ type, by, left, right, leftKey, residual }: TableJoinPlan): KTable {
    const [one, other] = [this.build(left), this.build(right)]
    if (!(one instanceof KTable && other instanceof KTable)) throw new Error('a stream where a table is joined')
    const { pair, isResult } = this.pairing(type, residual)
    const joined = ((): KTable => {
      if (by === 'windows')
        return one.joinWindows(other, pair, { isLeft: type === 'LEFT', name: this.storeName('join') })
      if (by === 'foreign') {
        const key = this.compile(leftKey)
        const foreignKeyOf = (record: StreamRecord): string | null => keyText(key.evaluate(record), stringifyJson)
        const named = { name: this.storeName('join') }
        if (type === 'LEFT') return one.leftJoinForeignKey(other, foreignKeyOf, pair, named)
        return one.joinForeignKey(other, foreignKeyOf, pair, named)
      }
      if (type === 'RIGHT') return other.leftJoin(one, (b, a) => pair(a, b))
      return type === 'INNER'
        ? one.join(other, pair)
        : type === 'LEFT'
          ? one.leftJoin(other, pair)
          : one.outerJoin(other, pair)
    })()
    return isResult === undefined ? joined : joined.filter(isResult)
  }

  /** The row of a file that has been read before. */
  private lookup({ type, left, right, leftKeys, rightKeys, residual }: JoinPlan): KStream {
    if (right.kind !== 'source') throw new Error('only a file is looked up')
    const rowKey = this.keyOf(rightKeys)
    const keyOf = this.keyOf(leftKeys)
    const table = this.target.builder.globalTable(right.place, {
      isFollowed: false,
      rowKey: (key, value) => rowKey(new StreamRecord(key, value, -1, noOrigin)),
    })
    const stream = this.stream(left)
    const { join, isResult } = this.lookingUp(type, residual)
    const joined = stream.joinGlobal(table, { left: type === 'LEFT', keyOf, join })
    return isResult === undefined ? joined : joined.filter(isResult)
  }

  private pairing(type: JoinPlan['type'], residual: Node | undefined): Pairing {
    return pairing(type, residual === undefined ? undefined : this.compile(residual))
  }

  /** How a record of a stream meets a row. */
  private lookingUp(
    type: JoinPlan['type'],
    residual: Node | undefined,
  ): { join(record: StreamRecord, row: unknown): unknown } & Pick<Pairing, 'isResult'> {
    const { pair, isResult } = this.pairing(type, residual)
    return { join: (record, row) => pair(record.value, row, record), isResult }
  }

  private keyOf(nodes: readonly Node[]): (record: StreamRecord) => string | null {
    return joinKeyOf(nodes.map((node) => this.compile(node)))
  }

  private sort({ input, by, offset, limit }: SortPlan): KStream {
    const terms = by.map(({ node, isDescending }) => {
      const expression = this.compile(node)
      return { valueOf: (record: StreamRecord) => expression.evaluate(record), isDescending }
    })
    const built = this.build(input)
    const isTable = built instanceof KTable
    const stream = isTable ? built.toStream() : built
    return stream.process(sortedRows({ by: terms, offset, limit, isTable }))
  }
}

const objectOf = (fields: readonly PlanField[]): Node => ({
  kind: 'object',
  entries: fields.map(({ name, node }) => ({ kind: 'named', name, nameSpan: noSpan, value: node })),
  ...noSpan,
})
