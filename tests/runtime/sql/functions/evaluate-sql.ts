// A small evaluator of calls in SQL text, so that tests of functions read as SQL. It knows literals, constructors, CAST, calls,
// lambdas and some operators; `JSON '…'` is a value that nobody has declared.

import { castFunction, coerceFunction } from '../../../../src/runtime/sql/cast.ts'
import { commonType, commonTypeOf } from '../../../../src/runtime/sql/common-type.ts'
import { Decimal } from '../../../../src/runtime/model/decimal.ts'
import { findSqlFunction } from '../../../../src/runtime/sql/functions/all.ts'
import { acceptsNullAt, sqlCallSite } from '../../../../src/runtime/sql/functions/define-sql-function.ts'
import { isUnresolved, resolveCall, type ArgumentType } from '../../../../src/runtime/sql/functions/resolve.ts'
import { showType, type SqlType } from '../../../../src/runtime/sql/sql-type.ts'
import { compareSqlValues, equalSqlValues } from '../../../../src/runtime/sql/value-order.ts'
import { parseJsonText, setField } from '../../../../src/runtime/serde/json-parse.ts'

/** The clock of all calls. */
export const testClock = 1_762_172_645_123

type Values = ReadonlyMap<string, unknown>
type Types = ReadonlyMap<string, SqlType>

interface Typed {
  readonly type: SqlType
  readonly literal?: unknown
  readonly evaluate: (values: Values) => unknown
}

/** What is known only when the types of lambda parameters are. */
type Deferred = (types: Types) => Typed
type Argument = Deferred | { readonly lambda: readonly string[]; readonly body: Deferred } | { readonly unit: number }

/** The type and the value of an expression; what the analysis or a function refuses is thrown. */
export const evaluateTyped = (sql: string): { readonly type: string; readonly value: unknown } => {
  const typed = new Parser(sql).whole()(new Map())
  return { type: showType(typed.type), value: typed.evaluate(new Map()) }
}

export const evaluateSql = (sql: string): unknown => evaluateTyped(sql).value

const token =
  /\s*(?:(\d+(?:\.\d*)?(?:[eE][+-]?\d+)?|\.\d+)|'((?:[^']|'')*)'|(=>|:=|->|<>|<=|>=|\|\||[A-Za-z_]\w*|[^\s]))/y

const units: Readonly<Record<string, number>> = {
  DAYS: 86_400_000,
  HOURS: 3_600_000,
  MINUTES: 60_000,
  SECONDS: 1000,
  MILLISECONDS: 1,
}

class Parser {
  private readonly tokens: Partial<Record<'number' | 'string' | 'word', string | undefined>>[] = []
  private at = 0

  constructor(sql: string) {
    const text = sql.trimEnd()
    token.lastIndex = 0
    while (token.lastIndex < text.length) {
      const match = token.exec(text)
      if (match === null) throw new Error(`bad test expression: ${sql}`)
      const [, number, string, word] = match
      this.tokens.push({ number, string: string?.replaceAll("''", "'"), word })
    }
  }

  whole(): Deferred {
    const expression = this.expression()
    if (this.at !== this.tokens.length)
      throw new Error(`test expression: left over ${JSON.stringify(this.tokens[this.at])}`)
    return expression
  }

  private peek(offset = 0): string | undefined {
    return this.tokens[this.at + offset]?.word
  }

  private take(word: string): boolean {
    if (this.peek()?.toUpperCase() !== word) return false
    this.at++
    return true
  }

  private expect(word: string): void {
    if (!this.take(word))
      throw new Error(`test expression: ${word} expected, not ${JSON.stringify(this.tokens[this.at])}`)
  }

  private expression(): Deferred {
    const left = this.sum()
    for (const operator of ['=', '<>', '<=', '>=', '<', '>']) {
      if (this.take(operator)) return comparison(operator, left, this.sum())
    }
    return left
  }

