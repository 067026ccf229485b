// What a tree must satisfy before code is made of it: names mean something, functions get what they take, patterns are
// patterns. Also finds out what the expression reads.

import { RecordError } from '../model/record-error.ts'
import { nearestNames } from '../model/nearest-name.ts'
import { forEachChild, type Call, type Comparison, type Lambda, type Name, type Node, type ObjectNode } from './ast.ts'
import { calledFunction } from './called-function.ts'
import { findFunction, functionNames } from './functions/all.ts'
import { parameterAt, signature, type ExpressionFunction } from './functions/define-function.ts'
import { functionHint, nameHint, otherName } from './habits.ts'
import { PatternError } from './patterns/pattern-parser.ts'
import { compilePattern } from './patterns/pattern.ts'
import { meaningOf, variableNames, type Scope } from './scope.ts'
import { compileError, type Source } from './source.ts'

/** What an expression reads. */
export interface Facts {
  /** Top-level fields of the value; `all` if it needs the value whole. */
  readonly fields: ReadonlySet<string> | 'all'
  /** Its value is the same for each record. */
  readonly constant: boolean
}

/** Checks a tree; KsError compile for the first thing that is wrong. */
export const check = (tree: Node, source: Source, scope: Scope): Facts => {
  const checker = new Checker(source, scope)
  checker.visit(tree, [])
  return { fields: checker.whole ? 'all' : checker.fields, constant: checker.constant }
}

class Checker {
  readonly fields = new Set<string>()
  whole = false
  constant = true
  private readonly source: Source
  private readonly scope: Scope

  constructor(source: Source, scope: Scope) {
    this.source = source
    this.scope = scope
  }

  /** @param parameters those of the lambdas around the node */
  visit(node: Node, parameters: readonly string[]): void {
    switch (node.kind) {
      case 'record':
        this.needRecord(node)
        this.whole = true
        return
      case 'field':
        if (node.target.kind === 'record') {
          this.needRecord(node)
          this.fields.add(node.name)
        } else this.visit(node.target, parameters)
        return
      case 'name':
        if (!parameters.includes(node.name)) throw this.unknownName(node)
        return
      case 'variable':
        this.variable(node.name, node)
        return
      case 'local':
        this.constant = false
        return
      case 'object':
        this.refuseDuplicates(node)
        break
      case 'comparison':
        this.comparison(node)
        break
      case 'call':
        this.call(node, parameters)
        return
      default:
    }
    forEachChild(node, (child) => {
      this.visit(child, parameters)
    })
  }

  private needRecord(node: Node): void {
    this.constant = false
    if (this.scope.hasRecord) return
    const text = this.source.text.slice(node.start, node.end)
    throw compileError(this.source, node, `${text} stands outside of an aggregate function`, {
      hint: `say which of the group's records counts: last(${text}), max(${text}), …`,
    })
  }

  private unknownName(node: Name): Error {
    const isFunction = findFunction(node.name) !== undefined
    return compileError(this.source, node, `unknown name "${node.name}"`, {
      hint: nameHint(node.name, this.source.text.slice(0, node.start), isFunction),
    })
  }

  private variable(name: string, node: Node): void {
    const meaning = meaningOf(name, this.scope)
    if (meaning === undefined) {
      throw compileError(this.source, node, `unknown variable $${name}`, {
        hint:
          name === 'ENV'
            ? 'pass it in: --arg name "$NAME", then $name'
            : name === '__loc__'
              ? '$topic, $partition, $offset and $line say where a record is from'
              : `--arg ${name}=VALUE defines it`,
        didYouMean: nearestNames(name, variableNames(this.scope)).map((near) => `$${near}`),
      })
    }
    if (meaning.kind !== 'argument') this.constant = false
  }

  private refuseDuplicates(node: ObjectNode): void {
    const names = new Set<string>()
    for (const entry of node.entries) {
      if (entry.kind !== 'named') continue
      if (names.has(entry.name)) {
        throw compileError(this.source, entry.nameSpan, `the field ${JSON.stringify(entry.name)} is given twice`)
      }
      names.add(entry.name)
    }
  }

  private comparison({ operator, right }: Comparison): void {
    if (right.kind !== 'literal' || right.value === null) return
    if (operator === '=~' || operator === '!~') {
      if (typeof right.value === 'string') this.pattern(right, right.value, '')
      else throw compileError(this.source, right, `"${operator}" needs a pattern, which is a string`)
    }
    if (operator === 'in' || operator === 'not in') {
      throw compileError(this.source, right, `"${operator}" needs an array or an object`, {
        hint:
          typeof right.value === 'string'
            ? `contains(${JSON.stringify(right.value)}, …) looks into a string`
            : 'write [1, 2]',
      })
    }
  }

