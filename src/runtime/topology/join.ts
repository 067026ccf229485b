// `join` with a table or a stream: what its options mean.

import type { Expression } from '../expression/compile.ts'
import { extendObject } from '../expression/extend-object.ts'
import { RecordError } from '../model/record-error.ts'
import { toByteString, type ByteString } from '../model/byte-string.ts'
import { KsError } from '../model/errors.ts'
import { fieldSlot } from '../model/field-slots.ts'
import { LazyJson } from '../model/lazy-json.ts'
import { noOrigin, plainValue, StreamRecord } from '../model/stream-record.ts'
import type { GlobalTable, GlobalTableOptions } from './global-table.ts'
import { parseJsonText, setField, stringifyJson } from '../serde/json-parse.ts'
import { JoinedJson, TableRow } from '../serde/joined-json.ts'
import { JsonText } from '../serde/json-text.ts'
import { plainKeyText } from '../serde/key-text.ts'
import { keyFromText, keyText } from '../model/record-key.ts'
import type { KStream, KTable, SourceTableOptions } from './streams-builder.ts'
import type { Endpoint } from './topology.ts'
import type { StreamJoin } from '../operators/stream-join.ts'
import type { KeyPairs } from '../operators/table-table-join.ts'
import { splitList } from '../model/argument-lists.ts'
import { parseDuration } from '../model/duration.ts'
import type { JoinWindows } from '../windows/join-windows.ts'

/** What the joins of `ks join` have in common. */
interface JoinOptions {
  readonly on: string
  /** Puts the other side into this field. */
  readonly as: string | undefined
  /** What pairs must be besides equal in their keys: an expression over the joined record. */
  readonly where: string | undefined
  /** Where records without a match go. */
  readonly unmatched: Endpoint | undefined
}

/** The options of `ks join --table` and `--global`. */
export interface TableJoinOptions extends JoinOptions {
  /** `@TOPIC` or a file. */
  readonly table: string
  /** Every instance has all rows of it, and takes in later ones. */
  readonly global: boolean
  /** What a topic has at the start is taken in before any record of the stream. */
  readonly first: boolean
  /** A KTable knows its rows as they were back to so long ago, ms. */
  readonly historyMs: number | undefined
  readonly kind: StreamJoin['kind']
}

/** The options of `ks join --stream`. */
export interface StreamJoinOptions extends JoinOptions {
  readonly stream: Endpoint
  readonly kind: StreamJoin['kind']
  /** `DURATION` or `BEFORE/AFTER`. */
  readonly within: string
}

/** What the join needs of its chain. */
export interface JoiningChain {
  readonly stream: KStream
  /** The chain so far, if it is a table. */
  readonly tableSoFar: KTable | undefined
  /** The chain reads topics, so a table in a topic is a KTable and not a list that is read first. */
  readonly readsTopics: boolean
  compile(text: string, subject: string): Expression
  /** A table that is read before the first record. */
  globalTable(endpoint: Endpoint, options: GlobalTableOptions): GlobalTable
  /** A table from a topic, under a name that no other store has. */
  table(topic: string, options: SourceTableOptions): { readonly table: KTable; readonly name: string }
  /** Another input, read side by side with the first one in order of time. */
  addSource(endpoint: Endpoint): KStream
  /** A name that no other store has. */
  uniqueName(verb: string): string
  requireTime(): void
  readonly settings: { readonly graceMs: number }
  /** Every update of a table goes on, not only the last one before a flush. */
  readonly emitsAtOnce: boolean
  continueWith(stream: KStream): void
  continueWithTable(table: KTable): void
}

/** Adds the join to a chain. */
export const joinWithTable = (chain: JoiningChain, options: TableJoinOptions): void => {
  const { table, global, on, kind } = options
  const isTopic = table.startsWith('@')
  const pairs = splitList(on).map((pair) => splitEquals(pair, isTopic ? recordKey : undefined))
  if (pairs.length === 0) throw new KsError('usage', '--on is empty', { hint: '--on .user=.id' })
  const isKTable = isTopic && chain.readsTopics && !global
  if (options.historyMs !== undefined && !isKTable) {
    throw new KsError('usage', 'join --history is for a --table that is a topic, with a stream from topics', {
      hint: 'a table that is read first has its rows as they are',
    })
  }
  if (chain.tableSoFar !== undefined && isKTable) joinTables(chain, chain.tableSoFar, options, pairs)
  else if (kind === 'outer') {
    throw new KsError('usage', 'join --outer is for two streams, or two tables that are topics', {
      hint: '--left keeps the records without a row',
    })
  } else if (isKTable) joinWithTopic(chain, options, pairs)
  else joinWithGlobal(chain, options, pairs)
}

