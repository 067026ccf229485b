// Wires a described chain to real inputs, outputs, state and time, runs it, and closes everything in order.

import { exitStatus, KsError } from './model/errors.ts'
import { noOrigin, StreamRecord } from './model/stream-record.ts'
import type { CliContext } from './cli/context.ts'
import { Casualties } from './casualties.ts'
import { createProgress } from './cli/terminal/progress.ts'
import { liveSink, type LiveSink } from './live-view.ts'
import { openState, type OpenState } from './open-state.ts'
import { raceWithTimer } from './race-with-timer.ts'
import { presentRecord } from './present.ts'
import type { RunSettings } from './run-settings.ts'
import { createDecoder } from './stdio/create-decoder.ts'
import { createEncoder } from './stdio/create-encoder.ts'
import { formatOfFile, type Format } from './stdio/format.ts'
import { createStandardOutput, ReaderGone } from './stdio/byte-output.ts'
import { openFileOutput } from './stdio/file-output.ts'
import { openInputs, type OpenedInput } from './stdio/open-inputs.ts'
import { SinkSet } from './stdio/sink-set.ts'
import { RecordSource, type SourceOptions } from './stdio/sources.ts'
import { mergedSources } from './stdio/merged-sources.ts'
import { commit } from './tasks/commit.ts'
import { faultPoint } from './tasks/fault-point.ts'
import { StreamTask } from './tasks/stream-task.ts'
import type { ChainPlan } from './topology/chain.ts'
import type { Endpoint } from './topology/topology.ts'

/** Silence after which results of a table are shown although more input may come. */
const silenceMs = 1000
/** Uncommitted rows take at most so much memory before they are committed early. */
const maxDirtyBytes = 64 * 1024 * 1024
/** Rows of a store that may stay in memory after a commit. */
const maxCachedRows = 500_000
const liveIntervalMs = 150

/** Runs a chain to the end of its input. Returns the exit status. */
export const runChain = async (plan: ChainPlan, settings: RunSettings, context: CliContext): Promise<number> => {
  const run = new ChainRun(plan, settings, context)
  try {
    return await run.run()
  } catch (error) {
    if (error instanceof ReaderGone) {
      // What was delivered has been delivered; what came after it was not asked for.
      await run.abandon()
      return exitStatus.ok
    }
    // What came before the record that ended the run has been processed, and its reader may want it.
    if (error instanceof KsError && error.kind === 'data') await run.deliver().catch(() => undefined)
    await run.abandon()
    throw error
  }
}

class ChainRun {
  private readonly plan: ChainPlan
  private readonly settings: RunSettings
  private readonly context: CliContext
  private readonly casualties: Casualties
  private readonly sinks: SinkSet
  private state: OpenState | undefined
  private task: StreamTask | undefined
  private live: LiveSink | undefined
  private source: RecordSource | undefined
  private lastCommitMs: number
  private lastEmitMs: number

  constructor(plan: ChainPlan, settings: RunSettings, context: CliContext) {
    this.plan = plan
    this.settings = settings
    this.context = context
    this.lastCommitMs = context.elapsed()
    this.lastEmitMs = this.lastCommitMs
    this.casualties = new Casualties(settings, (value) => {
      this.keep(value)
    })
    this.sinks = new SinkSet({
      encoder: (endpoint, file) => createEncoder(this.outputFormat(endpoint), file, () => this.writesEnvelopes()),
      standardOutput: () => createStandardOutput(),
      file: (endpoint) =>
        openFileOutput(endpoint.name, {
          committed: this.state?.sinkMark(endpoint.name),
          durable: this.state !== undefined,
          replace: endpoint.options?.['append'] === false && this.state === undefined,
          notice: (message) => {
            this.notice(message)
          },
        }),
      present: (record) => presentRecord(record, plan.tombstone),
    })
  }

  async run(): Promise<number> {
    const { plan, settings, context } = this
    const { durability } = settings
    if (durability !== undefined) {
      this.state = await openState(durability, settings.commandLine, context)
      faultPoint('state-opened')
    }
    await this.openOutputs()
    for (const load of plan.loads) await this.loadTable(load.endpoint, load.add)
    const task = await StreamTask.create(plan.topology, {
      clock: context,
      store: this.state?.store,
      sink: ({ endpoint }) => this.sinkProcessor(endpoint),
      dropped: (record, reason, detail) => {
        this.casualties.dropped(record, reason, detail)
      },
    })
    this.task = task
    await (plan.sourceNodes.length > 1 ? this.readMerged(task) : this.readInputs(task))
    const interrupted = context.signal.aborted
    // Windows stay open for the next run if there is one; otherwise nothing can come any more.
    if (durability === undefined) task.endOfInput()
    faultPoint('before-flush')
    task.flush()
    faultPoint('after-flush')
    await this.sinks.finish()
    this.live?.finish()
    await this.commit()
    faultPoint('before-close')
    await this.close()
    faultPoint('after-close')
    const summary = settings.quiet ? undefined : this.casualties.summary()
    if (summary !== undefined) context.tell(`${summary}\n`)
    if (interrupted) return Number(context.signal.reason)
    if (settings.exitStatus && this.sinks.written === 0) return exitStatus.nothing
    return exitStatus.ok
  }

