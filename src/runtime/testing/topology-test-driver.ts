// Runs a topology without a broker, without files and without a clock of its own, as Kafka Streams' TopologyTestDriver does:
// records go in one by one, everything that they cause has happened when the call returns.

import { Change } from '../model/change.ts'
import { keyFromText, keyText } from '../model/record-key.ts'
import { plainValue, StreamRecord, type Header, type RecordOrigin, type Window } from '../model/stream-record.ts'
import type { DropReason } from '../operators/processor.ts'
import { parseJsonText, stringifyJson } from '../serde/json-parse.ts'
import type { KeyValueStore } from '../stores/key-value-store.ts'
import type { WindowStore } from '../stores/window-store.ts'
import { ManualClock } from '../tasks/clock.ts'
import type { NodeTrace } from '../tasks/node-trace.ts'
import { StreamTask } from '../tasks/stream-task.ts'
import type { Topology } from '../topology/topology.ts'

/** A record as tests write and read it. `value` null deletes a table row. */
export interface TestRecord {
  readonly key?: unknown
  readonly value: unknown
  /** ms; 0 if not given. */
  readonly timestamp?: number
  readonly headers?: readonly Header[]
  /** The record is the row of a window. */
  readonly window?: Window | undefined
}

/** A record that reached a sink. */
export interface TestOutput {
  readonly key: unknown
  readonly value: unknown
  readonly timestamp: number
  readonly window?: Window
  readonly headers?: readonly Header[]
}

/** A record that went no further. */
export interface TestDrop {
  readonly reason: DropReason
  readonly node: string
  readonly value: unknown
}

/** Drives one topology with one task. */
export class TopologyTestDriver {
  private readonly task: StreamTask
  private readonly sources: ReadonlyMap<string, (record: StreamRecord) => void>
  private readonly outputs: Map<string, TestOutput[]>
  private readonly clock: ManualClock
  private readonly flushEach: boolean
  /** Everything that was dropped so far. */
  readonly drops: readonly TestDrop[]
  private offset = 0

  private constructor(
    task: StreamTask,
    topology: Topology,
    outputs: Map<string, TestOutput[]>,
    drops: readonly TestDrop[],
    clock: ManualClock,
    flushEach: boolean,
  ) {
    this.task = task
    this.outputs = outputs
    this.drops = drops
    this.clock = clock
    this.flushEach = flushEach
    this.sources = new Map([
      ...topology.globals.map(
        (table) => [table.endpoint.name, ({ key, value }: StreamRecord): void => void table.add(key, value)] as const,
      ),
      ...topology.nodes.flatMap(({ kind, name, endpoint }) =>
        kind === 'source' ? [[endpoint?.name ?? '', task.source(name)] as const] : [],
      ),
    ])
  }

  /**
   * @param flushEach caches are flushed after each record, so that every update is seen (as in Kafka Streams' driver);
   * otherwise `flush` and `endOfInput` say when. `trace` sees each record at each node.
   */
  static async create(
    topology: Topology,
    options: { wallClockMs?: number; flushEach?: boolean; trace?: NodeTrace | undefined } = {},
  ): Promise<TopologyTestDriver> {
    const clock = new ManualClock(options.wallClockMs ?? 0)
    const outputs = new Map<string, TestOutput[]>()
    const drops: TestDrop[] = []
    const task = await StreamTask.create(topology, {
      clock,
      taskId: '0_0',
      applicationId: 'test',
      store: undefined,
      sink: ({ endpoint }) => {
        const name = endpoint?.name ?? ''
        const records: TestOutput[] = []
        outputs.set(name, records)
        return (record) => {
          records.push(outputOf(record))
        }
      },
      faulty: (_row, error) => {
        throw error
      },
      dropped: (record, reason, _detail, node) => {
        drops.push({ reason, node, value: plainValue(record.value) })
      },
      trace: options.trace,
    })
    return new TopologyTestDriver(task, topology, outputs, drops, clock, options.flushEach ?? true)
  }

  /** Sends a record to the topic or file of a source node, or of a global table. */
  pipe(source: string, record: TestRecord): void {
    const process = this.sources.get(source)
    if (process === undefined) throw new Error(`the topology reads no ${source}`)
    const origin: RecordOrigin = { topic: source, partition: 0, offset: this.offset++, line: 0 }
    const { key = null, value, timestamp = 0, headers, window } = record
    process(new StreamRecord(key, value, timestamp, origin, headers, window))
    if (this.flushEach) this.task.flush()
  }

  /** What has reached a sink since the last call. */
  read(sink: string): TestOutput[] {
    const records = this.outputs.get(sink)
    if (records === undefined) throw new Error(`the topology writes no ${sink}`)
    return records.splice(0)
  }

  /** Names of all sinks. */
  get sinks(): readonly string[] {
    return [...this.outputs.keys()]
  }

  /** Moves the wall clock and fires what is due. */
  advanceWallClock(durationMs: number): void {
    this.clock.advance(durationMs)
    this.task.punctuateWallClock()
    if (this.flushEach) this.task.flush()
  }

  flush(): void {
    this.task.flush()
  }

  /** Closes all windows, as at the end of a complete input. */
  endOfInput(): void {
    this.task.endOfInput()
  }

  /** Input has fallen silent: windows close as if time had moved on. */
  idle(): void {
    this.task.idle()
  }

  /** True when no further record can make a difference. */
  get stopped(): boolean {
    return this.task.stopped
  }

  /** The value of a key in a key-value store. */
  get(store: string, key: unknown): unknown {
    return (this.task.store(store) as KeyValueStore<unknown> | undefined)?.get(keyText(key, stringifyJson) ?? '')
  }

  /** The value of a key in the window that starts at `windowStart`. */
  getWindow(store: string, key: unknown, windowStart: number): unknown {
    const windows = this.task.store(store) as WindowStore<unknown> | undefined
    return windows?.peek(keyText(key, stringifyJson) ?? '', windowStart)?.value
  }

  close(): void {
    this.task.close()
  }
}

const outputOf = (record: StreamRecord): TestOutput => {
  const isChange = record.value instanceof Change
  const value = isChange ? record.value.newValue : plainValue(record.value)
  const key = isChange && typeof record.key === 'string' ? keyFromText(record.key, parseJsonText) : record.key
  return {
    key,
    value,
    timestamp: record.timestamp,
    ...(record.window === undefined ? {} : { window: record.window }),
    ...(record.headers.length === 0 ? {} : { headers: record.headers }),
  }
}
