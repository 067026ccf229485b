// Expressions and types as canonical SQL, which parses to the same tree. Brackets stand where the tree needs them only.

import type { Call, Case, Duration, Expression, Identifier, TypeName } from './ast.ts'
import { timeUnit, timeUnits, unitFunctions } from './keywords.ts'
import {
  additivePower,
  andPower,
  concatenationPower,
  multiplicativePower,
  notPower,
  operandPower,
  orPower,
  predicatePower,
  signPower,
  zonePower,
} from './powers.ts'
import { showType } from './sql-type.ts'
import { protectVariables } from './variables.ts'

/** The expression; in brackets if it binds looser than `power`. */
export const printExpression = (node: Expression, power = 0): string => {
  const text = printBare(node)
  return powerOf(node) < power ? `(${text})` : text
}

/** An expression where no comparison may stand without brackets. */
export const printValue = (node: Expression): string => printExpression(node, concatenationPower)

const powerOf = (node: Expression): number => {
  switch (node.kind) {
    case 'or':
      return orPower
    case 'and':
      return andPower
    case 'not':
      return notPower
    case 'comparison':
    case 'isNull':
    case 'between':
    case 'in':
    case 'like':
      return predicatePower
    case 'arithmetic':
      if (node.operator === '||') return concatenationPower
      return node.operator === '+' || node.operator === '-' ? additivePower : multiplicativePower
    case 'negate':
      return signPower
    case 'literal':
      return node.type !== 'STRING' && node.text.startsWith('-') ? signPower : operandPower
    case 'atTimeZone':
      return zonePower
    default:
      return operandPower
  }
}

const printBare = (node: Expression): string => {
  switch (node.kind) {
    case 'literal':
      return node.type === 'STRING' ? printString(String(node.value)) : node.text
    case 'column':
      return node.qualifier === undefined
        ? printName(node.name)
        : `${printName(node.qualifier)}.${printName(node.name)}`
    case 'dereference':
      return `${printExpression(node.base, operandPower)}->${printName(node.field)}`
    case 'subscript':
      return `${printSubscripted(node.base)}[${printExpression(node.index)}]`
    case 'arithmetic': {
      const power = powerOf(node)
      return `${printExpression(node.left, power)} ${node.operator} ${printExpression(node.right, power + 1)}`
    }
    case 'negate': {
      // A minus before digits would become part of the number, one before a minus the start of a comment.
      const operand = printExpression(node.operand, signPower)
      return /^[-.\d]/.test(operand) ? `-(${operand})` : `-${operand}`
    }
    case 'comparison':
      return `${printValue(node.left)} ${comparisonText(node.operator)} ${printValue(node.right)}`
    case 'and':
      return node.operands.map((operand) => printExpression(operand, notPower)).join(' AND ')
    case 'or':
      return node.operands.map((operand) => printExpression(operand, andPower)).join(' OR ')
    case 'not':
      return `NOT ${printExpression(node.operand, notPower)}`
    case 'isNull':
      return `${printValue(node.operand)} IS ${not(node)}NULL`
    case 'between':
      return `${printValue(node.operand)} ${not(node)}BETWEEN ${printValue(node.low)} AND ${printValue(node.high)}`
    case 'in':
      return `${printValue(node.operand)} ${not(node)}IN (${printList(node.items)})`
    case 'like': {
      const escape = node.escape === undefined ? '' : ` ESCAPE ${printString(node.escape)}`
      return `${printValue(node.operand)} ${not(node)}LIKE ${printValue(node.pattern)}${escape}`
    }
    case 'case':
      return printCase(node)
    case 'cast':
      return `CAST(${printExpression(node.operand)} AS ${printType(node.type)})`
    case 'call':
      return printCall(node)
    case 'lambda': {
      const [first, ...others] = node.parameters.map(printName)
      return `${others.length === 0 ? (first ?? '') : `(${[first, ...others].join(', ')})`} => ${printExpression(node.body)}`
    }
    case 'unit':
      return node.unit
    case 'array':
      return `ARRAY[${printList(node.items)}]`
    case 'map':
      return `MAP(${node.entries.map(({ key, value }) => `${printExpression(key)} := ${printExpression(value)}`).join(', ')})`
    case 'struct':
      return `STRUCT(${node.fields.map(({ name, value }) => `${printName(name)} := ${printExpression(value)}`).join(', ')})`
    case 'atTimeZone':
      return `${printExpression(node.operand, zonePower)} AT TIME ZONE ${printExpression(node.zone, operandPower)}`
  }
}

const not = ({ negated }: { readonly negated: boolean }): string => (negated ? 'NOT ' : '')

const comparisonText = (operator: string): string => {
  if (operator === 'distinct') return 'IS DISTINCT FROM'
  return operator === 'not distinct' ? 'IS NOT DISTINCT FROM' : operator
}

const printList = (nodes: readonly Expression[]): string => nodes.map((node) => printExpression(node)).join(', ')

/** What is in front of `[`: a column called ARRAY would begin an array there. */
const printSubscripted = (base: Expression): string => {
  const text = printExpression(base, operandPower)
  return text.toUpperCase() === 'ARRAY' ? `(${text})` : text
}

const printCase = ({ operand, branches, otherwise }: Case): string => {
  const parts = ['CASE']
  if (operand !== undefined) parts.push(printExpression(operand))
  for (const { when, then } of branches) parts.push(`WHEN ${printExpression(when)} THEN ${printExpression(then)}`)
  if (otherwise !== undefined) parts.push(`ELSE ${printExpression(otherwise)}`)
  return [...parts, 'END'].join(' ')
}

const printCall = ({ name, arguments: values, isStar, isDistinct }: Call): string => {
  if (isStar) return `${printName(name)}(*)`
  const printed = values.map((value) => printExpression(value))
  const [first] = values
  // Where a unit of time is expected, a word alone would be one.
  if (!name.quoted && unitFunctions.has(name.text.toUpperCase()) && first?.kind !== 'unit') {
    const [text = ''] = printed
    if (/^[A-Z_][\w@]*$/i.test(text)) printed[0] = `(${text})`
  }
  return `${printName(name)}(${isDistinct ? 'DISTINCT ' : ''}${printed.join(', ')})`
}

/** A name: quoted ones in backticks, the others as written. */
export const printName = ({ text, quoted }: Identifier): string =>
  quoted ? `\`${protectVariables(text.replaceAll('`', '``'))}\`` : text

/** A string in single quotes. */
export const printString = (text: string): string => `'${protectVariables(text.replaceAll("'", "''"))}'`

/** A type as it is declared. */
export const printType = (type: TypeName): string => {
  switch (type.kind) {
    case 'simple':
      return showType(type.type)
    case 'array':
      return `ARRAY<${printType(type.element)}>`
    case 'map':
      return `MAP<${printType(type.key)}, ${printType(type.value)}>`
    case 'struct':
      return `STRUCT<${type.fields.map((field) => `${printName(field.name)} ${printType(field.type)}`).join(', ')}>`
    case 'custom':
      return printName(type.name)
  }
}

/** A span of time in the largest unit that it is a multiple of. */
export const printDuration = ({ ms }: Pick<Duration, 'ms'>): string => {
  if (ms === 0) return '0 SECONDS'
  for (const unit of timeUnits) {
    const count = ms / (timeUnit(unit)?.ms ?? 1)
    if (Number.isInteger(count)) return `${String(count)} ${count === 1 ? unit.slice(0, -1) : unit}`
  }
  return `${String(ms)} MILLISECONDS`
}
