// A priority queue: the least item is at hand, whatever the order in which they came.

export class MinHeap<T> {
  private readonly items: T[] = []
  private readonly compare: (a: T, b: T) => number

  /** @param compare negative if `a` comes before `b`. */
  constructor(compare: (a: T, b: T) => number) {
    this.compare = compare
  }

  get size(): number {
    return this.items.length
  }

  /** The least item, which stays; undefined if there is none. */
  peek(): T | undefined {
    return this.items[0]
  }

  push(item: T): void {
    const { items, compare } = this
    let at = items.length
    items.push(item)
    while (at > 0) {
      const parent = (at - 1) >> 1
      if (compare(items[parent] as T, item) <= 0) break
      items[at] = items[parent] as T
      at = parent
    }
    items[at] = item
  }

  /** Takes the least item out. */
  pop(): T | undefined {
    const { items, compare } = this
    const least = items[0]
    const last = items.pop()
    if (last === undefined || items.length === 0) return least
    let at = 0
    for (;;) {
      let child = 2 * at + 1
      if (child >= items.length) break
      if (child + 1 < items.length && compare(items[child + 1] as T, items[child] as T) < 0) child++
      if (compare(last, items[child] as T) <= 0) break
      items[at] = items[child] as T
      at = child
    }
    items[at] = last
    return least
  }
}
