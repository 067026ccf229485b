// The Processor API (Kafka Streams' processor.api): a processor written in JavaScript as a node of a topology.

import { KsError } from '../model/errors.ts'
import { RecordError } from '../model/record-error.ts'
import { noHeaders, noOrigin, StreamRecord } from '../model/stream-record.ts'
import type {
  Cancellable,
  Processor as Node,
  ProcessorContext as NodeContext,
  ProcessorSupplier as NodeSupplier,
  PunctuationType,
} from '../operators/processor.ts'
import { ProcessorRecord, recordToForward, type Forwardable } from './processor-record.ts'
import { keyValueStore, sessionStore, windowStore, type StateStore, type StoreSpec } from './state-stores.ts'

/** How long windows and sessions are kept if a store does not say, ms. */
export const defaultRetentionMs = 86_400_000

/** Where the record that is being processed comes from. */
export interface RecordMetadata {
  /** Topic, or name of the file. */
  readonly topic: string
  readonly partition: number
  /** Offset in the partition; in a file, the byte where the record begins. */
  readonly offset: number
}

/** What a processor can do. */
export interface ProcessorContext<K = unknown, V = unknown> {
  /**
   * Passes a record on. Of an object that is no ProcessorRecord the parts that are missing are those of the record that is being
   * processed; in a punctuation key and value are null and the timestamp is that of the punctuation.
   * @param childName the only child that gets it.
   */
  forward(record: Forwardable<K, V>, childName?: string): void
  /** A store that was declared. Throws for any other name. */
  getStateStore<S = StateStore>(name: string): S
  /**
   * Calls back again and again. `stream-time` is aligned to 0, fires at the first record and at most once for each advance of
   * time, whatever was jumped over; `wall-clock-time` fires an interval from now at the earliest.
   */
  schedule(intervalMs: number, type: PunctuationType, callback: (timestamp: number) => void): Cancellable
  /** Asks for a commit soon. */
  commit(): void
  /** undefined in punctuations. */
  readonly recordMetadata: RecordMetadata | undefined
  /** The highest timestamp that the task has seen, ms; -1 before the first record. */
  currentStreamTimeMs(): number
  currentSystemTimeMs(): number
  /** `<sub-topology>_<partition>` */
  readonly taskId: string
  /** Empty in a run without one. */
  readonly applicationId: string
  /** What the user has given with `--arg` and `--argjson`, or the config of a KafkaStreams. */
  readonly appConfigs: Readonly<Record<string, unknown>>
}

/** A processor. One is made for each task. */
export interface Processor {
  init?(context: ProcessorContext): void
  process(record: ProcessorRecord): void
  close?(): void
}

/** Makes processors, and says which stores they need. */
export interface ProcessorSupplier {
  get(): Processor
  /** Stores by name. */
  stores?(): Readonly<Record<string, StoreSpec>>
}

/** What else a node in JavaScript has to know. */
export interface NodeOptions {
  readonly stores: Readonly<Record<string, StoreSpec>>
  readonly appConfigs: Readonly<Record<string, unknown>>
  /** What messages call it: the file of the module, or the name of the node. */
  readonly subject: string
  /** False: the results keep the key of the record (processValues). */
  readonly changesKeys: boolean
}

/** A processor as a node. An error of the user's code is the fault of the record, unless something behind it has failed. */
export const processorNode =
  (make: () => Processor, options: NodeOptions): NodeSupplier =>
  (context) =>
    new ProcessorNode(context, make, options)

class ProcessorNode implements Node {
  private readonly context: NodeContext
  private readonly options: NodeOptions
  private readonly processor: Processor
  private readonly stores = new Map<string, StateStore>()
  private current: StreamRecord | undefined
  /** When a punctuation is under way, its time. */
  private punctuatedAt = -1
  /** What has failed behind this node. */
  private failedBehind: unknown

  constructor(context: NodeContext, make: () => Processor, options: NodeOptions) {
    this.context = context
    this.options = options
    this.processor = this.guarded(() => {
      const processor = make()
      if (typeof (processor as Partial<Processor> | undefined)?.process !== 'function') {
        throw new KsError('config', `${options.subject}: what it makes has no process(record)`, { hint: moduleHint })
      }
      processor.init?.(this.publicContext())
      return processor
    })
  }

