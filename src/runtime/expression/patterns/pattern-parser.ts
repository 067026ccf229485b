// Reads a regular expression in the syntax that RE2, jq and JavaScript share and writes it for V8: if it can be, in the
// form that V8's linear-time engine takes (no flags `u` and `i`, small repetitions, no look-around, no back-reference).

import {
  characterSetText,
  complement,
  escapedSets,
  namedSets,
  nativeSetText,
  unitText,
  withBothCases,
  type CodeRange,
} from './character-set.ts'

/** Says what is wrong with a pattern; whoever knows where it came from makes a message of it. */
export class PatternError extends Error {}

/** `narrow` is for subjects without characters beyond U+FFFF, `wide` for the others, `native` for RegExp's `u` mode. */
export type PatternForm = 'narrow' | 'wide' | 'native'

export interface PatternFlags {
  readonly ignoreCase: boolean
  /** `.` matches a line break too. */
  readonly dotAll: boolean
  /** `^` and `$` match at line breaks too. */
  readonly multiline: boolean
}

export interface ParsedPattern {
  /** For RegExp: with the flag `m` if multiline; for the native form `u` and, if ignoreCase, `i` besides. */
  readonly source: string
  readonly flags: PatternFlags
  /** Why the linear-time engine does not take it, if so. */
  readonly notLinear: string | undefined
  /** It has parts that only the native form can say. */
  readonly needsNative: boolean
  /** The names of the capturing groups, null for those without. */
  readonly groups: readonly (string | null)[]
}

const maximalRepetition = 1000
/** V8's linear engine copies what is repeated, this many times at most. */
const maximalCopies = 16
const maximalSourceLength = 50_000
const maximalDepth = 100

/** A part of a pattern, written. */
interface Part {
  readonly text: string
  readonly nullable: boolean
  /** How often the linear engine copies the innermost of it. */
  readonly copies: number
  readonly captures: boolean
}

const empty: Part = { text: '', nullable: true, copies: 1, captures: false }

/** PatternError if the pattern is none. */
export const parsePattern = (pattern: string, flags: PatternFlags, form: PatternForm): ParsedPattern => {
  const leading = /^\(\?([ism]+)\)/.exec(pattern)
  const has = (letter: string): boolean => leading?.[1]?.includes(letter) ?? false
  const all: PatternFlags = {
    ignoreCase: flags.ignoreCase || has('i'),
    dotAll: flags.dotAll || has('s'),
    multiline: flags.multiline || has('m'),
  }
  const parser = new PatternParser(leading === null ? pattern : pattern.slice(leading[0].length), all, form)
  const source = parser.whole()
  return { source, flags: all, notLinear: parser.notLinear, needsNative: parser.needsNative, groups: parser.groups }
}

class PatternParser {
  notLinear: string | undefined
  needsNative = false
  readonly groups: (string | null)[] = []
  private readonly text: string
  private readonly flags: PatternFlags
  private readonly form: PatternForm
  private position = 0
  private depth = 0

  constructor(text: string, flags: PatternFlags, form: PatternForm) {
    this.text = text
    this.flags = flags
    this.form = form
  }

  whole(): string {
    const { text } = this.alternatives()
    if (this.position < this.text.length) throw new PatternError('unmatched ")"')
    if (text.length > maximalSourceLength) this.notLinear ??= 'it repeats too much'
    return text
  }

  private alternatives(): Part {
    let all = this.sequence()
    while (this.take('|')) {
      const next = this.sequence()
      all = {
        text: `${all.text}|${next.text}`,
        nullable: all.nullable || next.nullable,
        copies: Math.max(all.copies, next.copies),
        captures: all.captures || next.captures,
      }
    }
    return all
  }

  private sequence(): Part {
    let all = empty
    while (this.position < this.text.length && !this.sees('|') && !this.sees(')')) {
      const next = this.repeated()
      all = {
        text: all.text + next.text,
        nullable: all.nullable && next.nullable,
        copies: Math.max(all.copies, next.copies),
        captures: all.captures || next.captures,
      }
    }
    return all
  }

  private repeated(): Part {
    const start = this.position
    const part = this.atom()
    const quantifier = this.quantifier()
    if (quantifier === undefined) return part
    if (/^(\^|\$|\\[bBAzZ])$/.test(this.text.slice(start, quantifier.start)))
      throw new PatternError('nothing to repeat')
    if (this.quantifier() !== undefined) throw new PatternError('a repetition cannot be repeated')
    return this.repeat(part, quantifier.least, quantifier.most, quantifier.lazy ? '?' : '')
  }

