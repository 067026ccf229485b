// Random trees of statements, all that the parser can make and nothing else.

import fc from 'fast-check'
import type {
  ColumnDefinition,
  CreateSource,
  Duration,
  Properties,
  Query,
  Relation,
  Select,
  SelectItem,
  Statement,
  WindowClause,
} from '../../../src/runtime/sql/ast.ts'
import { arbitraryExpression, arbitraryName, arbitraryText, arbitraryType } from './arbitrary-expression.ts'

const nowhere = { start: 0, end: 0 }

const option = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(value, { nil: undefined })
const few = <T>(value: fc.Arbitrary<T>, minLength = 0): fc.Arbitrary<T[]> =>
  fc.array(value, { minLength, maxLength: 3 })
const flag = fc.boolean()
const none = fc.constant(undefined)

const duration: fc.Arbitrary<Duration> = fc
  .constantFrom(0, 1, 1000, 1001, 60_000, 90_000, 3_600_000, 86_400_000, 172_800_000)
  .map((ms) => ({ ms, ...nowhere }))

const windowClause: fc.Arbitrary<WindowClause> = fc
  .record({
    kind: fc.constantFrom('TUMBLING', 'HOPPING', 'SESSION', 'SLIDING'),
    size: duration,
    advance: duration,
    retention: option(duration),
    grace: option(duration),
  })
  .map((parts) => ({ ...parts, advance: parts.kind === 'HOPPING' ? parts.advance : undefined, ...nowhere }))

const item: fc.Arbitrary<SelectItem> = fc.oneof(
  option(arbitraryName).map((qualifier): SelectItem => ({ kind: 'all', qualifier, ...nowhere })),
  fc
    .record({ expression: arbitraryExpression, alias: option(arbitraryName) })
    .map((parts): SelectItem => ({ kind: 'expression', ...parts, ...nowhere })),
  arbitraryName.map((name): SelectItem => {
    return { kind: 'structAll', base: { kind: 'column', qualifier: undefined, name, ...nowhere }, ...nowhere }
  }),
)

const place = fc
  .constantFrom('clicks.ndjson', '-', '@topic', "it's.csv")
  .map((text) => ({ text, quoted: true, ...nowhere }))

const namedQuery = (query: fc.Arbitrary<Query>): fc.Arbitrary<Query['with'][number]> =>
  fc.record({ name: arbitraryName, query })

const arbitraryQuery: fc.Arbitrary<Query> = fc.letrec<{
  query: Query
  source: Relation
  relation: Relation
  select: Select
}>((tie) => ({
  query: fc
    .record({
      with: fc.oneof(
        { maxDepth: 1, withCrossShrink: true },
        fc.constant<Query['with']>([]),
        few(namedQuery(tie('query')), 1),
      ),
      selects: few(tie('select'), 1),
      orderBy: few(fc.record({ expression: arbitraryExpression, isDescending: flag })),
      emit: option(fc.constantFrom('CHANGES', 'FINAL')),
      limit: option(fc.nat()),
      offset: option(fc.nat()),
    })
    .map((parts) => ({ ...parts, ...nowhere })),
  source: fc.oneof(
    { maxDepth: 1, withCrossShrink: true },
    fc
      .record({ name: arbitraryName, alias: option(arbitraryName) })
      .map((parts): Relation => ({ kind: 'named', isPlace: false, ...parts, ...nowhere })),
    fc
      .record({ name: place, alias: option(arbitraryName) })
      .map((parts): Relation => ({ kind: 'named', isPlace: true, ...parts, ...nowhere })),
    fc
      .record({ query: tie('query'), alias: option(arbitraryName) })
      .map((parts): Relation => ({ kind: 'subquery', ...parts, ...nowhere })),
  ),
  relation: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    tie('source'),
    fc
      .record({
        type: fc.constantFrom('INNER', 'LEFT', 'RIGHT', 'FULL'),
        left: tie('relation'),
        right: tie('source'),
        within: option(
          fc
            .record({ before: duration, after: duration, grace: option(duration) })
            .map((parts) => ({ ...parts, ...nowhere })),
        ),
        on: arbitraryExpression,
      })
      .map((parts): Relation => ({ kind: 'join', ...parts, ...nowhere })),
  ),
  select: fc
    .record({
      items: few(item, 1),
      from: tie('relation'),
      window: option(windowClause),
      where: option(arbitraryExpression),
      groupBy: few(arbitraryExpression),
      partitionBy: few(arbitraryExpression),
      having: option(arbitraryExpression),
    })
    .map((parts) => ({ ...parts, ...nowhere })),
})).query

const columnDefinition: fc.Arbitrary<ColumnDefinition> = fc
  .record({
    name: arbitraryName,
    type: arbitraryType,
    role: fc.oneof(
      fc.constantFrom('VALUE', 'KEY', 'PRIMARY KEY', 'HEADERS'),
      arbitraryText.map((header) => ({ header })),
    ),
  })
  .map((parts) => ({ ...parts, ...nowhere }))

const properties: fc.Arbitrary<Properties> = few(
  fc.record({
    name: fc.constantFrom('KAFKA_TOPIC', 'FORMAT', 'SELECT', 'ODD NAME', "IT'S", '', '${X}'),
    value: fc.oneof(arbitraryText, fc.constantFrom(0, 3, -1, 1.5, 1e21, 1e-7), flag),
    start: fc.constant(0),
    end: fc.constant(0),
  }),
)

