// Where the records of a run go that do not go to topics: standard output, files, the live view, and the places for what did
// not make it.

import type { CliContext } from './cli/context.ts'
import { colourJson } from './cli/terminal/colour-json.ts'
import type { Style } from './cli/terminal/colour.ts'
import { Casualties } from './casualties.ts'
import { liveSink, type LiveSink } from './live-view.ts'
import { noOrigin, StreamRecord } from './model/stream-record.ts'
import { refuseInputsAsOutputs } from './own-outputs.ts'
import { presentRecord } from './present.ts'
import type { RunSettings } from './run-settings.ts'
import { sharedStandardOutput } from './stdio/byte-output.ts'
import { colouredEncoder } from './stdio/coloured-encoder.ts'
import { createEncoder } from './stdio/create-encoder.ts'
import { openFileOutput } from './stdio/file-output.ts'
import { formatOfFile, type Format } from './stdio/format.ts'
import type { StoreWrite } from './stores/bytes-store.ts'
import { SinkSet } from './stdio/sink-set.ts'
import type { NodeTrace } from './tasks/node-trace.ts'
import { StoreWatches } from './tasks/store-watches.ts'
import { openTrace } from './trace-output.ts'
import type { ChainPlan } from './topology/chain-plan.ts'
import type { Endpoint } from './topology/topology.ts'

/** What the kind of run decides. */
export interface OutputOptions {
  /** What the last commit of a sink file left; undefined if there was none. */
  committedMark(path: string): string | undefined
  /** Files are synced at commits. */
  durable(): boolean
  /** The input came in envelopes. */
  sawEnvelope(): boolean
  /** A write to standard output has failed: whoever waits for input looks (`sinks.check`). */
  failed(): void
  /** Takes records for a topic; the sink is open by then. */
  topic(endpoint: Endpoint): (record: StreamRecord) => void
}

export class RunOutputs {
  readonly casualties: Casualties
  readonly sinks: SinkSet
  private readonly plan: ChainPlan
  private readonly settings: RunSettings
  private readonly context: CliContext
  private readonly options: OutputOptions
  private liveView: LiveSink | undefined
  private style: Style | undefined
  /** For the tasks of the run, with `--trace`. */
  trace: NodeTrace | undefined
  /** Of the tasks of this thread. */
  readonly watches = new StoreWatches()

  constructor(plan: ChainPlan, settings: RunSettings, context: CliContext, options: OutputOptions) {
    this.plan = plan
    this.settings = settings
    this.context = context
    this.options = options
    this.casualties = new Casualties(settings, (value) => {
      this.keep(value)
    })
    this.sinks = new SinkSet({
      encoder: (endpoint, file) => {
        const format = this.outputFormat(endpoint)
        const encoder = createEncoder(format, file, () => settings.envelope ?? options.sawEnvelope())
        const { style } = this
        const isPainted =
          style?.enabled === true && endpoint.kind === 'stdout' && (format === 'ndjson' || format === 'json')
        return isPainted ? colouredEncoder(encoder, (json) => colourJson(json, style)) : encoder
      },
      standardOutput: () =>
        sharedStandardOutput(() => {
          options.failed()
        }),
      file: (endpoint) =>
        openFileOutput(endpoint.name, {
          committed: options.committedMark(endpoint.name),
          durable: options.durable(),
          replace: endpoint.options?.['append'] === false && !options.durable(),
          notice: (message) => {
            this.notice(message)
          },
        }),
      present: (record) => presentRecord(record, plan.tombstone),
    })
  }

  /** Opens everything but topics. */
  async open(): Promise<void> {
    const { plan, settings, context } = this
    refuseInputsAsOutputs(plan, settings)
    await this.casualties.open()
    if (settings.trace !== undefined) this.trace = await openTrace(settings.trace, context)
    // Only the first thread has standard output.
    const isShown = plan.topology.nodes.some(({ kind, endpoint }) => kind === 'sink' && endpoint?.kind === 'stdout')
    if (isShown) this.style = await context.style(settings.colour)
    if (settings.live) this.liveView = await liveSink(context, settings.colour, plan.tombstone)
    for (const { kind, endpoint } of plan.topology.nodes) {
      if (kind === 'sink' && endpoint !== undefined && endpoint.kind !== 'topic' && !this.isLive(endpoint)) {
        await this.sinks.open(endpoint)
      }
    }
  }

  /** Takes the records of a sink node. */
  processor(endpoint: Endpoint | undefined): (record: StreamRecord) => void {
    if (endpoint === undefined) throw new Error('a sink without an endpoint')
    if (endpoint.kind === 'topic') return this.options.topic(endpoint)
    return this.liveView !== undefined && this.isLive(endpoint) ? this.liveView.process : this.sinks.processor(endpoint)
  }

  /** Results are shown on a terminal. */
  get live(): boolean {
    return this.liveView !== undefined
  }

  /** Shows what has been emitted, and hands it over. */
  async emitted(): Promise<void> {
    this.liveView?.render()
    await this.sinks.flush()
  }

  /** Writes what can only be said at the end. */
  async finish(): Promise<void> {
    await this.sinks.finish()
    this.liveView?.finish()
  }

  /** Makes what has been written, and put aside, durable; the result says how long files are now. */
  async commit(): Promise<readonly StoreWrite[]> {
    await this.casualties.flush()
    return this.sinks.commit()
  }

  /** Hands over what has been written so far, before an error ends the run. */
  async deliver(): Promise<void> {
    this.sinks.settle()
    await this.casualties.flush().catch(() => undefined)
    await this.sinks.flush().catch(() => undefined)
    await this.sinks.close()
  }

  async close(): Promise<void> {
    await this.sinks.close()
    await this.casualties.close()
  }

  /** Lets go of everything after an error. */
  async abandon(): Promise<void> {
    this.liveView?.abandon()
    await this.sinks.close().catch(() => undefined)
    await this.casualties.close().catch(() => undefined)
  }

  /** The line that says what was lost, on standard error; a thread leaves it to the one that started it. */
  tellSummary(): void {
    if (this.context.thread !== undefined) {
      this.context.thread.report(this.casualties.losses.list())
      return
    }
    const summary = this.settings.quiet ? undefined : this.casualties.summary()
    if (summary !== undefined) this.context.tell(`${summary}\n`)
  }

  notice(message: string): void {
    const { thread } = this.context
    const who = thread === undefined ? '' : `thread ${String(thread.number)}: `
    if (!this.settings.quiet) this.context.tell(`ks: ${who}${message}\n`)
  }

  private isLive(endpoint: Endpoint): boolean {
    return this.settings.live && endpoint.kind === 'stdout'
  }

  private outputFormat(endpoint: Endpoint): Format {
    const { outputFormat } = this.settings
    const byName = endpoint.kind === 'file' ? formatOfFile(endpoint.name) : undefined
    return (endpoint.options?.['main'] === false ? undefined : outputFormat) ?? byName ?? 'ndjson'
  }

  /** An error object takes the place of a record in the output of the chain. */
  private keep(value: object): void {
    const endpoint = this.plan.topology.nodes.findLast(({ kind }) => kind === 'sink')?.endpoint
    if (endpoint !== undefined) this.processor(endpoint)(new StreamRecord(null, value, -1, noOrigin))
  }
}
