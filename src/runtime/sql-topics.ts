// What statements of SQL do with topics before anything is read: they make those that are missing, and write the rows of INSERT
// INTO … VALUES.

import type { CliContext } from './cli/context.ts'
import { compileTree, scopeOf, type Expression } from './expression/compile.ts'
import type { Node } from './expression/ast.ts'
import { KafkaConnection } from './kafka-connection.ts'
import { makeTopics } from './kafka-topics.ts'
import { topicSink } from './kafka/topic-sink.ts'
import { loadConfig } from './load-config.ts'
import { StreamRecord, noOrigin } from './model/stream-record.ts'
import { timestampFromValue } from './model/timestamp.ts'
import { sourcesOf, type PreparedSql } from './sql-program.ts'
import type { RowPlan, WantedTopic } from './sql/plan-script.ts'
import { recordWriter } from './sql/write-record.ts'

/** Makes the topics that are not there, and writes rows. KsError config, denied, broker. */
export const prepareTopics = async ({ script, shared }: PreparedSql, context: CliContext): Promise<void> => {
  const { topics, rows } = script
  // The first thread has done it.
  if ((topics.length === 0 && rows.length === 0) || context.thread !== undefined) return
  const connection = await KafkaConnection.open(await loadConfig(shared, context), context, (message) => {
    context.warn(message)
  })
  try {
    await makeMissing(connection, topics)
    if (rows.length > 0) await writeRows(connection, rows, context)
  } finally {
    await connection.close()
  }
}

const makeMissing = async (connection: KafkaConnection, topics: readonly WantedTopic[]): Promise<void> => {
  const { client } = connection
  const known = await client.topics(topics.map(({ name }) => name))
  const made = new Set<string>()
  for (const topic of topics) {
    const { name, replicas, retentionMs, isTable } = topic
    if (known.has(name) || made.has(name)) continue
    made.add(name)
    const policy = retentionMs === undefined ? 'compact' : 'compact,delete'
    const configs: (readonly [string, string])[] = isTable ? [['cleanup.policy', policy]] : []
    if (retentionMs !== undefined) configs.push(['retention.ms', String(retentionMs)])
    const partitions = topic.partitions ?? (await partitionsUpstream(connection, topic))
    await makeTopics(connection, [name], { partitions, replicationFactor: replicas, configs })
  }
}

/** As many as the first topic has that a query reads. */
const partitionsUpstream = async ({ client }: KafkaConnection, { input }: WantedTopic): Promise<number | undefined> => {
  const source = input === undefined ? undefined : sourcesOf(input).find(({ kind }) => kind === 'topic')
  if (source === undefined) return undefined
  return (await client.topics([source.name], true)).get(source.name)?.partitions.length
}

const writeRows = async (connection: KafkaConnection, rows: readonly RowPlan[], context: CliContext): Promise<void> => {
  const producer = await connection.producer(undefined)
  const compile = (node: Node): Expression =>
    compileTree(node, { text: '', subject: 'VALUES' }, scopeOf({ subject: 'VALUES', clock: () => context.now() }))
  try {
    for (const { sink, timestamp } of rows) {
      const writer = await producer.open(sink.place.name)
      const form = sink.place.form ?? { key: undefined, value: 'json' }
      const write = topicSink(writer, {
        keySerde: form.key,
        valueSerde: form.value,
        keepsBytes: true,
        keyOf: undefined,
        partition: undefined,
        headers: [],
        now: () => context.now(),
      })
      const nothing = new StreamRecord(null, {}, -1, noOrigin)
      const at = timestamp === undefined ? undefined : timestampFromValue(compile(timestamp.node).evaluate(nothing))
      write(recordWriter(sink, false, compile)(nothing).withTimestamp(at ?? context.now()))
    }
    await producer.flush()
  } finally {
    await producer.close()
  }
}
