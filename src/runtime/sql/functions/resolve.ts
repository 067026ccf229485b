// Which overload a call means, and of which types its arguments have to become.

import { castFunction } from '../cast.ts'
import { commonType, numericRank } from '../common-type.ts'
import { decimalOf } from '../decimal-type.ts'
import { nullType, sameType, showType, type SqlType } from '../sql-type.ts'
import { showSignature, type ParameterType, type Signature, type SqlFunction } from './define-sql-function.ts'

/** A lambda in a call. Its type is known only when those of its parameters are. */
export interface LambdaArgument {
  readonly kind: 'LAMBDA'
  readonly parameterCount: number
  /** The type of its body; what it throws comes out of `resolveCall`. */
  readonly typeOf: (parameters: readonly SqlType[]) => SqlType
}

/** What stands at the place of an argument. */
export type ArgumentType = SqlType | LambdaArgument | { readonly kind: 'UNIT' }

/** What an argument has to become: a lambda's body gets parameters of these types and is coerced to `returns`. */
export type ResolvedParameter =
  | SqlType
  | { readonly kind: 'LAMBDA'; readonly parameters: readonly SqlType[]; readonly returns: SqlType }
  | { readonly kind: 'UNIT' }

export interface ResolvedCall {
  readonly signature: Signature
  /** One for each argument. */
  readonly parameterTypes: readonly ResolvedParameter[]
  /** Of a table function the type of an element. */
  readonly returns: SqlType
}

/** No overload fits; the message lists what there is. */
export interface UnresolvedCall {
  readonly failure: string
}

/**
 * The overload that fits with the least conversion.
 * @param literals of arguments that are literals the values, otherwise undefined
 */
export const resolveCall = (
  definition: Pick<SqlFunction, 'name' | 'signatures' | 'check'>,
  argumentTypes: readonly ArgumentType[],
  literals: readonly unknown[] = [],
): ResolvedCall | UnresolvedCall => {
  let best: Match | undefined
  for (const signature of definition.signatures) {
    const match = matchSignature(signature, argumentTypes, literals)
    if (match !== undefined && (best === undefined || match.cost < best.cost)) best = match
  }
  if (best === undefined) return { failure: failureOf(definition, argumentTypes) }
  const wrong = definition.check?.(literals)
  if (wrong !== undefined) return { failure: `Function '${definition.name}': ${wrong}` }
  return concluded(best, argumentTypes, literals)
}

/** True for what `resolveCall` gives when nothing fits. */
export const isUnresolved = (resolved: ResolvedCall | UnresolvedCall): resolved is UnresolvedCall =>
  'failure' in resolved

interface Match {
  readonly signature: Signature
  readonly cost: number
  readonly bindings: Bindings
}

/** The type of each variable so far. */
type Bindings = Map<string, SqlType>

const parameterOf = ({ parameters, rest }: Signature, position: number): ParameterType | undefined =>
  parameters[position] ?? rest

const variadicCost = 0.5
const variableCost = 1

const matchSignature = (
  signature: Signature,
  argumentTypes: readonly ArgumentType[],
  literals: readonly unknown[],
): Match | undefined => {
  const { parameters, rest } = signature
  if (argumentTypes.length < parameters.length) return undefined
  if (rest === undefined && argumentTypes.length > parameters.length) return undefined
  const bindings: Bindings = new Map()
  let cost = rest === undefined ? 0 : variadicCost
  for (const [position, argument] of argumentTypes.entries()) {
    const parameter = parameterOf(signature, position)
    const added = parameter && matchParameter(parameter, argument, literals[position], bindings)
    if (added === undefined) return undefined
    cost += added
  }
  return { signature, cost, bindings }
}

/** What it costs to give the argument to the parameter; undefined if it does not fit. Lambdas are typed afterwards. */
const matchParameter = (
  parameter: ParameterType,
  argument: ArgumentType,
  literal: unknown,
  bindings: Bindings,
): number | undefined => {
  if (parameter.kind === 'LAMBDA' || argument.kind === 'LAMBDA') {
    const fits =
      parameter.kind === 'LAMBDA' &&
      argument.kind === 'LAMBDA' &&
      parameter.parameters.length === argument.parameterCount
    return fits ? 0 : undefined
  }
  if (parameter.kind === 'UNIT' || argument.kind === 'UNIT') return parameter.kind === argument.kind ? 0 : undefined
  if (typeof literal === 'string' && argument.kind === 'STRING' && isTimeOf(parameter, literal)) return literalTimeCost
  return matchType(parameter, argument, bindings)
}

const matchType = (parameter: ParameterType, argument: SqlType, bindings: Bindings): number | undefined => {
  if (parameter.kind === 'VARIABLE') return bind(parameter.name, argument, bindings) ? variableCost : undefined
  if (argument.kind === 'ANY' || argument.kind === 'NULL') return matchUntyped(parameter, argument, bindings)
  switch (parameter.kind) {
    case 'ARRAY':
      return argument.kind === 'ARRAY' ? matchType(parameter.element, argument.element, bindings) : undefined
    case 'MAP': {
      if (argument.kind !== 'MAP') return undefined
      const key = matchType(parameter.key, argument.key, bindings)
      const value = matchType(parameter.value, argument.value, bindings)
      return key === undefined || value === undefined ? undefined : key + value
    }
    case 'ANY STRUCT':
      return argument.kind === 'STRUCT' ? 0 : undefined
    case 'STRUCT':
      return sameType(parameter, argument) ? 0 : undefined
    case 'LAMBDA':
    case 'UNIT':
      return undefined
    default:
      return wideningCost(parameter.kind === 'ANY DECIMAL' ? 'DECIMAL' : parameter.kind, argument)
  }
}

