// From the statements of a script to what is run: declared sources, queries whose results others read, and one whose results are
// shown.

import { nearestNames } from '../model/nearest-name.ts'
import type * as Ast from './ast.ts'
import { declareSource } from './declared-source.ts'
import type { Catalog, CatalogSource } from './catalog.ts'
import { coerced } from './coercion.ts'
import { lower } from './lower.ts'
import { nameOf } from './names.ts'
import { withJsonValues } from './output-value.ts'
import type { ParsedStatement } from './parse.ts'
import { inputsOf, type Plan, type SinkPlan } from './plan.ts'
import { planQuery } from './plan-query.ts'
import { planPull, type PullPlan } from './pull-plan.ts'
import { planCreateAs, planSink, retargeted } from './plan-sink.ts'
import { loweringOver, type Planner } from './planner.ts'
import { type Relation, type RelationColumn } from './relation.ts'
import type { SourceProperties } from './source-properties.ts'
import { sqlError } from './sql-error.ts'
import { bigintType, type SqlType } from './sql-type.ts'
import { typeFromName } from './type-name.ts'
import { literalNode, type Typed } from './typed.ts'

/** What a script means. */
export interface ScriptPlan {
  readonly sinks: readonly SinkPlan[]
  /** The SELECT at its end. */
  readonly query: ShownQuery | undefined
  /** INSERT INTO … VALUES: written before anything is read. */
  readonly rows: readonly RowPlan[]
  /** SET: properties by Kafka's names. */
  readonly settings: readonly (readonly [string, string])[]
  /** Topics that statements want to be there. */
  readonly topics: readonly WantedTopic[]
  /** What has been declared. */
  readonly catalog: Catalog
  readonly queries: readonly ScriptQuery[]
  /** Plans a query over what tables have now. KsError compile. */
  planPull(parsed: ParsedStatement): PullPlan
}

/** A query that goes on, by ksqlDB's name for it. */
export interface ScriptQuery {
  readonly id: string
  readonly text: string
  /** The stream or table that its results go to. */
  readonly sink: string
  /** Or a file. */
  readonly topic: string
}

/** A query whose results are shown. */
export interface ShownQuery {
  readonly plan: Plan
  readonly isTable: boolean
  readonly query: Ast.Query
}

/** A record to be written: its columns are expressions that look at no record. */
export interface RowPlan {
  readonly sink: SinkPlan
  /** ms since the epoch; undefined: when it is written. */
  readonly timestamp: Typed | undefined
}

/** A topic that is made if it is not there. */
export interface WantedTopic {
  readonly name: string
  /** undefined: as many as the topic has that is read for it; without one the broker's default. */
  readonly partitions: number | undefined
  readonly replicas: number | undefined
  readonly retentionMs: number | undefined
  /** Its records are the rows of a table. */
  readonly isTable: boolean
  /** What is written to it; undefined if it is only read. */
  readonly input: Plan | undefined
}

/** What a script is planned with. */
export type ScriptContext = Pick<Planner, 'clock' | 'notice' | 'failed'> & {
  /** What ksqlDB refuses is refused. */
  readonly isStrict: boolean
}

/** Plans the statements of a script in their order. KsError compile for the first one that cannot be run. */
export const planScript = (statements: readonly ParsedStatement[], context: ScriptContext): ScriptPlan => {
  const script = new Script(context)
  for (const [index, parsed] of statements.entries()) script.add(parsed, index === statements.length - 1)
  return script
}

class Script implements ScriptPlan {
  readonly sinks: SinkPlan[] = []
  readonly rows: RowPlan[] = []
  readonly settings: (readonly [string, string])[] = []
  readonly topics: WantedTopic[] = []
  readonly queries: ScriptQuery[] = []
  query: ShownQuery | undefined
  readonly catalog = new Map<string, CatalogSource>()
  private readonly types = new Map<string, SqlType>()
  private readonly context: ScriptContext

  constructor(context: ScriptContext) {
    this.context = context
  }

  add(parsed: ParsedStatement, isLast: boolean): void {
    const { statement, source } = parsed
    switch (statement.kind) {
      case 'create':
        this.declare(statement, declareSource, parsed)
        return
      case 'createAsSelect':
        this.createAs(statement, parsed)
        return
      case 'insertSelect':
        this.insertSelect(statement, parsed)
        return
      case 'insertValues':
        this.insertValues(statement, parsed)
        return
      case 'createType': {
        const name = nameOf(statement.name)
        if (this.types.has(name) && !statement.ifNotExists) {
          throw sqlError(source, statement.name, `there is a type ${name} already`)
        }
        if (!this.types.has(name)) this.types.set(name, typeFromName(statement.type, source, this.types))
        return
      }
      case 'set':
        this.set(statement, parsed)
        return
      case 'define':
        return
      case 'query': {
        if (!isLast) throw sqlError(source, statement, 'a SELECT stands at the end of a script', { hint: laterHint })
        const relation = planQuery(statement.query, this.planner(parsed, true))
        this.query = { plan: withJsonValues(relation), isTable: relation.isTable, query: statement.query }
        return
      }
      default:
        throw sqlError(source, statement, `${statementNames[statement.kind]} is not there yet`, { hint: runsHint })
    }
  }

