// Reads the text of a configuration file into names, values and line numbers: Java's .properties format, and the plainer
// one of kcat.conf. Every line of the file ends up in a property or is a comment; nothing is dropped.

import { KsError } from '../model/errors.ts'

/** One property as it stands in a file. */
export interface PropertyLine {
  readonly name: string
  readonly value: string
  /** Number of the line where it begins, from 1. */
  readonly line: number
}

/**
 * Reads Java's format (java.util.Properties.load): comments begin with `#` or `!`, the name ends at `=`, `:` or white
 * space, a backslash at the end of a line carries on with the next, and `\t \n \r \f \uXXXX` are escapes; a backslash
 * before anything else is left out. `label` names the file in errors. Throws KsError config for a `\u` without four digits.
 */
export const parseProperties = (text: string, label: string): readonly PropertyLine[] => {
  const properties: PropertyLine[] = []
  for (const { text: logical, line } of logicalLines(text)) {
    const { rawName, rawValue } = splitAtSeparator(logical)
    const unescape = (raw: string): string => unescapeText(raw, `${label}:${line}`)
    properties.push({ name: unescape(rawName), value: unescape(rawValue), line })
  }
  return properties
}

/**
 * Reads the format of kcat.conf: `name=value` on each line, comments begin with `#`, and a backslash is just a backslash.
 * `label` names the file in errors. Throws KsError config for a line without `=`.
 */
export const parseKcatConf = (text: string, label: string): readonly PropertyLine[] => {
  const properties: PropertyLine[] = []
  for (const [index, raw] of naturalLines(text).entries()) {
    const trimmed = raw.trim()
    if (trimmed === '' || trimmed.startsWith('#')) continue
    const equals = trimmed.indexOf('=')
    if (equals < 1) {
      throw new KsError('config', `${label}:${index + 1}: not a line of the form NAME=VALUE`, {
        hint: 'a file in the format of kcat has one property a line',
      })
    }
    const name = trimmed.slice(0, equals).trimEnd()
    properties.push({ name, value: trimmed.slice(equals + 1).trimStart(), line: index + 1 })
  }
  return properties
}

const naturalLines = (text: string): readonly string[] => text.replace(/^\uFEFF/, '').split(/\r\n|\n|\r/)

interface LogicalLine {
  readonly text: string
  readonly line: number
}

// Lines without comments and blank lines, joined where one carries on; white space at the start of each is left out.
const logicalLines = (text: string): readonly LogicalLine[] => {
  const logical: LogicalLine[] = []
  let begun: LogicalLine | undefined
  for (const [index, natural] of naturalLines(text).entries()) {
    const part = natural.replace(/^[ \t\f]+/, '')
    if (begun === undefined && (part === '' || /^[#!]/.test(part))) continue
    const carriesOn = /(?<!\\)(\\\\)*\\$/.test(part)
    const whole = (begun?.text ?? '') + (carriesOn ? part.slice(0, -1) : part)
    const line: LogicalLine = { text: whole, line: begun?.line ?? index + 1 }
    begun = carriesOn ? line : undefined
    if (!carriesOn) logical.push(line)
  }
  if (begun !== undefined && begun.text !== '') logical.push(begun)
  return logical
}

// The name ends before the first separator that is not escaped; one `=` or `:` and white space around it separate.
const splitAtSeparator = (text: string): { readonly rawName: string; readonly rawValue: string } => {
  const parts = /^((?:\\.|[^\\=: \t\f])*)[ \t\f]*[=:]?[ \t\f]*(.*)$/s.exec(text)
  return { rawName: parts?.[1] ?? text, rawValue: parts?.[2] ?? '' }
}

const escapes: Readonly<Record<string, string>> = { t: '\t', n: '\n', r: '\r', f: '\f' }

const unescapeText = (raw: string, place: string): string =>
  raw.replace(/\\(u[0-9a-fA-F]{4}|.|$)/gs, (_, escaped: string) => {
    if (escaped.startsWith('u')) {
      if (escaped.length === 5) return String.fromCharCode(Number.parseInt(escaped.slice(1), 16))
      throw new KsError('config', `${place}: \\u needs four hexadecimal digits`, {
        hint: 'write a backslash as \\\\',
      })
    }
    return escapes[escaped] ?? escaped
  })
