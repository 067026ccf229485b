// The text of a tree, with parentheses only where they are needed: what it takes to know whether the parser binds
// operators as it should.

import type { Node, ObjectEntry } from '../../../src/runtime/expression/ast.ts'
import { stringifyJson } from '../../../src/runtime/serde/json-parse.ts'

/** How tight each kind of node binds. */
const power = (node: Node): number => {
  switch (node.kind) {
    case 'conditional':
      return 1
    case 'default':
      return 2
    case 'or':
      return 3
    case 'and':
      return 4
    case 'not':
      return 5
    case 'comparison':
      return 6
    case 'arithmetic':
      return node.operator === '+' || node.operator === '-' ? 7 : 8
    case 'negate':
      return 9
    case 'literal':
      // A sign binds as the operator does, and a dot after digits would be hard to read.
      return typeof node.value === 'number' || typeof node.value === 'bigint' ? 9 : 10
    default:
      return 10
  }
}

/** @param choose gives numbers that decide between spellings; always 0 for the first one */
export const printExpression = (node: Node, choose: () => number): string => {
  const pick = (...spellings: readonly string[]): string => spellings[choose() % spellings.length] ?? ''
  const at = (child: Node, least: number): string => {
    const text = print(child)
    return power(child) < least ? `(${text})` : text
  }
  const print = (current: Node): string => {
    switch (current.kind) {
      case 'literal':
        return typeof current.value === 'string' ? quote(current.value) : stringifyJson(current.value)
      case 'record':
        return '.'
      case 'variable':
        return `$${current.name}`
      case 'name':
        return current.name
      case 'field': {
        const target = current.target.kind === 'record' ? '' : at(current.target, 10)
        const dot = current.target.kind === 'record' ? '.' : pick('.', '?.')
        const isWord = /^[a-z_]+$/.test(current.name)
        if (isWord) return `${target}${dot}${current.name}`
        return pick(`${target}${dot}${quote(current.name)}`, `${target === '' ? '.' : target}[${quote(current.name)}]`)
      }
      case 'index':
        return `${at(current.target, 10)}[${print(current.index)}]`
      case 'slice': {
        const [from, to] = [current.from, current.to].map((bound) => (bound === undefined ? '' : at(bound, 2)))
        return `${at(current.target, 10)}[${from ?? ''}:${to ?? ''}]`
      }
      case 'negate':
        return `-${current.operand.kind === 'literal' ? `(${print(current.operand)})` : at(current.operand, 9)}`
      case 'not':
        return `${pick('not ', '! ', '!')}${at(current.operand, 5)}`
      case 'arithmetic':
        return `${at(current.left, power(current))} ${current.operator} ${at(current.right, power(current) + 1)}`
      case 'comparison':
        return `${at(current.left, 7)} ${operatorText(current.operator, pick)} ${at(current.right, 7)}`
      case 'and':
        return current.operands.map((operand) => at(operand, 5)).join(pick(' and ', ' && ', '\n&&'))
      case 'or':
        return current.operands.map((operand) => at(operand, 4)).join(pick(' or ', ' || ', ' # either\nor '))
      case 'default':
        return `${at(current.left, 3)} ${current.operator} ${at(current.right, 2)}`
      case 'conditional':
        return `${at(current.test, 2)} ? ${print(current.then)} : ${print(current.otherwise)}`
      case 'template':
        return `"${current.parts.map((part) => (typeof part === 'string' ? quote(part).slice(1, -1) : `\\(${print(part)})`)).join('')}"`
      case 'array':
        return `[${current.items.map(print).join(', ')}]`
      case 'object':
        return `{${current.entries.map(printEntry).join(pick(', ', ','))}}`
      case 'call':
        return `${current.name}(${current.arguments.map(print).join(', ')})`
      case 'lambda':
        return `${current.parameters.length === 1 ? (current.parameters[0] ?? '') : `(${current.parameters.join(', ')})`} -> ${print(current.body)}`
      case 'local':
        throw new TypeError('a local has no text')
    }
  }
  const printEntry = (entry: ObjectEntry): string => {
    if (entry.kind === 'spread') return entry.value.kind === 'record' ? pick('...', '....') : `...${print(entry.value)}`
    if (entry.kind === 'computed') return `(${print(entry.name)}): ${print(entry.value)}`
    const { name, value } = entry
    const isShort = value.kind === 'field' && value.target.kind === 'record' && value.name === name
    const shown = /^[a-z_]+$/.test(name) ? name : quote(name)
    return isShort ? pick(shown, `${shown}: ${print(value)}`) : `${shown}: ${print(value)}`
  }
  return print(node)
}

const operatorText = (operator: string, pick: (...spellings: readonly string[]) => string): string => {
  if (operator === '==') return pick('==', '=')
  if (operator === '!=') return pick('!=', '<>')
  return operator
}

/** A JSON string, in which a backslash before a parenthesis has no meaning of its own. */
const quote = (text: string): string => JSON.stringify(text)
