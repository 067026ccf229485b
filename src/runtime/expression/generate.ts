// JavaScript from a checked tree. The code consists of fixed texts, numbers, names made here (`t1`, `c2`) and literals that
// went through JSON.stringify: nothing the user wrote is ever copied into it.

import { fieldSlot } from '../model/field-slots.ts'
import type { StreamRecord } from '../model/stream-record.ts'
import type { ByteString } from '../model/byte-string.ts'
import type { OperatorSite } from './arithmetic.ts'
import {
  forEachChild,
  type Arithmetic,
  type Call,
  type Default,
  type Field,
  type Lambda,
  type Node,
  type ObjectEntry,
  type ObjectNode,
  type Scalar,
} from './ast.ts'
import { calledFunction } from './called-function.ts'
import { parameterAt, type CallSite } from './functions/define-function.ts'
import { comparisonCode } from './generate-comparison.ts'
import { generateJson } from './generate-json.ts'
import { metadataCode } from './generate-metadata.ts'
import { literalCode, type Generator } from './generator.ts'
import { operations, type OperationName } from './operations.ts'
import { meaningOf, type Scope } from './scope.ts'
import type { Source } from './source.ts'

/** What code is generated for. */
export interface GeneratedFunctions {
  evaluate(record: StreamRecord, locals?: readonly unknown[]): unknown
  test(record: StreamRecord, locals?: readonly unknown[]): boolean
  json(record: StreamRecord): ByteString
}

/** Code of an expression: its value may be undefined, which stands for null, if `missing`. */
interface Code {
  readonly text: string
  readonly missing: boolean
  /** Its value is true or false. */
  readonly boolean: boolean
}

const certain = (text: string): Code => ({ text, missing: false, boolean: false })
const missing = (text: string): Code => ({ text, missing: true, boolean: false })
const boolean = (text: string): Code => ({ text, missing: false, boolean: true })

/** The functions of a tree that `check` has accepted; `copiesText` if `json` takes text from the record. */
export const generate = (
  tree: Node,
  source: Source,
  scope: Scope,
): { readonly functions: GeneratedFunctions; readonly copiesText: boolean } => {
  const generator = new CodeGenerator(tree, source, scope)
  const functions = generator.functions(tree)
  return { functions, copiesText: generator.copiesText }
}

class CodeGenerator implements Generator {
  copiesText = false
  readonly linearRegex: boolean
  private readonly source: Source
  private readonly scope: Scope
  private readonly constants: unknown[] = []
  private readonly nameOfConstant = new Map<unknown, string>()
  private readonly usedOperations = new Set<OperationName>()
  /** Top-level fields that the tree reads more than once: their values are kept. */
  private readonly repeatedFields = new Set<string>()
  /** Code of lambda parameters by name, the innermost last. */
  private readonly parameters: { readonly name: string; readonly text: string }[] = []
  private variables: string[] = []
  private outerVariables: string[] = this.variables
  private nameCount = 0

  constructor(tree: Node, source: Source, scope: Scope) {
    this.source = source
    this.scope = scope
    this.linearRegex = scope.linearRegex
    this.countFields(tree, new Set())
  }

  functions(tree: Node): GeneratedFunctions {
    const evaluate = this.outerFunction(() => this.value(tree))
    const test = this.outerFunction(() => this.test(tree))
    const json = this.outerFunction(() => generateJson(this, tree))
    const prologue = [
      ...Array.from(this.usedOperations, (name) => `${name} = operations.${name}`),
      ...this.constants.map((_, index) => `c${index} = constants[${index}]`),
    ]
    const body = `"use strict"
${prologue.length === 0 ? '' : `const ${prologue.join(', ')}\n`}return {
evaluate: ${evaluate},
test: ${test},
json: ${json},
}`
    // The text was made here, see above; eval-like calls exist for this.
    // eslint-disable-next-line @typescript-eslint/no-implied-eval
    const build = new Function('operations', 'constants', body) as (
      table: typeof operations,
      constants: readonly unknown[],
    ) => GeneratedFunctions
    return build(operations, this.constants)
  }

  private outerFunction(body: () => string): string {
    this.variables = []
    this.outerVariables = this.variables
    const text = body()
    const declared = this.variables.length === 0 ? '' : `let ${this.variables.join(', ')}; `
    return `(record, locals) => { const value = record.value, lazy = value instanceof ${this.operation('LazyJson')}; ${declared}return ${text} }`
  }

  private countFields(node: Node, seen: Set<string>): void {
    if (node.kind === 'field' && node.target.kind === 'record') {
      if (seen.has(node.name)) this.repeatedFields.add(node.name)
      seen.add(node.name)
    }
    forEachChild(node, (child) => {
      this.countFields(child, seen)
    })
  }

  operation(name: OperationName): string {
    this.usedOperations.add(name)
    return name
  }

