// ks offsets: where groups are in their topics; putting them elsewhere.

import { homedir } from 'node:os'
import { defineGroup } from '../runtime/cli/command.ts'
import { integer, repeated, text } from '../runtime/cli/options.ts'
import type { GroupReport } from '../runtime/kafka-groups.ts'
import type { PositionChange } from '../runtime/kafka-positions.ts'
import type { ToolContext } from '../runtime/main.ts'
import { connectionOptions, jsonOption, yesOption } from './kafka-options.ts'
import { printObjects, table } from './listing.ts'
import { tool } from './tool.ts'

const load = async () => {
  const [groups, { withKafka }] = await Promise.all([
    import('../runtime/kafka-groups.ts'),
    import('../runtime/kafka-tools.ts'),
  ])
  return { ...groups, withKafka }
}

const views = {
  topics: { clicks: 1 },
  apps: ['views'],
  input: { 'clicks.ndjson': '{"page":"/home"}\n{"page":"/cart"}\n{"page":"/home"}\n' },
}
const runViews = 'ks cat clicks.ndjson --to clicks; ks filter .page -a views -t clicks -e >/dev/null'

const ls = tool({
  name: 'ls',
  summary: 'List consumer groups with their members and their lag.',
  description: ['Lag is the number of records that a group has still to read, as far as it has committed offsets.'],
  operands: [],
  options: { ...connectionOptions, json: jsonOption },
  examples: [
    {
      title: 'Whether a group has read everything',
      run: `${runViews}; ks offsets ls --json | ks filter --arg app=views '.group == $app + "-filter"' then map '{state, lag}'`,
      ...views,
      output: '{"state":"Empty","lag":0}\n',
    },
  ],
  run: async ({ json, ...options }, _operands, context) => {
    const { withKafka, allGroups, reportGroups, lagOf } = await load()
    await withKafka(options, context, async (connection) => {
      const reports = await reportGroups(connection, await allGroups(connection))
      const rows = reports.map(({ group, state, members, positions }) => {
        const lags = positions.flatMap((position) => lagOf(position) ?? [])
        const lag = lags.length === 0 ? undefined : lags.reduce((sum, each) => sum + Math.max(0, each), 0)
        return { group, state, members, topics: new Set(positions.map(({ topic }) => topic)).size, lag }
      })
      if (json) {
        await printObjects(
          context,
          rows.map((row) => ({ ...row, lag: row.lag ?? null })),
        )
      } else if (rows.length === 0) context.tell('ks: there are no groups\n')
      else {
        const columns = [
          { title: 'GROUP' },
          { title: 'STATE' },
          { title: 'MEMBERS', align: 'right' },
          { title: 'TOPICS', align: 'right' },
          { title: 'LAG', align: 'right' },
        ] as const
        const cells = rows.map(({ group, state, members, topics, lag }) => [group, state, members, topics, lag])
        await context.print(table(columns, cells))
      }
    })
    return 0
  },
})

const show = tool({
  name: 'show',
  summary: 'Show where an application, or a group, is in its topics.',
  description: [
    'The groups of an application are called `APP-STAGE`; a group of another program is named as it is. A partition that nobody has at the moment has no member, one without committed offset no lag.',
  ],
  operands: [
    { name: 'APP', help: 'Application id, or name of a group.', kind: 'name', min: 1, max: 1 },
    { name: 'STAGE', help: 'Only this stage.', kind: 'name', min: 0, max: 1 },
  ],
  options: { ...connectionOptions, json: jsonOption },
  examples: [
    {
      title: 'How far an application is',
      run: `${runViews}; ks offsets show views --json | ks map '{topic, partition, committed, lag}'`,
      ...views,
      output: '{"topic":"clicks","partition":0,"committed":3,"lag":0}\n',
    },
  ],
  run: async ({ json, ...options }, [app = '', stage], context) => {
    const { withKafka, groupsOf, reportGroups } = await load()
    await withKafka(options, context, async (connection) => {
      await printGroups(await reportGroups(connection, await groupsOf(connection, app, stage)), json, context)
    })
    return 0
  },
})

