// What a command's `build` works on: the stream or table so far, and what the stages before said about keys and windows.
// It only describes; app.ts runs the result.

import { compileExpression, type Expression } from '../expression/compile.ts'
import { KsError } from '../model/errors.ts'
import { plainValue, type StreamRecord } from '../model/stream-record.ts'
import type { AggregateStep } from '../operators/aggregate-step.ts'
import type { CogroupAdder } from '../operators/cogroup.ts'
import type { EmitMode } from '../operators/emit.ts'
import { keyTextOf } from '../operators/grouping.ts'
import type { ValueMapper } from '../operators/stateless.ts'
import type { AnyWindows } from '../windows/any-windows.ts'
import { parseWindow } from '../windows/parse-window.ts'
import { stringifyJson } from '../serde/json-parse.ts'
import { aggregateStep, reduceStep, type AggregateColumn } from './aggregation.ts'
import type { ProcessorModule } from '../processors/load-module.ts'
import { cogroupColumns } from './cogroup-columns.ts'
import type { GlobalTable, GlobalTableOptions } from './global-table.ts'
import { groupByRecordKey, groupingBy, type Grouping } from './group.ts'
import type { ChainPlan } from './chain-plan.ts'
import type { AggregateOptions, AggregatePlace, ChainSettings } from './chain-settings.ts'
import { processWith } from './processor-nodes.ts'
import { stampOf, tombstoneRow } from './row-forms.ts'
import { joinWithStream, joinWithTable, type StreamJoinOptions, type TableJoinOptions } from './join.ts'
import { KTable, StreamsBuilder, type KStream, type SourceTableOptions } from './streams-builder.ts'
import { checkAggregate } from './check-aggregate.ts'
import type { Endpoint } from './topology.ts'
import { elementsOf, mapWithExpression, mergeInto, onlyFields, withFields, withoutFields } from './value-mappers.ts'

export class Chain {
  readonly settings: ChainSettings
  /** The input is one or more topics. */
  readonly readsTopics: boolean
  private readonly builder = new StreamsBuilder()
  private readonly sourceNodes: string[] = []
  private readonly usedNames = new Map<string, number>()
  private current: KStream | KTable
  private pendingWindows: AnyWindows | undefined
  private grouping: Grouping | undefined
  private lastColumn: string | undefined
  private needsTime = false
  private values: ChainPlan['values'] = 'any'
  private stateful = false

  /** @param sources several are merged. */
  constructor(sources: readonly Endpoint[], settings: ChainSettings) {
    this.settings = settings
    this.readsTopics = sources.every(({ kind }) => kind === 'topic')
    const [first, ...others] = sources.map((source) => this.addSource(source))
    if (first === undefined) throw new Error('a chain without a source')
    this.current = others.length === 0 ? first : first.merge(others)
  }

  /** Another input of the chain. */
  addSource(source: Endpoint): KStream {
    const stream = this.builder.stream(source)
    this.sourceNodes.push(stream.node)
    return stream
  }

  /** Compiles an expression. `subject` is what messages call it. */
  compile(text: string, subject: string, locals: readonly string[] = []): Expression {
    const { arguments: args, clock, untrusted } = this.settings
    return compileExpression(text, { subject, arguments: args, locals, clock, linearRegex: untrusted })
  }

  /** Options for other compilers of expressions. */
  get expressionOptions(): { arguments: ReadonlyMap<string, unknown>; clock: () => number; linearRegex: boolean } {
    const { arguments: args, clock, untrusted } = this.settings
    return { arguments: args, clock, linearRegex: untrusted }
  }

  /** The chain so far as a stream; a table becomes the stream of its updates. */
  get stream(): KStream {
    this.rejectPendingWindows()
    return this.current instanceof KTable ? this.current.toStream() : this.current
  }

  /** The chain so far, if it is a table. */
  get tableSoFar(): KTable | undefined {
    return this.current instanceof KTable ? this.current : undefined
  }

