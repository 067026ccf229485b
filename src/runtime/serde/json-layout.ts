// The white space of JSON texts, and nothing else of them: numbers keep their digits and strings their escapes.

import type { ByteString } from '../model/byte-string.ts'
import { jsonValueEnd } from './json-fields.ts'

/** The same JSON with line breaks and two spaces of indentation per level. The text must be valid JSON. */
export const prettyJson = (json: ByteString): ByteString => layOut(json, '\n', ': ')

/** The same JSON on one line, without white space. The text must be valid JSON. */
export const compactJson = (json: ByteString): ByteString => layOut(json, '', ':')

const layOut = (json: ByteString, lineBreak: '' | '\n', colon: string): ByteString => {
  let text = ''
  let depth = 0
  let isEmpty = false
  const newLine = (): string => (lineBreak === '' ? '' : lineBreak + '  '.repeat(depth))
  for (let at = 0; at < json.length;) {
    const character = json.charAt(at)
    if (character === '{' || character === '[') {
      if (isEmpty) text += newLine()
      text += character
      depth++
      isEmpty = true
    } else if (character === '}' || character === ']') {
      depth--
      text += isEmpty ? character : newLine() + character
      isEmpty = false
    } else if (character === ',') text += character + newLine()
    else if (character === ':') text += colon
    else if (!/\s/.test(character)) {
      if (isEmpty) text += newLine()
      isEmpty = false
      const end = jsonValueEnd(json, at)
      text += json.slice(at, end)
      at = end
      continue
    }
    at++
  }
  return text as ByteString
}