  private sum(): Deferred {
    let left = this.product()
    for (;;) {
      const operator = ['+', '-', '||'].find((candidate) => this.take(candidate))
      if (operator === undefined) return left
      left = arithmetic(operator, left, this.product())
    }
  }

  private product(): Deferred {
    let left = this.unary()
    while (this.take('*')) left = arithmetic('*', left, this.unary())
    return left
  }

  private unary(): Deferred {
    if (!this.take('-')) return this.primary()
    const operand = this.primary()
    return (types) => {
      const { type, literal, evaluate } = operand(types)
      const negate = (value: unknown): unknown =>
        value === null ? null : value instanceof Decimal ? value.negate() : -(value as number)
      return {
        type,
        ...(literal === undefined ? {} : { literal: negate(literal) }),
        evaluate: (values) => negate(evaluate(values)),
      }
    }
  }

  private primary(): Deferred {
    const { number, string, word = '' } = this.tokens[this.at++] ?? {}
    if (number !== undefined) return numberLiteral(number)
    if (string !== undefined) return literal({ kind: 'STRING' }, string)
    const name = word.toUpperCase()
    if (word === '(') {
      const inner = this.expression()
      this.expect(')')
      return inner
    }
    if (name === 'NULL') return literal({ kind: 'NULL' }, null)
    if (name === 'TRUE' || name === 'FALSE') return literal({ kind: 'BOOLEAN' }, name === 'TRUE')
    if (name === 'JSON') {
      const value = parseJsonText(this.tokens[this.at++]?.string ?? '')
      return () => ({ type: { kind: 'ANY' }, evaluate: () => value })
    }
    if (name === 'ARRAY' && this.take('[')) return array(this.list(']', () => this.expression()))
    if ((name === 'MAP' || name === 'STRUCT') && this.take('(')) {
      const pairs = this.list(')', () => this.pair())
      return object(name, pairs)
    }
    if (name === 'CAST' && this.take('(')) {
      const operand = this.expression()
      this.expect('AS')
      const type = this.type()
      this.expect(')')
      return cast(operand, type)
    }
    if (this.take('('))
      return call(
        name,
        this.list(')', () => this.argument()),
      )
    return (types) => {
      const type = types.get(name)
      if (type === undefined) throw new Error(`test expression: what is ${word}?`)
      return { type, evaluate: (values) => values.get(name) ?? null }
    }
  }

  private list<T>(end: string, item: () => T): T[] {
    const items: T[] = []
    if (this.take(end)) return items
    do items.push(item())
    while (this.take(','))
    this.expect(end)
    return items
  }

  private pair(): { readonly name: Deferred; readonly text: string; readonly value: Deferred } {
    const text = this.peek()?.toUpperCase() ?? ''
    const isName = text !== '' && this.peek(1) === ':='
    const name = isName ? literal({ kind: 'STRING' }, text) : this.expression()
    if (isName) this.at++
    this.expect(':=')
    return { name, text, value: this.expression() }
  }

  private argument(): Argument {
    const word = this.peek()?.toUpperCase() ?? ''
    const unit = units[word]
    if (unit !== undefined) {
      this.at++
      return { unit }
    }
    if (this.peek(1) === '=>') {
      this.at += 2
      return { lambda: [word], body: this.expression() }
    }
    const start = this.at
    if (this.take('(')) {
      const names: string[] = []
      do names.push(this.tokens[this.at++]?.word?.toUpperCase() ?? '')
      while (this.take(','))
      if (this.take(')') && this.take('=>')) return { lambda: names, body: this.expression() }
      this.at = start
    }
    return this.expression()
  }