  /** Goes on with a stream. */
  continueWith(stream: KStream): void {
    this.current = stream
    this.grouping = undefined
    this.lastColumn = undefined
  }

  /** Goes on with a table of the same rows, or some of them, under the same keys. */
  continueWithTable(table: KTable): void {
    this.current = table
  }

  /** Applies a step that exists for streams and tables; a table stays one. */
  apply(onStream: (stream: KStream) => KStream, onTable: (table: KTable) => KTable): void {
    const windows = this.pendingWindows
    this.pendingWindows = undefined
    if (this.current instanceof KTable) this.current = onTable(this.current)
    else this.current = onStream(this.current)
    this.pendingWindows = windows
  }

  /** Windows for the next stage that aggregates. */
  window(text: string): void {
    this.rejectPendingWindows()
    this.pendingWindows = parseWindow(text, this.settings.graceMs)
    this.needsTime = true
  }

  /** Needs timestamps, whatever the stages say. */
  requireTime(): void {
    this.needsTime = true
  }

  /** What `--by` says; without it records are grouped by their key. */
  groupingOf(by: readonly string[]): Grouping {
    return groupingBy(by, (text) => this.compile(text, '--by'))
  }

  /**
   * Aggregates by group and window: `--window` if given, the windows of a `window` stage before, the stamps of one in
   * another process, or none.
   */
  private aggregate<S>(verb: string, grouping: Grouping, step: AggregateStep<S>, options: AggregateOptions): void {
    const windowed = this.takeWindows(options.window)
    const first = !this.stateful
    const { ttl: ttlMs } = options
    const store = { name: options.store ?? this.uniqueName(verb), ttlMs }
    if (ttlMs !== undefined) this.needsTime = true
    const { current } = this
    checkAggregate(verb, { isOverTable: current instanceof KTable, windows: windowed, ttlMs, step })
    if (current instanceof KTable) {
      this.current = current.groupBy((record) => grouping.select(record)).aggregate(step, this.emitMode(false), store)
    } else {
      // Without --by records stay in the partition that their key has brought them to, as after KStream.groupByKey.
      const grouped =
        this.settings.partitioned && grouping === groupByRecordKey
          ? current.groupByKey()
          : this.needed(
              current.selectKey((record) => grouping.select(record)),
              step,
            ).groupByKey()
      if (windowed !== undefined) {
        this.needsTime = true
        this.current = grouped.windowedBy(windowed).aggregate(step, this.emitMode(true), store)
      } else if (first && !this.settings.partitioned && ttlMs === undefined) {
        const emit = { plain: this.emitMode(false), windowed: this.emitMode(true) }
        this.current = grouped.aggregateOrStamped(step, this.settings.graceMs, emit, store)
      } else this.current = grouped.aggregate(step, this.emitMode(false), store)
    }
    this.grouping = grouping
    this.lastColumn = options.lastColumn
  }

  /** The windows that a stage names itself, or those of a `window` stage before it, which are used up then. */
  private takeWindows(named: string | undefined): AnyWindows | undefined {
    const windows = named === undefined ? this.pendingWindows : parseWindow(named, this.settings.graceMs)
    this.pendingWindows = undefined
    return windows
  }

  /** What is brought together through a topic is no more than what is aggregated. */
  private needed<S>(stream: KStream, { fields = 'all' }: AggregateStep<S>): KStream {
    if (!this.settings.partitioned || fields === 'all') return stream
    return stream.mapValues(onlyFields(fields, (text) => this.compile(text, 'aggregate')))
  }

  /** Aggregates expressions over aggregate functions: one result column each. */
  aggregateColumns(
    verb: string,
    by: readonly string[],
    columns: readonly AggregateColumn[],
    options: AggregatePlace,
  ): void {
    const grouping = this.groupingOf(by)
    const step = aggregateStep(columns, grouping, this.expressionOptions)
    this.aggregate(verb, grouping, step, { ...options, lastColumn: columns.at(-1)?.name ?? '' })
  }

