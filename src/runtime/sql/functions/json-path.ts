// Paths into JSON as EXTRACTJSONFIELD takes them: `$.a.b[0]`, `$["a b"]`. No wildcards, as in ksqlDB.

import { fieldOf } from '../value-text.ts'

/** The names and positions on the way; a position is a text, since a path does not know what it meets. */
export type JsonPath = readonly string[]

const step =
  /\.([\p{L}\p{Nd}_:@$-]+)|\[\s*(?:(-?\d+)|"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|([\p{L}\p{Nd}_:@$-]+))\s*\]/suy

/** Reads a path; undefined if it is none. */
export const parseJsonPath = (text: string): JsonPath | undefined => {
  if (!text.startsWith('$')) return undefined
  const path: string[] = []
  step.lastIndex = 1
  while (step.lastIndex < text.length) {
    const match = step.exec(text)
    if (match === null) return undefined
    const [, name, position, inDoubleQuotes, inSingleQuotes, word] = match
    const quoted = inDoubleQuotes ?? inSingleQuotes
    path.push(quoted?.replace(/\\(.)/gs, '$1') ?? name ?? position ?? word ?? '')
  }
  return path
}

/** What stands at a path; undefined if nothing does. */
export const valueAt = (value: unknown, path: JsonPath): unknown => {
  let current = value
  for (const token of path) {
    if (typeof current !== 'object' || current === null) return undefined
    if (Array.isArray(current))
      current = /^\d+$/.test(token) ? (current as readonly unknown[])[Number(token)] : undefined
    else current = Object.hasOwn(current, token) ? fieldOf(current, token) : undefined
  }
  return current
}
