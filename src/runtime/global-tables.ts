// The tables that a run has to have completely before its first record, from files and from topics.

import type { CliContext } from './cli/context.ts'
import { readFileTable } from './file-table.ts'
import type { KafkaConnection } from './kafka-connection.ts'
import type { RunOutputs } from './run-outputs.ts'
import type { RunSettings } from './run-settings.ts'
import type { TopicTables } from './topic-tables.ts'
import type { GlobalSource } from './topology/topology.ts'

/** What they are read with. */
export interface GlobalTablesOptions {
  readonly settings: RunSettings
  readonly context: CliContext
  readonly outputs: RunOutputs
  /** The connection of the run; without one they open their own. */
  readonly connection: KafkaConnection | undefined
}

export class GlobalTables {
  private readonly options: GlobalTablesOptions
  private topics: TopicTables | undefined
  private ownConnection: KafkaConnection | undefined

  constructor(options: GlobalTablesOptions) {
    this.options = options
  }

  /** Reads what is there. KsError io, data, config, denied or broker; `close` lets go of what is open then. */
  async load(tables: readonly GlobalSource[]): Promise<void> {
    const { settings, context, outputs } = this.options
    for (const table of tables) {
      if (table.endpoint.kind === 'topic') continue
      await readFileTable(table, {
        maxRecordBytes: settings.maxRecordBytes,
        signal: context.signal,
        notice: (message) => {
          outputs.notice(message)
        },
        fault: (fault) => outputs.casualties.fault(fault),
      })
    }
    const fromTopics = tables.filter(({ endpoint }) => endpoint.kind === 'topic')
    if (fromTopics.length > 0) await this.loadTopics(fromTopics)
  }

  /** Takes in what comes to the topics from now on. @param failed called once if that cannot go on; `check` says why. */
  follow(failed: () => void): void {
    this.topics?.follow(failed)
  }

  /** Throws why the tables are not up to date any more, if they are not. */
  check(): void {
    if (this.topics?.failure !== undefined) throw this.topics.failure
  }

  async close(): Promise<void> {
    await this.topics?.close()
    await this.ownConnection?.close()
  }

  private async loadTopics(tables: readonly GlobalSource[]): Promise<void> {
    const { settings, context, outputs, connection } = this.options
    if (settings.topics === undefined) throw new Error('the run has no topics')
    const { KafkaConnection } = await import('./kafka-connection.ts')
    const { TopicTables } = await import('./topic-tables.ts')
    // Requests on one connection are answered one after another: what is followed must not hold up the inputs.
    const used =
      connection ??
      (this.ownConnection = await KafkaConnection.open(settings.topics.config, context, (message) => {
        outputs.notice(message)
      }))
    const { casualties } = outputs
    this.topics = new TopicTables({ connection: used, tables, keySerde: settings.topics.readKey, casualties })
    await this.topics.load()
  }
}
