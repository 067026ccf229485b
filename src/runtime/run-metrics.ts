// --metrics: what the threads of a run have counted, brought together and shown over HTTP. The first thread has the endpoint;
// the others answer it.

import type { CliContext, RunningThread } from './cli/context.ts'
import { exposition } from './metrics/exposition.ts'
import { sample, type Sample } from './metrics/metric-table.ts'
import { RateHistory } from './metrics/rate-history.ts'
import { ThreadMetrics } from './metrics/thread-metrics.ts'
import { raceWithTimer } from './race-with-timer.ts'
import type { MetricsSettings } from './run-settings.ts'
import { healthRoutes } from './server/health-routes.ts'
import { HttpServer } from './server/http-server.ts'
import { listenAddressText } from './model/listen-address.ts'
import { metricsRoute } from './server/metrics-route.ts'
import { describedRoutes } from './server/openapi.ts'
import type { Route } from './server/route.ts'
import type { StoreSize, StreamTask } from './tasks/stream-task.ts'
import type { RunningTask } from './topic-tasks.ts'
import { version } from './version.ts'

/** What the loop of a run tells of itself. */
export interface RunState {
  /** Those that run now. */
  tasks(): Iterable<Pick<RunningTask, 'id' | 'task'> & Partial<RunningTask>>
  /** Tasks are assigned and restored. */
  isReady(): boolean
  /** The other threads. */
  threads(): readonly RunningThread[]
}

/** What a thread answers. */
interface ThreadReport {
  readonly samples: readonly Sample[]
  readonly isReady: boolean
}

/** The question to a thread. */
const question = 'metrics'
/** A thread that is busy for longer is shown as it was when it answered last. */
const answerPatienceMs = 1000

// Ordinals of KafkaStreams.State and StreamThread.State (KIP-1091).
const clientStates = { CREATED: 0, REBALANCING: 1, RUNNING: 2, PENDING_SHUTDOWN: 3 } as const
const threadStates = { CREATED: 1, REBALANCING: 3, RUNNING: 4, PENDING_SHUTDOWN: 5 } as const
type State = keyof typeof clientStates

const stateMeaning: Readonly<Record<Exclude<State, 'RUNNING'>, string>> = {
  CREATED: 'it starts',
  REBALANCING: 'tasks are being assigned or restored',
  PENDING_SHUTDOWN: 'it ends',
}

export class RunMetrics {
  readonly thread: ThreadMetrics
  private readonly settings: MetricsSettings
  private readonly run: RunState
  private readonly context: CliContext
  private readonly history: RateHistory
  private readonly reports = new Map<RunningThread, ThreadReport>()
  private server: HttpServer | undefined
  private timer: NodeJS.Timeout | undefined
  private hasStarted = false

  private constructor(settings: MetricsSettings, run: RunState, context: CliContext) {
    const number = context.thread?.number ?? 1
    this.settings = settings
    this.run = run
    this.context = context
    this.thread = new ThreadMetrics(
      `${settings.clientId}-StreamThread-${String(number)}`,
      { now: () => context.now(), elapsed: () => context.elapsed() },
      settings.sampling,
    )
    this.history = new RateHistory(settings.sampling, context.elapsed())
  }

  /**
   * Begins to count; in the first thread also to listen. @throws KsError io if the address cannot be had.
   * @param notice takes a line that says where it listens.
   */
  static async open(
    settings: MetricsSettings,
    run: RunState,
    context: CliContext,
    notice: (message: string) => void,
  ): Promise<RunMetrics> {
    const metrics = new RunMetrics(settings, run, context)
    if (context.thread !== undefined) context.thread.answer(question, () => metrics.report())
    else {
      metrics.server = new HttpServer({
        routes: describedRoutes('Metrics of a run of ks', version, metrics.routes()),
        token: undefined,
      })
      const address = await metrics.server.listen(settings.address)
      metrics.server.unref()
      if (settings.address.port === 0) notice(`metrics are at http://${listenAddressText(address)}/metrics`)
      metrics.timer = setInterval(() => {
        void metrics.remember()
      }, settings.sampling.windowMs).unref()
    }
    return metrics
  }

  /** What can be asked over HTTP. */
  routes(): readonly Route[] {
    return [metricsRoute(() => this.exposition()), ...healthRoutes(() => this.whyNotReady())]
  }

  /** Its tasks may run: from now on it is ready whenever they do. */
  started(): void {
    this.hasStarted = true
  }

  async close(): Promise<void> {
    clearInterval(this.timer)
    await this.server?.close()
  }