const printGroups = async (reports: readonly GroupReport[], json: boolean, context: ToolContext): Promise<void> => {
  const { lagOf } = await load()
  const positions = reports.flatMap((report) => report.positions)
  if (json) {
    const objects = positions.map((position) => ({
      group: position.group,
      topic: position.topic,
      partition: position.partition,
      committed: position.committed ?? null,
      end: position.end ?? null,
      lag: lagOf(position) ?? null,
      client_id: position.client?.id ?? null,
      host: position.client?.host ?? null,
    }))
    return printObjects(context, objects)
  }
  for (const { group, state, members, positions: own } of reports) {
    const count = `${String(members)} ${members === 1 ? 'member' : 'members'}`
    if (own.length === 0) context.warn(`group ${group} has no offsets (${state}, ${count})`)
  }
  if (positions.length === 0) return
  const columns = [
    { title: 'GROUP' },
    { title: 'TOPIC' },
    { title: 'PARTITION', align: 'right' },
    { title: 'COMMITTED', align: 'right' },
    { title: 'END', align: 'right' },
    { title: 'LAG', align: 'right' },
    { title: 'MEMBER' },
  ] as const
  const rows = positions.map((position) => {
    const { group, topic, partition, committed, end, client } = position
    const member = client === undefined ? undefined : `${client.id} at ${client.host}`
    return [group, topic, partition, committed, end, lagOf(position), member]
  })
  await context.print(table(columns, rows))
}

const seek = tool({
  name: 'seek',
  summary: 'Set the positions of a group without members.',
  description: [
    'PLACE is `start`, `end`, an offset, `-100` (before the end), `+5` (behind the start) or a time, `@2026-11-01` or `@-1h`. Places outside of a partition are its start or its end.',
    'A stage with state is refused, because its state belongs to the positions that it has: `ks reset` sets both.',
  ],
  operands: [
    { name: 'GROUP', help: 'The group: `APP-STAGE` for a stage of ks.', kind: 'name', min: 1, max: 1 },
    { name: 'PLACE', help: 'Where to.', kind: 'words', min: 1, max: 1 },
  ],
  options: {
    ...connectionOptions,
    topic: repeated({
      short: 't',
      valueName: 'TOPIC',
      help: 'All partitions of this topic; those that the group has offsets of if not given.',
    }),
    partition: integer({ short: 'p', min: 0, help: 'Only this partition.' }),
    stateDir: text({ env: 'KS_STATE_DIR', valueName: 'DIR', help: 'Where state is kept, if not in the usual place.' }),
    yes: yesOption,
    json: jsonOption,
  },
  examples: [
    {
      title: 'Read the last record again',
      run: `app=views; ${runViews}; ks offsets seek $app-filter -1 --yes --json | ks map '{from, to}'; ks filter .page -a views -t clicks -e`,
      ...views,
      output: '{"from":3,"to":2}\n{"page":"/home"}\n',
    },
  ],
  seeAlso: ['reset'],
  run: async ({ topic: topics, partition, stateDir, yes, json, ...options }, [group = '', typed = ''], context) => {
    const [{ withKafka }, { planSeek }, { parsePlace, changeText }, { openStateRoot }] = await Promise.all([
      import('../runtime/kafka-tools.ts'),
      import('../runtime/kafka-seek.ts'),
      import('../runtime/kafka-positions.ts'),
      import('../runtime/kafka-reset.ts'),
    ])
    const place = parsePlace(typed, context.now())
    await withKafka(options, context, async (connection) => {
      const stateRoot = await openStateRoot(connection, stateDir, context, homedir)
      const plan = await planSeek(connection, { group, place, topics, partition, stateRoot })
      if (yes) await plan.perform()
      if (json)
        await printObjects(
          context,
          plan.changes.map((change) => seekObject(change, yes)),
        )
      else {
        const verb = yes ? 'set' : 'would set'
        await context.print(plan.changes.map((change) => `${verb} ${changeText(change)}\n`).join(''))
      }
      if (!yes) context.tell('ks: nothing was changed; --yes does it\n')
    })
    return 0
  },
})

const seekObject = ({ group, topic, partition, from, to }: PositionChange, done: boolean): object => ({
  group,
  topic,
  partition,
  from: from ?? null,
  to,
  done,
})

export default defineGroup<ToolContext>({
  name: 'offsets',
  summary: 'Look at the positions of applications and groups, or set them.',
  description: ['`ks offsets` lists the groups, `ks offsets show APP` shows what an application has read.'],
  examples: [],
  seeAlso: ['reset', 'topics', 'state'],
  subcommands: [ls, show, seek],
  otherwise: 'ls',
})
