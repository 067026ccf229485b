// Types as they are written.

import { nearestNames } from '../model/nearest-name.ts'
import type * as Ast from './ast.ts'
import { nameOf } from './names.ts'
import { sqlError, type SqlSource } from './sql-error.ts'
import type { SqlType } from './sql-type.ts'

/** The type of a name. KsError compile if there is none. */
export const typeFromName = (name: Ast.TypeName, source: SqlSource): SqlType => {
  switch (name.kind) {
    case 'simple':
      return name.type
    case 'array':
      return { kind: 'ARRAY', element: typeFromName(name.element, source) }
    case 'map':
      return { kind: 'MAP', key: typeFromName(name.key, source), value: typeFromName(name.value, source) }
    case 'struct':
      return {
        kind: 'STRUCT',
        fields: name.fields.map((field) => ({ name: nameOf(field.name), type: typeFromName(field.type, source) })),
      }
    case 'custom': {
      const wanted = nameOf(name.name)
      throw sqlError(source, name, `there is no type ${wanted}`, { didYouMean: nearestNames(wanted, simpleNames) })
    }
  }
}

const simpleNames = [
  ...['BOOLEAN', 'INT', 'INTEGER', 'BIGINT', 'DOUBLE', 'DECIMAL', 'VARCHAR', 'STRING', 'BYTES'],
  ...['DATE', 'TIME', 'TIMESTAMP', 'ARRAY', 'MAP', 'STRUCT'],
]
