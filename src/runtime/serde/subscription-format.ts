// The two messages of a foreign-key join (KIP-213), and their bytes as Kafka Streams writes them (SubscriptionWrapperSerde and
// SubscriptionResponseWrapperSerde).

import type { ByteString } from '../model/byte-string.ts'
import { LazyJson } from '../model/lazy-json.ts'
import { RecordError } from '../model/record-error.ts'
import { toByteString } from '../model/byte-string.ts'
import { stringifyJson } from './json-parse.ts'
import { JsonText } from './json-text.ts'

/** What a row of the left table asks of the row that its foreign key names; the numbers are Kafka Streams'. */
export const instructions = {
  /** It is not interested any more. */
  forget: 0,
  /** The same, and it wants to hear that there is nothing. */
  forgetAndAnswer: 1,
  /** It wants to hear of it, and now what there is, or that there is nothing. */
  answer: 2,
  /** It wants to hear of it, and now what there is if there is something. */
  answerIfThere: 3,
} as const

export type Instruction = (typeof instructions)[keyof typeof instructions]

/** From the left table to the right one; the key of its record is the foreign key. */
export class Subscription {
  readonly instruction: Instruction
  /** Of the left row that asks, as `hash128` makes it; null if that row has been deleted. */
  readonly hash: string | null
  /** The text of the left row's key. */
  readonly primaryKey: string
  /** Where the answer goes to; null by the key (version 0 of the format). */
  readonly primaryPartition: number | null

  constructor(instruction: Instruction, hash: string | null, primaryKey: string, primaryPartition: number | null) {
    this.instruction = instruction
    this.hash = hash
    this.primaryKey = primaryKey
    this.primaryPartition = primaryPartition
  }
}

/** From the right table to the left one; the key of its record is that of the left row. */
export class SubscriptionResponse {
  /** That of the question. */
  readonly hash: string | null
  /** The right row's value; null if there is none. */
  readonly value: unknown
  /** Not part of the bytes: they are in that partition. */
  readonly primaryPartition: number | null

  constructor(hash: string | null, value: unknown, primaryPartition: number | null) {
    this.hash = hash
    this.value = value
    this.primaryPartition = primaryPartition
  }
}

const subscriptionVersion = 1
const responseVersion = 0
/** In the byte of the version. */
const hashIsNull = 0x80
const hashBytes = 16

/** Version (highest bit: no hash), instruction, hash, primary key, 4-byte partition (from version 1 on). */
export const encodeSubscription = ({ instruction, hash, primaryKey, primaryPartition }: Subscription): Buffer => {
  const head = hash === null ? 2 : 2 + hashBytes
  const keyLength = Buffer.byteLength(primaryKey)
  const version = primaryPartition === null ? 0 : subscriptionVersion
  const bytes = Buffer.allocUnsafe(head + keyLength + (primaryPartition === null ? 0 : 4))
  bytes[0] = hash === null ? version | hashIsNull : version
  bytes[1] = instruction
  if (hash !== null) bytes.write(hash, 2, 'hex')
  bytes.write(primaryKey, head, 'utf8')
  if (primaryPartition !== null) bytes.writeInt32BE(primaryPartition, head + keyLength)
  return bytes
}

/** What `encodeSubscription` or Kafka Streams has written. Throws a RecordError if it is none. */
export const decodeSubscription = (bytes: Buffer): Subscription => {
  const { version, hash, end } = readHead(bytes, 2)
  const instruction = bytes[1]
  const isKnown = version <= subscriptionVersion && instruction !== undefined && instruction <= 3
  const keyEnd = version === 0 ? bytes.length : bytes.length - 4
  if (!isKnown || keyEnd < end) throw new RecordError('no subscription of a foreign-key join that this version knows')
  const partition = version === 0 ? null : bytes.readInt32BE(keyEnd)
  return new Subscription(instruction as Instruction, hash, bytes.toString('utf8', end, keyEnd), partition)
}

/** Version (highest bit: no hash), hash, the value if there is one. */
export const encodeResponse = ({ hash, value }: SubscriptionResponse): Buffer => {
  const text = value === null ? '' : valueText(value)
  const head = hash === null ? 1 : 1 + hashBytes
  const bytes = Buffer.allocUnsafe(head + text.length)
  bytes[0] = hash === null ? responseVersion | hashIsNull : responseVersion
  if (hash !== null) bytes.write(hash, 1, 'hex')
  bytes.write(text, head, 'latin1')
  return bytes
}

/** What `encodeResponse` or Kafka Streams has written. The result does not refer to the bytes. */
export const decodeResponse = (bytes: Buffer): SubscriptionResponse => {
  const { version, hash, end } = readHead(bytes, 1)
  if (version !== responseVersion) {
    throw new RecordError('no answer of a foreign-key join that this version knows')
  }
  const value = end === bytes.length ? null : new JsonText(bytes.toString('latin1', end) as ByteString).plain()
  return new SubscriptionResponse(hash, value, null)
}

/** The bytes of a row's value: what is hashed, and what is sent. */
export const valueText = (value: unknown): ByteString =>
  value instanceof LazyJson ? value.json() : toByteString(stringifyJson(value))

const readHead = (bytes: Buffer, start: number): { version: number; hash: string | null; end: number } => {
  const first = bytes[0] ?? 0x7f
  const version = first & ~hashIsNull
  if ((first & hashIsNull) !== 0) return { version, hash: null, end: start }
  if (bytes.length < start + hashBytes) throw new RecordError('a message of a foreign-key join without its hash')
  return { version, hash: bytes.toString('hex', start, start + hashBytes), end: start + hashBytes }
}