  private get state(): State {
    if (this.context.signal.aborted) return 'PENDING_SHUTDOWN'
    if (!this.hasStarted) return 'CREATED'
    return this.run.isReady() ? 'RUNNING' : 'REBALANCING'
  }

  private async exposition(): Promise<string> {
    const samples = await this.allSamples()
    return exposition([...samples, ...this.history.rates(samples, this.context.elapsed())], this.settings.level)
  }

  private async whyNotReady(): Promise<string | undefined> {
    const { state } = this
    if (state !== 'RUNNING') return `${state}: ${stateMeaning[state]}`
    const waiting = (await this.askThreads()).filter(({ isReady }) => !isReady).length
    return waiting === 0 ? undefined : `REBALANCING: ${String(waiting)} of the other threads`
  }

  private async remember(): Promise<void> {
    this.history.remember(await this.allSamples(), this.context.elapsed())
  }

  /** Of all threads. */
  private async allSamples(): Promise<readonly Sample[]> {
    const { state, settings } = this
    const own = await this.report()
    const others = await this.askThreads()
    const tags = { 'client-id': settings.clientId }
    return [
      sample('stream-metrics', 'client-state', tags, clientStates[state]),
      sample('stream-metrics', 'alive-stream-threads', tags, others.length + 1),
      sample('stream-metrics', 'version', { ...tags, version }, 1),
      ...own.samples,
      ...others.flatMap(({ samples }) => samples),
    ]
  }

  /** What the other threads say, or have said last. */
  private async askThreads(): Promise<readonly ThreadReport[]> {
    const threads = this.run.threads()
    await Promise.all(
      threads.map(async (thread) => {
        const answer = await raceWithTimer(thread.ask(question), answerPatienceMs)
        if (answer !== undefined) this.reports.set(thread, answer as ThreadReport) // what `report` gives
      }),
    )
    return threads.map((thread) => this.reports.get(thread) ?? { samples: [], isReady: false })
  }

  /** Of this thread. */
  private async report(): Promise<ThreadReport> {
    const { threadId } = this.thread
    const tags = { 'thread-id': threadId }
    const samples = [
      sample('stream-thread-metrics', 'thread-state', tags, threadStates[this.state]),
      ...this.thread.samples(),
    ]
    for (const { id, task, group } of [...this.run.tasks()]) {
      const own = { ...tags, 'task-id': id }
      samples.push(...(await storeSamples(task, own)))
      if (group === undefined) continue
      samples.push(sample('stream-task-metrics', 'active-buffer-count', own, group.buffered))
      const bytes = new Map<string, { readonly topic: string; total: number }>()
      for (const { lane, node } of group.lanes) {
        const { topic, partition, lag, fetchedBytes } = lane
        const ofNode = bytes.get(node) ?? { topic, total: 0 }
        ofNode.total += fetchedBytes
        bytes.set(node, ofNode)
        if (lag === undefined) continue
        const ofLane = { 'client-id': `${threadId}-consumer`, topic, partition: String(partition) }
        samples.push(sample('consumer-fetch-manager-metrics', 'records-lag', ofLane, lag))
      }
      for (const [node, { topic, total }] of bytes) {
        const ofTopic = { ...own, 'processor-node-id': node, 'topic-name': topic }
        samples.push(sample('stream-topic-metrics', 'bytes-consumed-total', ofTopic, total))
      }
    }
    return { samples, isReady: this.state === 'RUNNING' }
  }
}

const storeSamples = async (task: StreamTask, own: Readonly<Record<string, string>>): Promise<readonly Sample[]> =>
  // A task may be closed meanwhile, and its database with it.
  (await task.storeSizes().catch(() => [])).flatMap((size) => {
    const tags = { ...own, [storeTag(size)]: size.store.name }
    return [
      sample('stream-state-metrics', 'estimate-num-keys', tags, size.rowsInMemory),
      sample('stream-state-metrics', 'total-sst-files-size', tags, size.diskBytes),
      sample('stream-state-metrics', 'uncommitted-bytes', tags, size.dirtyBytes),
    ]
  })

/** Kafka Streams' name of the tag says what kind of store it is: `rocksdb-window-state-id` and the like. */
const storeTag = ({ store, isPersistent }: StoreSize): string => {
  const kind = store.kind === 'key-value' ? '' : store.kind === 'session' ? '-session' : '-window'
  return `${isPersistent ? 'leveldb' : 'in-memory'}${kind}-state-id`
}
