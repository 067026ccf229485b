// Regular expressions, compiled once and told apart by what the subject has in it.

import { hasSurrogates } from '../code-points.ts'
import { parsePattern, PatternError, type PatternFlags } from './pattern-parser.ts'

/** A compiled pattern. */
export interface Pattern {
  /** The RegExp for a subject; with the flag `g`, so set lastIndex before `exec` and `test`. */
  for(subject: string): RegExp
  /** The names of the capturing groups, null for those without. */
  readonly groups: readonly (string | null)[]
}

const maximalUntrustedLength = 2000

/**
 * Compiles a pattern; PatternError says what is wrong with it.
 * @param flags letters of `ism`
 * @param linear refuse what could take more than linear time
 */
export const compilePattern = (text: string, flags: string, linear: boolean): Pattern => {
  const wanted = readFlags(flags)
  if (linear && text.length > maximalUntrustedLength) {
    throw new PatternError(`it has more than ${maximalUntrustedLength} characters`)
  }
  const narrow = parsePattern(text, wanted, 'narrow')
  if (linear && narrow.notLinear !== undefined) throw new PatternError(`${narrow.notLinear}, which is not allowed here`)
  if (narrow.needsNative) {
    const native = parsePattern(text, wanted, 'native')
    const expression = newRegExp(
      native.source,
      `gu${native.flags.ignoreCase ? 'i' : ''}${native.flags.multiline ? 'm' : ''}`,
    )
    return { for: () => expression, groups: native.groups }
  }
  const regExpFlags = narrow.flags.multiline ? 'gm' : 'g'
  const expression = newRegExp(narrow.source, regExpFlags)
  let wide: RegExp | undefined
  return {
    groups: narrow.groups,
    for: (subject) =>
      hasSurrogates(subject)
        ? (wide ??= newRegExp(parsePattern(text, wanted, 'wide').source, regExpFlags))
        : expression,
  }
}

const readFlags = (flags: string): PatternFlags => {
  const unknown = /[^ism]/.exec(flags)
  if (unknown !== null) throw new PatternError(`there is no flag "${unknown[0]}"; i, s, m and, for all matches, g`)
  return { ignoreCase: flags.includes('i'), dotAll: flags.includes('s'), multiline: flags.includes('m') }
}

const newRegExp = (source: string, flags: string): RegExp => {
  try {
    return new RegExp(source, flags)
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    throw new PatternError(message.replace(/^Invalid regular expression: .*: /s, '').toLowerCase())
  }
}

const maximalCacheSize = 100
const cache = new Map<string, Pattern>()

/** As compilePattern, for patterns that are only known with the record: the last ones used are kept. */
export const cachedPattern = (text: string, flags: string, linear: boolean): Pattern => {
  const key = `${linear ? 'l' : ''}${flags}/${text}`
  let pattern = cache.get(key)
  if (pattern === undefined) {
    pattern = compilePattern(text, flags, linear)
    if (cache.size >= maximalCacheSize) cache.clear()
    cache.set(key, pattern)
  }
  return pattern
}

/** True if the pattern matches somewhere in the subject. */
export const testPattern = (pattern: Pattern, subject: string): boolean => {
  const expression = pattern.for(subject)
  expression.lastIndex = 0
  return expression.test(subject)
}
