// Types as they are written, with those of CREATE TYPE.

import { nearestNames } from '../model/nearest-name.ts'
import type * as Ast from './ast.ts'
import { nameOf, type Catalog } from './catalog.ts'
import { sqlError, type SqlSource } from './sql-error.ts'
import type { SqlType } from './sql-type.ts'

/** The type of a name. KsError compile for one that nobody has created. */
export const typeFromName = (name: Ast.TypeName, catalog: Catalog, source: SqlSource): SqlType => {
  switch (name.kind) {
    case 'simple':
      return name.type
    case 'array':
      return { kind: 'ARRAY', element: typeFromName(name.element, catalog, source) }
    case 'map':
      return {
        kind: 'MAP',
        key: typeFromName(name.key, catalog, source),
        value: typeFromName(name.value, catalog, source),
      }
    case 'struct':
      return {
        kind: 'STRUCT',
        fields: name.fields.map((field) => ({
          name: nameOf(field.name),
          type: typeFromName(field.type, catalog, source),
        })),
      }
    case 'custom': {
      const wanted = nameOf(name.name)
      const type = catalog.type(wanted)
      if (type !== undefined) return type
      const known = [...simpleNames, ...catalog.listTypes().map(([custom]) => custom)]
      throw sqlError(source, name, `there is no type ${wanted}`, { didYouMean: nearestNames(wanted, known) })
    }
  }
}

const simpleNames = [
  'BOOLEAN',
  'INT',
  'INTEGER',
  'BIGINT',
  'DOUBLE',
  'DECIMAL',
  'VARCHAR',
  'STRING',
  'BYTES',
  'DATE',
  'TIME',
  'TIMESTAMP',
  'ARRAY',
  'MAP',
  'STRUCT',
]
