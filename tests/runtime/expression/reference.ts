// A second, slow meaning of expressions to compare the compiled one with: a walk over the tree, written for clarity.
// Functions of the library are shared; everything else is not.

import type { Node } from '../../../src/runtime/expression/ast.ts'
import { findFunction } from '../../../src/runtime/expression/functions/all.ts'
import { parameterAt, type CallSite } from '../../../src/runtime/expression/functions/define-function.ts'
import { RecordError } from '../../../src/runtime/model/record-error.ts'
import { parseJsonText, stringifyJson } from '../../../src/runtime/serde/json-parse.ts'

/** What a node may refer to. */
export interface Environment {
  readonly value: unknown
  readonly variables: ReadonlyMap<string, unknown>
  readonly parameters: ReadonlyMap<string, unknown>
}

type Operand = unknown

/** The value of a node; null for what is missing. */
export const interpret = (node: Node, environment: Environment): unknown => {
  const of = (child: Node): unknown => interpret(child, environment)
  switch (node.kind) {
    case 'literal':
      return node.value
    case 'record':
      return environment.value
    case 'variable':
      return environment.variables.get(node.name) ?? null
    case 'name':
      return environment.parameters.get(node.name) ?? null
    case 'field':
      return step(of(node.target), node.name)
    case 'index':
      return step(of(node.target), of(node.index))
    case 'slice':
      return slice(of(node.target), node.from && of(node.from), node.to && of(node.to))
    case 'negate': {
      const operand = of(node.operand)
      return operand === null ? null : typeof operand === 'number' ? -operand : arithmetic('-', 0, operand)
    }
    case 'not':
      return !isTrue(of(node.operand))
    case 'and':
      return node.operands.every((operand) => isTrue(of(operand)))
    case 'or':
      return node.operands.some((operand) => isTrue(of(operand)))
    case 'default': {
      const left = of(node.left)
      return left === null || (node.operator === '//' && left === false) ? of(node.right) : left
    }
    case 'conditional':
      return of(isTrue(of(node.test)) ? node.then : node.otherwise)
    case 'arithmetic':
      return arithmetic(node.operator, of(node.left), of(node.right))
    case 'comparison':
      return compare(node.operator, of(node.left), of(node.right))
    case 'template':
      return node.parts.map((part) => (typeof part === 'string' ? part : show(of(part)))).join('')
    case 'array':
      return node.items.map(of)
    case 'object': {
      const fields = new Map<string, unknown>()
      for (const entry of node.entries) {
        if (entry.kind === 'named') fields.set(entry.name, of(entry.value))
        else if (entry.kind === 'spread') {
          const spread = of(entry.value)
          if (spread === null) continue
          if (typeOf(spread) !== 'object') throw new RecordError('spread')
          for (const [name, field] of Object.entries(spread as object)) fields.set(name, field)
        } else {
          const name = of(entry.name)
          if (typeof name !== 'string') throw new RecordError('name')
          fields.set(name, of(entry.value))
        }
      }
      return Object.fromEntries(fields)
    }
    case 'call':
      return call(node.name, node.arguments, environment)
    case 'local':
    case 'lambda':
      throw new TypeError(`${node.kind} stands alone`)
  }
}

const typeOf = (value: unknown): string => {
  if (value === null) return 'null'
  if (typeof value === 'bigint') return 'number'
  return Array.isArray(value) ? 'array' : typeof value
}

const isTrue = (value: unknown): boolean => value !== null && value !== false

const show = (value: unknown): string => (typeof value === 'string' ? value : stringifyJson(value))

const step = (target: unknown, index: Operand): unknown => {
  if (typeof index === 'string' && typeOf(target) === 'object') {
    return Object.entries(target as object).find(([name]) => name === index)?.[1] ?? null
  }
  if (typeof index === 'number' && Array.isArray(target)) return (target as unknown[]).at(Math.floor(index)) ?? null
  return null
}

const slice = (target: unknown, from: unknown, to: unknown): unknown => {
  for (const bound of [from, to])
    if (
      !/^(undefined|null|number)$/.test(bound === undefined ? 'undefined' : typeOf(bound)) ||
      typeof bound === 'bigint'
    )
      throw new RecordError('bound')
  if (target === null) return null
  if (typeof target !== 'string' && !Array.isArray(target)) throw new RecordError('slice')
  const parts: readonly unknown[] = typeof target === 'string' ? Array.from(target) : target
  const part = parts.slice(
    typeof from === 'number' ? Math.floor(from) : 0,
    typeof to === 'number' ? Math.ceil(to) : parts.length,
  )
  return typeof target === 'string' ? part.join('') : part
}

const arithmetic = (operator: string, left: unknown, right: unknown): unknown => {
  const types = [typeOf(left), typeOf(right)]
  if (operator === '+') {
    if (left === null || right === null) return null
    if (types[0] === types[1] && types[0] === 'string') return `${left as string}${right as string}`
    if (types[0] === types[1] && types[0] === 'array') return (left as unknown[]).concat(right as unknown[])
    if (types[0] === types[1] && types[0] === 'object') {
      return Object.fromEntries([...Object.entries(left as object), ...Object.entries(right as object)])
    }
  }
  if (types.some((type) => type !== 'number' && type !== 'null')) throw new RecordError('no numbers')
  if (left === null || right === null) return null
  return calculate(operator, left as number | bigint, right as number | bigint)
}

