// Runs a described chain on files and pipes: wires inputs, outputs, state and time, and closes everything in order. What is
// read from topics runs in topic-run.ts.

import { exitStatus, KsError } from './model/errors.ts'
import type { CliContext } from './cli/context.ts'
import { Emission } from './emission.ts'
import { fileProgress } from './file-progress.ts'
import type { FileRunTopics } from './file-run-topics.ts'
import { GlobalTables } from './global-tables.ts'
import { faultOfRow } from './lane-source.ts'
import type { RecordError } from './model/record-error.ts'
import type { StreamRecord } from './model/stream-record.ts'
import { openState, type OpenState } from './open-state.ts'
import { raceWithTimer } from './race-with-timer.ts'
import { openRunMetrics } from './open-run-metrics.ts'
import { openServing, type RunServing } from './open-serving.ts'
import type { RunMetrics } from './run-metrics.ts'
import { RunOutputs } from './run-outputs.ts'
import { sourceFiles } from './source-files.ts'
import { isEndless, type RunSettings } from './run-settings.ts'
import { createDecoder } from './stdio/create-decoder.ts'
import { formatOfFile, type Format } from './stdio/format.ts'
import type { ByteInput } from './stdio/byte-input.ts'
import { ReaderGone } from './stdio/byte-output.ts'
import { openInputs, type OpenedInput } from './stdio/open-inputs.ts'
import type { ResumePoint } from './stdio/record-decoder.ts'
import { RecordSource, type SourceOptions } from './stdio/sources.ts'
import { mergedSources } from './stdio/merged-sources.ts'
import { commit } from './tasks/commit.ts'
import { faultPoint } from './tasks/fault-point.ts'
import { StreamTask } from './tasks/stream-task.ts'
import type { RunObserver } from './topic-tasks.ts'
import type { ChainPlan } from './topology/chain-plan.ts'
import type { RecordForm } from './topology/topology.ts'

/** Rows of a store that may stay in memory after a commit. */
const maxCachedRows = 500_000

/** A run that can be ended early. */
interface Run {
  run(): Promise<number>
  deliver(): Promise<void>
  abandon(): Promise<void>
}

/** Runs a chain to the end of its input. Returns the exit status. @param observer of the tasks of a run on topics. */
export const runChain = async (
  plan: ChainPlan,
  settings: RunSettings,
  context: CliContext,
  observer?: RunObserver,
): Promise<number> => {
  const run = await createRun(plan, settings, context, observer)
  try {
    return await run.run()
  } catch (error) {
    // What came before the record, or the output, that ended the run has been processed, and who reads the other outputs may
    // want it.
    const isOrderly = error instanceof ReaderGone || (error instanceof KsError && ['data', 'io'].includes(error.kind))
    if (isOrderly) await run.deliver().catch(() => undefined)
    if (error instanceof ReaderGone) {
      await run.abandon()
      return exitStatus.ok
    }
    await run.abandon()
    throw error
  }
}

const createRun = async (
  plan: ChainPlan,
  settings: RunSettings,
  context: CliContext,
  observer: RunObserver | undefined,
): Promise<Run> => {
  if (settings.topics?.isInput !== true) return new ChainRun(plan, settings, context)
  const { TopicRun } = await import('./topic-run.ts')
  return new TopicRun(plan, settings, settings.topics, context, observer)
}

class ChainRun implements Run {
  private readonly plan: ChainPlan
  private readonly settings: RunSettings
  private readonly context: CliContext
  private readonly outputs: RunOutputs
  private readonly emission: Emission
  private state: OpenState | undefined
  private topics: FileRunTopics | undefined
  private globals: GlobalTables | undefined
  private metrics: RunMetrics | undefined
  private serving: RunServing | undefined
  private task: StreamTask | undefined
  private source: RecordSource | undefined
  /** Records handed to the task, if only so many are wanted. */
  private taken = 0
  /** Ends the wait for input: an output, or a table that is followed, has failed. */
  private waitFailed: (() => void) | undefined

  constructor(plan: ChainPlan, settings: RunSettings, context: CliContext) {
    this.plan = plan
    this.settings = settings
    this.context = context
    this.outputs = new RunOutputs(plan, settings, context, {
      committedMark: (path) => this.state?.sinkMark(path),
      durable: () => this.state !== undefined,
      sawEnvelope: () => this.source?.sawEnvelope ?? false,
      failed: () => this.waitFailed?.(),
      topic: (endpoint) => this.openTopics().sink(endpoint),
    })
    this.emission = new Emission(
      settings,
      {
        tasks: () => (this.task === undefined ? [] : [this.task]),
        emitted: () => this.outputs.emitted(),
        handOver: async () => {
          await this.outputs.sinks.flush()
          await this.topics?.handOver()
        },
        commit: () => this.commit(),
        durable: settings.durability !== undefined,
        endless: isEndless(settings.inputs),
        endIsNear: false,
        live: settings.live,
      },
      () => context.elapsed(),
    )
  }

