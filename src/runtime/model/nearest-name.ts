// "Did you mean": which known names are close enough to a wrong one to be worth showing.

/**
 * At most `limit` of the candidates that could be meant by `word`, nearest first (equally near ones in the order given).
 * Near means few typing slips for the length of the word, or one being the beginning of the other.
 */
export const nearestNames = (word: string, candidates: Iterable<string>, limit = 3): readonly string[] => {
  const wanted = word.toLowerCase()
  const near: { name: string; slips: number }[] = []
  for (const name of new Set(candidates)) {
    const known = name.toLowerCase()
    const isBeginning = wanted.length >= 2 && known.startsWith(wanted)
    const slips = isBeginning ? 0.5 : editDistance(wanted, known)
    const tolerated = Math.max(wanted.length < 2 ? 0 : 1, Math.floor(Math.max(wanted.length, known.length) / 3))
    if (slips <= tolerated) near.push({ name, slips })
  }
  return near
    .sort((left, right) => left.slips - right.slips)
    .slice(0, limit)
    .map(({ name }) => name)
}

// Insertions, deletions, replacements and swaps of neighbours (optimal string alignment).
const editDistance = (left: string, right: string): number => {
  let beforePrevious: number[] = []
  let previous = Array.from({ length: right.length + 1 }, (_, column) => column)
  for (let row = 1; row <= left.length; row++) {
    const current = [row]
    for (let column = 1; column <= right.length; column++) {
      const replaced = left[row - 1] === right[column - 1] ? 0 : 1
      let slips = Math.min(
        (previous[column] ?? 0) + 1,
        (current[column - 1] ?? 0) + 1,
        (previous[column - 1] ?? 0) + replaced,
      )
      if (row > 1 && column > 1 && left[row - 1] === right[column - 2] && left[row - 2] === right[column - 1]) {
        slips = Math.min(slips, (beforePrevious[column - 2] ?? 0) + 1)
      }
      current.push(slips)
    }
    beforePrevious = previous
    previous = current
  }
  return previous[right.length] ?? 0
}
