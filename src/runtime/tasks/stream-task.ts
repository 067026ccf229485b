// A topology at work: processors, stores, time. Synchronous; the caller feeds it records, decides when it flushes, and
// makes what it has written durable.

import type { TaskMetrics } from '../metrics/task-metrics.ts'
import { RecordError } from '../model/record-error.ts'
import type { StreamRecord } from '../model/stream-record.ts'
import type { DropReason, Processor, ProcessorContext, PunctuationType } from '../operators/processor.ts'
import { passThrough } from '../operators/stateless.ts'
import type { BytesStore, StoreWrite } from '../stores/bytes-store.ts'
import { KeyValueStore } from '../stores/key-value-store.ts'
import { prefixEnd, storePrefix, type ChangelogVisitor } from '../stores/row-format.ts'
import { SessionStore } from '../stores/session-store.ts'
import { TimelineStore } from '../stores/timeline-store.ts'
import type { TypedStore } from '../stores/typed-store.ts'
import { UnmatchedStore } from '../stores/unmatched-store.ts'
import { WindowStore } from '../stores/window-store.ts'
import type { StoreDeclaration, Topology, TopologyNode } from '../topology/topology.ts'
import type { Clock } from './clock.ts'
import type { NodeTrace } from './node-trace.ts'
import { openStore } from './open-store.ts'
import { Punctuations } from './punctuations.ts'
import { WatchedCommits, type StoreWatches } from './store-watches.ts'

/** What a task needs from outside. */
export interface TaskPorts {
  readonly clock: Clock
  /** Where state lives between runs; undefined keeps it in memory. */
  readonly store: BytesStore | undefined
  /** Stream time of the task where it ran before, ms. */
  readonly streamTime?: number
  /** What processors see of where they are. */
  readonly taskId: string
  readonly applicationId: string
  /** Which partition of its topics it has; 0 if not given. */
  readonly partition?: number
  /** Counts what it does, if anybody wants to know. */
  readonly metrics?: TaskMetrics | undefined
  /** Takes the records that reach a sink node. */
  sink(node: TopologyNode): (record: StreamRecord) => void
  /** Hears of a row, of those that tables make, that cannot be processed. Throws to end the run. */
  faulty(row: StreamRecord, error: RecordError, nodeName: string): void
  /** Hears of every record that goes no further. */
  dropped(record: StreamRecord, reason: DropReason, detail: string | undefined, nodeName: string): void
  /** Sees each record at each node; undefined if nobody wants to know. */
  readonly trace?: NodeTrace | undefined
  /** Those who want to hear what commits change. */
  readonly watches?: StoreWatches
}

/** How large a store is, roughly. */
export interface StoreSize {
  readonly store: StoreDeclaration
  readonly isPersistent: boolean
  readonly rowsInMemory: number
  /** Compressed, and without what was written last. */
  readonly diskBytes: number
  readonly dirtyBytes: number
}

export class StreamTask {
  private readonly topology: Topology
  private readonly ports: TaskPorts
  private readonly stores = new Map<string, TypedStore>()
  private readonly processors = new Map<string, Processor>()
  private readonly inOrder: Processor[] = []
  private readonly punctuations = new Punctuations()
  private readonly satisfiedNodes = new Set<string>()
  private readonly watched: WatchedCommits | undefined
  private time = -1
  private isCommitWanted = false
  /** Nothing that comes can make a difference any more: the sources may stop. */
  stopped = false
  /** Counts what it does, if anybody wants to know. */
  readonly metrics: TaskMetrics | undefined

  private constructor(topology: Topology, ports: TaskPorts) {
    this.topology = topology
    this.ports = ports
    this.metrics = ports.metrics
    this.time = ports.streamTime ?? -1
    this.watched = ports.watches && new WatchedCommits(ports.watches)
  }

  /** Opens the stores, reads what must be in memory, makes the processors. */
  static async create(topology: Topology, ports: TaskPorts): Promise<StreamTask> {
    const task = new StreamTask(topology, ports)
    for (const declaration of topology.stores)
      task.stores.set(declaration.name, await openStore(declaration, ports.store))
    // Children first, so that a processor finds its children when it is made.
    for (const node of [...topology.nodes].reverse()) task.instantiate(node)
    for (const node of topology.nodes) {
      const processor = task.processors.get(node.name)
      if (processor !== undefined) task.inOrder.push(processor)
    }
    return task
  }