  planPull(parsed: ParsedStatement): PullPlan {
    return planPull(parsed, this.planner(parsed, true))
  }

  private planner({ source }: ParsedStatement, keepsCase: boolean): Planner {
    const { clock, isStrict } = this.context
    return {
      source,
      clock,
      named: new Map(),
      catalog: this.catalog,
      types: this.types,
      keepsCase,
      notice: (message) => {
        this.context.notice(message)
      },
      failed: (message) => {
        this.context.failed(message)
      },
      beyond: (at, reason) => {
        if (isStrict) throw sqlError(source, at, reason)
        this.context.notice(reason)
      },
    }
  }

  private declare<S extends Ast.CreateSource | Ast.CreateAsSelect>(
    statement: S,
    make: (statement: S, planner: Planner) => CatalogSource,
    parsed: ParsedStatement,
  ): void {
    const name = nameOf(statement.name)
    if (this.catalog.has(name)) {
      if (statement.ifNotExists) return
      throw sqlError(parsed.source, statement.name, `there is ${name} already`, {
        hint: statement.orReplace ? 'OR REPLACE has nothing to go on from in a script' : 'IF NOT EXISTS passes over it',
      })
    }
    const source = make(statement, this.planner(parsed, false))
    this.catalog.set(name, source)
    const { properties, isDerived, isTable } = source
    if (!isDerived && properties.partitions !== undefined) this.want(properties, isTable, undefined)
  }

  private createAs(statement: Ast.CreateAsSelect, parsed: ParsedStatement): void {
    this.declare(
      statement,
      (_, planner) => {
        this.refuseEnds(statement.query, parsed)
        const { source, sink } = planCreateAs(statement, planQuery(statement.query, planner), planner)
        this.addSink(sink, source.properties, source.isTable)
        this.addQuery(`${source.isTable ? 'CTAS' : 'CSAS'}_${source.name}`, source, parsed)
        return source
      },
      parsed,
    )
  }

  private insertSelect(statement: Ast.InsertSelect, parsed: ParsedStatement): void {
    const planner = this.planner(parsed, false)
    this.refuseEnds(statement.query, parsed)
    const target = this.target(statement.target, parsed)
    const results = planQuery(statement.query, planner)
    if (target.isTable || results.isTable) {
      throw sqlError(parsed.source, statement, 'INSERT INTO … SELECT puts streams together', {
        hint: 'a table has one query: CREATE TABLE … AS SELECT …',
      })
    }
    this.addQuery('INSERTQUERY', target, parsed)
    const retargetedTo = retargeted(results, target.columns, 'name', statement.query, planner)
    const key = keyLike(target, retargetedTo, statement.query, planner)
    const relation = { ...retargetedTo, key }
    if (target.add !== undefined) {
      if (reads(relation.plan, target.relation(undefined).plan)) {
        throw sqlError(parsed.source, statement, `${target.name} would read itself, and never end`)
      }
      target.add(relation)
    } else {
      const { name, columns, properties } = target
      this.addSink(planSink(name, relation, columns, properties, statement, planner), properties, false)
    }
  }

  private insertValues(statement: Ast.InsertValues, parsed: ParsedStatement): void {
    const { source } = parsed
    const planner = this.planner(parsed, false)
    const target = this.target(statement.target, parsed)
    if (target.isDerived) {
      throw sqlError(source, statement.target, `the rows of ${target.name} are those of its query`, {
        hint: 'INSERT INTO the stream that it reads',
      })
    }
    if (target.properties.file !== undefined) {
      throw sqlError(source, statement.target, 'INSERT INTO … VALUES writes to topics, this is a file')
    }
    const { columns, values } = statement
    const names =
      columns.length === 0 ? target.columns.map(({ name }) => name) : columns.map((column) => nameOf(column))
    if (names.length !== values.length) {
      throw sqlError(source, statement, `${String(values.length)} values for ${String(names.length)} columns`)
    }
    const known = [...target.columns.map(({ name }) => name), 'ROWTIME']
    const stranger = names.findIndex((name) => !known.includes(name))
    if (stranger >= 0) {
      const name = names[stranger] ?? ''
      throw sqlError(source, columns[stranger] ?? statement, `${target.name} has no column ${name}`, {
        didYouMean: nearestNames(name, known),
      })
    }
    const nothing: Relation = { ...target.relation(undefined), columns: [], open: [], qualifiers: [] }
    const context = loweringOver(planner, nothing)
    const valueOf = (name: string, type: SqlType): Typed => {
      const value = values[names.indexOf(name)]
      if (value === undefined) return { node: literalNode(statement, null), type }
      return coerced(lower(value, context), type, value, context)
    }
    const results = target.columns.map(({ name, shown, type }): RelationColumn => {
      return { name, shown, qualifier: undefined, typed: valueOf(name, type) }
    })
    const relation = { ...nothing, columns: results, key: [] }
    const sink = planSink(target.name, relation, target.columns, target.properties, statement, planner)
    this.rows.push({ sink, timestamp: names.includes('ROWTIME') ? valueOf('ROWTIME', bigintType) : undefined })
  }