  process(record: StreamRecord): void {
    this.current = record
    try {
      this.processor.process(new ProcessorRecord(record))
    } catch (error) {
      if (error === this.failedBehind || error instanceof KsError || error instanceof RecordError) throw error
      throw new RecordError(`${this.options.subject}: ${describe(error)}`)
    } finally {
      this.current = undefined
    }
  }

  close(): void {
    this.guarded(() => this.processor.close?.())
  }

  private publicContext(): ProcessorContext {
    const { context, options } = this
    const metadata = (): RecordMetadata | undefined => {
      if (this.current === undefined) return undefined
      const { topic, partition, offset } = this.current.origin
      return { topic, partition, offset }
    }
    return {
      forward: (given, childName) => {
        this.forward(given, childName)
      },
      getStateStore: <S>(name: string) => this.store(name) as S,
      schedule: (intervalMs, type, callback) => {
        if (!(intervalMs >= 1)) throw new RangeError(`an interval of ${String(intervalMs)} ms: at least 1 is needed`)
        return context.schedule(intervalMs, type, (timestamp) => {
          this.punctuatedAt = timestamp
          this.guarded(() => {
            callback(timestamp)
          })
          this.punctuatedAt = -1
        })
      },
      commit: () => {
        context.requestCommit()
      },
      get recordMetadata() {
        return metadata()
      },
      currentStreamTimeMs: () => context.streamTime,
      currentSystemTimeMs: () => context.now(),
      taskId: context.taskId,
      applicationId: context.applicationId,
      appConfigs: options.appConfigs,
    }
  }

  private forward(given: Forwardable, childName: string | undefined): void {
    const { context, options } = this
    const base = this.current ?? new StreamRecord(null, null, this.punctuatedAt, noOrigin, noHeaders)
    let record = recordToForward(given, base)
    if (!options.changesKeys && record.key !== base.key) {
      if (!(given instanceof ProcessorRecord) && !Object.hasOwn(given, 'key')) record = record.withKey(base.key)
      else throw new Error('processValues cannot change the key')
    }
    const child = childName === undefined ? undefined : context.childNames.indexOf(childName)
    if (child === -1) throw new Error(`there is no child ${childName ?? ''}, only ${context.childNames.join(', ')}`)
    try {
      // A punctuation has no record that could be to blame.
      if (child === undefined && this.current === undefined) context.forwardHeld(record)
      else if (child === undefined) context.forward(record)
      else context.forwardTo(child, record)
    } catch (error) {
      this.failedBehind = error
      throw error
    }
  }

  private store(name: string): StateStore {
    const known = this.stores.get(name)
    if (known !== undefined) return known
    const { context, options } = this
    const spec = Object.hasOwn(options.stores, name) ? options.stores[name] : undefined
    if (spec === undefined) {
      const names = Object.keys(options.stores)
      throw new KsError('config', `${options.subject}: there is no store ${name}`, {
        hint: names.length === 0 ? 'no store is declared' : `declared: ${names.join(', ')}`,
      })
    }
    const now = (): number => this.current?.timestamp ?? Math.max(this.punctuatedAt, context.streamTime)
    const store: StateStore =
      spec.type === 'key-value'
        ? keyValueStore(context.keyValueStore(name), spec, now)
        : spec.type === 'window'
          ? windowStore(context.timelineStore(name), now)
          : sessionStore(context.sessionStore(name), spec.retentionMs ?? defaultRetentionMs)
    this.stores.set(name, store)
    return store
  }

  /** Runs code of the user where no record is at fault. */
  private guarded<T>(run: () => T): T {
    try {
      return run()
    } catch (error) {
      if (error === this.failedBehind || error instanceof KsError) throw error
      throw new KsError('data', `${this.options.subject}: ${describe(error)}`, { cause: error })
    }
  }
}

export const moduleHint = 'export default () => ({ process(record) { … } })'

/** The message of an error of the user's code, and where it was thrown: the first line of the stack that is not ks' own. */
export const describe = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error)
  const frame = /\(?((?:file:\/\/)?[^\s()]+\.[cm]?[jt]s):(\d+):\d+\)?$/m.exec(error.stack ?? '')
  const [, file = '', line = ''] = frame ?? []
  const name = file.replace(/^.*\//, '')
  return frame === null || name === 'cli.cjs' ? error.message : `${error.message} (${name}:${line})`
}
