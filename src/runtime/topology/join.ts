// `join` with a table or a stream: what its options mean.

import type { Expression } from '../expression/compile.ts'
import { extendObject } from '../expression/extend-object.ts'
import { RecordError } from '../model/record-error.ts'
import { toByteString, type ByteString } from '../model/byte-string.ts'
import { KsError } from '../model/errors.ts'
import { fieldSlot } from '../model/field-slots.ts'
import { LazyJson } from '../model/lazy-json.ts'
import { noOrigin, plainValue, StreamRecord } from '../model/stream-record.ts'
import { setField, stringifyJson } from '../serde/json-parse.ts'
import { JoinedJson, TableRow } from '../serde/joined-json.ts'
import { JsonText } from '../serde/json-text.ts'
import type { LookupTable } from '../operators/table-join.ts'
import type { KStream, KTable } from './streams-builder.ts'
import type { Endpoint } from './topology.ts'
import type { StreamJoin } from '../operators/stream-join.ts'
import { splitList } from '../model/argument-lists.ts'
import { parseDuration } from '../model/duration.ts'
import type { JoinWindows } from '../windows/join-windows.ts'

/** The options of `ks join --table`. */
export interface TableJoinOptions {
  readonly table: string
  readonly on: string
  readonly left: boolean
  readonly as: string | undefined
}

/** The options of `ks join --stream`. */
export interface StreamJoinOptions {
  readonly stream: Endpoint
  readonly on: string
  readonly kind: StreamJoin['kind']
  /** `DURATION` or `BEFORE/AFTER`. */
  readonly within: string
  readonly as: string | undefined
}

/** What the join needs of its chain. */
export interface JoiningChain {
  readonly stream: KStream
  /** The chain reads topics, so a table in a topic is a KTable and not a list that is read first. */
  readonly readsTopics: boolean
  compile(text: string, subject: string): Expression
  load(endpoint: Endpoint, add: (rows: Map<string, unknown>, value: unknown, key: unknown) => void): () => LookupTable
  /** A table from a topic, under a name that no other store has. */
  table(topic: string): { readonly table: KTable; readonly name: string }
  /** Another input, read side by side with the first one in order of time. */
  addSource(endpoint: Endpoint): KStream
  /** A name that no other store has. */
  uniqueName(verb: string): string
  requireTime(): void
  readonly settings: { readonly graceMs: number }
  continueWith(stream: KStream): void
}

/** Adds the join to a chain. */
export const joinWithTable = (chain: JoiningChain, options: TableJoinOptions): void => {
  const { table, on, left, as } = options
  const isTopic = table.startsWith('@')
  const pairs = splitList(on).map((pair) => splitEquals(pair, isTopic ? recordKey : undefined))
  if (pairs.length === 0) throw new KsError('usage', '--on is empty', { hint: '--on .user=.id' })
  if (isTopic && chain.readsTopics) {
    joinWithTopic(chain, options, pairs)
    return
  }
  const recordKeys = pairs.map(([recordSide]) => chain.compile(recordSide, '--on'))
  const rowKeys = pairs.map(([, rowSide]) => chain.compile(rowSide, '--on'))
  const endpoint: Endpoint = isTopic ? { kind: 'topic', name: table.slice(1) } : { kind: 'file', name: table }
  const rows = chain.load(endpoint, (loaded, value, recordKeyOfRow) => {
    // A tombstone has nothing but its key.
    const key = joinKey(rowKeys, new StreamRecord(recordKeyOfRow, value, -1, noOrigin))
    if (key === null) return
    if (value === null) loaded.delete(key)
    else loaded.set(key, TableRow.of(value))
  })
  chain.continueWith(
    chain.stream.joinTable(rows, { left, keyOf: (record) => joinKey(recordKeys, record), join: joinerOf(as) }),
  )
}

const recordKey = '$key'

const joinerOf = (as: string | undefined): ((record: StreamRecord, row: unknown) => unknown) => {
  const combine = combinerOf(as)
  return ({ value }, row) => combine(value, row)
}

/** A stream and a table that are topics both: they meet by the keys of the table's records. */
const joinWithTopic = (
  chain: JoiningChain,
  { table, left, as }: TableJoinOptions,
  pairs: readonly (readonly [string, string])[],
): void => {
  const [[streamSide, tableSide] = ['', ''], ...more] = pairs
  if (more.length > 0 || tableSide !== recordKey) {
    throw new KsError('usage', `join --table ${table}: a table in a topic is joined by the key of its records`, {
      hint: `--on EXPR, an expression over the stream; a table that is keyed otherwise is re-keyed first: ks key EXPR -t ${table.slice(1)} --to …`,
    })
  }
  const { stream } = chain
  const keyOf = streamSide === recordKey ? undefined : chain.compile(streamSide, '--on')
  const keyed = keyOf === undefined ? stream : stream.selectKey((record) => joinKey([keyOf], record))
  const { table: rows, name } = chain.table(table.slice(1))
  chain.continueWith(keyed.joinKTable(rows, { left, join: joinerOf(as) }, name))
}