  /** Aggregates several streams into one row per group: the first of them is the chain so far. */
  cogroup(
    by: readonly string[],
    groups: readonly { readonly source: Endpoint | undefined; readonly columns: readonly AggregateColumn[] }[],
    { window, store }: AggregatePlace,
  ): void {
    const grouping = this.groupingOf(by)
    const windows = this.takeWindows(window)
    const steps = groups.map(({ columns }) => aggregateStep(columns, grouping, this.expressionOptions))
    const { shared, adders } = cogroupColumns(steps)
    this.requireTime()
    const name = store ?? this.uniqueName('cogroup')
    const streams = groups.map(({ source }) => (source === undefined ? this.stream : this.addSource(source)))
    const [first, ...others] = streams.map((stream, index) => {
      const keyed = stream.selectKey((record) => grouping.select(record))
      return {
        grouped: this.needed(keyed, steps[index] as AggregateStep<unknown>).groupByKey(),
        add: adders[index] as CogroupAdder<unknown[]>,
      }
    })
    if (first === undefined) throw new Error('a cogroup without a stream')
    const cogrouped = others.reduce(
      (all, { grouped, add }) => all.cogroup(grouped, add),
      first.grouped.cogroup(first.add),
    )
    const emit = this.emitMode(windows !== undefined && !('startMs' in windows))
    if (windows === undefined) this.current = cogrouped.aggregate(shared, emit === 'final' ? 'flush' : emit, { name })
    else {
      const table = cogrouped.windowedBy(windows).aggregate(shared, emit === 'final' ? 'changes' : emit, { name })
      this.current = emit === 'final' ? table.suppress({ until: 'close' }, { name: `${name}-suppress` }) : table
    }
    this.grouping = grouping
    this.lastColumn = groups.at(-1)?.columns.at(-1)?.name
  }

  /** Folds records with an expression over `$acc` and the record. */
  reduce(
    verb: string,
    by: readonly string[],
    expression: string,
    initial: string | undefined,
    options: AggregatePlace,
  ): void {
    const grouping = this.groupingOf(by)
    const reduce = this.compile(expression, `the ${verb}`, ['acc'])
    const first = initial === undefined ? undefined : this.compile(initial, '--init')
    this.aggregate(verb, grouping, reduceStep(reduce, first, grouping, plainValue), { ...options, lastColumn: 'value' })
  }

  /** Replaces values by what an expression makes of them; `merge` sets the fields of the resulting object instead. */
  mapValues(text: string, subject: string, merge: boolean): void {
    const expression = this.compile(text, subject)
    this.mapWith(merge ? mergeInto(expression) : mapWithExpression(expression))
  }

  /** Sets fields to values of expressions, all of which see the record as it came in. */
  putFields(fields: readonly { readonly name: string; readonly expression: string }[]): void {
    const compiled = fields.map(({ name, expression }) => ({ name, value: this.compile(expression, name) }))
    this.mapWith((record) =>
      withFields(
        record,
        compiled.map(({ name, value }) => [name, value.evaluate(record)] as const),
      ),
    )
  }

  /** Keeps or removes top-level fields. */
  cutFields(names: readonly string[], remove: boolean): void {
    const shape = `{${names.map((name) => `${JSON.stringify(name)}: .[${JSON.stringify(name)}]`).join(', ')}}`
    this.mapWith(remove ? withoutFields(new Set(names)) : mapWithExpression(this.compile(shape, 'cut')))
  }

  /** A record for each element of an array; with `as` the element becomes a field of the record. */
  explode(text: string, as: string | undefined): void {
    const expression = this.compile(text, 'explode')
    this.continueWith(this.stream.flatMapValues((record) => elementsOf(record, expression, as)))
  }

  /** The first records, of each group if there are any. */
  head(count: number, by: readonly string[]): void {
    const grouping = by.length === 0 ? undefined : this.groupingOf(by)
    const keyOf = grouping && ((record: StreamRecord) => keyTextOf(record.withKey(grouping.select(record))) ?? '')
    this.continueWith(this.stream.head(count, keyOf))
  }