const calculate = (operator: string, left: number | bigint, right: number | bigint): unknown => {
  if (Number(right) === 0 && (operator === '/' || operator === '%')) return null
  const isExact = typeof left === 'bigint' || typeof right === 'bigint'
  const areIntegers = [left, right].every((value) => typeof value === 'bigint' || Number.isInteger(value))
  const inDoubles = {
    '+': (a: number, b: number) => a + b,
    '-': (a: number, b: number) => a - b,
    '*': (a: number, b: number) => a * b,
    '/': (a: number, b: number) => a / b,
    '%': (a: number, b: number) => a % b,
  }
  const inIntegers = {
    '+': (a: bigint, b: bigint) => a + b,
    '-': (a: bigint, b: bigint) => a - b,
    '*': (a: bigint, b: bigint) => a * b,
    '%': (a: bigint, b: bigint) => a % b,
  }
  if (operator === '/' || !isExact || !areIntegers) {
    return inDoubles[operator as keyof typeof inDoubles](Number(left), Number(right))
  }
  const exact = inIntegers[operator as keyof typeof inIntegers](BigInt(left), BigInt(right))
  return parseJsonText(exact.toString())
}

const compare = (operator: string, left: unknown, right: unknown): boolean => {
  switch (operator) {
    case '==':
      return same(left, right)
    case '!=':
      return !same(left, right)
    case '<':
      return isBelow(left, right)
    case '>':
      return isBelow(right, left)
    case '<=':
      return isBelow(left, right) || (isOrdered(left, right) && same(left, right))
    case '>=':
      return isBelow(right, left) || (isOrdered(left, right) && same(left, right))
    case '=~':
      return matches(left, right)
    case '!~':
      return !matches(left, right)
    case 'in':
      return isIn(left, right)
    default:
      return !isIn(left, right)
  }
}

/** Equality by a spelling in which equal values look the same. */
const same = (left: unknown, right: unknown): boolean => spelling(left) === spelling(right)

const spelling = (value: unknown): string => {
  if (typeof value === 'number') return Number.isInteger(value) ? BigInt(value).toString() : `#${String(value)}`
  if (Array.isArray(value)) return `[${value.map(spelling).join()}]`
  if (typeof value === 'object' && value !== null) {
    return `{${Object.entries(value)
      .map(([name, field]) => `${JSON.stringify(name)}:${spelling(field)}`)
      .sort()
      .join()}}`
  }
  return stringifyJson(value)
}

const isOrdered = (left: unknown, right: unknown): boolean =>
  typeOf(left) === typeOf(right) && (typeOf(left) === 'number' || typeOf(left) === 'string')

const isBelow = (left: unknown, right: unknown): boolean => {
  if (!isOrdered(left, right)) return false
  if (typeof left !== 'string') return (left as number) < (right as number)
  const [a, b] = [left, right as string].map((text) => Array.from(text, (character) => character.codePointAt(0) ?? 0))
  for (const [index, code] of a?.entries() ?? []) if (code !== b?.[index]) return code < (b?.[index] ?? -1)
  return (a?.length ?? 0) < (b?.length ?? 0)
}

const matches = (left: unknown, right: unknown): boolean => {
  if (left === null || right === null) return false
  if (typeof left !== 'string' || typeof right !== 'string') throw new RecordError('no strings')
  try {
    return new RegExp(right, 'u').test(left)
  } catch {
    throw new RecordError('no pattern')
  }
}

const isIn = (left: unknown, right: unknown): boolean => {
  if (right === null) return false
  if (Array.isArray(right)) return right.some((item) => same(left, item))
  if (typeof right === 'object') return typeof left === 'string' && Object.keys(right).includes(left)
  throw new RecordError('no container')
}

/** Arguments that may not be null come first; one that is null ends the call. */
const call = (name: string, values: readonly Node[], environment: Environment): unknown => {
  const definition = findFunction(name)
  if (definition === undefined) throw new TypeError(name)
  const of = (node: Node | undefined): unknown => (node === undefined ? null : interpret(node, environment))
  if (name === 'if') return isTrue(of(values[0])) ? of(values[1]) : of(values[2])
  if (name === 'coalesce') {
    const first = values.find((value) => of(value) !== null)
    return of(first)
  }
  const site: CallSite = { name, texts: [], clock: () => 0, linearRegex: false }
  const results = new Map<number, unknown>()
  for (const acceptsNull of [false, true]) {
    for (const [position, value] of values.entries()) {
      if (parameterAt(definition, position)?.acceptsNull !== acceptsNull) continue
      const result = value.kind === 'lambda' ? lambda(value, environment) : of(value)
      if (result === null && !acceptsNull) return null
      results.set(position, result)
    }
  }
  const read = values.map((_, position) =>
    parameterAt(definition, position)?.read(results.get(position), site, position),
  )
  return (definition.implementation as (call: CallSite, ...values: readonly unknown[]) => unknown)(site, ...read)
}

const lambda =
  (node: Extract<Node, { kind: 'lambda' }>, environment: Environment) =>
  (...values: readonly unknown[]): unknown => {
    const parameters = new Map(environment.parameters)
    node.parameters.forEach((name, index) => parameters.set(name, values[index] ?? null))
    return interpret(node.body, { ...environment, parameters })
  }
