// ks apps: the applications that have state here.

import type { ApplicationReport } from '../runtime/stores/state-report.ts'
import { table } from './listing.ts'
import { formatOptions, rowFormat } from './row-output.ts'
import { clicks } from './sample-data.ts'
import { findRoot, placeOptions, timeText } from './state-place.ts'
import { tool } from './tool.ts'

/** An application as a whole. */
const summaryOf = ({ applicationId, stages }: ApplicationReport) => {
  const commits = stages.flatMap(({ lastCommit }) => lastCommit ?? [])
  return {
    app: applicationId,
    stages: stages.map(({ stage }) => stage),
    // Threads hold a stage each for themselves.
    pids: [...new Set(stages.flatMap(({ holders }) => holders.flatMap((holder) => holder?.pid ?? [])))],
    isRunning: stages.some(({ holders }) => holders.length > 0),
    sizeBytes: stages.reduce((total, { sizeBytes }) => total + sizeBytes, 0),
    lastCommit: commits.length === 0 ? undefined : Math.round(Math.max(...commits)),
  }
}

export default tool({
  name: 'apps',
  summary: 'List the applications that have state here.',
  description: [
    'With their stages, the processes that run them now, the bytes that they keep and the time of their last commit. `ks state ls` has the same for each stage, `ks get -a APP` the stores.',
  ],
  operands: [],
  options: { ...formatOptions, ...placeOptions },
  examples: [
    {
      title: 'What runs',
      run: 'ks count --by .page -a pages clicks.ndjson > /dev/null; ks apps -O ndjson | ks map "{app, stages, pids}"',
      input: { 'clicks.ndjson': clicks },
      output: '{"app":"pages","stages":["count"],"pids":[]}\n',
    },
  ],
  seeAlso: ['state', 'get', 'application'],
  run: async (values, _operands, context) => {
    const root = await findRoot(context, values)
    const { reportApplications } = await import('../runtime/stores/state-report.ts')
    const apps = root === undefined ? [] : (await reportApplications(root)).map(summaryOf)
    const format = rowFormat(values)
    if (format !== undefined) {
      const { printObjectRows } = await import('../runtime/get-rows.ts')
      const rows = apps.map(({ app, stages, pids, sizeBytes, lastCommit = null }) => {
        return { app, stages, pids, size_bytes: sizeBytes, last_commit: lastCommit }
      })
      await printObjectRows(rows, { format, colour: values.color }, context)
      return 0
    }
    if (apps.length === 0) {
      context.tell('ks: there are no applications yet; -a APP makes one\n')
      return 0
    }
    const columns = [
      { title: 'APPLICATION' },
      { title: 'STAGES' },
      { title: 'PID' },
      { title: 'BYTES', align: 'right' },
      { title: 'LAST COMMIT' },
    ] as const
    const lines = apps.map(({ app, stages, pids, isRunning, sizeBytes, lastCommit }) => [
      app,
      stages.join(' '),
      // A process that did not leave its name runs all the same.
      pids.length > 0 ? pids.join(' ') : isRunning ? 'running' : '-',
      sizeBytes,
      timeText(lastCommit),
    ])
    await context.print(table(columns, lines))
    return 0
  },
})