  /** Hands over what has been written so far. */
  async deliver(): Promise<void> {
    this.sinks.settle()
    await this.sinks.flush()
    await this.sinks.close()
  }

  /** Lets go of everything without a commit: the next run starts from the last one. */
  async abandon(): Promise<void> {
    this.live?.abandon()
    await this.sinks.close().catch(() => undefined)
    await this.state?.close().catch(() => undefined)
  }

  private async openOutputs(): Promise<void> {
    await this.casualties.open()
    if (this.settings.live) this.live = await liveSink(this.context, this.settings.colour, this.plan.tombstone)
    for (const { kind, endpoint } of this.plan.topology.nodes) {
      if (kind === 'sink' && endpoint !== undefined && !this.isLive(endpoint)) await this.sinks.open(endpoint)
    }
    // From here on a start can tell what was there before from what a killed run has left.
    if (this.state !== undefined) await this.state.store.write(await this.sinks.commit(), false)
  }

  private isLive(endpoint: Endpoint): boolean {
    return this.live !== undefined && endpoint.kind === 'stdout'
  }

  private sinkProcessor(endpoint: Endpoint | undefined): (record: StreamRecord) => void {
    if (endpoint === undefined) throw new Error('a sink without an endpoint')
    return this.live !== undefined && this.isLive(endpoint) ? this.live.process : this.sinks.processor(endpoint)
  }

  private sourceOptions(task: StreamTask | undefined): SourceOptions {
    const { settings, context, plan } = this
    return {
      timestamps: task === undefined ? undefined : settings.timestamps,
      clock: () => context.now(),
      needsTime: task !== undefined && plan.needsTime,
      maxRecordBytes: settings.maxRecordBytes,
      fault: (fault) => this.casualties.fault(fault),
      stopped: () => task?.stopped ?? false,
    }
  }

  /** A source for inputs of one format. */
  private createSource(format: Format, task: StreamTask | undefined): RecordSource {
    const decoder = createDecoder(format, {
      notice: (message) => {
        this.notice(message)
      },
      blankLine: () => undefined,
    })
    return new RecordSource(decoder, this.sourceOptions(task))
  }

  private async loadTable(endpoint: Endpoint, add: (value: unknown) => void): Promise<void> {
    const source = this.createSource(formatOfFile(endpoint.name) ?? 'ndjson', undefined)
    for await (const opened of openInputs([endpoint.name], this.inputOptions(false))) {
      source.open(opened)
      const take = (record: StreamRecord): void => {
        add(record.value)
      }
      while (source.decode(await source.fill(), take));
    }
  }

  private inputOptions(durable: boolean): Parameters<typeof openInputs>[1] {
    const positions = durable ? this.state?.positions : undefined
    return {
      ...(positions === undefined ? {} : { positions }),
      notice: (message) => {
        this.notice(message)
      },
      signal: this.context.signal,
    }
  }

  /** The main loop: inputs one after another. */
  private async readInputs(task: StreamTask): Promise<void> {
    const { settings, plan, context } = this
    const [sourceNode = ''] = plan.sourceNodes
    const process = task.source(sourceNode)
    const progress = createProgress({
      // Results on the same terminal and a status line would get in each other's way.
      terminal: (settings.progress ?? context.outputTerminal === undefined) ? context.errorTerminal : undefined,
      quiet: settings.quiet,
      write: (text) => {
        context.tell(text)
      },
      now: () => context.elapsed(),
    })
    const sources = new Map<Format, RecordSource>()
    const totalRecords = (): number => [...sources.values()].reduce((total, { records }) => total + records, 0)
    try {
      for await (const opened of openInputs(settings.inputs, this.inputOptions(true))) {
        if (task.stopped) break
        const format = settings.inputFormat ?? formatOfFile(opened.input.name) ?? 'ndjson'
        const source = sources.get(format) ?? this.createSource(format, task)
        sources.set(format, source)
        this.source = source
        source.open(opened)
        faultPoint('input-opened')
        let more = !task.stopped
        while (more) {
          const count = await this.waitForInput(source, opened, task)
          if (count === undefined) break
          more = source.decode(count, process)
          faultPoint('block-processed')
          this.advancePosition(source, opened)
          this.sinks.settle()
          await this.afterBlock(task)
          const { consumedBytes, sizeBytes } = opened.input
          progress.update({ readBytes: consumedBytes, totalBytes: sizeBytes, records: totalRecords() })
        }
        if (context.signal.aborted) break
      }
    } catch (error) {
      if (!context.signal.aborted || error !== context.signal.reason) throw error
    } finally {
      progress.finish()
    }
  }

