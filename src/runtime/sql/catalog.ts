// The streams and tables that statements have declared, by name.

import type { SqlType } from './sql-type.ts'
import type { Relation } from './relation.ts'
import type { SourceProperties } from './source-properties.ts'

/** A column of a source. */
export interface SourceColumn {
  readonly name: string
  /** As it was written in CREATE. */
  readonly shown: string
  readonly type: SqlType
  readonly isKey: boolean
}

/** A stream or a table. */
export interface CatalogSource {
  readonly name: string
  readonly isTable: boolean
  /** Empty if nobody has declared them: any name is a field. */
  readonly columns: readonly SourceColumn[]
  readonly properties: SourceProperties
  /** Its records are made by a query of the same program. */
  readonly isDerived: boolean
  /** What reads it. @param used the columns that are needed; undefined for all. */
  relation(used: ReadonlySet<string> | undefined): Relation
  /** Takes the records of one more query (INSERT INTO), whose columns are those of `columns`; only of derived ones. */
  add?(relation: Relation): void
}

export type Catalog = ReadonlyMap<string, CatalogSource>