  /** Shows the values of an expression on standard error. */
  peek(text: string, label: string): void {
    const expression = this.compile(text, 'peek')
    const look = (record: StreamRecord): void => {
      this.settings.tell(`${label}: ${stringifyJson(expression.evaluate(record))}`)
    }
    this.continueWith(this.stream.peek(look))
  }

  /** Adds the rows of a table. */
  joinTable(options: TableJoinOptions): void {
    joinWithTable(this, options)
  }

  /** Adds what another stream has near in time. */
  joinStream(options: StreamJoinOptions): void {
    joinWithStream(this, options)
  }

  /** A processor in JavaScript. If it has stores, what belongs together is brought together first. */
  process(module: ProcessorModule, subject: string): void {
    const { stream } = this
    if (Object.keys(module.stores).length > 0) this.stateful = true
    this.continueWith(processWith(this.builder, stream, module, subject, this.settings.arguments))
  }

  /** A table from a topic. */
  table(topic: string, options: SourceTableOptions): { readonly table: KTable; readonly name: string } {
    const name = this.uniqueName('join')
    return { table: this.builder.table(topic, name, options), name }
  }

  private mapWith(map: ValueMapper): void {
    this.apply(
      (stream) => stream.mapValues(map),
      (table) => table.mapValues(map),
    )
  }

  /** The latest row of each group. */
  toTable(verb: string, grouping: Grouping, options: Pick<AggregatePlace, 'store' | 'ttl'>): void {
    this.stateful = true
    const store = { name: options.store ?? this.uniqueName(verb), ttlMs: options.ttl }
    if (options.ttl !== undefined) this.needsTime = true
    const keyed =
      this.settings.partitioned && grouping === groupByRecordKey
        ? this.stream
        : this.stream.selectKey((record) => grouping.select(record))
    this.current = keyed.toTable(this.emitMode(false), store)
    this.grouping = grouping
    this.lastColumn = undefined
  }

  /** The column that the last aggregation computed last; `top` ranks by it. */
  get lastResult(): string | undefined {
    return this.lastColumn
  }

  /** A store name that no stage before has: the verb, then verb-2 and so on. */
  uniqueName(verb: string): string {
    const count = (this.usedNames.get(verb) ?? 0) + 1
    this.usedNames.set(verb, count)
    this.stateful = true
    return count === 1 ? verb : `${verb}-${String(count)}`
  }

  /** A table that is read before the first record. */
  globalTable(endpoint: Endpoint, options: GlobalTableOptions): GlobalTable {
    return this.builder.globalTable(endpoint, options)
  }

  /** Nothing looks into the values. */
  passBytes(): void {
    this.values = 'bytes'
  }

  /** Writes the chain's end to its sink, and says how to run it. */
  finish(sink: Endpoint): ChainPlan {
    const windows = this.pendingWindows
    if (windows !== undefined) {
      // They are for a stage in another process.
      this.pendingWindows = undefined
      this.current = this.stream.flatMapValues(stampOf(windows))
    }
    const { grouping } = this
    const endsInTable = this.current instanceof KTable
    this.current.to(sink)
    return {
      topology: this.builder.build(),
      needsTime: this.needsTime,
      stateful: this.stateful,
      endsInTable,
      sourceNodes: this.sourceNodes,
      values: this.values,
      tombstone: grouping === undefined ? undefined : (key, window) => tombstoneRow(grouping, key, window),
    }
  }

  get emitsAtOnce(): boolean {
    return this.emitMode(false) === 'changes'
  }

  private emitMode(windowed: boolean): EmitMode {
    const { emit, live } = this.settings
    return emit ?? (windowed && !live ? 'final' : 'flush')
  }

  private rejectPendingWindows(): void {
    if (this.pendingWindows === undefined) return
    throw new KsError('usage', 'window must be followed by a stage that aggregates', {
      hint: 'put it in front: … then window 1m then count --by .page',
    })
  }
}
