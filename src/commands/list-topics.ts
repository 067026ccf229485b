// ks topics: the topics of a cluster; making and deleting them.

import { escapeControls } from '../runtime/cli/terminal/escape.ts'
import { defineGroup } from '../runtime/cli/command.ts'
import { flag, integer, pairs } from '../runtime/cli/options.ts'
import type { PartitionReport, TopicReport } from '../runtime/kafka-topics.ts'
import type { ToolContext } from '../runtime/main.ts'
import { connectionOptions, jsonOption, yesOption } from './kafka-options.ts'
import { printObjects, table } from './listing.ts'
import { tool } from './tool.ts'

const load = async () => {
  const [topics, { withKafka }] = await Promise.all([
    import('../runtime/kafka-topics.ts'),
    import('../runtime/kafka-tools.ts'),
  ])
  return { ...topics, withKafka }
}

const replicasOf = ({ partitions }: TopicReport): number => partitions[0]?.replicas.length ?? 0

const printSummaries = async (
  topics: readonly TopicReport[],
  recordCount: (topic: TopicReport) => number,
  json: boolean,
  context: ToolContext,
): Promise<void> => {
  const rows = topics.map((topic) => ({
    topic: topic.name,
    partitions: topic.partitions.length,
    replicas: replicasOf(topic),
    records: recordCount(topic),
  }))
  if (json) return printObjects(context, rows)
  const columns = [
    { title: 'TOPIC' },
    { title: 'PARTITIONS', align: 'right' },
    { title: 'REPLICAS', align: 'right' },
    { title: 'RECORDS', align: 'right' },
  ] as const
  const cells = rows.map(({ topic, partitions, replicas, records }) => [topic, partitions, replicas, records])
  await context.print(table(columns, cells))
}

const partitionObject = ({ partition, leader, replicas, isr, start, end }: PartitionReport): object => ({
  partition,
  leader: leader ?? null,
  replicas,
  isr,
  start: start ?? null,
  end: end ?? null,
})

const printDetails = async (
  topics: readonly TopicReport[],
  configs: ReadonlyMap<string, Readonly<Record<string, string>>>,
  json: boolean,
  context: ToolContext,
): Promise<void> => {
  if (json) {
    const objects = topics.map(({ name, isInternal, partitions }) => ({
      topic: name,
      internal: isInternal,
      configs: configs.get(name) ?? {},
      partitions: partitions.map(partitionObject),
    }))
    return printObjects(context, objects)
  }
  const columns = [
    { title: '  PARTITION', align: 'right' },
    { title: 'LEADER', align: 'right' },
    { title: 'REPLICAS' },
    { title: 'IN SYNC' },
    { title: 'START', align: 'right' },
    { title: 'END', align: 'right' },
  ] as const
  const texts = topics.map(({ name, partitions }) => {
    const settings = Object.entries(configs.get(name) ?? {}).map(
      ([setting, value]) => `  ${setting}=${escapeControls(value)}\n`,
    )
    const rows = partitions.map(({ partition, leader, replicas, isr, start, end }) => [
      partition,
      leader,
      replicas.join(','),
      isr.join(','),
      start,
      end,
    ])
    return `${name}\n${settings.join('')}${table(columns, rows)}`
  })
  await context.print(texts.join(''))
}

const ls = tool({
  name: 'ls',
  summary: 'List topics, or show the partitions of those that are named.',
  description: [
    'A topic that is named is shown with its partitions and the settings that it does not have from its brokers; a pattern with `*` and `?` gives a line per topic. Names that begin with `__` are left out unless the pattern begins with `_`.',
    'Records are what lies between the first and the last offset: compaction may have removed some of them, and transactions have marks in between.',
  ],
  operands: [
    { name: 'PATTERN', help: 'Names or patterns; all topics if not given.', kind: 'topic', min: 0, max: Infinity },
  ],
  options: {
    ...connectionOptions,
    all: flag({ help: 'Also topics that begin with `__`, which belong to the brokers.' }),
    describe: flag({ help: 'Partitions and settings, for patterns too.' }),
    json: jsonOption,
  },
  examples: [
    {
      title: 'Topics by pattern, for a program',
      run: "ks topics '*orders*' --json | ks filter '.topic == \"orders\"' then map '{topic, partitions}'",
      topics: { orders: 3 },
      output: '{"topic":"orders","partitions":3}\n',
    },
    {
      title: 'Where a topic begins and ends',
      run: "ks topics orders --json | ks explode .partitions then map '{partition, start, end}'",
      topics: { orders: 2 },
      output: '{"partition":0,"start":0,"end":0}\n{"partition":1,"start":0,"end":0}\n',
    },
  ],
  run: async ({ all, describe, json, ...options }, words, context) => {
    const { withKafka, chooseTopics, reportTopics, reportTopicConfigs, recordCount } = await load()
    await withKafka(options, context, async (connection) => {
      const { names, areNamed } = await chooseTopics(connection, words, all)
      if (names.length === 0) {
        context.tell(words.length === 0 ? 'ks: there are no topics\n' : `ks: no topic matches ${words.join(' ')}\n`)
        return
      }
      const reports = await reportTopics(connection, names)
      if (areNamed || describe) await printDetails(reports, await reportTopicConfigs(connection, names), json, context)
      else await printSummaries(reports, recordCount, json, context)
    })
    return 0
  },
})

