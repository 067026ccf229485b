// Lists that are kept in order, for what mostly comes in order: the place of a new item is near the end.

/** The index of the first item that is not before the one looked for; all items that are before it come first. */
export const firstIndex = <T>(items: readonly T[], isBefore: (item: T) => boolean, from = 0): number => {
  let low = from
  let high = items.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (isBefore(items[middle] as T)) low = middle + 1
    else high = middle
  }
  return low
}

/** The index at which an item is to be inserted, behind its equals; looked for from the end. */
export const lastPlace = <T>(items: readonly T[], isBehind: (item: T) => boolean, from = 0): number => {
  let at = items.length
  while (at > from && isBehind(items[at - 1] as T)) at--
  return at
}
