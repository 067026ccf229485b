// Keys as people type them, in a shell or in a URL, where 200 and "200" look the same.

import { keyFromText, keyText } from '../model/record-key.ts'
import { parseJsonText, stringifyJson } from '../serde/json-parse.ts'
import type { StoreView } from '../stores/store-view.ts'

/** The texts of the keys that can be meant, likeliest first: JSON as the value that it is, and then as the string that it is. */
export const keysOfTyped = (typed: string, { keys }: Pick<StoreView, 'keys'>): readonly string[] => {
  if (keys === 'plain') return [typed]
  const meant = keyFromText(typed, parseJsonText)
  // A key that is an object has one text: without spaces.
  const texts = [keyText(meant, stringifyJson), keyText(typed, stringifyJson)]
  return [...new Set(texts.filter((text) => text !== null))]
}
