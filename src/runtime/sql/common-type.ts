// The type that holds the values of two types: of operands, branches, elements of a list and arguments of one type variable.

import { decimalOf, widerDecimal } from './decimal-type.ts'
import { anyType, bigintType, doubleType, sameType, type SqlType, type StructField } from './sql-type.ts'

/** How wide a number type is; undefined for others. */
export const numericRank = (type: SqlType): number | undefined => {
  switch (type.kind) {
    case 'INTEGER':
      return 0
    case 'BIGINT':
      return 1
    case 'DECIMAL':
      return 2
    case 'DOUBLE':
      return 3
    default:
      return undefined
  }
}

export const isNumeric = (type: SqlType): boolean => numericRank(type) !== undefined

/** The common type; undefined if there is none. NULL fits everything, ANY becomes what stands beside it. */
export const commonType = (left: SqlType, right: SqlType): SqlType | undefined => {
  if (left.kind === 'NULL' || (left.kind === 'ANY' && right.kind !== 'NULL')) return right
  if (right.kind === 'NULL' || right.kind === 'ANY') return left
  if (sameType(left, right)) return left
  if (left.kind === 'ARRAY' && right.kind === 'ARRAY') {
    const element = commonType(left.element, right.element)
    return element && { kind: 'ARRAY', element }
  }
  if (left.kind === 'MAP' && right.kind === 'MAP') {
    const key = commonType(left.key, right.key)
    const value = commonType(left.value, right.value)
    return key && value && { kind: 'MAP', key, value }
  }
  if (left.kind === 'STRUCT' && right.kind === 'STRUCT') return mergedStruct(left.fields, right.fields)
  return commonNumber(left, right)
}

/** The common type of several; ANY if there are none, undefined if they have none. */
export const commonTypeOf = (types: readonly SqlType[]): SqlType | undefined => {
  const [first = anyType, ...others] = types
  return others.reduce<SqlType | undefined>((common, type) => common && commonType(common, type), first)
}

const commonNumber = (left: SqlType, right: SqlType): SqlType | undefined => {
  if (!isNumeric(left) || !isNumeric(right)) return undefined
  if (left.kind === 'DOUBLE' || right.kind === 'DOUBLE') return doubleType
  if (left.kind !== 'DECIMAL' && right.kind !== 'DECIMAL') return bigintType
  const wider = [decimalOf(left), decimalOf(right)] as const
  return wider[0] && wider[1] && widerDecimal(wider[0], wider[1])
}

/** The fields of both, those of the left one first. */
const mergedStruct = (left: readonly StructField[], right: readonly StructField[]): SqlType | undefined => {
  const fields: StructField[] = []
  for (const { name, type } of left) {
    const other = right.find((field) => field.name === name)
    const common = other === undefined ? type : commonType(type, other.type)
    if (common === undefined) return undefined
    fields.push({ name, type: common })
  }
  const added = right.filter(({ name }) => !left.some((field) => field.name === name))
  return { kind: 'STRUCT', fields: [...fields, ...added] }
}
