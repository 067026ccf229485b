// The tree of an expression. Names are as the user wrote them: check.ts says what they mean, generate.ts never copies one
// into code.

import type { Span } from './source.ts'

export type ArithmeticOperator = '+' | '-' | '*' | '/' | '%'
export type ComparisonOperator = '==' | '!=' | '<' | '<=' | '>' | '>=' | '=~' | '!~' | 'in' | 'not in'

export type Scalar = null | boolean | number | bigint | string

/** A value that stands in the text. */
export interface Literal extends Span {
  readonly kind: 'literal'
  readonly value: Scalar
}
/** `.` */
export interface RecordValue extends Span {
  readonly kind: 'record'
}
/** `$name` */
export interface Variable extends Span {
  readonly kind: 'variable'
  readonly name: string
}
/** A value given at evaluation, by position. No text makes one; compileAggregates puts them where the calls were. */
export interface Local extends Span {
  readonly kind: 'local'
  readonly index: number
}
/** A bare word: the parameter of a lambda, or a mistake. */
export interface Name extends Span {
  readonly kind: 'name'
  readonly name: string
}
/** `target.name`, also `target["name"]` */
export interface Field extends Span {
  readonly kind: 'field'
  readonly target: Node
  readonly name: string
}
export interface Index extends Span {
  readonly kind: 'index'
  readonly target: Node
  readonly index: Node
}
/** `target[from:to]` */
export interface Slice extends Span {
  readonly kind: 'slice'
  readonly target: Node
  readonly from: Node | undefined
  readonly to: Node | undefined
}
export interface Unary extends Span {
  readonly kind: 'negate' | 'not'
  readonly operand: Node
}
export interface Arithmetic extends Span {
  readonly kind: 'arithmetic'
  readonly operator: ArithmeticOperator
  readonly left: Node
  readonly right: Node
}
export interface Comparison extends Span {
  readonly kind: 'comparison'
  readonly operator: ComparisonOperator
  readonly left: Node
  readonly right: Node
}
/** All operands of a chain of the same operator, so that long generated conditions stay flat. */
export interface Logical extends Span {
  readonly kind: 'and' | 'or'
  readonly operands: readonly Node[]
}
/** `left // right` replaces null and false, `left ?? right` null only. */
export interface Default extends Span {
  readonly kind: 'default'
  readonly operator: '//' | '??'
  readonly left: Node
  readonly right: Node
}
export interface Conditional extends Span {
  readonly kind: 'conditional'
  readonly test: Node
  readonly then: Node
  readonly otherwise: Node
}
/** `"text \(expr) text"` */
export interface Template extends Span {
  readonly kind: 'template'
  readonly parts: readonly (string | Node)[]
}
export interface ArrayNode extends Span {
  readonly kind: 'array'
  readonly items: readonly Node[]
}
export type ObjectEntry =
  | { readonly kind: 'named'; readonly name: string; readonly value: Node; readonly nameSpan: Span }
  | { readonly kind: 'computed'; readonly name: Node; readonly value: Node }
  | { readonly kind: 'spread'; readonly value: Node }
export interface ObjectNode extends Span {
  readonly kind: 'object'
  readonly entries: readonly ObjectEntry[]
}
export interface Call extends Span {
  readonly kind: 'call'
  readonly name: string
  readonly nameSpan: Span
  readonly arguments: readonly Node[]
  /** What is called, if it is none of the library (an ExpressionFunction, see calledFunction): SQL brings its own along. */
  readonly definition?: object
}
/** `x -> body`; stands only among the arguments of a call. */
export interface Lambda extends Span {
  readonly kind: 'lambda'
  readonly parameters: readonly string[]
  readonly body: Node
}

export type Node =
  | Literal
  | RecordValue
  | Variable
  | Local
  | Name
  | Field
  | Index
  | Slice
  | Unary
  | Arithmetic
  | Comparison
  | Logical
  | Default
  | Conditional
  | Template
  | ArrayNode
  | ObjectNode
  | Call
  | Lambda

/** A copy of the node whose direct children went through `change`, in the order of evaluation. */
export const mapChildren = (node: Node, change: (child: Node) => Node): Node => {
  switch (node.kind) {
    case 'literal':
    case 'record':
    case 'variable':
    case 'local':
    case 'name':
      return node
    case 'field':
      return { ...node, target: change(node.target) }
    case 'index':
      return { ...node, target: change(node.target), index: change(node.index) }
    case 'slice':
      return {
        ...node,
        target: change(node.target),
        from: node.from && change(node.from),
        to: node.to && change(node.to),
      }
    case 'negate':
    case 'not':
      return { ...node, operand: change(node.operand) }
    case 'arithmetic':
    case 'comparison':
    case 'default':
      return { ...node, left: change(node.left), right: change(node.right) }
    case 'and':
    case 'or':
      return { ...node, operands: node.operands.map(change) }
    case 'conditional':
      return { ...node, test: change(node.test), then: change(node.then), otherwise: change(node.otherwise) }
    case 'template':
      return { ...node, parts: node.parts.map((part) => (typeof part === 'string' ? part : change(part))) }
    case 'array':
      return { ...node, items: node.items.map(change) }
    case 'object':
      return { ...node, entries: node.entries.map((entry) => mapEntry(entry, change)) }
    case 'call':
      return { ...node, arguments: node.arguments.map(change) }
    case 'lambda':
      return { ...node, body: change(node.body) }
  }
}

const mapEntry = (entry: ObjectEntry, change: (child: Node) => Node): ObjectEntry =>
  entry.kind === 'computed'
    ? { ...entry, name: change(entry.name), value: change(entry.value) }
    : { ...entry, value: change(entry.value) }

/** Calls `visit` with each direct child. */
export const forEachChild = (node: Node, visit: (child: Node) => void): void => {
  mapChildren(node, (child) => {
    visit(child)
    return child
  })
}
