// Calls of functions: which overload is meant, of which types its arguments have to be, and a call of its implementation.

import type { Node } from '../expression/ast.ts'
import { nearestNames } from '../model/nearest-name.ts'
import type * as Ast from './ast.ts'
import { coerced } from './coercion.ts'
import { findSqlFunction, sqlFunctionNames } from './functions/all.ts'
import { acceptsNullAt, sqlCallSite, type SqlFunction } from './functions/define-sql-function.ts'
import { isUnresolved, resolveCall, type ArgumentType, type ResolvedParameter } from './functions/resolve.ts'
import { guarded, type LambdaParameter, type Lower, type LoweringContext } from './lowering-context.ts'
import { nameOf } from './names.ts'
import { sqlError } from './sql-error.ts'
import { callOf, literalNode, span, type Typed } from './typed.ts'

/** The tree of a call. KsError compile for an unknown function, and for arguments that it does not take. */
export const lowerCall = (call: Ast.Call, context: LoweringContext, lower: Lower): Typed => {
  const definition = functionOf(call, context)
  if (call.isStar || call.isDistinct) {
    throw sqlError(context.source, call, `${definition.name} is no aggregate: it takes neither * nor DISTINCT`)
  }
  if (definition.isTableFunction && context.tableFunction !== call) {
    throw sqlError(context.source, call, `${definition.name} makes rows, which only SELECT can`, {
      hint: 'a query in FROM may make them first',
    })
  }
  const values = call.arguments.map((argument) =>
    argument.kind === 'lambda' || argument.kind === 'unit' ? undefined : lower(argument, context),
  )
  const types = call.arguments.map((argument, index): ArgumentType => {
    if (argument.kind === 'unit') return { kind: 'UNIT' }
    if (argument.kind !== 'lambda') return (values[index] as Typed).type
    return {
      kind: 'LAMBDA',
      parameterCount: argument.parameters.length,
      typeOf: (parameters) => lower(argument.body, inLambda(argument, parameters, context)).type,
    }
  })
  const literals = values.map((value) => value?.literal)
  const resolved = resolveCall(definition, types, literals)
  if (isUnresolved(resolved)) throw sqlError(context.source, call, resolved.failure)
  const { signature, parameterTypes, returns } = resolved
  const nodes = call.arguments.map((argument, index): Node => {
    const parameter = parameterTypes[index] as ResolvedParameter
    if (argument.kind === 'unit') return literalNode(argument, argument.ms)
    if (argument.kind !== 'lambda')
      return coerced(values[index] as Typed, parameter as Typed['type'], argument, context).node
    const { parameters, returns: wanted } = parameter as Extract<ResolvedParameter, { kind: 'LAMBDA' }>
    const body = lower(argument.body, inLambda(argument, parameters, context))
    const { start, end } = argument
    return {
      kind: 'lambda',
      parameters: argument.parameters.map(nameOf),
      body: coerced(body, wanted, argument.body, context).node,
      start,
      end,
    }
  })
  if (definition.isLazy === 'first') {
    const [last = literalNode(call, null), ...others] = [...nodes].reverse()
    const node = others.reduce<Node>(
      (right, left) => ({ kind: 'default', operator: '??', left, right, ...span(call) }),
      last,
    )
    return { node, type: returns }
  }
  const site = sqlCallSite({
    name: definition.name,
    texts: call.arguments.map(({ start, end }) => context.source.text.slice(start, end)),
    argumentTypes: parameterTypes.map((type) => (type.kind === 'LAMBDA' || type.kind === 'UNIT' ? undefined : type)),
    returns,
    clock: context.clock,
  })
  const implement = signature.implementation as (...all: unknown[]) => unknown
  const node = callOf(
    call,
    definition.name,
    nodes,
    guarded((...given: unknown[]) => implement(site, ...given), context),
    {
      acceptsNull: nodes.map((_, index) => acceptsNullAt(signature, index)),
      lambdas: call.arguments.map((argument) => (argument.kind === 'lambda' ? argument.parameters.length : undefined)),
      isVolatile: !definition.isDeterministic,
    },
  )
  return { node, type: returns }
}

const functionOf = (call: Ast.Call, { source }: LoweringContext): SqlFunction => {
  const name = nameOf(call.name)
  const found = findSqlFunction(name)
  if (found !== undefined) return found
  throw sqlError(source, call.name, `there is no function ${name}`, {
    hint: 'ks help statements lists them',
    didYouMean: nearestNames(name, [...sqlFunctionNames()]),
  })
}

const inLambda = (lambda: Ast.Lambda, types: readonly Typed['type'][], context: LoweringContext): LoweringContext => {
  const parameters = lambda.parameters.map((name, index): LambdaParameter => {
    const type = types[index]
    if (type === undefined)
      throw sqlError(context.source, name, `a lambda of ${String(types.length)} parameters is wanted`)
    return { name: nameOf(name), type }
  })
  return { ...context, parameters: [...context.parameters, ...parameters] }
}