const show = tool({
  name: 'show',
  summary: 'Show the partitions and settings of topics.',
  description: ['The same as `ks topics NAME`, also for a topic that is called like one of its subcommands.'],
  operands: [{ name: 'TOPIC', help: 'Names.', kind: 'topic', min: 1, max: Infinity }],
  options: { ...connectionOptions, json: jsonOption },
  examples: [
    {
      title: 'Settings that a topic has of its own',
      run: "ks topics show orders --json | ks map '{topic, configs}'",
      topics: { orders: 1 },
      output: '{"topic":"orders","configs":{}}\n',
    },
  ],
  run: async ({ json, ...options }, names, context) => {
    const { withKafka, requireTopics, reportTopics, reportTopicConfigs } = await load()
    await withKafka(options, context, async (connection) => {
      await requireTopics(connection, names)
      const reports = await reportTopics(connection, names)
      await printDetails(reports, await reportTopicConfigs(connection, names), json, context)
    })
    return 0
  },
})

const create = tool({
  name: 'create',
  summary: 'Create topics.',
  description: ['What is not said, the brokers decide: `num.partitions`, `default.replication.factor`.'],
  operands: [{ name: 'TOPIC', help: 'Names.', kind: 'name', min: 1, max: Infinity }],
  options: {
    ...connectionOptions,
    partitions: integer({ min: 1, max: 2 ** 31 - 1, help: 'Number of partitions.' }),
    replicationFactor: integer({ min: 1, max: 2 ** 15 - 1, help: 'Brokers that have a copy of each partition.' }),
    set: pairs({ help: "A setting of the topic, by Kafka's name: `retention.ms=86400000`." }),
    json: jsonOption,
  },
  examples: [
    {
      title: 'A compacted topic',
      run: 'ks topics create prices --partitions 2 --set cleanup.policy=compact',
      topics: {},
      apps: ['prices'],
      output: 'created prices (2 partitions)\n',
    },
  ],
  run: async ({ partitions, replicationFactor, set: configs, json, ...options }, names, context) => {
    const { withKafka, makeTopics } = await load()
    await withKafka(options, context, async (connection) => {
      const made = await makeTopics(connection, names, { partitions, replicationFactor, configs })
      if (json) {
        const objects = made.map((topic) => ({
          action: 'create',
          topic: topic.name,
          partitions: topic.partitions.length,
          replicas: replicasOf(topic),
        }))
        await printObjects(context, objects)
      } else {
        await context.print(made.map((topic) => `created ${topic.name} (${partitionsText(topic)})\n`).join(''))
      }
    })
    return 0
  },
})

const rm = tool({
  name: 'rm',
  summary: 'Delete topics with everything in them.',
  description: ['Nothing brings them back, so without `--yes` it only says what would be deleted.'],
  operands: [{ name: 'TOPIC', help: 'Names; no patterns.', kind: 'topic', min: 1, max: Infinity }],
  options: { ...connectionOptions, yes: yesOption, json: jsonOption },
  examples: [
    {
      title: 'Really delete a topic',
      run: 'ks topics rm orders --yes',
      topics: { orders: 1 },
      output: 'deleted orders (1 partition, 0 records)\n',
    },
  ],
  run: async ({ yes, json, ...options }, names, context) => {
    const { withKafka, requireTopics, reportTopics, removeTopics, recordCount } = await load()
    await withKafka(options, context, async (connection) => {
      await requireTopics(connection, names)
      const reports = await reportTopics(connection, names)
      if (yes) await removeTopics(connection, names)
      const verb = yes ? 'deleted' : 'would delete'
      if (json) {
        const objects = reports.map((topic) => ({
          action: 'delete',
          topic: topic.name,
          partitions: topic.partitions.length,
          records: recordCount(topic),
          done: yes,
        }))
        await printObjects(context, objects)
      } else {
        const lines = reports.map((topic) => {
          const records = recordCount(topic)
          const size = `${partitionsText(topic)}, ${String(records)} ${records === 1 ? 'record' : 'records'}`
          return `${verb} ${topic.name} (${size})\n`
        })
        await context.print(lines.join(''))
      }
      if (!yes) context.tell('ks: nothing was deleted; --yes does it\n')
    })
    return 0
  },
})

const partitionsText = ({ partitions }: TopicReport): string =>
  `${String(partitions.length)} ${partitions.length === 1 ? 'partition' : 'partitions'}`

export default defineGroup<ToolContext>({
  name: 'topics',
  summary: 'List, create and delete topics.',
  description: ['`ks topics` lists them, `ks topics NAME` shows the partitions of one.'],
  examples: [],
  seeAlso: ['offsets', 'config'],
  subcommands: [ls, show, create, rm],
  otherwise: 'ls',
})
