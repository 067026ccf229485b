// Where the fields of a record batch of magic 2 stand (KIP-98, org.apache.kafka.common.record.DefaultRecordBatch). All numbers
// are big-endian; the checksum covers everything from the attributes on.

/** Positions in the header of a batch, and its size; bytes. */
export const batchLayout = {
  baseOffset: 0,
  /** Of what follows the field. */
  length: 8,
  partitionLeaderEpoch: 12,
  magic: 16,
  checksum: 17,
  attributes: 21,
  lastOffsetDelta: 23,
  baseTimestamp: 27,
  maxTimestamp: 35,
  producerId: 43,
  producerEpoch: 51,
  baseSequence: 53,
  count: 57,
  records: 61,
} as const

/** What the length of a batch does not count: base offset and length themselves, bytes. */
export const lengthOverhead = 12

/** Bits of the attributes. */
export const compressionMask = 0x07
export const logAppendTimeFlag = 0x08
export const transactionalFlag = 0x10
export const controlFlag = 0x20

/** A signed 64-bit number as a double; exact up to 2^53, which offsets and times in milliseconds do not reach. */
export const readLong = (bytes: Buffer, at: number): number =>
  bytes.readInt32BE(at) * 0x1_0000_0000 + bytes.readUInt32BE(at + 4)

/** Writes what `readLong` reads. */
export const writeLong = (bytes: Buffer, at: number, value: number): void => {
  bytes.writeInt32BE(Math.floor(value / 0x1_0000_0000), at)
  bytes.writeUInt32BE(((value % 0x1_0000_0000) + 0x1_0000_0000) % 0x1_0000_0000, at + 4)
}
