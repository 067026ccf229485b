// What a case is: a small topology, the records that go in, and the records that come out. Keys and values are texts, and
// operators have no parameters but those that decide about semantics, so that ks and Kafka Streams can build the same thing.

/** Windows of a windowed aggregate, in milliseconds. */
export type WindowSpec =
  | { readonly type: 'time'; readonly size: number; readonly advance: number; readonly grace: number }
  | { readonly type: 'session'; readonly gap: number; readonly grace: number }
  | { readonly type: 'sliding'; readonly difference: number; readonly grace: number }
  | { readonly type: 'unlimited'; readonly start: number }

/** How long updates are held back, and how many: in rows, in bytes by estimate; beyond that it lets the oldest through, or fails. */
export type SuppressSpec = (
  | { readonly until: 'close'; readonly whenFull?: 'fail' }
  | { readonly until: 'time'; readonly ms: number; readonly whenFull?: 'emit' | 'fail' }
) & { readonly rows?: number; readonly bytes?: number }

/** An operator without its place in the topology. `contains` and `append` leave nulls alone: they do not pass, or stay. */
export type Op =
  | { readonly op: 'stream'; readonly id: string; readonly topic: string }
  /** `history`: versioned, in milliseconds. */
  | { readonly op: 'table'; readonly id: string; readonly topic: string; readonly history?: number }
  | { readonly op: 'filter'; readonly id: string; readonly from: string; readonly contains: string }
  | { readonly op: 'mapValues'; readonly id: string; readonly from: string; readonly append: string }
  /** One value per character. */
  | { readonly op: 'flatMapValues'; readonly id: string; readonly from: string }
  /** The key becomes the first character of the value, `n` for null. */
  | { readonly op: 'selectKey'; readonly id: string; readonly from: string; readonly by: 'first' }
  | { readonly op: 'merge'; readonly id: string; readonly from: string; readonly with: string }
  | { readonly op: 'toTable' | 'toStream'; readonly id: string; readonly from: string }
  | {
      readonly op: 'aggregate'
      readonly id: string
      readonly from: string
      readonly by: 'key' | 'first'
      readonly window: WindowSpec | null
      readonly fn: AggregateName
      readonly emit: 'changes' | 'final'
    }
  /** One aggregate of several streams: values, each behind the position of its stream. */
  | {
      readonly op: 'cogroup'
      readonly id: string
      readonly inputs: readonly { readonly from: string; readonly by: 'key' | 'first' }[]
      readonly window: WindowSpec | null
    }
  | {
      readonly op: 'tableAggregate'
      readonly id: string
      readonly from: string
      readonly by: 'first'
      readonly fn: AggregateName
    }
  | {
      readonly op: 'streamJoin'
      readonly id: string
      readonly left: string
      readonly right: string
      readonly kind: JoinKind
      readonly before: number
      readonly after: number
      readonly grace: number
    }
  | {
      readonly op: 'tableJoin'
      readonly id: string
      readonly left: string
      readonly right: string
      readonly kind: 'inner' | 'left'
      /** With a table with history: how long records wait. */
      readonly grace?: number
    }
  /** With a global table of the records of `topic`, found by the key of the stream's record, or the first character of its value. */
  | {
      readonly op: 'globalJoin'
      readonly id: string
      readonly from: string
      readonly topic: string
      readonly kind: 'inner' | 'left'
      readonly by: 'key' | 'first'
    }
  | {
      readonly op: 'tableTableJoin'
      readonly id: string
      readonly left: string
      readonly right: string
      readonly kind: JoinKind
    }
  /** The foreign key is the last character of the left value, `a` for x and `b` for y; z and an empty value have none. */
  | {
      readonly op: 'foreignKeyJoin'
      readonly id: string
      readonly left: string
      readonly right: string
      readonly kind: 'inner' | 'left'
    }
  | ({ readonly op: 'suppress'; readonly id: string; readonly from: string } & SuppressSpec)
  /** A sink; of a table, its changes. Every sink has a topic of its own. */
  | { readonly op: 'to'; readonly from: string; readonly topic: string }

/**
 * `count` is `c1`, `c2` …; `concat` appends values (`~` for null), on subtraction `-` and the value; `vanish` is the same, but null
 * for a value with a `z` in it.
 */
export type AggregateName = 'count' | 'concat' | 'vanish'

export type JoinKind = 'inner' | 'left' | 'outer'

/** A record that goes in. Each has a header, `n`, with its position among them. */
export interface Input {
  readonly topic: string
  readonly key: string | null
  readonly value: string | null
  readonly ts: number
}

export interface Case {
  readonly topology: readonly Op[]
  readonly inputs: readonly Input[]
}

/** A record that came out of a sink. */
export interface Output {
  readonly topic: string
  readonly key: string | null
  readonly window?: { readonly start: number; readonly end: number }
  readonly value: string | null
  readonly ts: number
  /** Of its header `n`: which record it was made for. Empty if it has none. */
  readonly n: string
}

/**
 * What came of a case: the records of each sink, sink after sink in the order of the topology, or why there are none. `full`: the
 * position of the input record at which a buffer was full; what that one has caused is left out.
 */
export type Answer = { readonly outputs: readonly Output[]; readonly full?: number } | { readonly error: string }

/** The operators whose results an operator takes, by role. */
export const parentsOf = (op: Op): readonly string[] => {
  switch (op.op) {
    case 'stream':
    case 'table':
      return []
    case 'merge':
      return [op.from, op.with]
    case 'cogroup':
      return op.inputs.map(({ from }) => from)
    case 'streamJoin':
    case 'tableJoin':
    case 'tableTableJoin':
    case 'foreignKeyJoin':
      return [op.left, op.right]
    default:
      return [op.from]
  }
}

/** The topics that the records of a case may be for. */
export const inputTopics = (topology: readonly Op[]): readonly string[] =>
  topology.flatMap((op) => ('topic' in op && op.op !== 'to' ? [op.topic] : []))

/** The case as JSON that can be pasted into a test: a line per operator and per record. */
export const caseText = ({ topology, inputs }: Case): string => {
  const lines = (items: readonly unknown[]): string => items.map((item) => `    ${JSON.stringify(item)}`).join(',\n')
  return `{\n  "topology": [\n${lines(topology)}\n  ],\n  "inputs": [\n${lines(inputs)}\n  ]\n}`
}

/** The records of an answer, a line each. */
export const answerText = (answer: Answer): string =>
  'error' in answer
    ? `  ${answer.error}`
    : [
        ...(answer.outputs.length === 0 ? ['  (none)'] : answer.outputs.map(outputText)),
        ...(answer.full === undefined ? [] : [`  full at ${answer.full}`]),
      ].join('\n')

const outputText = ({ topic, key, window, value, ts, n }: Output): string => {
  const at = window === undefined ? '' : ` [${window.start}, ${window.end}]`
  return `  ${topic}: ${key ?? 'null'}${at} ${value === null ? 'null' : JSON.stringify(value)} @${ts} n=${n}`
}