  /** Several inputs side by side, lowest timestamp first. */
  private async readMerged(task: StreamTask): Promise<void> {
    const { settings, plan } = this
    const endpoints = plan.topology.nodes.filter(({ kind }) => kind === 'source')
    const inputs = endpoints.map(({ name, endpoint }, index) => {
      const names = index === 0 ? settings.inputs : [endpoint?.name ?? '-']
      const format = (index === 0 ? settings.inputFormat : undefined) ?? formatOfFile(names[0] ?? '') ?? 'ndjson'
      return {
        source: this.createSource(format, task),
        opened: openInputs(names, this.inputOptions(true)),
        process: task.source(name),
      }
    })
    await mergedSources(inputs, {
      stopped: () => task.stopped || this.context.signal.aborted,
      processed: (source, opened) => {
        this.advancePosition(source, opened)
      },
      afterBatch: () => this.afterBlock(task),
    })
  }

  /**
   * Waits for bytes of the input; meanwhile does what time asks for. undefined if the run was interrupted.
   * Only here, between blocks, may anything but a record change the task.
   */
  private async waitForInput(source: RecordSource, opened: OpenedInput, task: StreamTask): Promise<number | undefined> {
    const { context, settings } = this
    const filled = source.fill()
    const endless = opened.input.sizeBytes === undefined
    if (!endless) return filled
    const startedMs = context.elapsed()
    let silent = false
    let idle = false
    for (;;) {
      const nowMs = context.elapsed()
      const deadlines = [this.lastCommitMs + settings.commitIntervalMs]
      if (!silent) deadlines.push(startedMs + silenceMs)
      if (settings.idleMs !== undefined && !idle) deadlines.push(startedMs + settings.idleMs)
      if (settings.emitEveryMs !== undefined) deadlines.push(this.lastEmitMs + settings.emitEveryMs)
      const waitMs = Math.max(0, Math.min(...deadlines) - nowMs)
      const count = await raceWithTimer(filled, waitMs)
      if (count !== undefined) return count
      if (context.signal.aborted) return undefined
      const wokenMs = context.elapsed()
      if (settings.idleMs !== undefined && !idle && wokenMs - startedMs >= settings.idleMs) {
        idle = true
        task.idle()
      }
      if (!silent && wokenMs - startedMs >= silenceMs) {
        silent = true
        if (settings.emitEveryMs === undefined && !settings.emitFinalOnly) task.flush()
        await this.emitted()
        if (this.state !== undefined) await this.commit()
      }
      await this.afterBlock(task)
    }
  }

  /** Emits and commits what is due, and hands output over. */
  private async afterBlock(task: StreamTask): Promise<void> {
    const { context, settings } = this
    task.punctuateWallClock()
    const nowMs = context.elapsed()
    const everyMs = settings.emitEveryMs ?? (this.live === undefined ? undefined : liveIntervalMs)
    if (everyMs !== undefined && nowMs - this.lastEmitMs >= everyMs) {
      task.flush()
      await this.emitted()
    }
    const commitDue = nowMs - this.lastCommitMs >= settings.commitIntervalMs
    if (commitDue && everyMs === undefined && !settings.emitFinalOnly && isEndless(settings.inputs)) task.flush()
    await this.sinks.flush()
    if (commitDue || (this.state !== undefined && task.dirtyBytes > maxDirtyBytes)) await this.commit()
  }

  private async emitted(): Promise<void> {
    this.lastEmitMs = this.context.elapsed()
    this.live?.render()
    await this.sinks.flush()
  }

  private async commit(): Promise<void> {
    this.lastCommitMs = this.context.elapsed()
    await this.casualties.flush()
    const { state, task } = this
    if (state === undefined || task === undefined) {
      await this.sinks.commit()
      return
    }
    await commit({
      task,
      store: state.store,
      commitSinks: () => this.sinks.commit(),
      positionWrites: () => state.positionWrites(),
      maxCachedRows,
    })
  }

  private advancePosition(source: RecordSource, { input }: OpenedInput): void {
    if (this.state === undefined || input.identity === undefined) return
    this.state.positions.advance(input.identity, source.position, source.resumePoint())
  }

  private async close(): Promise<void> {
    this.task?.close()
    await this.sinks.close()
    await this.casualties.close()
    await this.state?.close()
  }

  private outputFormat(endpoint: Endpoint): Format {
    const { outputFormat } = this.settings
    const byName = endpoint.kind === 'file' ? formatOfFile(endpoint.name) : undefined
    return (endpoint.options?.['main'] === false ? undefined : outputFormat) ?? byName ?? 'ndjson'
  }

  private writesEnvelopes(): boolean {
    return this.settings.envelope ?? this.source?.sawEnvelope ?? false
  }

  /** An error object takes the place of a record in the output of the chain. */
  private keep(value: object): void {
    const endpoint = this.plan.topology.nodes.findLast(({ kind }) => kind === 'sink')?.endpoint
    if (endpoint !== undefined) this.sinkProcessor(endpoint)(new StreamRecord(null, value, -1, noOrigin))
  }

  private notice(message: string): void {
    if (!this.settings.quiet) this.context.tell(`ks: ${message}\n`)
  }
}

/** Standard input as a pipe may go on for ever; files end. */
const isEndless = (inputs: readonly string[]): boolean => inputs.length === 0 || inputs.includes('-')