  private quantifier(): { start: number; least: number; most: number; lazy: boolean } | undefined {
    const start = this.position
    const match = /^(?:([*+?])|\{(\d+)(?:(,)(\d*))?\})(\?)?/.exec(this.text.slice(start, start + 32))
    if (match === null) return undefined
    this.position += match[0].length
    const [, sign, from = '', comma, to = '', lazy] = match
    const least = sign === undefined ? Number(from) : sign === '+' ? 1 : 0
    const open = sign === undefined ? comma !== undefined && to === '' : sign !== '?'
    const most = open ? Infinity : sign === '?' ? 1 : comma === undefined ? least : Number(to)
    if (least > maximalRepetition || (most > maximalRepetition && most !== Infinity)) {
      throw new PatternError(`repeats more than ${maximalRepetition} times`)
    }
    if (most < least) throw new PatternError(`"${match[0]}" has its numbers out of order`)
    return { start, least, most, lazy: lazy !== undefined }
  }

  /** The part between least and most times, in repetitions that are small enough for the linear engine if possible. */
  private repeat(part: Part, least: number, most: number, lazy: string): Part {
    const nullable = part.nullable || least === 0
    const copies = part.copies * Math.max(1, most === Infinity ? least + 1 : most)
    const simple = { ...part, nullable, copies, text: part.text + times(least, most, lazy) }
    if (copies <= maximalCopies) return simple
    const text = part.captures || part.copies > maximalCopies ? undefined : unrolled(part, least, most, lazy)
    if (text === undefined) {
      this.notLinear ??= 'it repeats a group too often'
      return simple
    }
    return { ...part, nullable, copies: maximalCopies, text: `(?:${text})` }
  }

  private atom(): Part {
    const character = this.text[this.position]
    switch (character) {
      case '(':
        return this.group()
      case '[':
        this.position++
        return this.part(this.characterClass())
      case '.':
        this.position++
        return this.part(complement(this.flags.dotAll ? [] : [[10, 10]]))
      case '^':
      case '$':
        this.position++
        return { ...empty, text: character }
      case '\\':
        return this.escape()
      case '*':
      case '+':
      case '?':
        throw new PatternError('nothing to repeat')
      default: {
        const code = this.text.codePointAt(this.position) ?? 0
        this.position += code > 0xffff ? 2 : 1
        return this.literal(code)
      }
    }
  }

  private group(): Part {
    const head = /^\((\?(:|P?<[A-Za-z_]\w*>|=|!|<=|<!)|(?!\?))/.exec(this.text.slice(this.position))
    if (head === null) {
      throw new PatternError(
        /^\(\?[a-z]+[):]/.test(this.text.slice(this.position))
          ? 'flags stand only at the start'
          : 'unknown kind of group',
      )
    }
    if (++this.depth > maximalDepth) throw new PatternError('nested too deeply')
    this.position += head[0].length
    const kind = head[2] ?? ''
    const captures = kind === '' || kind.endsWith('>')
    if (captures) this.groups.push(kind === '' ? null : kind.slice(kind.indexOf('<') + 1, -1))
    const body = this.alternatives()
    if (!this.take(')')) throw new PatternError('"(" is not closed')
    this.depth--
    if (/[=!]$/.test(kind)) {
      this.requireNative('it looks ahead or behind')
      return { ...empty, text: `${head[0]}${body.text})`, captures: true }
    }
    return { ...body, text: `${head[0].replace('?P<', '?<')}${body.text})`, captures: body.captures || captures }
  }

  private escape(): Part {
    const [, letter = ''] = this.text.slice(this.position, this.position + 2)
    if (letter === '') throw new PatternError('it ends with a backslash')
    const set = escapedSets.get(letter)
    if (set !== undefined) {
      this.position += 2
      return this.part(set)
    }
    if (/[bB]/.test(letter)) {
      this.position += 2
      return { ...empty, text: `\\${letter}` }
    }
    if (/[AzZ]/.test(letter)) {
      if (this.flags.multiline) throw new PatternError(`"\\${letter}" does not go with the flag m`)
      this.position += 2
      return { ...empty, text: letter === 'A' ? '^' : '$' }
    }
    const special = /^\\(?:[1-9]\d*|k<\w+>|[pP]\{[\w=]+\})/.exec(this.text.slice(this.position))
    if (special !== null) {
      this.position += special[0].length
      this.requireNative(/^\\p/i.test(special[0]) ? 'it names a Unicode property' : 'it refers back to a group')
      return { text: special[0], nullable: !/^\\p/i.test(special[0]), copies: 1, captures: true }
    }
    return this.literal(this.escapedCode())
  }

  /** The code point of an escape that stands for one character. */
  private escapedCode(): number {
    const match =
      /^\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|[xu]\{([0-9a-fA-F]{1,6})\}|([tnrfv0])|([^A-Za-z0-9]))/u.exec(
        this.text.slice(this.position, this.position + 12),
      )
    if (match === null) {
      throw new PatternError(`unknown escape "${this.text.slice(this.position, this.position + 2)}"`)
    }
    this.position += match[0].length
    const [, byte, unit, code, control, character] = match
    if (control !== undefined) return { t: 9, n: 10, r: 13, f: 12, v: 11, 0: 0 }[control] ?? 0
    if (character !== undefined) return character.codePointAt(0) ?? 0
    const value = Number.parseInt(byte ?? unit ?? code ?? '', 16)
    if (value > 0x10ffff) throw new PatternError(`"${match[0]}" is beyond Unicode`)
    return value
  }

