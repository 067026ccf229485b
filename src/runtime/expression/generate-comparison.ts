// Code for comparisons. Most of them are between a field and something that stands in the text: those need no call.

import type { Comparison, Node, Scalar } from './ast.ts'
import { isSetMember } from './comparison.ts'
import { isNumeric, literalCode, type Generator } from './generator.ts'
import { compilePattern } from './patterns/pattern.ts'

/** Code that is true or false. */
export const comparisonCode = (generator: Generator, node: Comparison): string => {
  const { operator, left, right } = node
  switch (operator) {
    case '==':
      return equality(generator, left, right)
    case '!=':
      return `!${equality(generator, left, right)}`
    case '<':
    case '<=':
    case '>':
    case '>=':
      return order(generator, operator, left, right)
    case '=~':
      return matching(generator, node)
    case '!~':
      return `!${matching(generator, node)}`
    case 'in':
      return membership(generator, node)
    case 'not in':
      return `!${membership(generator, node)}`
  }
}

const equality = (generator: Generator, left: Node, right: Node): string => {
  const leftValue = generator.scalar(left)
  const rightValue = generator.scalar(right)
  if (rightValue !== undefined) return equalToScalar(generator, left, rightValue)
  if (leftValue !== undefined) return equalToScalar(generator, right, leftValue)
  return `${generator.operation('equal')}(${generator.loose(left)}, ${generator.loose(right)})`
}

const equalToScalar = (generator: Generator, node: Node, value: Scalar): string => {
  const code = generator.loose(node)
  if (value === null) return `(${code} == null)`
  const literal = literalCode(value)
  if (!isSetMember(value)) return `${generator.operation('equal')}(${code}, ${literal})`
  if (typeof value !== 'number' || !Number.isInteger(value)) return `(${code} === ${literal})`
  const temporary = generator.temporary()
  return `((${temporary} = ${code}) === ${literal} || typeof ${temporary} === "bigint" && ${temporary} == ${literal})`
}

const operationOf = { '<': 'less', '<=': 'lessOrEqual', '>': 'greater', '>=': 'greaterOrEqual' } as const
const mirrored = { '<': '>', '<=': '>=', '>': '<', '>=': '<=' } as const

const order = (generator: Generator, operator: keyof typeof mirrored, left: Node, right: Node): string => {
  const leftValue = generator.scalar(left)
  const rightValue = generator.scalar(right)
  if (isNumeric(rightValue)) return orderOfNumber(generator, operator, left, rightValue)
  if (isNumeric(leftValue)) return orderOfNumber(generator, mirrored[operator], right, leftValue)
  return `${generator.operation(operationOf[operator])}(${generator.loose(left)}, ${generator.loose(right)})`
}

const orderOfNumber = (generator: Generator, operator: string, node: Node, bound: number | bigint): string => {
  const temporary = generator.temporary()
  const isNumber = `typeof (${temporary} = ${generator.loose(node)}) === "number" || typeof ${temporary} === "bigint"`
  return `((${isNumber}) && ${temporary} ${operator} ${literalCode(bound)})`
}

const matching = (generator: Generator, { operator, left, right }: Comparison): string => {
  const site = generator.site(operator, left, right)
  if (right.kind === 'literal' && typeof right.value === 'string') {
    const pattern = generator.constant(compilePattern(right.value, '', generator.linearRegex))
    return `${generator.operation('matches')}(${generator.loose(left)}, ${pattern}, ${site})`
  }
  const call = generator.constant(generator.callSite(operator, [left, right]))
  return `${generator.operation('matchesDynamic')}(${generator.loose(left)}, ${generator.loose(right)}, ${site}, ${call})`
}

const membership = (generator: Generator, { operator, left, right }: Comparison): string => {
  if (right.kind === 'array') {
    const members = right.items.map((item) => generator.scalar(item))
    if (members.every((member) => member !== undefined && isSetMember(member))) {
      const set = generator.constant(new Set<unknown>(members))
      return `${generator.operation('inSet')}(${generator.loose(left)}, ${set})`
    }
  }
  const site = generator.site(operator, left, right)
  return `${generator.operation('contained')}(${generator.loose(left)}, ${generator.loose(right)}, ${site})`
}