const recordKey = '$key'

type KeyTexts = readonly (readonly [string, string])[]

const joinWithGlobal = (chain: JoiningChain, options: TableJoinOptions, pairs: KeyTexts): void => {
  const { table, global, kind } = options
  const recordKeys = pairs.map(([recordSide]) => chain.compile(recordSide, '--on'))
  const rowKeys = pairs.map(([, rowSide]) => chain.compile(rowSide, '--on'))
  const endpoint: Endpoint = table.startsWith('@')
    ? { kind: 'topic', name: table.slice(1) }
    : { kind: 'file', name: table }
  const isByRecordKey = pairs.length === 1 && pairs[0]?.[1] === recordKey
  const rows = chain.globalTable(endpoint, {
    isFollowed: global && endpoint.kind === 'topic',
    rowKey: isByRecordKey ? undefined : (key, value) => joinKey(rowKeys, new StreamRecord(key, value, -1, noOrigin)),
  })
  const keyOf = (record: StreamRecord): string | null => joinKey(recordKeys, record)
  const current = chain.tableSoFar
  if (current !== undefined && !rows.isFollowed) {
    rejectForTables(options)
    const join = rowJoiner(chain, options)
    chain.continueWithTable(current.joinGlobal(rows, { left: kind === 'left', keyOf, join }))
    return
  }
  const { stream } = chain
  joinOrDivert(chain, options, (left, join) => stream.joinGlobal(rows, { left, keyOf, join }))
}

/** A stream and a table that are topics both: they meet by the keys of the table's records. */
const joinWithTopic = (chain: JoiningChain, options: TableJoinOptions, pairs: KeyTexts): void => {
  const { table } = options
  const [[streamSide, tableSide] = ['', ''], ...more] = pairs
  if (more.length > 0 || tableSide !== recordKey) {
    throw new KsError('usage', `join --table ${table}: a table in a topic is joined by the key of its records`, {
      hint: `--global ${table} is joined by any expression; or it is re-keyed first: ks key EXPR -t ${table.slice(1)} --to …`,
    })
  }
  const { historyMs } = options
  const { graceMs } = chain.settings
  // Without a history a row of the past is nowhere to be waited for; then the grace period is that of other stages.
  const waitsMs = historyMs === undefined || graceMs === 0 ? undefined : graceMs
  if (waitsMs !== undefined && waitsMs > (historyMs ?? 0)) {
    throw new KsError(
      'usage',
      'join --history: the rows must be known for at least as long as --grace waits for them',
      {
        hint: 'a longer --history',
      },
    )
  }
  if (waitsMs !== undefined) chain.requireTime()
  const { stream } = chain
  const keyOf = streamSide === recordKey ? undefined : chain.compile(streamSide, '--on')
  const keyed = keyOf === undefined ? stream : stream.selectKey((record) => joinKey([keyOf], record))
  const { table: rows, name } = chain.table(table.slice(1), { isFirst: options.first, historyMs })
  joinOrDivert(chain, options, (left, join) => keyed.joinKTable(rows, { left, join }, name, waitsMs))
}

/**
 * Two tables: rows of equal keys meet, or, by a foreign key, rows of the first one and the row that they name. Updates of both
 * sides change the results.
 */
const joinTables = (
  chain: JoiningChain,
  current: KTable,
  options: TableJoinOptions,
  [[ownSide, otherSide] = ['', ''], ...more]: KeyTexts,
): void => {
  const { table, kind, as } = options
  rejectForTables(options)
  if (more.length > 0 || otherSide !== recordKey) {
    throw new KsError('usage', `join --table ${table}: a table in a topic is joined by the key of its records`, {
      hint: `--on '$key' for rows of equal keys, --on .field for the row that a field names`,
    })
  }
  if (!current.isJoinable) {
    throw new KsError('usage', `join --table ${table}: the rows of windows have no match in a table without`, {
      hint: `… then stream then join --table ${table} --on … joins their updates`,
    })
  }
  if (ownSide !== recordKey && kind === 'outer') {
    throw new KsError(
      'usage',
      `join --on ${ownSide} --outer: rows that no other one names have no key of the first table`,
      {
        hint: '--left keeps the rows of the first table',
      },
    )
  }
  const { table: rows, name } = chain.table(table.slice(1), { isFirst: options.first, historyMs: options.historyMs })
  const combine = combinerOf(as)
  const joiner = (own: unknown, row: unknown): unknown => combine(own ?? {}, row)
  if (ownSide !== recordKey) {
    const expression = chain.compile(ownSide, '--on')
    const foreignKeyOf = (record: StreamRecord): string | null => joinKey([expression], record)
    const byForeignKey =
      kind === 'left'
        ? current.leftJoinForeignKey(rows, foreignKeyOf, joiner, { name: `${name}-foreign-key` })
        : current.joinForeignKey(rows, foreignKeyOf, joiner, { name: `${name}-foreign-key` })
    chain.continueWithTable(chain.emitsAtOnce ? byForeignKey : byForeignKey.cached())
    return
  }
  const methods = { inner: 'join', left: 'leftJoin', outer: 'outerJoin' } as const
  const joined = current[methods[kind]](rows, joiner, keysOfGroups)
  chain.continueWithTable(chain.emitsAtOnce ? joined : joined.cached())
}