const stepCost = 10
/** Last resort: nothing else fits. */
const literalTimeCost = 100

const ranks: Readonly<Record<string, number>> = { INTEGER: 0, BIGINT: 1, DECIMAL: 2, DOUBLE: 3 }

const wideningCost = (kind: string, argument: SqlType): number | undefined => {
  if (kind === argument.kind) return 0
  const from = numericRank(argument)
  const to = ranks[kind]
  return from === undefined || to === undefined || to < from ? undefined : (to - from) * stepCost
}

// What an undeclared column is taken for if several overloads would have it.
const preferred: Readonly<Record<string, number>> = { DOUBLE: 1, STRING: 2, VARIABLE: 3, 'ANY DECIMAL': 4, BIGINT: 5 }
const otherPreference = 6

const matchUntyped = (parameter: ParameterType, argument: SqlType, bindings: Bindings): number => {
  bindInside(parameter, argument, bindings)
  return preferred[parameter.kind] ?? otherPreference
}

/** An undeclared argument has undeclared elements. */
const bindInside = (parameter: ParameterType, argument: SqlType, bindings: Bindings): void => {
  if (parameter.kind === 'VARIABLE') bind(parameter.name, argument, bindings)
  else if (parameter.kind === 'ARRAY') bindInside(parameter.element, argument, bindings)
  else if (parameter.kind === 'MAP') {
    bindInside(parameter.key, argument, bindings)
    bindInside(parameter.value, argument, bindings)
  }
}

/** False if the variable stands for a type that has nothing in common with this one. */
const bind = (name: string, type: SqlType, bindings: Bindings): boolean => {
  const bound = bindings.get(name)
  const common = bound === undefined ? type : commonType(bound, type)
  if (common === undefined) return false
  bindings.set(name, common)
  return true
}

const isTimeOf = (parameter: ParameterType, literal: string): boolean => {
  const isTime = parameter.kind === 'DATE' || parameter.kind === 'TIME' || parameter.kind === 'TIMESTAMP'
  if (!isTime) return false
  try {
    castFunction({ kind: 'STRING' }, { kind: parameter.kind })?.(literal)
    return true
  } catch {
    return false
  }
}

/** What an undeclared number becomes where only a DECIMAL will do. */
const roomyDecimal: SqlType = { kind: 'DECIMAL', precision: 38, scale: 10 }

/** The type that a parameter has, now that its variables are bound. */
const concrete = (parameter: ParameterType, argument: SqlType | undefined, bindings: Bindings): SqlType => {
  switch (parameter.kind) {
    case 'VARIABLE':
      return bindings.get(parameter.name) ?? nullType
    case 'ARRAY': {
      const element = argument?.kind === 'ARRAY' ? argument.element : undefined
      return { kind: 'ARRAY', element: concrete(parameter.element, element, bindings) }
    }
    case 'MAP': {
      const [key, value] = argument?.kind === 'MAP' ? [argument.key, argument.value] : []
      return {
        kind: 'MAP',
        key: concrete(parameter.key, key, bindings),
        value: concrete(parameter.value, value, bindings),
      }
    }
    case 'ANY DECIMAL':
      return (argument && decimalOf(argument)) ?? roomyDecimal
    case 'ANY STRUCT':
      return argument ?? nullType
    case 'LAMBDA':
    case 'UNIT':
      return nullType
    default:
      return parameter
  }
}

const concluded = (
  { signature, bindings }: Match,
  argumentTypes: readonly ArgumentType[],
  literals: readonly unknown[],
): ResolvedCall | UnresolvedCall => {
  // Lambdas first: what their bodies are may bind variables, and widen those that are bound.
  for (const [position, argument] of argumentTypes.entries()) {
    const parameter = parameterOf(signature, position)
    if (argument.kind !== 'LAMBDA' || parameter?.kind !== 'LAMBDA') continue
    const body = argument.typeOf(parameter.parameters.map((type) => concrete(type, undefined, bindings)))
    if (matchType(parameter.returns, body, bindings) === undefined) {
      const wanted = showType(concrete(parameter.returns, undefined, bindings))
      return { failure: `the lambda gives ${showType(body)} where ${wanted} is needed` }
    }
  }
  const parameterTypes = argumentTypes.map((argument, position): ResolvedParameter => {
    const parameter = parameterOf(signature, position) as ParameterType
    if (argument.kind === 'UNIT') return argument
    if (argument.kind !== 'LAMBDA') return concrete(parameter, argument, bindings)
    const { parameters, returns } = parameter as Extract<ParameterType, { kind: 'LAMBDA' }>
    return {
      kind: 'LAMBDA',
      parameters: parameters.map((type) => concrete(type, undefined, bindings)),
      returns: concrete(returns, undefined, bindings),
    }
  })
  const { returns } = signature
  const valueTypes = parameterTypes.map((type) => (type.kind === 'LAMBDA' || type.kind === 'UNIT' ? undefined : type))
  return {
    signature,
    parameterTypes,
    returns: typeof returns === 'function' ? returns(valueTypes, literals) : concrete(returns, undefined, bindings),
  }
}

const showArgument = (argument: ArgumentType): string =>
  argument.kind === 'LAMBDA' ? 'LAMBDA' : argument.kind === 'UNIT' ? 'INTERVALUNIT' : showType(argument)

const failureOf = (
  { name, signatures }: Pick<SqlFunction, 'name' | 'signatures'>,
  argumentTypes: readonly ArgumentType[],
): string =>
  `Function '${name}' does not accept parameters (${argumentTypes.map(showArgument).join(', ')}). Valid alternatives are: ` +
  signatures.map((signature) => showSignature(name, signature)).join('; ')
