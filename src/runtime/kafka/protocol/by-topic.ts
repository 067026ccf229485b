// Requests name a topic once for all of its partitions.

/** Groups what belongs to partitions by their topics, in the order of their first appearance. */
export const byTopic = <T extends { readonly topic: string }, P>(
  items: Iterable<T>,
  toPartition: (item: T) => P,
): { topic: string; partitions: P[] }[] => {
  const topics = new Map<string, P[]>()
  for (const item of items) {
    const partitions = topics.get(item.topic)
    if (partitions === undefined) topics.set(item.topic, [toPartition(item)])
    else partitions.push(toPartition(item))
  }
  return [...topics].map(([topic, partitions]) => ({ topic, partitions }))
}