/** How the keys of groups, which tell 200 from "200", meet the keys of topics, which are texts. */
const keysOfGroups: KeyPairs = {
  toRight: (key) => plainKeyText(keyFromText(key, parseJsonText)) ?? key,
  toLeft: (key) => {
    const asText = keyText(key, stringifyJson) ?? key
    // The text may be that of a value that is no string.
    return asText === key || keysOfGroups.toRight(key) !== key ? [asText] : [key, asText]
  },
}

/** Rows of tables change: none of them is a match, or none, for good. */
const rejectForTables = ({ where, unmatched }: TableJoinOptions): void => {
  if (where === undefined && unmatched === undefined) return
  throw new KsError(
    'usage',
    `join ${where === undefined ? '--unmatched' : '--where'} is for streams; this is a table`,
    {
      hint: where === undefined ? '… then stream then join …' : 'with a filter behind it: … then filter EXPR',
    },
  )
}

/** A record of the one side that has found nobody, on its way to `--unmatched`. */
class Lonely {
  readonly value: unknown

  constructor(value: unknown) {
    this.value = value
  }
}

/** Joins a stream with a table, and sends what has no row where the options say. */
const joinOrDivert = (
  chain: JoiningChain,
  options: TableJoinOptions,
  join: (left: boolean, joiner: (record: StreamRecord, row: unknown) => unknown) => KStream,
): void => {
  const { kind, unmatched } = options
  const joiner = rowJoiner(chain, options)
  if (unmatched === undefined && options.where === undefined) {
    chain.continueWith(join(kind === 'left', joiner))
    return
  }
  // A pair that does not satisfy --where is no match, which only the joiner can tell.
  const isPair = pairTest(chain, options)
  const joined = join(true, (record, row) => {
    const value = row === null ? undefined : joiner(record, row)
    if (value !== undefined && isPair(record.withValue(value))) return value
    return kind === 'left' ? joiner(record, null) : new Lonely(record.value)
  })
  divert(chain, joined, unmatched)
}

/** What `--where` says of a joined record. */
const pairTest = (chain: JoiningChain, { where }: JoinOptions): ((record: StreamRecord) => boolean) => {
  if (where === undefined) return () => true
  const expression = chain.compile(where, '--where')
  return (record) => expression.test(record)
}

/** Goes on with the matches; the others go where they are wanted, or nowhere. */
const divert = (chain: JoiningChain, joined: KStream, unmatched: Endpoint | undefined): void => {
  const [lonely, matched] = joined.split([({ value }) => value instanceof Lonely])
  if (lonely === undefined || matched === undefined) throw new Error('unreachable')
  if (unmatched !== undefined) lonely.mapValues(({ value }) => (value as Lonely).value).to(unmatched)
  chain.continueWith(matched)
}

const rowJoiner = (chain: JoiningChain, { as }: JoinOptions): ((record: StreamRecord, row: unknown) => unknown) => {
  const combine = combinerOf(as)
  return ({ value }, row) => combine(value, row)
}

/** Adds a join with another stream to a chain. */
export const joinWithStream = (chain: JoiningChain, options: StreamJoinOptions): void => {
  const { stream, on, kind, within, as, where, unmatched } = options
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
  const name = chain.uniqueName('join')
  const methods = { inner: 'join', left: 'leftJoin', outer: 'outerJoin' } as const
  const isPair = where === undefined ? undefined : pairTest(chain, options)
  const named = { name, ...(isPair === undefined ? {} : { isPair }) }
  if (unmatched === undefined) {
    const joiner = (value: unknown, other: unknown): unknown =>
      value === null && as === undefined ? other : combine(value, other)
    chain.continueWith(left[methods[kind]](right, joiner, windows, named))
    return
  }
  const joiner = (value: unknown, other: unknown): unknown =>
    value === null || other === null ? new Lonely(value ?? other) : combine(value, other)
  divert(chain, left.outerJoin(right, joiner, windows, named), unmatched)
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
