// Patterns of LIKE: `%` is any text, `_` one character, and the escape character takes the meaning from what follows.

/** A test of a whole text. It takes time in proportion to the text for each part between two `%`. */
export const likePattern = (pattern: string, escape: string | undefined): ((text: string) => boolean) => {
  const parts = partsOf(pattern, escape)
  const [first = [], ...others] = parts
  const last = others.pop()
  return (text) => {
    const characters = Array.from(text)
    if (last === undefined) return first.length === characters.length && fits(first, characters, 0)
    if (!fits(first, characters, 0)) return false
    let at = first.length
    for (const part of others) {
      while (at + part.length <= characters.length && !fits(part, characters, at)) at++
      if (at + part.length > characters.length) return false
      at += part.length
    }
    const end = characters.length - last.length
    return end >= at && fits(last, characters, end)
  }
}

/** What stands between two `%`: characters, and undefined for any one. */
type Part = (string | undefined)[]

const partsOf = (pattern: string, escape: string | undefined): readonly Part[] => {
  const parts: Part[] = [[]]
  let isEscaped = false
  for (const character of pattern) {
    if (!isEscaped && character === escape) isEscaped = true
    else {
      if (!isEscaped && character === '%') parts.push([])
      else parts.at(-1)?.push(!isEscaped && character === '_' ? undefined : character)
      isEscaped = false
    }
  }
  return parts
}

const fits = (part: Part, characters: readonly string[], at: number): boolean =>
  part.every((wanted, index) => {
    const character = characters[at + index]
    return character !== undefined && (wanted === undefined || wanted === character)
  })