  /** Highest timestamp processed; -1 at first. */
  get streamTime(): number {
    return this.time
  }

  /** The entry of a source node. The function must be called for each of its records. */
  source(nodeName: string): (record: StreamRecord) => void {
    const processor = this.processors.get(nodeName)
    if (processor === undefined) throw new Error(`no source node ${nodeName}`)
    const { punctuations, metrics } = this
    const node = this.topology.nodes.find(({ name }) => name === nodeName)
    const counter = node === undefined ? undefined : metrics?.source(nodeName, endpointName(node))
    if (counter !== undefined) {
      return (record) => {
        const { timestamp } = record
        const behind = this.time - timestamp
        counter.records++
        counter.timestamp = timestamp
        if (behind > 0) {
          counter.lateness += behind
          if (behind > counter.latest) counter.latest = behind
        } else this.time = timestamp
        processor.process(record)
        if (punctuations.streamTimeDue <= this.time) punctuations.fireStreamTime(this.time)
      }
    }
    return (record) => {
      if (record.timestamp > this.time) this.time = record.timestamp
      processor.process(record)
      if (punctuations.streamTimeDue <= this.time) punctuations.fireStreamTime(this.time)
    }
  }

  /** Fires wall-clock punctuations that are due. */
  punctuateWallClock(): void {
    this.punctuations.fireWallClock(this.ports.clock.now())
  }

  /** How long until a wall-clock punctuation is due, ms; Infinity if there is none. */
  get wallClockWaitMs(): number {
    const due = this.punctuations.wallClockDue
    return due === Infinity ? Infinity : Math.max(0, due - this.ports.clock.now())
  }

  /** Forwards what caches hold back. */
  flush(): void {
    for (const processor of this.inOrder) processor.flush?.()
  }

  /** Forwards what is in no store: before a commit without a flush. */
  flushHeld(): void {
    for (const processor of this.inOrder) processor.flushHeld?.()
  }

  /** The input is complete: closes windows, then flushes, node by node from the sources down. */
  endOfInput(): void {
    for (const processor of this.inOrder) {
      processor.endOfInput?.()
      processor.flush?.()
    }
  }

  /** Input has been silent for so long that time is taken to have moved on. */
  idle(): void {
    for (const processor of this.inOrder) {
      processor.idle?.()
      processor.flush?.()
    }
  }

  /** True if a processor has asked for a commit since this was asked last. */
  takeCommitRequest(): boolean {
    const isWanted = this.isCommitWanted
    this.isCommitWanted = false
    return isWanted
  }

  /** Memory of uncommitted rows, roughly, in bytes. */
  get dirtyBytes(): number {
    let total = 0
    for (const store of this.stores.values()) total += store.dirtyBytes
    return total
  }

  /**
   * The writes of everything that changed since the last commit.
   * @param logOf who hears of the changes of a store, if anybody.
   */
  collectWrites(logOf?: (storeName: string) => ChangelogVisitor | undefined): StoreWrite[] {
    const writes: StoreWrite[] = []
    this.watched?.begin()
    for (const store of this.stores.values()) {
      const log = logOf?.(store.name)
      store.collectWrites(writes, this.watched?.visitor(store.name, log) ?? log)
    }
    return writes
  }

  /** The writes of `collectWrites` are durable. Stores keep at most `maxRows` clean rows in memory. */
  committed(maxRows: number): void {
    for (const store of this.stores.values()) store.committed(maxRows)
    this.watched?.committed()
  }

  /** A store by name, to look into. */
  store(name: string): TypedStore | undefined {
    return this.stores.get(name)
  }

  /** How large its stores are. */
  storeSizes(): Promise<readonly StoreSize[]> {
    const backing = this.ports.store
    return Promise.all(
      this.topology.stores.map(async (store): Promise<StoreSize> => {
        const { rowsInMemory = 0, dirtyBytes = 0 } = this.stores.get(store.name) ?? {}
        const prefix = storePrefix(store.name)
        const diskBytes = (await backing?.approximateBytes(prefix, prefixEnd(prefix))) ?? 0
        return { store, isPersistent: backing !== undefined, rowsInMemory, diskBytes, dirtyBytes }
      }),
    )
  }

  close(): void {
    for (const processor of this.inOrder) processor.close?.()
  }