  private type(): SqlType {
    const name = this.tokens[this.at++]?.word?.toUpperCase() ?? ''
    const digits = (): number => Number(this.tokens[this.at++]?.number)
    if (name === 'ARRAY' && this.take('<')) {
      const element = this.type()
      this.expect('>')
      return { kind: 'ARRAY', element }
    }
    if (name === 'MAP' && this.take('<')) {
      const key = this.type()
      this.expect(',')
      const value = this.type()
      this.expect('>')
      return { kind: 'MAP', key, value }
    }
    if (name === 'STRUCT' && this.take('<')) {
      const fields = []
      do fields.push({ name: this.tokens[this.at++]?.word?.toUpperCase() ?? '', type: this.type() })
      while (this.take(','))
      this.expect('>')
      return { kind: 'STRUCT', fields }
    }
    if (name === 'DECIMAL') {
      this.expect('(')
      const precision = digits()
      this.expect(',')
      const scale = digits()
      this.expect(')')
      return { kind: 'DECIMAL', precision, scale }
    }
    return { kind: name === 'INT' ? 'INTEGER' : name } as SqlType
  }
}

const literal =
  (type: SqlType, value: unknown): Deferred =>
  () => ({ type, literal: value, evaluate: () => value })

const numberLiteral = (text: string): Deferred => {
  if (/[eE]/.test(text)) return literal({ kind: 'DOUBLE' }, Number(text))
  if (text.includes('.')) {
    const value = Decimal.parse(text) as Decimal
    return literal({ kind: 'DECIMAL', precision: Math.max(value.precision, value.scale), scale: value.scale }, value)
  }
  const value = Number(text)
  if (!Number.isSafeInteger(value)) return literal({ kind: 'BIGINT' }, BigInt(text))
  return literal({ kind: value > 2 ** 31 - 1 ? 'BIGINT' : 'INTEGER' }, value)
}

const coerced = ({ type, evaluate }: Typed, to: SqlType): ((values: Values) => unknown) => {
  const convert = coerceFunction(type, to)
  if (convert === undefined) throw new Error(`cannot make ${showType(to)} of ${showType(type)}`)
  return (values) => convert(evaluate(values))
}

/** As `coerced`; literal text becomes a date or a time too. */
const argument = (item: Typed, to: SqlType): ((values: Values) => unknown) => {
  const isTime = to.kind === 'DATE' || to.kind === 'TIME' || to.kind === 'TIMESTAMP'
  if (typeof item.literal !== 'string' || !isTime) return coerced(item, to)
  const value = castFunction(item.type, to)?.(item.literal)
  return () => value
}

const cast =
  (operand: Deferred, type: SqlType): Deferred =>
  (types) => {
    const typed = operand(types)
    const convert = castFunction(typed.type, type)
    if (convert === undefined) throw new Error(`no cast of ${showType(typed.type)} to ${showType(type)}`)
    return { type, evaluate: (values) => convert(typed.evaluate(values)) }
  }

const array =
  (items: readonly Deferred[]): Deferred =>
  (types) => {
    const typed = items.map((item) => item(types))
    const element = commonTypeOf(typed.map(({ type }) => type))
    if (element === undefined) throw new Error('elements of different types')
    const evaluations = typed.map((item) => coerced(item, element))
    return { type: { kind: 'ARRAY', element }, evaluate: (values) => evaluations.map((evaluate) => evaluate(values)) }
  }

const object =
  (
    kind: 'MAP' | 'STRUCT',
    pairs: readonly { readonly name: Deferred; readonly text: string; readonly value: Deferred }[],
  ): Deferred =>
  (types) => {
    const typed = pairs.map(({ name, text, value }) => ({ name: name(types), text, value: value(types) }))
    const value = commonTypeOf(typed.map(({ value: { type } }) => type)) ?? { kind: 'NULL' }
    const fields = typed.map((pair) => ({ name: pair.text, type: pair.value.type }))
    const key = typed[0]?.name.type ?? { kind: 'STRING' }
    const evaluations = typed.map(({ name, text, value: item }) => ({
      nameOf: kind === 'MAP' ? name.evaluate : (): string => text,
      valueOf: kind === 'MAP' ? coerced(item, value) : item.evaluate,
    }))
    return {
      type: kind === 'MAP' ? { kind, key, value } : { kind, fields },
      evaluate: (values) => {
        const result = {}
        for (const { nameOf, valueOf } of evaluations) setField(result, String(nameOf(values)), valueOf(values))
        return result
      },
    }
  }