  private set({ name, value, isSystem, ...at }: Ast.SetProperty, { source }: ParsedStatement): void {
    if (isSystem) throw sqlError(source, at, 'ALTER SYSTEM is for servers', { hint: `SET '${name}' = '…'` })
    const property = name.replace(/^ksql\.streams\./, '')
    if (property.startsWith('ksql.')) {
      throw sqlError(source, at, `there is no property ${name} here`, { hint: 'ks config ls lists the properties' })
    }
    const index = this.settings.findIndex(([known]) => known === property)
    if (index >= 0) this.settings.splice(index, 1)
    if (value !== undefined) this.settings.push([property, value])
  }

  private target(name: Ast.Identifier, { source }: ParsedStatement): CatalogSource {
    const found = this.catalog.get(nameOf(name))
    if (found !== undefined) return found
    throw sqlError(source, name, `nothing is called ${name.text}`, {
      didYouMean: nearestNames(nameOf(name), [...this.catalog.keys()]),
      hint: 'CREATE STREAM or CREATE TABLE declares it',
    })
  }

  private addQuery(kind: string, { name, properties }: CatalogSource, { text }: ParsedStatement): void {
    const id = `${kind}_${String(this.queries.length + 1)}`
    this.queries.push({ id, text, sink: name, topic: properties.topic ?? properties.file ?? '' })
  }

  private addSink(sink: SinkPlan, properties: SourceProperties, isTable: boolean): void {
    this.sinks.push(sink)
    if (sink.place.kind === 'topic') this.want(properties, isTable, sink.input)
  }

  private want(properties: SourceProperties, isTable: boolean, input: Plan | undefined): void {
    const { topic: name, partitions, replicas, retentionMs } = properties
    if (name !== undefined) this.topics.push({ name, partitions, replicas, retentionMs, isTable, input })
  }

  /** A query that goes on for ever has no last rows. */
  private refuseEnds(query: Ast.Query, { source }: ParsedStatement): void {
    const { limit, offset, orderBy } = query
    const at = orderBy[0]?.expression ?? (limit === undefined && offset === undefined ? undefined : query)
    if (at === undefined) return
    throw sqlError(source, at, 'what others read goes on for ever: ORDER BY, LIMIT and OFFSET need an end', {
      hint: laterHint,
    })
  }
}

/** The key of a stream, which the results must have, too. */
const keyLike = (
  { columns, name, properties }: CatalogSource,
  relation: Relation,
  at: Ast.Span,
  { source }: Planner,
): readonly Typed[] | undefined => {
  if (properties.file !== undefined || columns.length === 0) return relation.key
  const keys = columns.flatMap(({ isKey }, index) => {
    const typed = relation.columns[index]?.typed
    return isKey && typed !== undefined ? [typed] : []
  })
  const isSame = keys.length === relation.key?.length && keys.every(({ node }, at) => relation.key?.[at]?.node === node)
  if (keys.length === 0 || isSame) return keys
  const names = columns.flatMap((column) => (column.isKey ? [column.name] : [])).join(', ')
  throw sqlError(source, at, `the key of ${name} is ${names}, and that of the results is another one`, {
    hint: `PARTITION BY ${names}`,
  })
}

const reads = (plan: Plan, other: Plan): boolean =>
  plan === other || inputsOf(plan).some((input) => reads(input, other))

const laterHint = 'SELECT … at the end of the script, or in another call'

const runsHint = 'CREATE STREAM, CREATE TABLE, CREATE … AS SELECT, INSERT INTO, CREATE TYPE, SET, DEFINE and SELECT run'

const statementNames: Readonly<Record<Exclude<Ast.Statement['kind'], HandledKind>, string>> = {
  alter: 'ALTER',
  drop: 'DROP',
  dropType: 'DROP TYPE',
  show: 'SHOW',
  describe: 'DESCRIBE',
  explain: 'EXPLAIN (ks explain sql does it)',
  print: 'PRINT (ks read does it)',
  terminate: 'TERMINATE',
  pause: 'PAUSE',
  resume: 'RESUME',
  runScript: 'RUN SCRIPT',
  spool: 'SPOOL',
  assertTopic: 'ASSERT',
  assertValues: 'ASSERT',
  assertSource: 'ASSERT',
}

type HandledKind =
  'create' | 'createAsSelect' | 'insertSelect' | 'insertValues' | 'createType' | 'set' | 'define' | 'query'
