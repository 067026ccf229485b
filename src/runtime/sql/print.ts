// Statements and expressions as canonical SQL: print(parse(text)) parses to the same tree, apart from positions.

import type { ColumnDefinition, CreateSource, Describe, Expression, Identifier, Properties, Statement } from './ast.ts'
import { isReserved } from './keywords.ts'
import { printDuration, printExpression, printName, printString, printType, printValue } from './print-expression.ts'
import { join, printQuery } from './print-query.ts'

/** The SQL of a statement, without a semicolon, or of an expression. */
export const print = (node: Statement | Expression): string =>
  isStatement(node) ? printStatement(node) : printExpression(node)

const printStatement = (node: Statement): string => {
  switch (node.kind) {
    case 'create':
      return join([createWords(node), printSource(node)])
    case 'createAsSelect':
      return join([
        createWords(node),
        printName(node.name),
        properties(node.properties),
        `AS ${printQuery(node.query)}`,
      ])
    case 'insertSelect':
      return join([`INSERT INTO ${printName(node.target)}`, properties(node.properties), printQuery(node.query)])
    case 'insertValues':
      return join([`INSERT INTO ${printName(node.target)}`, names(node.columns), `VALUES ${values(node.values)}`])
    case 'query':
      return printQuery(node.query)
    case 'alter': {
      const added = node.columns.map((column) => `ADD COLUMN ${printColumn(column)}`).join(', ')
      return `ALTER ${source(node)} ${printName(node.name)} ${added}`
    }
    case 'drop':
      return join([
        `DROP ${source(node)}`,
        node.ifExists && 'IF EXISTS',
        printName(node.name),
        node.deleteTopic && 'DELETE TOPIC',
      ])
    case 'createType':
      return join([
        'CREATE TYPE',
        node.ifNotExists && 'IF NOT EXISTS',
        `${printName(node.name)} AS ${printType(node.type)}`,
      ])
    case 'dropType':
      return join(['DROP TYPE', node.ifExists && 'IF EXISTS', printName(node.name)])
    case 'show':
      return join(['SHOW', node.isAll && 'ALL', node.what, node.isExtended && 'EXTENDED'])
    case 'describe':
      return printDescribe(node)
    case 'explain':
      return `EXPLAIN ${node.statement === undefined ? node.queryId && printName(node.queryId) : printStatement(node.statement)}`
    case 'print':
      return join([
        `PRINT ${topic(node.topic)}`,
        node.fromBeginning && 'FROM BEGINNING',
        node.interval !== undefined && `INTERVAL ${String(node.interval)}`,
        node.limit !== undefined && `LIMIT ${String(node.limit)}`,
      ])
    case 'terminate':
    case 'pause':
    case 'resume':
      return `${node.kind.toUpperCase()} ${node.queryId === undefined ? 'ALL' : printName(node.queryId)}`
    case 'set': {
      if (node.value === undefined) return `UNSET ${printString(node.name)}`
      return `${node.isSystem ? 'ALTER SYSTEM' : 'SET'} ${printString(node.name)} = ${printString(node.value)}`
    }
    case 'define':
      return node.value === undefined ? `UNDEFINE ${node.name}` : `DEFINE ${node.name} = ${printString(node.value)}`
    case 'runScript':
      return `RUN SCRIPT ${printString(node.file)}`
    case 'spool':
      return `SPOOL ${node.file === undefined ? 'OFF' : printString(node.file)}`
    case 'assertTopic':
      return join([
        'ASSERT',
        !node.exists && 'NOT EXISTS',
        `TOPIC ${topic(node.topic)}`,
        properties(node.properties),
        node.timeout && `TIMEOUT ${printDuration(node.timeout)}`,
      ])
    case 'assertValues':
      return join([
        `ASSERT ${node.isTombstone ? 'NULL ' : ''}VALUES ${printName(node.target)}`,
        names(node.columns),
        `${node.isTombstone ? 'KEY' : 'VALUES'} ${values(node.values)}`,
      ])
    case 'assertSource':
      return `ASSERT ${source(node.source)} ${printSource(node.source)}`
  }
}

const source = ({ isTable }: { readonly isTable: boolean }): string => (isTable ? 'TABLE' : 'STREAM')

const createWords = (
  node: Pick<CreateSource, 'isTable' | 'orReplace' | 'ifNotExists'> & { isSource?: boolean },
): string =>
  join([
    'CREATE',
    node.orReplace && 'OR REPLACE',
    node.isSource === true && 'SOURCE',
    source(node),
    node.ifNotExists && 'IF NOT EXISTS',
  ])

const printSource = ({ name, columns, properties: given }: CreateSource): string =>
  join([printName(name), columns.length > 0 && `(${columns.map(printColumn).join(', ')})`, properties(given)])

const printColumn = ({ name, type, role }: ColumnDefinition): string =>
  join([printName(name), printType(type), printRole(role)])

const printRole = (role: ColumnDefinition['role']): string => {
  if (typeof role !== 'string') return `HEADER(${printString(role.header)})`
  return role === 'VALUE' ? '' : role
}

const properties = (given: Properties): string | false =>
  given.length > 0 &&
  `WITH (${given.map(({ name, value }) => `${propertyName(name)} = ${propertyValue(value)}`).join(', ')})`

const propertyName = (name: string): string =>
  /^[A-Z_][A-Z0-9_@]*$/.test(name) && !isReserved(name) ? name : printString(name)

const propertyValue = (value: string | number | boolean): string =>
  typeof value === 'string' ? printString(value) : String(value).toUpperCase()

const names = (columns: readonly Identifier[]): string | false =>
  columns.length > 0 && `(${columns.map(printName).join(', ')})`

const values = (given: readonly Expression[]): string => `(${given.map(printValue).join(', ')})`

const topic = (name: Identifier): string => (name.quoted ? printString(name.text) : name.text)

const printDescribe = ({ what, name, isExtended }: Describe): string => {
  if (name === undefined) return join(['DESCRIBE', what, isExtended && 'EXTENDED'])
  if (what === 'FUNCTION') return `DESCRIBE FUNCTION ${printName(name)}`
  // A source called FUNCTION is one only if nothing follows.
  if (isExtended && !name.quoted && name.text.toUpperCase() === 'FUNCTION') return `DESCRIBE EXTENDED ${name.text}`
  return join(['DESCRIBE', printName(name), isExtended && 'EXTENDED'])
}

const statementKinds: ReadonlySet<string> = new Set<Statement['kind']>([
  'create',
  'createAsSelect',
  'insertSelect',
  'insertValues',
  'query',
  'alter',
  'drop',
  'createType',
  'dropType',
  'show',
  'describe',
  'explain',
  'print',
  'terminate',
  'pause',
  'resume',
  'set',
  'define',
  'runScript',
  'spool',
  'assertTopic',
  'assertValues',
  'assertSource',
])

const isStatement = (node: Statement | Expression): node is Statement => statementKinds.has(node.kind)