const comparison =
  (operator: string, left: Deferred, right: Deferred): Deferred =>
  (types) => {
    const sides = [left(types), right(types)] as const
    return {
      type: { kind: 'BOOLEAN' },
      evaluate: (values) => {
        const [a, b] = [sides[0].evaluate(values), sides[1].evaluate(values)]
        if (a === null || b === null) return null
        if (operator === '=' || operator === '<>') return equalSqlValues(a, b) === (operator === '=')
        const order = compareSqlValues(a, b)
        return (
          (operator.startsWith('<') && order < 0) ||
          (operator.startsWith('>') && order > 0) ||
          (operator.length > 1 && order === 0)
        )
      },
    }
  }

const arithmetic =
  (operator: string, left: Deferred, right: Deferred): Deferred =>
  (types) => {
    const sides = [left(types), right(types)] as const
    const type = commonType(sides[0].type, sides[1].type)
    if (type === undefined) throw new Error(`${operator} of ${showType(sides[0].type)} and ${showType(sides[1].type)}`)
    const [a, b] = sides.map((side) => coerced(side, type))
    return {
      type,
      evaluate: (values) => {
        const x = a?.(values) as number | null
        const y = b?.(values) as number | null
        if (x === null || y === null) return null
        return operator === '*' ? x * y : operator === '-' ? x - y : x + y
      },
    }
  }

const call =
  (name: string, items: readonly Argument[]): Deferred =>
  (types) => {
    const definition = findSqlFunction(name)
    if (definition === undefined) throw new Error(`there is no function ${name}`)
    const typed = items.map((item) => (typeof item === 'function' ? item(types) : item))
    const lambdaTypes = (names: readonly string[], parameters: readonly SqlType[]): Types =>
      new Map([...types, ...names.map((parameter, index) => [parameter, parameters[index]] as [string, SqlType])])
    const argumentTypes = typed.map((item): ArgumentType => {
      if ('unit' in item) return { kind: 'UNIT' }
      if (!('lambda' in item)) return item.type
      return {
        kind: 'LAMBDA',
        parameterCount: item.lambda.length,
        typeOf: (parameters) => item.body(lambdaTypes(item.lambda, parameters)).type,
      }
    })
    const resolved = resolveCall(
      definition,
      argumentTypes,
      typed.map((item) => ('evaluate' in item ? item.literal : undefined)),
    )
    if (isUnresolved(resolved)) throw new Error(resolved.failure)
    const { signature, parameterTypes, returns } = resolved
    const evaluations = typed.map((item, position) => {
      const parameter = parameterTypes[position]
      if ('unit' in item) return () => item.unit
      if (!('lambda' in item)) return argument(item, parameter as SqlType)
      if (parameter?.kind !== 'LAMBDA') throw new Error('no lambda parameter')
      const body = coerced(item.body(lambdaTypes(item.lambda, parameter.parameters)), parameter.returns)
      return (values: Values) =>
        (...parameters: unknown[]) =>
          body(
            new Map([...values, ...item.lambda.map((each, index) => [each, parameters[index]] as [string, unknown])]),
          )
    })
    const site = sqlCallSite({
      name,
      texts: items.map((_, index) => `argument ${index + 1}`),
      argumentTypes: parameterTypes.map((type) => (type.kind === 'LAMBDA' || type.kind === 'UNIT' ? undefined : type)),
      returns,
      clock: () => testClock,
    })
    return {
      type: definition.isTableFunction ? { kind: 'ARRAY', element: returns } : returns,
      evaluate: (values) => {
        const given = evaluations.map((evaluate) => evaluate(values))
        if (given.some((value, position) => value === null && !acceptsNullAt(signature, position))) return null
        return signature.implementation(site, ...(given as never[]))
      },
    }
  }