  constant(value: unknown): string {
    const known = this.nameOfConstant.get(value)
    if (known !== undefined) return known
    const name = `c${this.constants.length}`
    this.constants.push(value)
    this.nameOfConstant.set(value, name)
    return name
  }

  value(node: Node): string {
    const { text, missing } = this.emit(node)
    return missing ? `(${text} ?? null)` : text
  }

  loose(node: Node): string {
    return this.emit(node).text
  }

  test(node: Node): string {
    switch (node.kind) {
      case 'and':
      case 'or':
        return `(${node.operands.map((operand) => this.test(operand)).join(node.kind === 'and' ? ' && ' : ' || ')})`
      case 'conditional':
        return `(${this.test(node.test)} ? ${this.test(node.then)} : ${this.test(node.otherwise)})`
      default: {
        const code = this.emit(node)
        if (code.boolean) return code.text
        const temporary = this.temporary()
        return `((${temporary} = ${code.text}) !== false && ${temporary} != null)`
      }
    }
  }

  private emit(node: Node): Code {
    switch (node.kind) {
      case 'literal':
        return literal(node.value)
      case 'record':
        return missing('(lazy ? value.plain() : value)')
      case 'variable':
        return this.variable(node.name)
      case 'local':
        return missing(`locals[${node.index}]`)
      case 'name':
        return certain(this.parameters.findLast(({ name }) => name === node.name)?.text ?? 'null')
      case 'field':
        return this.field(node)
      case 'index':
        return missing(`${this.operation('at')}(${this.loose(node.target)}, ${this.loose(node.index)})`)
      case 'slice': {
        const bounds = [node.from, node.to].map((bound) => (bound === undefined ? 'null' : this.loose(bound)))
        return certain(
          `${this.operation('slice')}(${this.loose(node.target)}, ${bounds.join(', ')}, ${this.quoted(node.target)})`,
        )
      }
      case 'negate':
        return certain(
          `${this.operation('negate')}(${this.loose(node.operand)}, ${this.site('-', node.operand, node.operand)})`,
        )
      case 'not':
        return boolean(`!${this.test(node.operand)}`)
      case 'arithmetic':
        return this.arithmetic(node)
      case 'comparison':
        return boolean(comparisonCode(this, node))
      case 'and':
      case 'or':
        return boolean(this.test(node))
      case 'default':
        return this.default(node)
      case 'conditional': {
        const then = this.emit(node.then)
        const otherwise = this.emit(node.otherwise)
        return {
          text: `(${this.test(node.test)} ? ${then.text} : ${otherwise.text})`,
          missing: then.missing || otherwise.missing,
          boolean: then.boolean && otherwise.boolean,
        }
      }
      case 'template': {
        const parts = node.parts.map((part) =>
          typeof part === 'string' ? JSON.stringify(part) : `${this.operation('showText')}(${this.value(part)})`,
        )
        return certain(`${this.operation('boundedText')}(${parts.join(' + ')})`)
      }
      case 'array':
        return certain(`[${node.items.map((item) => this.value(item)).join(', ')}]`)
      case 'object':
        return certain(this.object(node))
      case 'call':
        return this.call(node)
      case 'lambda':
        return certain(this.lambda(node))
    }
  }

  private variable(name: string): Code {
    const meaning = meaningOf(name, this.scope)
    if (meaning?.kind === 'local') return missing(`locals[${meaning.index}]`)
    if (meaning?.kind === 'metadata') return certain(metadataCode(this, meaning.name))
    const value = meaning?.value ?? null
    return isScalar(value) ? literal(value) : certain(this.constant(value))
  }

  private field({ target, name }: Field): Code {
    if (target.kind === 'record') return this.recordField(name)
    if (target.kind === 'variable') {
      const meaning = meaningOf(target.name, this.scope)
      if (meaning?.kind === 'metadata' && meaning.name === 'headers') {
        return certain(`${this.operation('header')}(record, ${JSON.stringify(name)})`)
      }
    }
    return missing(`${this.operation('own')}(${this.loose(target)}, ${JSON.stringify(name)})`)
  }

  private recordField(name: string): Code {
    const slot = fieldSlot(name)
    const read = `(lazy ? value.field(${slot}) : ${this.operation('own')}(value, ${JSON.stringify(name)}))`
    if (!this.repeatedFields.has(name)) return missing(read)
    const kept = `f${slot}`
    if (!this.outerVariables.includes(kept)) this.outerVariables.push(kept)
    return certain(`(${kept} !== undefined ? ${kept} : (${kept} = ${read} ?? null))`)
  }

  private arithmetic({ operator, left, right }: Arithmetic): Code {
    const names = { '+': 'add', '-': 'subtract', '*': 'multiply', '/': 'divide', '%': 'remainder' } as const
    const site = this.site(operator, left, right)
    return certain(`${this.operation(names[operator])}(${this.loose(left)}, ${this.loose(right)}, ${site})`)
  }