  /** A class from behind its bracket on. */
  private characterClass(): readonly CodeRange[] {
    const isNegated = this.take('^')
    const ranges: CodeRange[] = []
    for (let first = true; first || !this.sees(']'); first = false) {
      if (this.position >= this.text.length) throw new PatternError('"[" is not closed')
      ranges.push(...(this.classSet() ?? this.bothCases([this.range()])))
    }
    this.position++
    return isNegated ? complement(ranges) : ranges
  }

  /** A part of a class that stands for a set of its own, such as `\\d` or `[:alpha:]`. */
  private classSet(): readonly CodeRange[] | undefined {
    const [token, name, letter] =
      /^(?:\[:(\w+):\]|\\([dDwWsSpP]))/.exec(this.text.slice(this.position, this.position + 12)) ?? []
    if (token === undefined) return undefined
    const set = letter === undefined ? namedSets.get(name ?? '') : escapedSets.get(letter)
    if (set === undefined) {
      throw new PatternError(
        letter === undefined ? `there is no class ${token}` : '\\p{…} does not stand in a class; write (?:[…]|\\p{…})',
      )
    }
    this.position += token.length
    return set
  }

  private range(): CodeRange {
    const from = this.classCharacter()
    if (!this.sees('-') || this.text[this.position + 1] === ']' || this.position + 1 >= this.text.length)
      return [from, from]
    this.position++
    const to = this.classCharacter()
    if (to < from) throw new PatternError('a class has a range out of order')
    return [from, to]
  }

  private classCharacter(): number {
    if (this.sees('\\')) {
      if (this.text[this.position + 1] !== 'b') return this.escapedCode()
      this.position += 2
      return 8
    }
    const code = this.text.codePointAt(this.position) ?? 0
    this.position += code > 0xffff ? 2 : 1
    return code
  }

  private literal(code: number): Part {
    const ranges = this.bothCases([[code, code]])
    if (this.form === 'native' || code > 0xffff || ranges.length > 1) return this.part(ranges)
    return { text: unitText(code), nullable: false, copies: 1, captures: false }
  }

  private bothCases(ranges: readonly CodeRange[]): readonly CodeRange[] {
    return this.flags.ignoreCase && this.form !== 'native' ? withBothCases(ranges) : ranges
  }

  /** A part that matches one character. */
  private part(ranges: readonly CodeRange[]): Part {
    const text = this.form === 'native' ? nativeSetText(ranges) : characterSetText(ranges, this.form === 'wide')
    return { text, nullable: false, copies: 1, captures: false }
  }

  private requireNative(why: string): void {
    this.needsNative = true
    this.notLinear ??= why
  }

  private sees(character: string): boolean {
    return this.text[this.position] === character
  }

  private take(character: string): boolean {
    if (!this.sees(character)) return false
    this.position++
    return true
  }
}

/** Repetitions one after the other instead of a large one; undefined if that gets too long. */
const unrolled = (part: Part, least: number, most: number, lazy: string): string | undefined => {
  const step = Math.floor(maximalCopies / part.copies)
  let text = ''
  const append = (from: number, to: number): boolean => {
    text += part.text + times(from, to, lazy)
    return text.length <= maximalSourceLength
  }
  for (let rest = least; rest > 0; rest -= step)
    if (!append(Math.min(step, rest), Math.min(step, rest))) return undefined
  if (most === Infinity) return append(0, most) ? text : undefined
  for (let rest = most - least; rest > 0; rest -= step) if (!append(0, Math.min(step, rest))) return undefined
  return text
}

/** The quantifier; `lazy` is a question mark or nothing. */
const times = (least: number, most: number, lazy: string): string => {
  if (least === most) return least === 1 ? '' : `{${least}}`
  if (most === Infinity) return (least === 0 ? '*' : least === 1 ? '+' : `{${least},}`) + lazy
  return (least === 0 && most === 1 ? '?' : `{${least},${most}}`) + lazy
}
