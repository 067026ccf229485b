// All outputs of a chain: standard output and files. Records are collected in blocks; a block leaves when its input block has
// been processed; files become durable at commits.

import { Change } from '../model/change.ts'
import type { StreamRecord } from '../model/stream-record.ts'
import type { StoreWrite } from '../stores/bytes-store.ts'
import { faultPoint } from '../tasks/fault-point.ts'
import type { Endpoint } from '../topology/topology.ts'
import type { ByteOutput } from './byte-output.ts'
import type { FileOutput } from './file-output.ts'
import { OutputBlock } from './output-block.ts'
import type { RecordEncoder } from './record-encoder.ts'

/** Standard output, or a file whose commits leave a mark. */
type Output = Omit<ByteOutput, 'commit'> & { commit(): Promise<string | void> }

/** One output and what is on its way to it. */
interface Sink {
  readonly block: OutputBlock
  readonly encoder: RecordEncoder
  readonly output: Output
  readonly path: string | undefined
  /** It takes nothing any more: what comes for it is thrown away until the run ends. */
  failed: boolean
}

/** How outputs are made. */
export interface SinkOptions {
  encoder(endpoint: Endpoint, file: FileOutput | undefined): RecordEncoder
  standardOutput(): ByteOutput
  /** Opens a file; it grows at its end. */
  file(endpoint: Endpoint): Promise<FileOutput>
  /** Turns what reaches a sink into what it writes; undefined writes nothing. */
  present(record: StreamRecord): StreamRecord | undefined
}

/** Prefix of the rows that hold the mark of the last commit of each sink file. */
export const sinkMarkPrefix = 'msink\0'

export class SinkSet {
  private readonly sinks = new Map<string, Sink>()
  private readonly options: SinkOptions
  /** Records written so far, to all sinks. */
  written = 0

  constructor(options: SinkOptions) {
    this.options = options
  }

  /** Opens an output; once per endpoint, before the first record. */
  async open(endpoint: Endpoint): Promise<void> {
    const name = endpointKey(endpoint)
    if (this.sinks.has(name)) return
    const isFile = endpoint.kind === 'file'
    const file = isFile ? await this.options.file(endpoint) : undefined
    const output = file ?? this.options.standardOutput()
    const encoder = this.options.encoder(endpoint, file)
    this.sinks.set(name, {
      block: new OutputBlock(),
      encoder,
      output,
      path: isFile ? endpoint.name : undefined,
      failed: false,
    })
  }

  /** Takes the records of a sink node. */
  processor(endpoint: Endpoint): (record: StreamRecord) => void {
    const sink = this.sinks.get(endpointKey(endpoint))
    if (sink === undefined) throw new Error(`sink ${endpointKey(endpoint)} is not open`)
    const { block, encoder } = sink
    const { present } = this.options
    return (record) => {
      if (record.value instanceof Change || record.window !== undefined) {
        const presented = present(record)
        if (presented === undefined) return
        this.written++
        encoder.encode(presented, block)
      } else {
        this.written++
        encoder.encode(record, block)
      }
    }
  }

  /** The input block is about to be replaced: copies what still refers to it. */
  settle(): void {
    for (const { block } of this.sinks.values()) block.settle()
  }

  /** Hands everything to the outputs and waits while they cannot keep up. An output that fails keeps nothing from the others. */
  async flush(): Promise<void> {
    const errors: unknown[] = []
    for (const sink of this.sinks.values()) {
      if (sink.block.size === 0) continue
      const bytes = sink.block.take()
      if (sink.failed) continue
      try {
        await sink.output.write(bytes)
      } catch (error) {
        sink.failed = true
        errors.push(error)
      }
    }
    if (errors.length > 0) throw errors[0]
  }

  /** Throws if a write has failed meanwhile: nobody reads any more. */
  check(): void {
    for (const { output } of this.sinks.values()) output.check?.()
  }

  /** Writes what encoders hold back until the end (a table's rows), then everything. */
  async finish(): Promise<void> {
    for (const { block, encoder } of this.sinks.values()) encoder.finish(block)
    await this.flush()
  }

  /** Makes files durable and waits for standard output; returns the rows with the marks of the files. */
  async commit(): Promise<StoreWrite[]> {
    await this.flush()
    const writes: StoreWrite[] = []
    for (const { output, path } of this.sinks.values()) {
      const mark = await output.commit()
      if (path === undefined || typeof mark !== 'string') continue
      writes.push({ key: Buffer.from(sinkMarkPrefix + path), value: Buffer.from(mark) })
    }
    faultPoint('sink-synced')
    return writes
  }

  async close(): Promise<void> {
    const errors: unknown[] = []
    for (const { output } of this.sinks.values()) await output.close().catch((error: unknown) => errors.push(error))
    if (errors.length > 0) throw errors[0]
  }
}

const endpointKey = (endpoint: Endpoint): string => (endpoint.kind === 'file' ? `file ${endpoint.name}` : endpoint.kind)
