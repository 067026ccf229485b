// The name of a partition, for maps and messages.

/** `topic-3`, as Kafka writes it. */
export const partitionName = (topic: string, partition: number): string => `${topic}-${String(partition)}`