  private instantiate(node: TopologyNode): void {
    const { trace, taskId } = this.ports
    const set = (processor: Processor): void => {
      this.processors.set(node.name, trace === undefined ? processor : trace.wrap(taskId, node, processor))
    }
    if (node.kind === 'sink') {
      const process = this.ports.sink(node)
      set({ process: this.metrics?.sink(node.name, endpointName(node), process) ?? process })
      return
    }
    const childNodes = this.topology.nodes.filter((child) => child.parents.includes(node.name))
    const children = childNodes.map(({ name }) => {
      const processor = this.processors.get(name)
      if (processor === undefined) throw new Error(`node ${name} comes before its parent ${node.name}`)
      return processor
    })
    const only = children.length === 1 ? children[0] : undefined
    // A node that only passes on is not in the way; a source needs one entry of its own all the same.
    if (node.supplier === passThrough && only !== undefined && trace === undefined) {
      this.processors.set(node.name, {
        process: (record) => {
          only.process(record)
        },
      })
      if (node.kind !== 'source') this.processors.set(node.name, only)
      return
    }
    if (node.supplier === undefined) throw new Error(`node ${node.name} has no supplier`)
    set(node.supplier(this.context(node, children, childNodes)))
  }

  private context(
    node: TopologyNode,
    children: readonly Processor[],
    childNodes: readonly TopologyNode[],
  ): ProcessorContext {
    const { ports, punctuations, metrics } = this
    const only = children.length === 1 ? children[0] : undefined
    const streamTime = (): number => this.time
    const forward: ProcessorContext['forward'] =
      only !== undefined
        ? (record) => {
            only.process(record)
          }
        : (record) => {
            for (const child of children) child.process(record)
          }
    return {
      nodeName: node.name,
      taskId: ports.taskId,
      applicationId: ports.applicationId,
      childNames: childNodes.map(({ name }) => name),
      partition: ports.partition ?? 0,
      forward,
      forwardHeld: (row) => {
        try {
          forward(row)
        } catch (error) {
          if (!(error instanceof RecordError)) throw error
          metrics?.drop('bad record')
          ports.faulty(row, error, node.name)
        }
      },
      forwardTo: (child, record) => {
        children[child]?.process(record)
      },
      drop: (record, reason, detail) => {
        // A join without a match is what was asked for.
        if (reason !== 'unmatched') metrics?.drop(reason)
        ports.trace?.dropped(ports.taskId, node.name, record, reason, detail)
        ports.dropped(record, reason, detail, node.name)
      },
      keyValueStore: <V>(name: string) => this.storeOf<KeyValueStore<V>>(KeyValueStore, name),
      windowStore: <V>(name: string) => this.storeOf<WindowStore<V>>(WindowStore, name),
      sessionStore: <V>(name: string) => this.storeOf<SessionStore<V>>(SessionStore, name),
      unmatchedStore: (name: string) => this.storeOf<UnmatchedStore>(UnmatchedStore, name),
      timelineStore: <V>(name: string) => this.storeOf<TimelineStore<V>>(TimelineStore, name),
      get streamTime() {
        return streamTime()
      },
      now: () => ports.clock.now(),
      schedule: (intervalMs: number, type: PunctuationType, callback: (timestamp: number) => void) =>
        punctuations.schedule(intervalMs, type, callback, ports.clock.now()),
      requestCommit: () => {
        this.isCommitWanted = true
      },
      satisfied: () => {
        this.satisfiedNodes.add(node.name)
        this.stopped = this.allSinksSatisfied()
      },
    }
  }

  private storeOf<S extends TypedStore>(kind: abstract new (...args: never[]) => TypedStore, name: string): S {
    const store = this.stores.get(name)
    if (!(store instanceof kind)) throw new Error(`the topology has no such store: ${name}`)
    return store as S // the topology declares it with the type of its rows
  }

  /** Every way from a source to a sink leads through a node that needs no more records. */
  private allSinksSatisfied(): boolean {
    const open = new Set<string>()
    for (const node of this.topology.nodes) {
      if (this.satisfiedNodes.has(node.name)) continue
      if (node.kind === 'source' || node.parents.some((parent) => open.has(parent))) {
        if (node.kind === 'sink') return false
        open.add(node.name)
      }
    }
    return true
  }
}

/** Topic or file; standard input and output as `-`. */
const endpointName = ({ endpoint }: TopologyNode): string => endpoint?.name || '-'
