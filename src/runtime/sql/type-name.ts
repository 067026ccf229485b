// Types as they are written.

import { nearestNames } from '../model/nearest-name.ts'
import type * as Ast from './ast.ts'
import { nameOf } from './names.ts'
import { sqlError, type SqlSource } from './sql-error.ts'
import type { SqlType } from './sql-type.ts'

/** The type of a name. KsError compile if there is none. @param types those of CREATE TYPE. */
export const typeFromName = (name: Ast.TypeName, source: SqlSource, types: ReadonlyMap<string, SqlType>): SqlType => {
  switch (name.kind) {
    case 'simple':
      return name.type
    case 'array':
      return { kind: 'ARRAY', element: typeFromName(name.element, source, types) }
    case 'map':
      return { kind: 'MAP', key: typeFromName(name.key, source, types), value: typeFromName(name.value, source, types) }
    case 'struct':
      return {
        kind: 'STRUCT',
        fields: name.fields.map((field) => ({
          name: nameOf(field.name),
          type: typeFromName(field.type, source, types),
        })),
      }
    case 'custom': {
      const wanted = nameOf(name.name)
      const known = types.get(wanted)
      if (known !== undefined) return known
      throw sqlError(source, name, `there is no type ${wanted}`, {
        didYouMean: nearestNames(wanted, [...simpleNames, ...types.keys()]),
      })
    }
  }
}

const simpleNames = [
  ...['BOOLEAN', 'INT', 'INTEGER', 'BIGINT', 'DOUBLE', 'DECIMAL', 'VARCHAR', 'STRING', 'BYTES'],
  ...['DATE', 'TIME', 'TIMESTAMP', 'ARRAY', 'MAP', 'STRUCT'],
]
