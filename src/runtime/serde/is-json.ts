// What text is taken for JSON, wherever ks has to guess.

import { jsonValueEnd } from './json-fields.ts'

/** True if a reader takes a text for JSON. */
export const isJson = (text: string): boolean => {
  if (!/^[\s"{[\-0-9tfn]/.test(text)) return false
  try {
    JSON.parse(text)
    return !isTooDeep(text)
  } catch {
    return false
  }
}

const maxDepth = 512

/** Deeper values are not taken for JSON anywhere, because not everything that handles values could follow them. */
const isTooDeep = (json: string): boolean => {
  let depth = 0
  for (let at = 0; at < json.length; at++) {
    const character = json[at]
    if (character === '"') at = jsonValueEnd(json, at) - 1
    else if (character === '[' || character === '{') depth++
    else if (character === ']' || character === '}') depth--
    if (depth > maxDepth) return true
  }
  return false
}
