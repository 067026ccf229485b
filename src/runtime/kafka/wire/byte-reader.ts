// Kafka's primitive types read from one buffer, big-endian. A flexible reader (KIP-482) expects the compact forms and tag
// buffers with the same calls. Bytes are slices of the buffer, not copies. Reading beyond the end throws a `RangeError`.

export class ByteReader {
  /** Compact strings, bytes and arrays; `tags()` reads. */
  readonly flexible: boolean
  private readonly buffer: Buffer
  private offset = 0

  constructor(buffer: Buffer, flexible = false) {
    this.buffer = buffer
    this.flexible = flexible
  }

  /** Bytes not read yet. */
  get remaining(): number {
    return this.buffer.length - this.offset
  }

  boolean(): boolean {
    return this.int8() !== 0
  }

  int8(): number {
    const value = this.buffer.readInt8(this.offset)
    this.offset += 1
    return value
  }

  int16(): number {
    const value = this.buffer.readInt16BE(this.offset)
    this.offset += 2
    return value
  }

  int32(): number {
    const value = this.buffer.readInt32BE(this.offset)
    this.offset += 4
    return value
  }

  /** As a number, exact up to 2^53; offsets and timestamps are far below. */
  int64(): number {
    const value = this.buffer.readInt32BE(this.offset) * 0x1_0000_0000 + this.buffer.readUInt32BE(this.offset + 4)
    this.offset += 8
    return value
  }

  bigint64(): bigint {
    const value = this.buffer.readBigInt64BE(this.offset)
    this.offset += 8
    return value
  }

  unsignedVarint(): number {
    let value = 0
    for (let shift = 0; shift <= 28; shift += 7) {
      const byte = this.buffer.readUInt8(this.offset++)
      value |= (byte & 0x7f) << shift
      if (byte < 0x80) return value >>> 0
    }
    throw new RangeError('a varint has more than five bytes')
  }

  varint(): number {
    const value = this.unsignedVarint()
    return (value >>> 1) ^ -(value & 1)
  }

  string(): string {
    return required(this.nullableString())
  }

  nullableString(): string | null {
    const length = this.flexible ? this.unsignedVarint() - 1 : this.int16()
    return length < 0 ? null : this.slice(length).toString('utf8')
  }

  bytes(): Buffer {
    return required(this.nullableBytes())
  }

  nullableBytes(): Buffer | null {
    const length = this.length()
    return length < 0 ? null : this.slice(length)
  }

  array<T>(read: () => T): T[] {
    return required(this.nullableArray(read))
  }

  nullableArray<T>(read: () => T): T[] | null {
    const length = this.length()
    if (length < 0) return null
    // Each element has at least one byte: a length beyond that is no length, and must not cost memory.
    if (length > this.remaining) throw new RangeError(`an array of ${length} does not fit into ${this.remaining} bytes`)
    const items: T[] = []
    for (let index = 0; index < length; index++) items.push(read())
    return items
  }

  /** The end of a structure: skips the tagged fields where the version is flexible. */
  tags(): void {
    if (!this.flexible) return
    for (let count = this.unsignedVarint(); count > 0; count--) {
      this.unsignedVarint()
      this.slice(this.unsignedVarint())
    }
  }

  /** The next so many bytes. */
  slice(length: number): Buffer {
    const end = this.offset + length
    if (length < 0 || end > this.buffer.length) {
      throw new RangeError(`${length} bytes wanted at ${this.offset} of ${this.buffer.length}`)
    }
    const bytes = this.buffer.subarray(this.offset, end)
    this.offset = end
    return bytes
  }

  private length(): number {
    return this.flexible ? this.unsignedVarint() - 1 : this.int32()
  }
}

const required = <T>(value: T | null): T => {
  if (value === null) throw new RangeError('null where a value has to be')
  return value
}