  async run(): Promise<number> {
    const { plan, settings, context, outputs } = this
    const { durability } = settings
    this.metrics = await openRunMetrics(settings, context, outputs, () => this.task)
    this.serving = await openServing(plan.topology, settings, context, outputs, () => this.task)
    if (settings.topics !== undefined) {
      const { FileRunTopics } = await import('./file-run-topics.ts')
      this.topics = await FileRunTopics.open(plan, settings, settings.topics, context, this.notice)
    }
    if (durability !== undefined) {
      this.state = await openState(durability, settings.commandLine, context, (store) => this.topics?.recover(store))
      faultPoint('state-opened')
      await this.serving?.openSocket(this.state.held)
    }
    await outputs.open()
    // From here on a start can tell what was there before from what a killed run has left.
    if (this.state !== undefined) await this.state.store.write(await outputs.sinks.commit(), false)
    const globals = new GlobalTables({ settings, context, outputs, connection: this.topics?.connection })
    this.globals = globals
    await globals.load(plan.topology.globals)
    if (isEndless(settings.inputs)) {
      globals.follow(() => {
        this.waitFailed?.()
      })
    }
    const { lateTopic } = settings
    const late = lateTopic === undefined ? undefined : this.openTopics().late(lateTopic)
    const task = await StreamTask.create(plan.topology, {
      clock: context,
      taskId: '0_0',
      applicationId: durability?.applicationId ?? '',
      store: this.state?.store,
      metrics: this.metrics?.thread.openTask('0_0'),
      sink: ({ endpoint }) => outputs.processor(endpoint),
      faulty: (row, error) => {
        this.rowFault(row, error)
      },
      dropped: (record, reason, detail) => {
        if (reason === 'late') late?.(record)
        outputs.casualties.dropped(record, reason, detail, lateTopic)
      },
      trace: outputs.trace,
      watches: outputs.watches,
    })
    this.task = task
    this.metrics?.started()
    await (plan.sourceNodes.length > 1 ? this.readMerged(task) : this.readInputs(task))
    const interrupted = context.signal.aborted
    // Windows stay open for the next run if there is one; otherwise nothing can come any more.
    if (durability === undefined) task.endOfInput()
    faultPoint('before-flush')
    task.flush()
    faultPoint('after-flush')
    await outputs.finish()
    await this.commit()
    faultPoint('before-close')
    await this.close()
    faultPoint('after-close')
    outputs.tellSummary()
    if (interrupted) return Number(context.signal.reason)
    if (settings.exitStatus && outputs.sinks.written + (this.topics?.written ?? 0) === 0) return exitStatus.nothing
    return exitStatus.ok
  }

  /** Hands over what has been written so far. */
  async deliver(): Promise<void> {
    await this.outputs.deliver()
    await this.topics?.deliver()
  }

  /** Lets go of everything without a commit: the next run starts from the last one. */
  async abandon(): Promise<void> {
    await this.serving?.close()
    await this.outputs.abandon()
    await this.globals?.close().catch(() => undefined)
    await this.topics?.abandon()
    await this.state?.close().catch(() => undefined)
    await this.metrics?.close()
  }

  private sourceOptions(task: StreamTask, form: RecordForm | undefined): SourceOptions {
    const { settings, context, plan } = this
    return {
      timestamps: form?.timestamps ?? (form?.isTimeless === true ? undefined : settings.timestamps),
      clock: () => context.now(),
      needsTime: plan.needsTime && form?.isTimeless !== true,
      maxRecordBytes: settings.maxRecordBytes,
      fault: (fault) => {
        task.metrics?.drop('bad record')
        const goesOn = this.outputs.casualties.fault(fault, settings.asideTopic)
        if (settings.asideTopic !== undefined) this.openTopics().aside(settings.asideTopic, fault)
        return goesOn
      },
      stopped: () => this.stopped(task),
    }
  }

  private readonly notice = (message: string): void => {
    this.outputs.notice(message)
  }

  /** Where the records of a source node go in. */
  private entry(task: StreamTask, node: string): (record: StreamRecord) => void {
    const process = task.source(node)
    if (this.settings.limit === undefined) return process
    return (record) => {
      this.taken++
      process(record)
    }
  }

  /** No more records are wanted: by the chain, or beyond `-c`. */
  private stopped(task: StreamTask): boolean {
    const { limit } = this.settings
    return task.stopped || (limit !== undefined && this.taken >= limit)
  }

  /** A source for inputs of one format. */
  private createSource(format: Format, task: StreamTask, form?: RecordForm): RecordSource {
    return new RecordSource(createDecoder(format, { notice: this.notice }), this.sourceOptions(task, form))
  }

