// The tree of SQL statements. Names are as the user wrote them; what they mean is the analyzer's affair.

import type { SqlType } from './sql-type.ts'

/** A stretch of the text: positions in UTF-16 units, `end` exclusive. */
export interface Span {
  readonly start: number
  readonly end: number
}

/** A name: quoted ones mean what they say, the others are upper-cased. */
export interface Identifier extends Span {
  readonly text: string
  readonly quoted: boolean
}

// ---- expressions ----

/** `NULL`, `TRUE`, `12`, `'text'`. Integers beyond 2^53 are bigint. */
export interface Literal extends Span {
  readonly kind: 'literal'
  readonly value: null | boolean | number | bigint | string
  /** `1.50` is a DECIMAL, `1.5e0` a DOUBLE; integers are INTEGER if they fit into 32 bits and BIGINT otherwise. */
  readonly type: 'NULL' | 'BOOLEAN' | 'INTEGER' | 'BIGINT' | 'DECIMAL' | 'DOUBLE' | 'STRING'
  /** As written, digits of a DECIMAL among them. */
  readonly text: string
}
/** `page`, `c.page`, a pseudo column, or the parameter of a lambda. */
export interface Column extends Span {
  readonly kind: 'column'
  readonly qualifier: Identifier | undefined
  readonly name: Identifier
}
/** `base->field` */
export interface Dereference extends Span {
  readonly kind: 'dereference'
  readonly base: Expression
  readonly field: Identifier
}
/** `base[index]` */
export interface Subscript extends Span {
  readonly kind: 'subscript'
  readonly base: Expression
  readonly index: Expression
}
export type ArithmeticOperator = '+' | '-' | '*' | '/' | '%' | '||'
export interface Arithmetic extends Span {
  readonly kind: 'arithmetic'
  readonly operator: ArithmeticOperator
  readonly left: Expression
  readonly right: Expression
}
export interface Negate extends Span {
  readonly kind: 'negate'
  readonly operand: Expression
}
/** `distinct` is IS DISTINCT FROM, `not distinct` IS NOT DISTINCT FROM. */
export type ComparisonOperator = '=' | '<>' | '<' | '<=' | '>' | '>=' | 'distinct' | 'not distinct'
export interface Comparison extends Span {
  readonly kind: 'comparison'
  readonly operator: ComparisonOperator
  readonly left: Expression
  readonly right: Expression
}
/** All operands of a chain of the same operator. */
export interface Logical extends Span {
  readonly kind: 'and' | 'or'
  readonly operands: readonly Expression[]
}
export interface Not extends Span {
  readonly kind: 'not'
  readonly operand: Expression
}
export interface IsNull extends Span {
  readonly kind: 'isNull'
  readonly negated: boolean
  readonly operand: Expression
}
export interface Between extends Span {
  readonly kind: 'between'
  readonly negated: boolean
  readonly operand: Expression
  readonly low: Expression
  readonly high: Expression
}
export interface InList extends Span {
  readonly kind: 'in'
  readonly negated: boolean
  readonly operand: Expression
  readonly items: readonly Expression[]
}
export interface Like extends Span {
  readonly kind: 'like'
  readonly negated: boolean
  readonly operand: Expression
  readonly pattern: Expression
  /** One character. */
  readonly escape: string | undefined
}
/** With an operand it is compared with each `when` for equality, otherwise each `when` is a condition. */
export interface Case extends Span {
  readonly kind: 'case'
  readonly operand: Expression | undefined
  readonly branches: readonly { readonly when: Expression; readonly then: Expression }[]
  readonly otherwise: Expression | undefined
}
export interface Cast extends Span {
  readonly kind: 'cast'
  readonly operand: Expression
  readonly type: TypeName
}
/** `NAME(arguments)`; `isStar` for `COUNT(*)`. */
export interface Call extends Span {
  readonly kind: 'call'
  readonly name: Identifier
  readonly arguments: readonly Expression[]
  readonly isStar: boolean
  /** `COUNT(DISTINCT x)` */
  readonly isDistinct: boolean
}
/** `x => body`, `(x, y) => body`; stands only among the arguments of a call. */
export interface Lambda extends Span {
  readonly kind: 'lambda'
  readonly parameters: readonly Identifier[]
  readonly body: Expression
}
/** `HOURS` in `TIMESTAMPADD(HOURS, 2, ts)`: DAYS, HOURS, MINUTES, SECONDS, MILLISECONDS. */
export interface IntervalUnit extends Span {
  readonly kind: 'unit'
  readonly unit: string
  readonly ms: number
}
export interface ArrayConstructor extends Span {
  readonly kind: 'array'
  readonly items: readonly Expression[]
}
export interface MapConstructor extends Span {
  readonly kind: 'map'
  readonly entries: readonly { readonly key: Expression; readonly value: Expression }[]
}
export interface StructConstructor extends Span {
  readonly kind: 'struct'
  readonly fields: readonly { readonly name: Identifier; readonly value: Expression }[]
}
/** `ts AT TIME ZONE 'Europe/Berlin'` */
export interface AtTimeZone extends Span {
  readonly kind: 'atTimeZone'
  readonly operand: Expression
  readonly zone: Expression
}

