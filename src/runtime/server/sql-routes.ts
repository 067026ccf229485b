// ksqlDB's REST interface for what reads: pull queries, what is declared, and how the server is. Requests and answers have
// ksqlDB's forms, errors its codes.

import { stringifyJson } from '../serde/json-parse.ts'
import type { Catalog, CatalogSource } from '../sql/catalog.ts'
import { parseStatements, type ParsedStatement } from '../sql/parse.ts'
import { showName, showType } from '../sql/sql-type.ts'
import type { ScriptQuery } from '../sql/plan-script.ts'
import type { PullColumn } from '../sql/pull-plan.ts'
import { badRequest, type HttpError } from './http-error.ts'
import type { Answer, Route, RouteRequest } from './route.ts'

/** A program of SQL that can be asked. */
export interface SqlProgramView {
  readonly serviceId: string
  readonly version: string
  readonly catalog: Catalog
  readonly queries: readonly ScriptQuery[]
  /** Why not all tasks are at work; undefined if they are. */
  whyNotReady(): Promise<string | undefined>
  /** Answers a pull query. KsError compile, HttpError 503. */
  pull(parsed: ParsedStatement): Promise<{ readonly columns: readonly PullColumn[]; readonly rows: readonly object[] }>
}

// None that a page of another origin may send without being asked.
const ksqlTypes = ['application/json', 'application/vnd.ksql.v1+json', 'application/vnd.ksqlapi.delimited.v1']
const answers = { 200: { summary: 'The results.' }, 400: { summary: 'The statement cannot be run.' } }

/** @param program the program of this process. */
export const sqlRoutes = (program: SqlProgramView): readonly Route[] => [
  {
    method: 'POST',
    path: '/query-stream',
    access: 'read',
    summary: 'Runs a pull query: `{"sql": "SELECT …;"}`. A header, then an array for each row.',
    bodyTypes: ksqlTypes,
    answers,
    errorBody: ksqlError,
    handle: async (request) => {
      const { columns, rows } = await program.pull(await queryOf(request, 'sql'))
      const header = {
        queryId: null,
        columnNames: columns.map(({ name }) => name),
        columnTypes: columns.map(({ type }) => showType(type)),
      }
      const lines = [header, ...rows.map((row) => valuesOf(row, columns))].map(stringifyJson)
      const isArray = accepts(request, 'application/json')
      return isArray
        ? text(`[${lines.join(',\n')}]\n`, 'application/json')
        : text(`${lines.join('\n')}\n`, 'application/vnd.ksqlapi.delimited.v1')
    },
  },
  {
    method: 'POST',
    path: '/query',
    access: 'read',
    summary: 'Runs a pull query: `{"ksql": "SELECT …;"}`. An array of a header and a row each.',
    bodyTypes: ksqlTypes,
    answers,
    errorBody: ksqlError,
    handle: async (request) => {
      const { columns, rows } = await program.pull(await queryOf(request, 'ksql'))
      const schema = columns
        .map(({ name, type, isKey }) => `\`${name}\` ${showType(type)}${isKey ? ' KEY' : ''}`)
        .join(', ')
      const lines = [
        { header: { queryId: 'query', schema } },
        ...rows.map((row) => ({ row: { columns: valuesOf(row, columns) } })),
      ].map(stringifyJson)
      return text(`[${lines.join(',\n')}]\n`, 'application/json')
    },
  },
  {
    method: 'POST',
    path: '/ksql',
    access: 'read',
    summary: 'SHOW STREAMS, SHOW TABLES, SHOW QUERIES and DESCRIBE: `{"ksql": "SHOW TABLES;"}`.',
    bodyTypes: ksqlTypes,
    answers,
    errorBody: ksqlError,
    handle: async (request) => {
      const statements = parseStatements(await statementOf(request, 'ksql'))
      return { json: statements.map((parsed) => entityOf(parsed, program)) }
    },
  },
  {
    method: 'GET',
    path: '/info',
    access: 'open',
    summary: 'Version and state of the server.',
    answers: { 200: { summary: 'They.' } },
    handle: () => ({
      json: {
        KsqlServerInfo: {
          version: program.version,
          ksqlServiceId: program.serviceId,
          serverStatus: 'RUNNING',
        },
      },
    }),
  },
  {
    method: 'GET',
    path: '/healthcheck',
    access: 'open',
    summary: 'The tasks of the process are assigned and restored, in the form in which ksqlDB says so.',
    answers: { 200: { summary: 'Whether they are.' } },
    handle: async () => {
      const isHealthy = (await program.whyNotReady()) === undefined
      return {
        json: {
          isHealthy,
          details: { tasks: { isHealthy } },
          serverState: isHealthy ? 'READY' : 'NOT_READY',
        },
      }
    },
  },
]

