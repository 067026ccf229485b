// Kafka's primitive types written into one growing buffer, big-endian. A flexible writer (KIP-482) uses the compact forms and
// tag buffers with the same calls, so that a request is described once for all its versions. Large buffers are passed on
// as they are, not copied.

/** Buffers of at least so many bytes become parts of their own instead of being copied. */
const ownPartBytes = 4096

export class ByteWriter {
  /** Compact strings, bytes and arrays; `tags()` writes. */
  readonly flexible: boolean
  private buffer: Buffer
  private offset = 0
  /** Start of what is not in `parts` yet. */
  private start = 0
  private readonly parts: Buffer[] = []
  private partsBytes = 0

  constructor(flexible = false, initialBytes = 256) {
    this.flexible = flexible
    this.buffer = Buffer.allocUnsafe(initialBytes)
  }

  /** Bytes written so far. */
  get sizeBytes(): number {
    return this.partsBytes + this.offset - this.start
  }

  boolean(value: boolean): void {
    this.int8(value ? 1 : 0)
  }

  int8(value: number): void {
    this.reserve(1)
    this.offset = this.buffer.writeInt8(value, this.offset)
  }

  int16(value: number): void {
    this.reserve(2)
    this.offset = this.buffer.writeInt16BE(value, this.offset)
  }

  int32(value: number): void {
    this.reserve(4)
    this.offset = this.buffer.writeInt32BE(value, this.offset)
  }

  /** A safe integer or a bigint. Throws a `RangeError` for other numbers: they would be rounded. */
  int64(value: number | bigint): void {
    this.reserve(8)
    if (typeof value === 'bigint') {
      this.offset = this.buffer.writeBigInt64BE(value, this.offset)
      return
    }
    if (!Number.isSafeInteger(value)) throw new RangeError(`${value} is not a safe integer`)
    this.offset = this.buffer.writeInt32BE(Math.floor(value / 0x1_0000_0000), this.offset)
    this.offset = this.buffer.writeUInt32BE(value >>> 0, this.offset)
  }

  /** 32 bits without sign, seven at a time. */
  unsignedVarint(value: number): void {
    this.reserve(5)
    let rest = value >>> 0
    while (rest > 0x7f) {
      this.buffer[this.offset++] = (rest & 0x7f) | 0x80
      rest >>>= 7
    }
    this.buffer[this.offset++] = rest
  }

  /** 32 bits with sign, zigzag. */
  varint(value: number): void {
    this.unsignedVarint((value << 1) ^ (value >> 31))
  }

  string(value: string): void {
    this.nullableString(value)
  }

  /** Throws a `RangeError` if the text has more than 32767 bytes where its length has 16 bits. */
  nullableString(value: string | null): void {
    const bytes = value === null ? -1 : Buffer.byteLength(value)
    if (this.flexible) this.unsignedVarint(bytes + 1)
    else this.int16(bytes)
    if (value === null) return
    this.reserve(bytes)
    this.offset += this.buffer.write(value, this.offset)
  }

  bytes(value: Uint8Array): void {
    this.nullableBytes(value)
  }

  nullableBytes(value: Uint8Array | null): void {
    this.bytesLength(value === null ? -1 : value.length)
    if (value !== null) this.raw(value)
  }

  /** Bytes that come in pieces. */
  bytesOf(pieces: readonly Uint8Array[]): void {
    this.bytesLength(pieces.reduce((total, piece) => total + piece.length, 0))
    for (const piece of pieces) this.raw(piece)
  }

  array<T>(items: readonly T[], write: (item: T) => void): void {
    this.nullableArray(items, write)
  }

  nullableArray<T>(items: readonly T[] | null, write: (item: T) => void): void {
    this.bytesLength(items === null ? -1 : items.length)
    for (const item of items ?? []) write(item)
  }

  /** The end of a structure: an empty tag buffer where the version is flexible, nothing otherwise. */
  tags(): void {
    if (this.flexible) this.unsignedVarint(0)
  }

  /** Bytes without a length. A large buffer is taken as it is: it must not change until the request is answered. */
  raw(bytes: Uint8Array): void {
    if (bytes.length < ownPartBytes) {
      this.reserve(bytes.length)
      this.buffer.set(bytes, this.offset)
      this.offset += bytes.length
      return
    }
    this.cut()
    this.parts.push(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length))
    this.partsBytes += bytes.length
  }

  /** Everything written, in order, in as few buffers as it takes. */
  finish(): readonly Buffer[] {
    this.cut()
    return this.parts
  }

  /** Everything written in one buffer. */
  toBuffer(): Buffer {
    const parts = this.finish()
    const [only] = parts
    return parts.length === 1 && only !== undefined ? only : Buffer.concat(parts)
  }

  private bytesLength(length: number): void {
    if (this.flexible) this.unsignedVarint(length + 1)
    else this.int32(length)
  }

  private cut(): void {
    if (this.offset === this.start) return
    this.parts.push(this.buffer.subarray(this.start, this.offset))
    this.partsBytes += this.offset - this.start
    this.start = this.offset
  }

  private reserve(bytes: number): void {
    if (this.offset + bytes <= this.buffer.length) return
    const open = this.offset - this.start
    const larger = Buffer.allocUnsafe(Math.max(this.buffer.length * 2, open + bytes))
    this.buffer.copy(larger, 0, this.start, this.offset)
    this.buffer = larger
    this.start = 0
    this.offset = open
  }
}