export type Expression =
  | Literal
  | Column
  | Dereference
  | Subscript
  | Arithmetic
  | Negate
  | Comparison
  | Logical
  | Not
  | IsNull
  | Between
  | InList
  | Like
  | Case
  | Cast
  | Call
  | Lambda
  | IntervalUnit
  | ArrayConstructor
  | MapConstructor
  | StructConstructor
  | AtTimeZone

/** A type as written; `custom` is one of CREATE TYPE, at any depth. */
export type TypeName = Span &
  (
    | { readonly kind: 'simple'; readonly type: SqlType }
    | { readonly kind: 'array'; readonly element: TypeName }
    | { readonly kind: 'map'; readonly key: TypeName; readonly value: TypeName }
    | {
        readonly kind: 'struct'
        readonly fields: readonly { readonly name: Identifier; readonly type: TypeName }[]
      }
    | { readonly kind: 'custom'; readonly name: Identifier }
  )

// ---- queries ----

/** A span of time as written. */
export interface Duration extends Span {
  readonly ms: number
}

export interface WindowClause extends Span {
  /** SLIDING is beyond ksqlDB: `WINDOW SLIDING (SIZE 1 MINUTE)`. For SESSION `size` is the gap. */
  readonly kind: 'TUMBLING' | 'HOPPING' | 'SESSION' | 'SLIDING'
  readonly size: Duration
  /** HOPPING only. */
  readonly advance: Duration | undefined
  readonly retention: Duration | undefined
  readonly grace: Duration | undefined
}

export type SelectItem = Span &
  (
    | { readonly kind: 'all'; readonly qualifier: Identifier | undefined }
    | { readonly kind: 'structAll'; readonly base: Expression }
    | { readonly kind: 'expression'; readonly expression: Expression; readonly alias: Identifier | undefined }
  )

/** A stream or table by name, or a file in quotes: `'clicks.ndjson'`; `stdin` and '-' are standard input. */
export interface NamedRelation extends Span {
  readonly kind: 'named'
  readonly name: Identifier
  /** The name stands in single quotes: a file, or a topic if it begins with @. */
  readonly isPlace: boolean
  readonly alias: Identifier | undefined
}
/** Beyond ksqlDB. */
export interface SubqueryRelation extends Span {
  readonly kind: 'subquery'
  readonly query: Query
  readonly alias: Identifier | undefined
}
export interface JoinRelation extends Span {
  readonly kind: 'join'
  readonly type: 'INNER' | 'LEFT' | 'RIGHT' | 'FULL'
  readonly left: Relation
  readonly right: Relation
  readonly within:
    (Span & { readonly before: Duration; readonly after: Duration; readonly grace: Duration | undefined }) | undefined
  readonly on: Expression
}
export type Relation = NamedRelation | SubqueryRelation | JoinRelation

export interface Query extends Span {
  /** Beyond ksqlDB: `WITH name AS (query)`. */
  readonly with: readonly { readonly name: Identifier; readonly query: Query }[]
  /** More than one: `UNION ALL`, beyond ksqlDB. */
  readonly selects: readonly Select[]
  /** Beyond ksqlDB. */
  readonly orderBy: readonly { readonly expression: Expression; readonly isDescending: boolean }[]
  readonly emit: 'CHANGES' | 'FINAL' | undefined
  readonly limit: number | undefined
  /** Beyond ksqlDB. */
  readonly offset: number | undefined
}

export interface Select extends Span {
  readonly items: readonly SelectItem[]
  readonly from: Relation
  readonly window: WindowClause | undefined
  readonly where: Expression | undefined
  readonly groupBy: readonly Expression[]
  readonly partitionBy: readonly Expression[]
  readonly having: Expression | undefined
}

// ---- statements ----

/** `WITH (NAME='value', …)`: names upper-cased. */
export type Properties = readonly (Span & { readonly name: string; readonly value: string | number | boolean })[]

export interface ColumnDefinition extends Span {
  readonly name: Identifier
  readonly type: TypeName
  /** `KEY` of a stream, `PRIMARY KEY` of a table, `HEADERS`, `HEADER('name')`. */
  readonly role: 'VALUE' | 'KEY' | 'PRIMARY KEY' | 'HEADERS' | { readonly header: string }
}