  private pattern(node: Node, pattern: string, flags: string): void {
    if (pattern.includes('\b')) {
      throw compileError(this.source, node, 'this pattern has a backspace in it', {
        hint: 'write \\\\b for the edge of a word',
      })
    }
    try {
      compilePattern(pattern, flags, this.scope.linearRegex)
    } catch (error) {
      if (!(error instanceof PatternError)) throw error
      throw compileError(this.source, node, `bad pattern: ${error.message}`)
    }
  }

  private call(node: Call, parameters: readonly string[]): void {
    const definition = calledFunction(node)
    if (definition === undefined) throw this.unknownFunction(node)
    this.arity(node, definition)
    if (definition.usesClock) this.constant = false
    node.arguments.forEach((value, position) => {
      this.argument(value, position, node, definition)
      if (value.kind === 'lambda') this.visit(value.body, [...parameters, ...value.parameters])
      else this.visit(value, parameters)
    })
    this.patternArgument(node, definition)
  }

  private unknownFunction(node: Call): Error {
    const hint = functionHint(node.name)
    const known = otherName(node.name)
    const near = nearestNames(node.name, [...functionNames(), ...this.scope.otherFunctions])
    return compileError(this.source, node.nameSpan, `unknown function ${node.name}()`, {
      ...(hint === undefined ? {} : { hint }),
      didYouMean: known === undefined ? near : [known, ...near.filter((name) => name !== known)].slice(0, 3),
    })
  }

  private arity(node: Call, definition: ExpressionFunction): void {
    const { minimalArity, maximalArity } = definition
    const count = node.arguments.length
    if (count >= minimalArity && count <= maximalArity) return
    const wanted =
      maximalArity === Infinity
        ? `at least ${plural(minimalArity)}`
        : minimalArity === maximalArity
          ? plural(minimalArity)
          : `${minimalArity} to ${plural(maximalArity)}`
    throw compileError(this.source, node, `${node.name}() takes ${wanted}, not ${count}`, {
      hint: usage(node.name, definition),
    })
  }

  private argument(value: Node, position: number, node: Call, definition: ExpressionFunction): void {
    const parameter = parameterAt(definition, position)
    if (parameter === undefined) return
    if (value.kind === 'lambda') this.lambda(value, parameter.lambda, node, definition)
    else if (parameter.lambda !== undefined) {
      const path = this.source.text.slice(value.start, value.end)
      throw compileError(this.source, value, `${node.name}() needs a lambda here`, {
        hint: /^\.[\w.]+$/.test(path) ? `write x -> x${path}` : usage(node.name, definition),
      })
    } else if (value.kind === 'literal' && value.value !== null) {
      const texts = node.arguments.map(({ start, end }) => this.source.text.slice(start, end))
      const { clock, linearRegex } = this.scope
      try {
        parameter.read(value.value, { name: node.name, texts, clock, linearRegex }, position)
      } catch (error) {
        if (!(error instanceof RecordError)) throw error
        throw compileError(this.source, value, error.message, { hint: usage(node.name, definition) })
      }
    }
  }

  private lambda(value: Lambda, wanted: number | undefined, node: Call, definition: ExpressionFunction): void {
    if (wanted === undefined) {
      throw compileError(this.source, value, `${node.name}() takes no lambda here`, {
        hint: usage(node.name, definition),
      })
    }
    if (value.parameters.length !== wanted) {
      throw compileError(
        this.source,
        value,
        `the lambda of ${node.name}() has ${wanted} parameter${wanted === 1 ? '' : 's'}`,
        {
          hint: usage(node.name, definition),
        },
      )
    }
  }

  private patternArgument(node: Call, { patternAt }: ExpressionFunction): void {
    if (patternAt === undefined) return
    const pattern = node.arguments[patternAt.pattern]
    const flags = node.arguments[patternAt.flags]
    if (pattern?.kind !== 'literal' || typeof pattern.value !== 'string') return
    // split() takes a plain separator if there are no flags.
    if (node.name === 'split' && flags === undefined) return
    this.pattern(pattern, pattern.value, '')
    if (flags?.kind === 'literal' && typeof flags.value === 'string')
      this.pattern(flags, '', flags.value.replace('g', ''))
  }
}

const plural = (count: number): string => (count === 0 ? 'no arguments' : `${count} argument${count === 1 ? '' : 's'}`)

const usage = (name: string, definition: ExpressionFunction): string =>
  `write ${signature(definition).replace(definition.name, name)}`
