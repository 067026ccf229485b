// What CREATE statements have said: the streams and tables that queries can name, and the types.

import type { Endpoint } from '../topology/topology.ts'
import { nearestNames } from '../model/nearest-name.ts'
import type { Identifier } from './ast.ts'
import { sqlError, type SqlSource } from './sql-error.ts'
import type { SqlType } from './sql-type.ts'

/** How keys and values are written. */
export type FormatName = 'JSON' | 'DELIMITED' | 'KAFKA' | 'NONE'

/** A column that somebody has declared. */
export interface SourceColumn {
  readonly name: string
  readonly type: SqlType
  readonly role: 'KEY' | 'VALUE' | 'HEADERS' | { readonly header: string }
}

/** Windows of the keys of a source. */
export interface SourceWindow {
  readonly kind: 'TUMBLING' | 'HOPPING' | 'SESSION' | 'SLIDING'
  /** undefined for sessions. */
  readonly sizeMs: number | undefined
}

/** A stream or table. */
export interface SourceDefinition {
  readonly name: string
  readonly isTable: boolean
  /** undefined: nobody has declared them; a record has the fields that it has. */
  readonly columns: readonly SourceColumn[] | undefined
  readonly place: Endpoint
  readonly keyFormat: FormatName
  readonly valueFormat: FormatName
  /** One value column stands as a field of an object. */
  readonly wrapsSingleValue: boolean
  /** Between the columns of DELIMITED. */
  readonly valueDelimiter: string
  readonly keyDelimiter: string
  /** The column that says the time of a record, with the pattern of a text. */
  readonly timestamp: { readonly column: string; readonly format: string | undefined } | undefined
  readonly window: SourceWindow | undefined
  /** The statement that has made it. */
  readonly statement: string
  /** The query that writes it. */
  readonly queryId: string | undefined
  /** `CREATE SOURCE …`: nobody may write to it. */
  readonly isReadOnly: boolean
}

/** A name as SQL takes it. */
export const nameOf = ({ text, quoted }: Identifier): string => (quoted ? text : text.toUpperCase())

/** Everything that has a name. */
export class Catalog {
  private readonly sources = new Map<string, SourceDefinition>()
  private readonly types = new Map<string, SqlType>()

  find(name: string): SourceDefinition | undefined {
    return this.sources.get(name)
  }

  /** The source of a name. KsError compile if there is none. */
  get(name: Identifier, source: SqlSource): SourceDefinition {
    const wanted = nameOf(name)
    const found = this.sources.get(wanted)
    if (found !== undefined) return found
    throw sqlError(source, name, `there is no stream or table ${wanted}`, {
      hint: this.sources.size === 0 ? "CREATE STREAM declares one; a file stands in quotes: 'clicks.ndjson'" : undefined,
      didYouMean: nearestNames(wanted, [...this.sources.keys()]),
    })
  }

  put(definition: SourceDefinition): void {
    this.sources.set(definition.name, definition)
  }

  delete(name: string): boolean {
    return this.sources.delete(name)
  }

  list(): readonly SourceDefinition[] {
    return [...this.sources.values()]
  }

  type(name: string): SqlType | undefined {
    return this.types.get(name)
  }

  putType(name: string, type: SqlType): void {
    this.types.set(name, type)
  }

  deleteType(name: string): boolean {
    return this.types.delete(name)
  }

  listTypes(): readonly (readonly [string, SqlType])[] {
    return [...this.types]
  }
}