const valuesOf = (row: object, columns: readonly PullColumn[]): readonly unknown[] => {
  const fields = new Map<string, unknown>(Object.entries(row))
  return columns.map(({ shown }) => fields.get(shown) ?? null)
}

const text = (body: string, contentType: string): Answer => ({ text: body, contentType })

const accepts = ({ headers }: RouteRequest, type: string): boolean =>
  (headers.accept ?? '').split(',').some((one) => one.trim().startsWith(type))

const statementOf = async (request: RouteRequest, field: 'sql' | 'ksql'): Promise<string> => {
  const body = await request.json()
  const statement = typeof body === 'object' && body !== null ? (body as Record<string, unknown>)[field] : undefined
  if (typeof statement === 'string') return statement
  throw badRequest(`the body lacks ${field}`, `{"${field}": "SELECT …;"}`)
}

const queryOf = async (request: RouteRequest, field: 'sql' | 'ksql'): Promise<ParsedStatement> => {
  const [parsed, second] = parseStatements(await statementOf(request, field))
  if (parsed === undefined || second !== undefined) throw badRequest('one SELECT is taken here')
  return parsed
}

/** ksqlDB's errors: the HTTP status, then two digits. */
function ksqlError(error: HttpError): unknown {
  const isStatement = error.status === 400
  return {
    '@type': isStatement ? 'statement_error' : 'generic_error',
    error_code: error.status * 100 + (isStatement ? 1 : 0),
    message: error.hint === undefined ? error.message : `${error.message}\n${error.hint}`,
  }
}

const entityOf = ({ statement, text: statementText }: ParsedStatement, program: SqlProgramView): unknown => {
  const { catalog, queries } = program
  const sources = [...catalog.values()]
  if (statement.kind === 'show' && (statement.what === 'STREAMS' || statement.what === 'TABLES')) {
    const isTable = statement.what === 'TABLES'
    const list = sources.filter((source) => source.isTable === isTable).map(listed)
    return {
      '@type': isTable ? 'tables' : 'streams',
      statementText,
      [isTable ? 'tables' : 'streams']: list,
      warnings: [],
    }
  }
  if (statement.kind === 'show' && statement.what === 'QUERIES') {
    return {
      '@type': 'queries',
      statementText,
      queries: queries.map(({ id, sink, topic, text: queryString }) => ({
        queryString,
        sinks: [sink],
        sinkKafkaTopics: [topic],
        id,
        queryType: 'PERSISTENT',
        state: 'RUNNING',
      })),
      warnings: [],
    }
  }
  if (statement.kind === 'describe' && statement.what === 'SOURCE' && statement.name !== undefined) {
    const { text: written, quoted } = statement.name
    const source = catalog.get(quoted ? written : written.toUpperCase())
    if (source === undefined) throw badRequest(`nothing is called ${written}`)
    return {
      '@type': 'sourceDescription',
      statementText,
      sourceDescription: {
        ...listed(source),
        fields: source.columns.map(({ name, type, isKey }) => ({
          name,
          schema: { type: type.kind, text: showType(type) },
          ...(isKey ? { type: 'KEY' } : {}),
        })),
        statement: source.columns.map(({ name, type }) => `${showName(name)} ${showType(type)}`).join(', '),
      },
      warnings: [],
    }
  }
  throw badRequest('this statement is not taken here', 'SHOW STREAMS, SHOW TABLES, SHOW QUERIES and DESCRIBE are')
}

const listed = ({ name, isTable, properties, relation }: CatalogSource): Readonly<Record<string, unknown>> => ({
  type: isTable ? 'TABLE' : 'STREAM',
  name,
  topic: properties.topic ?? properties.file ?? '',
  keyFormat: properties.keyFormat ?? 'KAFKA',
  valueFormat: properties.valueFormat ?? 'JSON',
  isWindowed: relation(undefined).isWindowed,
})
