// Lists and assignments as they are typed: expressions between commas, NAME=EXPR.

/** Splits `a,b(c,d),"e,f"` at its outer commas. */
export const splitList = (text: string, separator = ','): string[] => {
  const parts: string[] = []
  let depth = 0
  let quote = ''
  let part = ''
  for (let i = 0; i < text.length; i++) {
    const char = text[i] as string
    if (quote !== '') {
      if (char === '\\') part += char + (text[++i] ?? '')
      else {
        if (char === quote) quote = ''
        part += char
      }
      continue
    }
    if (char === '"' || char === "'") quote = char
    else if ('([{'.includes(char)) depth++
    else if (')]}'.includes(char)) depth--
    if (char === separator && depth === 0) {
      parts.push(part)
      part = ''
    } else part += char
  }
  parts.push(part)
  return parts.map((piece) => piece.trim()).filter((piece) => piece !== '')
}

const assignment = /^(?:\.?([\p{L}_][\p{L}\p{N}_-]*)|"([^"]+)")=(?![=~])(.*)$/su

/** `name=EXPR` taken apart; undefined if the text is no assignment. */
export const splitAssignment = (text: string): { name: string; expression: string } | undefined => {
  const match = assignment.exec(text)
  return match === null ? undefined : { name: match[1] ?? match[2] ?? '', expression: (match[3] ?? '').trim() }
}
