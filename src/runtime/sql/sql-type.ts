// The types of SQL values, as ksqlDB has them, and one more: ANY, the type of a column that nobody has declared.
//
// What a value is while it is being processed:
//   BOOLEAN boolean · INTEGER number · BIGINT number, or bigint beyond 2^53 · DOUBLE number · DECIMAL a Decimal
//   STRING string · BYTES Uint8Array · DATE days · TIME ms of the day · TIMESTAMP ms since the epoch, all three numbers
//   ARRAY array · MAP and STRUCT plain objects with own properties · ANY whatever JSON says

export type SimpleTypeName =
  'ANY' | 'NULL' | 'BOOLEAN' | 'INTEGER' | 'BIGINT' | 'DOUBLE' | 'STRING' | 'BYTES' | 'DATE' | 'TIME' | 'TIMESTAMP'

export type SqlType =
  | { readonly kind: SimpleTypeName }
  | { readonly kind: 'DECIMAL'; readonly precision: number; readonly scale: number }
  | { readonly kind: 'ARRAY'; readonly element: SqlType }
  | { readonly kind: 'MAP'; readonly key: SqlType; readonly value: SqlType }
  | { readonly kind: 'STRUCT'; readonly fields: readonly StructField[] }

export interface StructField {
  readonly name: string
  readonly type: SqlType
}

/** Undeclared: it becomes what the place where it stands needs, as if it had been declared so. */
export const anyType: SqlType = { kind: 'ANY' }
/** The type of the literal NULL, which fits everywhere. */
export const nullType: SqlType = { kind: 'NULL' }
export const booleanType: SqlType = { kind: 'BOOLEAN' }
export const integerType: SqlType = { kind: 'INTEGER' }
export const bigintType: SqlType = { kind: 'BIGINT' }
export const doubleType: SqlType = { kind: 'DOUBLE' }
export const stringType: SqlType = { kind: 'STRING' }
export const bytesType: SqlType = { kind: 'BYTES' }
export const dateType: SqlType = { kind: 'DATE' }
export const timeType: SqlType = { kind: 'TIME' }
export const timestampType: SqlType = { kind: 'TIMESTAMP' }

/** As ksqlDB prints a type: `ARRAY<STRUCT<A INTEGER, B STRING>>`; names that need it are quoted. */
export const showType = (type: SqlType): string => {
  switch (type.kind) {
    case 'DECIMAL':
      return `DECIMAL(${String(type.precision)}, ${String(type.scale)})`
    case 'ARRAY':
      return `ARRAY<${showType(type.element)}>`
    case 'MAP':
      return `MAP<${showType(type.key)}, ${showType(type.value)}>`
    case 'STRUCT':
      return `STRUCT<${type.fields.map(({ name, type: field }) => `${showName(name)} ${showType(field)}`).join(', ')}>`
    default:
      return type.kind
  }
}

/** A name as it has to be written to mean itself. */
export const showName = (name: string): string =>
  /^[A-Z_][A-Z0-9_]*$/.test(name) ? name : `\`${name.replaceAll('`', '``')}\``

export const sameType = (left: SqlType, right: SqlType): boolean => showType(left) === showType(right)

/** A value of the type is of one of these kinds, or has one in it. */
export const hasKind = (type: SqlType, kinds: readonly SqlType['kind'][]): boolean => {
  if (kinds.includes(type.kind)) return true
  switch (type.kind) {
    case 'ARRAY':
      return hasKind(type.element, kinds)
    case 'MAP':
      return hasKind(type.value, kinds)
    case 'STRUCT':
      return type.fields.some((field) => hasKind(field.type, kinds))
    default:
      return false
  }
}