  private inputOptions(): Parameters<typeof openInputs>[1] {
    const positions = this.state?.positions
    return {
      ...(positions === undefined ? {} : { positions }),
      notice: this.notice,
      signal: this.context.signal,
    }
  }

  /** The main loop: inputs one after another. */
  private async readInputs(task: StreamTask): Promise<void> {
    const { settings, plan, context } = this
    const [sourceNode = ''] = plan.sourceNodes
    const form = plan.topology.nodes.find(({ name }) => name === sourceNode)?.endpoint?.form
    const process = this.entry(task, sourceNode)
    const progress = fileProgress(settings, context)
    const metrics = this.metrics?.thread
    const sources = new Map<Format, RecordSource>()
    const totalRecords = (): number => [...sources.values()].reduce((total, { records }) => total + records, 0)
    try {
      for await (const opened of openInputs(settings.inputs, this.inputOptions())) {
        if (this.stopped(task)) break
        const format = settings.inputFormat ?? formatOfFile(opened.readAs) ?? 'ndjson'
        const source = sources.get(format) ?? this.createSource(format, task, form)
        sources.set(format, source)
        this.source = source
        source.open(opened)
        faultPoint('input-opened')
        let more = !this.stopped(task)
        while (more) {
          const waitedMs = metrics?.elapsed() ?? 0
          const count = await this.waitForInput(source, opened)
          if (count === undefined) break
          const startedMs = metrics?.polled(waitedMs, 0) ?? 0
          more = source.decode(count, process)
          metrics?.processedSince(startedMs)
          faultPoint('block-processed')
          this.advancePosition(opened.input, source.position, source.resumePoint())
          this.outputs.sinks.settle()
          await this.emission.afterBlock()
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
    const { settings, plan, context } = this
    const inputs = sourceFiles(plan.topology, settings).map(({ node, names, format, form }) => ({
      source: this.createSource(format, task, form),
      opened: openInputs(names, this.inputOptions()),
      process: this.entry(task, node),
    }))
    try {
      await mergedSources(inputs, {
        stopped: () => this.stopped(task) || context.signal.aborted,
        metrics: this.metrics?.thread,
        processed: ({ input }, position, resume) => {
          this.advancePosition(input, position, resume)
        },
        afterBatch: () => this.emission.afterBlock(),
      })
    } catch (error) {
      if (!context.signal.aborted || error !== context.signal.reason) throw error
    }
  }

  /**
   * Waits for bytes of the input; meanwhile does what time asks for. undefined if the run was interrupted.
   * Only here, between blocks, may anything but a record change the task.
   */
  private async waitForInput(source: RecordSource, opened: OpenedInput): Promise<number | undefined> {
    const { context, emission } = this
    const filled = source.fill()
    if (opened.input.sizeBytes !== undefined) return filled
    emission.active()
    const failed = new Promise<undefined>((resolve) => {
      this.waitFailed = () => {
        resolve(undefined)
      }
    })
    for (;;) {
      const count = await raceWithTimer(Promise.race([filled, failed]), emission.waitMs())
      this.outputs.sinks.check()
      this.globals?.check()
      if (count !== undefined) return count
      if (context.signal.aborted) return undefined
      await emission.waited()
      await emission.afterBlock()
    }
  }

  private async commit(): Promise<void> {
    this.emission.committed()
    const { state, task, topics, outputs } = this
    if (state === undefined || task === undefined) {
      await outputs.commit()
      await topics?.commit([])
      return
    }
    const startedMs = this.context.elapsed()
    await commit({
      task,
      store: state.store,
      commitSinks: async (rows) => {
        // Also what was put aside of the rows that have gone on for this commit.
        await outputs.casualties.flush()
        return [...((await topics?.commit(rows)) ?? []), ...(await outputs.sinks.commit())]
      },
      positionWrites: () => state.positionWrites(),
      maxCachedRows,
    })
    this.metrics?.thread.committed(startedMs)
  }

  private rowFault(row: StreamRecord, error: RecordError): void {
    const { asideTopic } = this.settings
    const fault = faultOfRow(error, row)
    this.outputs.casualties.fault(fault, asideTopic)
    if (asideTopic !== undefined) this.openTopics().aside(asideTopic, fault)
  }

  private advancePosition({ identity }: ByteInput, position: number, resume: ResumePoint | undefined): void {
    if (identity !== undefined) this.state?.positions.advance(identity, position, resume)
  }

  private async close(): Promise<void> {
    await this.serving?.close()
    this.task?.close()
    await this.outputs.close()
    await this.globals?.close()
    await this.topics?.close()
    await this.state?.close()
    await this.metrics?.close()
  }

  private openTopics(): FileRunTopics {
    if (this.topics === undefined) throw new Error('the run has no topics')
    return this.topics
  }
}
