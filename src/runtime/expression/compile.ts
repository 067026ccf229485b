// The expression language: text in, functions out. Parsed and checked once; evaluating is calling compiled code.

import type { ByteString } from '../model/byte-string.ts'
import { noOrigin, StreamRecord } from '../model/stream-record.ts'
import { forEachChild, mapChildren, type Call, type Node } from './ast.ts'
import { check } from './check.ts'
import { generate } from './generate.ts'
import { parseExpression } from './parser.ts'
import type { Shape } from '../serde/scanned-shape.ts'
import { shapeOf } from './shape.ts'
import type { Scope } from './scope.ts'
import { compileError, type Source } from './source.ts'

/** What the text of an expression may refer to. */
export interface ExpressionOptions {
  /** What messages call it, as in "cannot compile the filter". */
  readonly subject: string
  /** `--arg` and `--argjson`: constants, read as `$name`. */
  readonly arguments?: ReadonlyMap<string, unknown>
  /** Names of further variables, whose values `evaluate` gets by position. */
  readonly locals?: readonly string[]
  /** What `now()` returns, in milliseconds since the epoch. */
  readonly clock?: () => number
  /** The text is not the user's own: refuse patterns that could take more than linear time. */
  readonly linearRegex?: boolean
}

/** A compiled expression. Its functions throw RecordError for records that it cannot be applied to. */
export interface Expression {
  readonly text: string
  /** The last name of a path (`.a.b`: `b`); undefined for anything else. */
  readonly name: string | undefined
  /** Top-level fields of the value that it reads; `all` if it needs the value whole. */
  readonly fields: ReadonlySet<string> | 'all'
  /** Its value is the same for each record. */
  readonly constant: boolean
  /** `json` takes text from the record instead of making a value of it. */
  readonly copiesText: boolean
  /** How to copy it from the text of a record, if it is nothing but an object of fields and constants. */
  readonly shape: Shape | undefined
  /** Plain data, null for what is missing. */
  evaluate(record: StreamRecord, locals?: readonly unknown[]): unknown
  /** True for everything but false and null. */
  test(record: StreamRecord, locals?: readonly unknown[]): boolean
  /** The JSON text of the value; fields taken as they are keep their spelling. For expressions without locals. */
  json(record: StreamRecord): ByteString
}

/** An expression over aggregate calls, such as `sum(.a) / count()`. */
export interface AggregateExpression {
  readonly text: string
  /** The calls in the order of the text. */
  readonly calls: readonly {
    readonly name: string
    readonly text: string
    readonly arguments: readonly Expression[]
  }[]
  /** The value of the expression from the results of the calls, in their order. */
  finish(results: readonly unknown[]): unknown
}

/** Compiles an expression; KsError compile if it is none. */
export const compileExpression = (text: string, options: ExpressionOptions): Expression => {
  const source = { text, subject: options.subject }
  return compileTree(parseExpression(source), source, scopeOf(options))
}

/** Compiles a tree whose positions refer to the source. */
export const compileTree = (tree: Node, source: Source, scope: Scope): Expression => {
  const { fields, constant } = check(tree, source, scope)
  const { functions, copiesText } = generate(tree, source, scope)
  const text = source.text.slice(tree.start, tree.end)
  return { text, name: pathName(tree), fields, constant, copiesText, shape: shapeOf(tree), ...functions }
}

/** The scope that options describe. */
export const scopeOf = (options: ExpressionOptions): Scope => ({
  arguments: options.arguments ?? new Map<string, unknown>(),
  locals: options.locals ?? [],
  hasRecord: true,
  otherFunctions: [],
  linearRegex: options.linearRegex ?? false,
  // Whoever runs expressions for results that last passes its clock.
  // eslint-disable-next-line no-restricted-properties
  clock: options.clock ?? Date.now,
})

const pathName = (node: Node): string | undefined =>
  node.kind === 'field' && isPath(node.target) ? node.name : undefined

const isPath = (node: Node): boolean => {
  if (node.kind === 'record' || node.kind === 'variable') return true
  return (node.kind === 'field' || (node.kind === 'index' && node.index.kind === 'literal')) && isPath(node.target)
}

/**
 * Compiles an expression in which the calls that `isAggregate` knows are left to the caller.
 * @param aggregateNames for suggestions
 */
export const compileAggregates = (
  text: string,
  options: ExpressionOptions,
  isAggregate: (name: string) => boolean,
  aggregateNames: readonly string[],
): AggregateExpression => {
  const source = { text, subject: options.subject }
  const scope = { ...scopeOf(options), otherFunctions: aggregateNames }
  const calls: Call[] = []
  const takeOut = (node: Node): Node => {
    if (node.kind !== 'call' || !isAggregate(node.name)) return mapChildren(node, takeOut)
    calls.push(node)
    return { kind: 'local', index: calls.length - 1, start: node.start, end: node.end }
  }
  const rest = compileTree(takeOut(parseExpression(source)), source, { ...scope, locals: [], hasRecord: false })
  const compileCall = (call: Call): AggregateExpression['calls'][number] => {
    for (const argument of call.arguments) refuseAggregates(argument, call, source, isAggregate)
    return {
      name: call.name,
      text: text.slice(call.start, call.end),
      arguments: call.arguments.map((argument) => compileTree(argument, source, scope)),
    }
  }
  return { text, calls: calls.map(compileCall), finish: (results) => rest.evaluate(emptyRecord, results) }
}

const emptyRecord = new StreamRecord(null, null, -1, noOrigin)

const refuseAggregates = (node: Node, outer: Call, source: Source, isAggregate: (name: string) => boolean): void => {
  if (node.kind === 'lambda') throw compileError(source, node, `${outer.name}() takes no lambda`)
  const visit = (child: Node): void => {
    if (child.kind === 'call' && isAggregate(child.name)) {
      throw compileError(source, child, `${child.name}() stands inside ${outer.name}()`, {
        hint: 'one aggregate does not take the result of another',
      })
    }
    forEachChild(child, visit)
  }
  visit(node)
}
