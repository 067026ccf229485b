// num.stream.threads: further threads of this process that run the same chain. Each is a member of the group with tasks of its
// own and a connection of its own, like the stream threads of Kafka Streams, so that nothing is shared but the list of open
// directories, and a task moves between threads as it does between processes.

import type { CliContext, RunningThread } from './cli/context.ts'
import type { Loss } from './cli/terminal/summary.ts'
import { needsOneThread } from './check-group-chain.ts'
import { raceWithTimer } from './race-with-timer.ts'
import type { RunSettings, TopicSettings } from './run-settings.ts'
import type { Topology } from './topology/topology.ts'

/** How long threads may take to close after an error elsewhere; after a signal the process has its own limit. */
const closeDeadlineMs = 10_000

export class StreamThreads {
  private readonly threads: RunningThread[] = []
  private readonly alive = new Set<RunningThread>()
  private failedStatus: number | undefined
  private isStopping = false

  /**
   * Starts as many threads as there are to be besides this one.
   * @param failed called when one of them has ended by itself, after it has told why.
   */
  constructor(
    topology: Topology,
    settings: RunSettings,
    topics: TopicSettings,
    context: CliContext,
    failed: () => void,
  ) {
    const count = topics.config.number('num.stream.threads')
    if (count === 1 || context.thread !== undefined) return
    const reason = needsOneThread(topology, settings, topics)
    if (reason !== undefined) {
      if (!settings.quiet) context.warn(`num.stream.threads=${String(count)} is not used: ${reason}`)
      return
    }
    for (let number = 2; number <= count; number++) {
      const { commandLine } = settings
      const thread = context.startThread({ number, commandLine, files: topics.config.files() })
      this.threads.push(thread)
      this.alive.add(thread)
      void thread.ended.then(({ status }) => {
        this.alive.delete(thread)
        if (this.isStopping || this.failedStatus !== undefined) return
        this.failedStatus = status
        failed()
      })
    }
  }

  /** Those that were started and have not ended. */
  get running(): readonly RunningThread[] {
    return [...this.alive]
  }

  /** The exit status of the thread that has ended the run; undefined as long as all of them go on. */
  get failure(): number | undefined {
    return this.failedStatus
  }

  /** Lets them commit, close and end, while this thread does the same. @param status the reason, an exit status. */
  tellToStop(status: number): void {
    if (this.isStopping) return
    this.isStopping = true
    for (const thread of this.threads) thread.stop(status)
  }

  /** Waits until all of them have ended. @returns what did not make it into their results. */
  async ended(): Promise<readonly Loss[]> {
    const ended = Promise.all(this.threads.map((thread) => thread.ended))
    if ((await raceWithTimer(ended, closeDeadlineMs)) === undefined) {
      await Promise.all(this.threads.map((thread) => thread.kill()))
    }
    return (await ended).flatMap(({ losses }) => losses)
  }
}
