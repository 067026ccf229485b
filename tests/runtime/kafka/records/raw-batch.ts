// Record batches put together byte by byte, with nothing of the code under test: what the tests hold it against.

/** A record as a producer hands it over. */
export interface RawRecord {
  readonly key?: Buffer | string | null
  readonly value?: Buffer | string | null
  readonly headers?: readonly (readonly [name: string, value: Buffer | string | null])[]
  /** After the base timestamp, ms. */
  readonly timestampDelta?: number
  /** After the base offset; its index in the batch if not given. */
  readonly offsetDelta?: number
}

/** The fields of a header, with the defaults of a producer without idempotence. */
export interface RawBatch {
  readonly baseOffset?: number
  readonly baseTimestamp?: number
  readonly maxTimestamp?: number
  readonly attributes?: number
  readonly producerId?: number
  readonly producerEpoch?: number
  readonly baseSequence?: number
  /** That of the last record if not given. */
  readonly lastOffsetDelta?: number
  readonly records: readonly RawRecord[]
  /** Replaces the records' bytes, for compressed batches. */
  readonly recordBytes?: Buffer
}

export const attributeBits = { logAppendTime: 8, transactional: 16, control: 32, deleteHorizon: 64 }

/** Any number of 64 bits as Kafka's varint or varlong. */
export const varint = (value: number | bigint): Buffer => {
  const number = BigInt(value)
  let raw = number < 0n ? -2n * number - 1n : 2n * number
  const bytes: number[] = []
  for (; raw > 127n; raw >>= 7n) bytes.push(Number(raw & 127n) | 128)
  bytes.push(Number(raw))
  return Buffer.from(bytes)
}

const part = (bytes: Buffer | string | null): Buffer => {
  if (bytes === null) return varint(-1)
  const buffer = Buffer.from(bytes as string)
  return Buffer.concat([varint(buffer.length), buffer])
}

export const rawRecord = (record: RawRecord, index: number): Buffer => {
  const headers = (record.headers ?? []).map(([name, value]) => Buffer.concat([part(name), part(value)]))
  const body = Buffer.concat([
    Buffer.of(0),
    varint(record.timestampDelta ?? 0),
    varint(record.offsetDelta ?? index),
    part(record.key ?? null),
    part(record.value ?? null),
    varint(headers.length),
    ...headers,
  ])
  return Buffer.concat([varint(body.length), body])
}

/** CRC-32C bit by bit. */
export const slowCrc32c = (bytes: Uint8Array): number => {
  let crc = 0xffff_ffff
  for (const byte of bytes) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit++) crc = (crc & 1) === 1 ? (crc >>> 1) ^ 0x82f6_3b78 : crc >>> 1
  }
  return ~crc >>> 0
}

export const rawBatch = (batch: RawBatch): Buffer => {
  const { records, baseTimestamp = 1000 } = batch
  const deltas = records.map((record, index) => record.offsetDelta ?? index)
  const tail = Buffer.alloc(40)
  tail.writeInt16BE(batch.attributes ?? 0, 0)
  tail.writeInt32BE(batch.lastOffsetDelta ?? deltas.at(-1) ?? 0, 2)
  tail.writeBigInt64BE(BigInt(baseTimestamp), 6)
  const latest = Math.max(0, ...records.map(({ timestampDelta = 0 }) => timestampDelta))
  tail.writeBigInt64BE(BigInt(batch.maxTimestamp ?? baseTimestamp + latest), 14)
  tail.writeBigInt64BE(BigInt(batch.producerId ?? -1), 22)
  tail.writeInt16BE(batch.producerEpoch ?? -1, 30)
  tail.writeInt32BE(batch.baseSequence ?? -1, 32)
  tail.writeInt32BE(records.length, 36)
  const checked = Buffer.concat([tail, batch.recordBytes ?? Buffer.concat(records.map(rawRecord))])

  const head = Buffer.alloc(21)
  head.writeBigInt64BE(BigInt(batch.baseOffset ?? 0), 0)
  head.writeInt32BE(9 + checked.length, 8)
  head.writeInt32BE(-1, 12)
  head.writeInt8(2, 16)
  head.writeUInt32BE(slowCrc32c(checked), 17)
  return Buffer.concat([head, checked])
}

/** The control batch with which the broker ends a transaction (type 0 aborts, 1 commits). */
export const endMarker = (baseOffset: number, producerId: number, kind: 'abort' | 'commit'): Buffer =>
  rawBatch({
    baseOffset,
    producerId,
    producerEpoch: 0,
    attributes: attributeBits.transactional | attributeBits.control,
    records: [{ key: Buffer.of(0, 0, 0, kind === 'abort' ? 0 : 1), value: Buffer.alloc(6) }],
  })

/** A batch of a transaction with the given values. */
export const transactional = (
  baseOffset: number,
  producerId: number,
  values: readonly string[],
  key: Buffer | null = null,
): Buffer =>
  rawBatch({
    baseOffset,
    producerId,
    producerEpoch: 0,
    baseSequence: 0,
    attributes: attributeBits.transactional,
    records: values.map((value) => ({ key, value })),
  })