/** Adds a join with another stream to a chain. */
export const joinWithStream = (chain: JoiningChain, options: StreamJoinOptions): void => {
  const { stream, on, kind, within, as } = options
  const windows = parseWithin(within, chain.settings.graceMs)
  const pairs = splitList(on).map((pair) => splitEquals(pair, undefined))
  if (pairs.length === 0) throw new KsError('usage', '--on is empty', { hint: '--on .order_id' })
  const keyed = (side: KStream, expressions: readonly string[]): KStream => {
    if (expressions.length === 1 && expressions[0] === recordKey) return side
    const compiled = expressions.map((text) => chain.compile(text, '--on'))
    return side.selectKey((record) => joinKey(compiled, record))
  }
  chain.requireTime()
  const left = keyed(
    chain.stream,
    pairs.map(([expression]) => expression),
  )
  const right = keyed(
    chain.addSource(stream),
    pairs.map(([, expression]) => expression),
  )
  const combine = combinerOf(as)
  const joiner = (value: unknown, other: unknown): unknown =>
    value === null && as === undefined ? other : combine(value, other)
  const methods = { inner: 'join', left: 'leftJoin', outer: 'outerJoin' } as const
  chain.continueWith(left[methods[kind]](right, joiner, windows, { name: chain.uniqueName('join') }))
}

const parseWithin = (text: string, graceMs: number): JoinWindows => {
  const [before, after, ...rest] = text.split('/').map((part) => parseDuration(part))
  if (before === undefined || (after === undefined && text.includes('/')) || rest.length > 0) {
    throw new KsError('usage', `--within ${text}: expected a duration, or two as BEFORE/AFTER`, {
      hint: '--within 15m, or --within 0s/15m for what comes up to 15 minutes after',
    })
  }
  return { beforeMs: before, afterMs: after ?? before, graceMs }
}

/** The key as text: scalars as they print, so that 7 and "7" meet. Null if a part is null. */
const joinKey = (expressions: readonly Expression[], record: StreamRecord): string | null => {
  const [only] = expressions
  if (only !== undefined && expressions.length === 1) return keyPart(only.evaluate(record))
  const parts: string[] = []
  for (const expression of expressions) {
    const part = keyPart(expression.evaluate(record))
    if (part === null) return null
    parts.push(part)
  }
  return JSON.stringify(parts)
}

const keyPart = (value: unknown): string | null =>
  typeof value === 'string' ? value : value === null ? null : stringifyJson(value)

type Combiner = (value: unknown, row: unknown) => unknown

const combinerOf = (as: string | undefined): Combiner => (as === undefined ? merged : nest(as))

const nest = (name: string): Combiner => {
  const slot = fieldSlot(name)
  const head = toByteString(`,${JSON.stringify(name)}:`)
  return (value, row) => {
    // The common case needs no parsing: the record's text gets one field more.
    if (value instanceof LazyJson && value.field(slot) === undefined) {
      const text = value.json()
      if (text.charCodeAt(0) === openBrace && !isEmptyObject(text)) {
        return new JsonText(
          `${text.slice(0, -1)}${head}${row instanceof TableRow ? row.json() : 'null'}}` as ByteString,
        )
      }
    }
    const joined = extendObject({}, objectOf(plainValue(value)))
    setField(joined, name, plainValue(row))
    return joined
  }
}

const openBrace = 123
const isEmptyObject = (text: string): boolean => /^\{\s*\}$/.test(text)

const merged: Combiner = (value, row) => {
  if (row === null) return value
  const fields = row instanceof TableRow ? row.fields : null
  if (fields !== null && value instanceof LazyJson && value.json().charCodeAt(0) === openBrace) {
    return new JoinedJson(value, fields)
  }
  const joined = extendObject({}, objectOf(plainValue(value)))
  for (const [name, field] of Object.entries(objectOf(plainValue(row)))) {
    if (!Object.hasOwn(joined, name)) setField(joined, name, field)
  }
  return joined
}

const objectOf = (value: unknown): object => {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value
  throw new RecordError('join needs objects on both sides')
}

/** `.user=.id` taken apart at its one outer `=`; without it both sides are the same, or the right one is `otherwise`. */
const splitEquals = (pair: string, otherwise: string | undefined): [string, string] => {
  const sides = splitList(
    pair.replace(/([=!<>]=|=~)/g, (operator) => operator.replaceAll('=', '\u0001')),
    '=',
  ).map((side) => side.replaceAll('\u0001', '='))
  const [left = '', right = otherwise ?? left] = sides
  if (sides.length > 2) throw new KsError('usage', `--on ${pair} has more than one =`, { hint: '--on .user=.id' })
  return [left, right]
}
