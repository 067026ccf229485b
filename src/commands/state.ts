// ks state: what applications have kept, and how to delete it.

import { defineGroup } from '../runtime/cli/command.ts'
import { flag } from '../runtime/cli/options.ts'
import { formatBytes } from '../runtime/cli/terminal/human-format.ts'
import { escapeControls } from '../runtime/cli/terminal/escape.ts'
import { KsError } from '../runtime/model/errors.ts'
import type { ToolContext } from '../runtime/main.ts'
import { storeOfKey } from '../runtime/stores/row-format.ts'
import type { StateRoot } from '../runtime/stores/state-directory.ts'
import { aligned, printObjects, table } from './listing.ts'
import { clicks } from './sample-data.ts'
import { findRoot, placeOptions, timeText, type Place } from './state-place.ts'
import { tool } from './tool.ts'

const options = {
  ...placeOptions,
  json: flag({ help: 'One JSON object per line.' }),
}

const requireRoot = async (context: ToolContext, place: Place, app: string): Promise<StateRoot> => {
  const root = await findRoot(context, place)
  if (root === undefined) throw new KsError('failed', `there is no state of application '${app}', nor of any other`)
  return root
}

const ls = tool({
  name: 'ls',
  summary: 'List applications and their stages.',
  description: ['With size, time of the last commit, and the process that has the stage now.'],
  operands: [],
  options,
  examples: [
    {
      title: 'What is there',
      run: 'ks count --by .page -a pages clicks.ndjson >/dev/null; ks state ls --json | ks map "{app, stage, running}"',
      input: { 'clicks.ndjson': clicks },
      output: '{"app":"pages","stage":"count","running":false}\n',
    },
  ],
  run: async ({ json, ...place }, _operands, context) => {
    const root = await findRoot(context, place)
    const { reportApplications } = await import('../runtime/stores/state-report.ts')
    const applications = root === undefined ? [] : await reportApplications(root)
    const rows = applications.flatMap(({ applicationId, stages }) =>
      stages.map((stage) => ({ applicationId, ...stage })),
    )
    if (json) {
      const objects = rows.map(({ applicationId: app, stage, sizeBytes, lastCommit = null, holders }) => {
        const pid = holders[0]?.pid ?? null
        return { app, stage, size_bytes: sizeBytes, last_commit: lastCommit, running: holders.length > 0, pid }
      })
      await printObjects(context, objects)
      return 0
    }
    if (rows.length === 0) {
      context.tell('ks: there is no state yet; -a APP keeps some\n')
      return 0
    }
    const lines = rows.map(({ applicationId, stage, sizeBytes, lastCommit, holders }) => [
      applicationId,
      stage,
      formatBytes(sizeBytes),
      timeText(lastCommit),
      holders.map((holder) => (holder === undefined ? 'running' : `pid ${String(holder.pid)}`)).join(', ') || '-',
    ])
    const titles = ['APPLICATION', 'STAGE', 'SIZE', 'LAST COMMIT', 'RUNNING']
    await context.print(
      table(
        titles.map((title) => ({ title })),
        lines,
      ),
    )
    return 0
  },
})

const show = tool({
  name: 'show',
  summary: 'Show the stages and stores of an application.',
  description: ['Rows are counted by opening the databases, which a running stage does not allow.'],
  operands: [{ name: 'APP', help: 'Application id.', kind: 'name', min: 1, max: 1 }],
  options,
  examples: [
    {
      title: 'How many rows',
      run: 'ks count --by .page -a pages clicks.ndjson >/dev/null; ks state show pages --json | ks map "{stage, task, store, rows}"',
      input: { 'clicks.ndjson': clicks },
      output:
        '{"stage":"count","task":"0_0","store":"count","rows":2}\n{"stage":"count","task":"0_0","store":"(positions)","rows":1}\n',
    },
  ],
  run: async ({ json, ...place }, [app = ''], context) => {
    const root = await requireRoot(context, place, app)
    const { reportApplication } = await import('../runtime/stores/state-report.ts')
    const stages = await reportApplication(root, app, storeOfKey)
    for (const { stage, program, tasks } of stages) {
      if (!json) await context.print(`${stage}\n  program  ${escapeControls(program?.command ?? 'unknown')}\n`)
      for (const { task, sizeBytes, lastCommit, rows, problem } of tasks) {
        if (!json)
          await context.print(`  task ${task}  ${formatBytes(sizeBytes)}, last commit ${timeText(lastCommit)}\n`)
        if (problem !== undefined) {
          if (json) await printObjects(context, [{ stage, task, problem }])
          else await context.print(`    ${escapeControls(problem)}\n`)
        }
        const stores = [...(rows ?? [])].sort(
          ([a], [b]) => Number(a.startsWith('(')) - Number(b.startsWith('(')) || (a < b ? -1 : 1),
        )
        if (json) {
          await printObjects(
            context,
            stores.map(([store, count]) => ({ stage, task, store, rows: count })),
          )
        } else await context.print(aligned(stores.map(([store, count]) => ['   ', store, `${String(count)} rows`])))
      }
    }
    return 0
  },
})

const rm = tool({
  name: 'rm',
  summary: 'Delete the state of an application, or of some of its stages.',
  description: [
    'Input positions go too: the next run reads its files from their beginning. A running stage is not touched.',
  ],
  operands: [
    { name: 'APP', help: 'Application id.', kind: 'name', min: 1, max: 1 },
    { name: 'STAGE', help: 'Only these stages.', kind: 'name', min: 0, max: Infinity },
  ],
  options: {
    ...placeOptions,
    yes: flag({ short: 'y', help: 'Really deletes; otherwise only what would be deleted is shown.' }),
  },
  examples: [
    {
      title: 'Start over',
      run: 'ks count --by .page -a pages clicks.ndjson >/dev/null; ks state rm pages --yes; ks count --by .page -a pages clicks.ndjson',
      input: { 'clicks.ndjson': clicks },
      output: 'deleted pages/count\n{"page":"/home","count":3}\n{"page":"/cart","count":1}\n',
    },
  ],
  run: async ({ yes, ...place }, [app = '', ...stages], context) => {
    const root = await requireRoot(context, place, app)
    const report = await import('../runtime/stores/state-report.ts')
    if (!yes) {
      const found = await report.reportApplications(root)
      const known = found.find(({ applicationId }) => applicationId === app)
      if (known === undefined) throw new KsError('failed', `there is no state of application '${app}'`)
      const missing = stages.find((stage) => known.stages.every((other) => other.stage !== stage))
      if (missing !== undefined) throw new KsError('failed', `application '${app}' has no state of stage '${missing}'`)
      for (const { stage, sizeBytes } of known.stages) {
        if (stages.length === 0 || stages.includes(stage)) {
          await context.print(`would delete ${app}/${stage} (${formatBytes(sizeBytes)})\n`)
        }
      }
      context.tell('ks: nothing was deleted; --yes does it\n')
      return 0
    }
    const holder = { pid: process.pid, command: `ks state rm ${app}`, started: context.now() }
    const removed = await report.removeState(root, app, stages.length === 0 ? 'all' : stages, holder)
    for (const { stage } of removed) await context.print(`deleted ${app}/${stage}\n`)
    return 0
  },
})

export default defineGroup<ToolContext>({
  name: 'state',
  summary: 'Look at what applications have kept (`-a`), or delete it.',
  description: ['State lies in `$XDG_STATE_HOME/ks` or `~/.local/state/ks`, in `APPLICATION/STAGE/TASK`.'],
  examples: [],
  seeAlso: ['count'],
  subcommands: [ls, show, rm],
  otherwise: 'ls',
})
