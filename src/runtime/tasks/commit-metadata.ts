// What travels in the metadata of committed offsets, in Kafka Streams' format (TopicPartitionMetadata, version 2): the time of
// the partition, and numbers that processors want to find again wherever the task goes on.

const version = 2

/** The metadata of one partition. */
export interface CommitMetadata {
  /** Highest timestamp seen in the partition, ms; -1 if none. */
  readonly partitionTime: number
  /** Numbers by name. */
  readonly values: ReadonlyMap<string, number>
  /**
   * When the application was last reset, ms; 0 if never. It goes along from commit to commit, so that a host that was away finds
   * that its state is from before.
   */
  readonly reset: number
}

/** The name of the reset among the numbers; those of processors have a zero character in theirs. */
const resetName = 'ks.reset'

/** The latest reset that these texts tell of, 0 if none. */
export const latestReset = (texts: Iterable<string>): number => {
  let latest = 0
  for (const text of texts) latest = Math.max(latest, decodeCommitMetadata(text)?.reset ?? 0)
  return latest
}

/** The text to commit. */
export const encodeCommitMetadata = ({ partitionTime, values: ofProcessors, reset }: CommitMetadata): string => {
  const values = reset === 0 ? ofProcessors : new Map([...ofProcessors, [resetName, reset]])
  const names = [...values.keys()].map((name) => Buffer.from(name, 'utf8'))
  const size = names.reduce((total, name) => total + 12 + name.length, 9 + (values.size === 0 ? 0 : 4))
  const bytes = Buffer.alloc(size)
  bytes[0] = version
  bytes.writeBigInt64BE(BigInt(partitionTime), 1)
  if (values.size > 0) {
    let at = bytes.writeInt32BE(values.size, 9)
    let index = 0
    for (const value of values.values()) {
      const name = names[index++] ?? Buffer.alloc(0)
      at = bytes.writeInt32BE(name.length, at)
      at += name.copy(bytes, at)
      at = bytes.writeBigInt64BE(BigInt(value), at)
    }
  }
  return bytes.toString('base64')
}

/** What a text says; undefined if neither ks nor Kafka Streams has written it. */
export const decodeCommitMetadata = (text: string): CommitMetadata | undefined => {
  if (text === '' || !/^[A-Za-z0-9+/]+={0,2}$/.test(text)) return undefined
  const bytes = Buffer.from(text, 'base64')
  if (bytes.length < 9 || (bytes[0] !== 1 && bytes[0] !== version)) return undefined
  const partitionTime = Number(bytes.readBigInt64BE(1))
  const values = new Map<string, number>()
  if (bytes.length < 13) return { partitionTime, values, reset: 0 }
  let at = 13
  for (let left = bytes.readInt32BE(9); left > 0; left--) {
    if (at + 4 > bytes.length) return undefined
    const length = bytes.readInt32BE(at)
    at += 4
    if (length < 0 || at + length + 8 > bytes.length) return undefined
    values.set(bytes.toString('utf8', at, at + length), Number(bytes.readBigInt64BE(at + length)))
    at += length + 8
  }
  const reset = values.get(resetName) ?? 0
  values.delete(resetName)
  return { partitionTime, values, reset }
}