export interface CreateSource extends Span {
  readonly kind: 'create'
  readonly isTable: boolean
  readonly orReplace: boolean
  readonly isSource: boolean
  readonly ifNotExists: boolean
  readonly name: Identifier
  readonly columns: readonly ColumnDefinition[]
  readonly properties: Properties
}
export interface CreateAsSelect extends Span {
  readonly kind: 'createAsSelect'
  readonly isTable: boolean
  readonly orReplace: boolean
  readonly ifNotExists: boolean
  readonly name: Identifier
  readonly properties: Properties
  readonly query: Query
}
export interface InsertSelect extends Span {
  readonly kind: 'insertSelect'
  readonly target: Identifier
  readonly properties: Properties
  readonly query: Query
}
export interface InsertValues extends Span {
  readonly kind: 'insertValues'
  readonly target: Identifier
  /** None: the columns in order. */
  readonly columns: readonly Identifier[]
  readonly values: readonly Expression[]
}
export interface QueryStatement extends Span {
  readonly kind: 'query'
  readonly query: Query
}
export interface AlterSource extends Span {
  readonly kind: 'alter'
  readonly isTable: boolean
  readonly name: Identifier
  readonly columns: readonly ColumnDefinition[]
}
export interface DropSource extends Span {
  readonly kind: 'drop'
  readonly isTable: boolean
  readonly ifExists: boolean
  readonly name: Identifier
  readonly deleteTopic: boolean
}
export interface CreateType extends Span {
  readonly kind: 'createType'
  readonly ifNotExists: boolean
  readonly name: Identifier
  readonly type: TypeName
}
export interface DropType extends Span {
  readonly kind: 'dropType'
  readonly ifExists: boolean
  readonly name: Identifier
}
/** `LIST` and `SHOW`. */
export interface Show extends Span {
  readonly kind: 'show'
  readonly what: 'STREAMS' | 'TABLES' | 'TOPICS' | 'QUERIES' | 'FUNCTIONS' | 'TYPES' | 'VARIABLES' | 'PROPERTIES'
  readonly isExtended: boolean
  /** `SHOW ALL TOPICS`: hidden ones too. */
  readonly isAll: boolean
}
export interface Describe extends Span {
  readonly kind: 'describe'
  readonly what: 'SOURCE' | 'FUNCTION' | 'STREAMS' | 'TABLES'
  readonly name: Identifier | undefined
  readonly isExtended: boolean
}
/** Of a statement, or of a running query by its id. */
export interface Explain extends Span {
  readonly kind: 'explain'
  readonly statement: Statement | undefined
  readonly queryId: Identifier | undefined
}
export interface PrintTopic extends Span {
  readonly kind: 'print'
  /** As written, in its case; quoted or not. */
  readonly topic: Identifier
  readonly fromBeginning: boolean
  readonly interval: number | undefined
  readonly limit: number | undefined
}
/** `queryId` undefined: ALL. */
export interface ChangeQuery extends Span {
  readonly kind: 'terminate' | 'pause' | 'resume'
  readonly queryId: Identifier | undefined
}
export interface SetProperty extends Span {
  readonly kind: 'set'
  readonly name: string
  /** undefined: UNSET. */
  readonly value: string | undefined
  /** `ALTER SYSTEM` */
  readonly isSystem: boolean
}
export interface DefineVariable extends Span {
  readonly kind: 'define'
  readonly name: string
  /** undefined: UNDEFINE. */
  readonly value: string | undefined
}
export interface RunScript extends Span {
  readonly kind: 'runScript'
  readonly file: string
}
/** `file` undefined: SPOOL OFF. */
export interface Spool extends Span {
  readonly kind: 'spool'
  readonly file: string | undefined
}
export interface AssertTopic extends Span {
  readonly kind: 'assertTopic'
  readonly exists: boolean
  readonly topic: Identifier
  readonly properties: Properties
  readonly timeout: Duration | undefined
}
/** Of test files: `ASSERT VALUES`, and `ASSERT NULL VALUES` for a tombstone. */
export interface AssertValues extends Span {
  readonly kind: 'assertValues'
  readonly isTombstone: boolean
  readonly target: Identifier
  readonly columns: readonly Identifier[]
  readonly values: readonly Expression[]
}
/** Of test files: the schema of a source. */
export interface AssertSource extends Span {
  readonly kind: 'assertSource'
  readonly source: CreateSource
}

export type Statement =
  | CreateSource
  | CreateAsSelect
  | InsertSelect
  | InsertValues
  | QueryStatement
  | AlterSource
  | DropSource
  | CreateType
  | DropType
  | Show
  | Describe
  | Explain
  | PrintTopic
  | ChangeQuery
  | SetProperty
  | DefineVariable
  | RunScript
  | Spool
  | AssertTopic
  | AssertValues
  | AssertSource