  private default({ operator, left, right }: Default): Code {
    const given = this.emit(left)
    const instead = this.emit(right)
    if (operator === '??') {
      return {
        text: `(${given.text} ?? ${instead.text})`,
        missing: instead.missing,
        boolean: given.boolean && instead.boolean,
      }
    }
    const temporary = this.temporary()
    return {
      text: `((${temporary} = ${given.text}) !== false && ${temporary} != null ? ${temporary} : ${instead.text})`,
      missing: instead.missing,
      boolean: given.boolean && instead.boolean,
    }
  }

  /** An object literal, or if something is spread one that is extended step by step. */
  private object({ entries }: ObjectNode): string {
    let text = ''
    let fields: string[] = []
    const flush = (): void => {
      const literal = `{${fields.join(', ')}}`
      if (text === '') text = literal
      else if (fields.length > 0) text = `${this.operation('extendObject')}(${text}, ${literal})`
      fields = []
    }
    for (const entry of entries) {
      if (entry.kind !== 'spread') fields.push(this.entry(entry))
      else {
        flush()
        const spread = `${this.operation('spread')}(${this.loose(entry.value)}, ${this.quoted(entry.value)})`
        text = `${this.operation('extendObject')}(${text}, ${spread})`
      }
    }
    flush()
    return text
  }

  private entry(entry: Exclude<ObjectEntry, { kind: 'spread' }>): string {
    if (entry.kind === 'computed') {
      const name = `${this.operation('fieldKey')}(${this.loose(entry.name)}, ${this.quoted(entry.name)})`
      return `[${name}]: ${this.value(entry.value)}`
    }
    const name = JSON.stringify(entry.name)
    // In brackets __proto__ is an ordinary name.
    return `${entry.name === '__proto__' ? `[${name}]` : name}: ${this.value(entry.value)}`
  }

  private call(node: Call): Code {
    const definition = calledFunction(node)
    if (definition === undefined) throw new TypeError(`${node.name} was not checked`)
    const expanded = definition.expand?.(node.arguments, node)
    if (expanded !== undefined) return this.emit(expanded)
    const site = this.constant(this.callSite(node.name, node.arguments))
    const nullTests: string[] = []
    const values = node.arguments.map((argument, position) => {
      const parameter = parameterAt(definition, position)
      if (parameter === undefined || parameter.lambda !== undefined || parameter.acceptsNull)
        return this.value(argument)
      const read = `${this.constant(parameter.read)}(`
      const scalar = this.scalar(argument)
      if (scalar !== undefined && scalar !== null) return `${read}${literalCode(scalar)}, ${site}, ${position})`
      const temporary = this.temporary()
      nullTests.push(`(${temporary} = ${this.loose(argument)}) == null`)
      return `${read}${temporary}, ${site}, ${position})`
    })
    const text = `${this.constant(definition.implementation)}(${[site, ...values].join(', ')})`
    return certain(nullTests.length === 0 ? text : `(${nullTests.join(' || ')} ? null : ${text})`)
  }

  private lambda({ parameters, body }: Lambda): string {
    const names = parameters.map(() => this.newName('p'))
    const outer = this.variables
    this.variables = []
    parameters.forEach((name, index) => this.parameters.push({ name, text: names[index] ?? '' }))
    const text = this.value(body)
    this.parameters.length -= parameters.length
    const declared = this.variables.length === 0 ? '' : `let ${this.variables.join(', ')}; `
    this.variables = outer
    return `(${names.join(', ')}) => { ${declared}return ${text} }`
  }

  scalar(node: Node): Scalar | undefined {
    if (node.kind === 'literal') return node.value
    if (node.kind !== 'variable') return undefined
    const meaning = meaningOf(node.name, this.scope)
    return meaning?.kind === 'argument' && isScalar(meaning.value) ? meaning.value : undefined
  }

  callSite(name: string, values: readonly Node[]): CallSite {
    const { clock, linearRegex } = this.scope
    return { name, texts: values.map((value) => this.textOf(value)), clock, linearRegex }
  }

  site(operator: string, left: Node, right: Node): string {
    const site: OperatorSite = { operator, left: this.textOf(left), right: this.textOf(right) }
    return this.constant(site)
  }

  private textOf({ start, end }: Node): string {
    return this.source.text.slice(start, end)
  }

  /** The text of a node as a constant for messages. */
  private quoted(node: Node): string {
    return JSON.stringify(this.textOf(node))
  }

  temporary(): string {
    const name = this.newName('t')
    this.variables.push(name)
    return name
  }

  private newName(prefix: string): string {
    this.nameCount++
    return `${prefix}${this.nameCount}`
  }
}

const isScalar = (value: unknown): value is Scalar => value === null || typeof value !== 'object'

const literal = (value: Scalar): Code =>
  typeof value === 'boolean' ? boolean(String(value)) : certain(literalCode(value))