const createSource = (options: fc.Arbitrary<boolean>): fc.Arbitrary<CreateSource> =>
  fc
    .record({
      isTable: flag,
      orReplace: options,
      isSource: options,
      ifNotExists: options,
      name: arbitraryName,
      columns: few(columnDefinition),
      properties,
    })
    .map((parts) => ({ kind: 'create', ...parts, ...nowhere }))

/** Statements without their positions. */
type Positionless<T> = T extends unknown ? Omit<T, 'start' | 'end'> : never

const kind = <K extends Statement['kind']>(name: K): fc.Arbitrary<K> => fc.constant(name)
const values = few(arbitraryExpression, 1)
const topic = fc.oneof(
  fc.constantFrom('clicks', 'Clicks').map((text) => ({ text, quoted: false, ...nowhere })),
  fc.constantFrom('a-b', "it's", '@x').map((text) => ({ text, quoted: true, ...nowhere })),
)
const variable = fc.constantFrom('x', 'Format', 'select')

const simpleStatement: fc.Arbitrary<Positionless<Statement>> = fc.oneof(
  fc.record({
    kind: kind('createAsSelect'),
    isTable: flag,
    orReplace: flag,
    ifNotExists: flag,
    name: arbitraryName,
    properties,
    query: arbitraryQuery,
  }),
  fc.record({ kind: kind('insertSelect'), target: arbitraryName, properties, query: arbitraryQuery }),
  fc.record({ kind: kind('insertValues'), target: arbitraryName, columns: few(arbitraryName), values }),
  fc.record({ kind: kind('query'), query: arbitraryQuery }),
  fc.record({
    kind: kind('alter'),
    isTable: flag,
    name: arbitraryName,
    columns: few(
      columnDefinition.map((column) => ({ ...column, role: 'VALUE' as const })),
      1,
    ),
  }),
  fc.record({ kind: kind('drop'), isTable: flag, ifExists: flag, name: arbitraryName, deleteTopic: flag }),
  fc.record({ kind: kind('createType'), ifNotExists: flag, name: arbitraryName, type: arbitraryType }),
  fc.record({ kind: kind('dropType'), ifExists: flag, name: arbitraryName }),
  fc.record({
    kind: kind('show'),
    what: fc.constantFrom('STREAMS', 'TABLES', 'QUERIES'),
    isExtended: flag,
    isAll: fc.constant(false),
  }),
  fc.record({ kind: kind('show'), what: fc.constant('TOPICS'), isExtended: flag, isAll: flag }),
  fc.record({
    kind: kind('show'),
    what: fc.constantFrom('FUNCTIONS', 'TYPES', 'VARIABLES', 'PROPERTIES'),
    isExtended: fc.constant(false),
    isAll: fc.constant(false),
  }),
  fc.record({ kind: kind('describe'), what: fc.constant('SOURCE'), name: arbitraryName, isExtended: flag }),
  fc.record({
    kind: kind('describe'),
    what: fc.constant('FUNCTION'),
    name: arbitraryName,
    isExtended: fc.constant(false),
  }),
  fc.record({ kind: kind('describe'), what: fc.constantFrom('STREAMS', 'TABLES'), name: none, isExtended: flag }),
  fc.record({ kind: kind('explain'), statement: none, queryId: arbitraryName }),
  fc.record({ kind: kind('print'), topic, fromBeginning: flag, interval: option(fc.nat()), limit: option(fc.nat()) }),
  fc.record({ kind: fc.constantFrom('terminate', 'pause', 'resume'), queryId: option(arbitraryName) }),
  fc.record({ kind: kind('set'), name: arbitraryText, value: option(arbitraryText), isSystem: fc.constant(false) }),
  fc.record({ kind: kind('set'), name: arbitraryText, value: arbitraryText, isSystem: fc.constant(true) }),
  fc.record({ kind: kind('define'), name: variable, value: option(arbitraryText) }),
  fc.record({ kind: kind('runScript'), file: arbitraryText }),
  fc.record({ kind: kind('spool'), file: option(arbitraryText) }),
  fc.record({ kind: kind('assertTopic'), exists: flag, topic, properties, timeout: option(duration) }),
  fc.record({
    kind: kind('assertValues'),
    isTombstone: flag,
    target: arbitraryName,
    columns: few(arbitraryName),
    values,
  }),
  fc.record({ kind: kind('assertSource'), source: createSource(fc.constant(false)) }),
)

const plainStatement: fc.Arbitrary<Statement> = fc.oneof(
  { weight: 1, arbitrary: createSource(flag) },
  { weight: 25, arbitrary: simpleStatement.map((parts): Statement => ({ ...parts, ...nowhere })) },
)

/** Statements of all kinds. */
export const arbitraryStatement: fc.Arbitrary<Statement> = fc.oneof(
  { weight: 9, arbitrary: plainStatement },
  {
    weight: 1,
    arbitrary: plainStatement.map((statement): Statement => {
      return { kind: 'explain', statement, queryId: undefined, ...nowhere }
    }),
  },
)
