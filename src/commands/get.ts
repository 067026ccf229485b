// ks get: what the stores of an application have.

import { flag, integer, text } from '../runtime/cli/options.ts'
import type { ToolContext } from '../runtime/main.ts'
import { KsError } from '../runtime/model/errors.ts'
import { timeFromText } from '../runtime/model/offset-range.ts'
import { sharedOptions } from '../runtime/shared-options.ts'
import { table } from './listing.ts'
import { formatOptions, rowFormat, stageFinder } from './row-output.ts'
import { clicks } from './sample-data.ts'
import { tool } from './tool.ts'

const { app, stateDir, config, profile } = sharedOptions

const options = {
  app,
  name: text({ valueName: 'STAGE', help: 'The stage, if several have a store of that name.' }),
  from: text({ valueName: 'KEY', help: 'Rows from this key on, in the order of the texts of the keys.' }),
  to: text({ valueName: 'KEY', help: 'Rows up to this key, which is included.' }),
  prefix: text({ valueName: 'TEXT', help: 'Rows whose keys begin so.' }),
  limit: integer({ min: 1, help: 'How many rows at most.' }),
  reverse: flag({ help: 'From the last row to the first one.' }),
  windowFrom: text({
    valueName: 'TIME',
    help: 'Windows that begin at this time or later: `-1h`, `2026-11-01T12:00`, ms.',
  }),
  windowTo: text({ valueName: 'TIME', help: 'Windows that begin at this time or earlier.' }),
  asOf: text({ valueName: 'TIME', help: 'Rows of a versioned table as they were at this time.' }),
  ...formatOptions,
  stateDir,
  config,
  profile,
}

const countPages = 'ks count --by .page --store page-counts -a pages clicks.ndjson > /dev/null'

export default tool({
  name: 'get',
  summary: 'Look up rows in the state of an application.',
  description: [
    'Rows are printed as the command prints them that keeps the store (`--store` names it). With a KEY there are those of that key, and the status is 1 if there is none; otherwise all rows, or those of a range. Without STORE the stores are listed.',
    'While the application runs, its process is asked, and shows what it has not committed yet; otherwise the rows are read from its files, as they are on this machine. While tasks are moved or restored, it is asked again for a few seconds; then the status is 75.',
    'With `--serve :8088` a run answers over HTTP, too: `/stores`, `/stores/STORE`, `/stores/STORE/KEY` with the options of this command as parameters (`?from=/a&limit=10&window_from=…`), and `/stores/STORE/changes`, a stream of events with what each commit changes. `/openapi.json` has the details.',
    'A KEY that is JSON stands for that value, and for the string: `200` finds 200 and "200". A group of several expressions has an object as its key: `{"page":"/home","user":"ann"}`. Instances on other machines are not asked.',
  ],
  operands: [
    { name: 'STORE', help: 'Name of the store.', kind: 'name', min: 0, max: 1 },
    { name: 'KEY', help: 'The key of a row.', kind: 'name', min: 0, max: 1 },
  ],
  options,
  examples: [
    {
      title: 'One row',
      run: `${countPages}; ks get page-counts /home -a pages`,
      input: { 'clicks.ndjson': clicks },
      output: '{"page":"/home","count":3}\n',
    },
    {
      title: 'The rows of some keys, as a table',
      run: `${countPages}; ks get page-counts --prefix /c -a pages -O table`,
      input: { 'clicks.ndjson': clicks },
      output: 'page   count\n-----  -----\n/cart      1\n',
    },
  ],
  seeAlso: ['state', 'count', 'agg', 'application'],
  run: async (values, [store, key], context) => {
    const { from, to, prefix, limit, reverse, windowFrom, windowTo, asOf } = values
    const place = { ...values, stage: values.name }
    const chosen = rowFormat(values)
    const output = { format: chosen ?? 'ndjson', colour: values.color } as const
    const query = {
      ...given({ from, to, prefix }),
      ...given({
        start: time('--window-from', windowFrom, context),
        end: time('--window-to', windowTo, context),
        asOf: time('--as-of', asOf, context),
      }),
      reverse,
      limit: limit ?? Infinity,
    }
    const bounds = Object.keys(query).length > 2 || reverse || limit !== undefined
    const { listStores, printObjectRows, printRows } = await import('../runtime/get-rows.ts')
    const findStage = stageFinder(context)
    if (store === undefined) {
      if (bounds)
        throw new KsError('usage', 'rows of which store?', {
          hint: 'ks get STORE …; without options the stores are listed',
        })
      const stores = await listStores(place, findStage, context)
      if (chosen !== undefined) {
        await printObjectRows(
          stores.map(({ stage, name, kind, rows }) => ({ stage, store: name, kind, rows })),
          output,
          context,
        )
        return 0
      }
      const columns = [
        { title: 'STAGE' },
        { title: 'STORE' },
        { title: 'KIND' },
        { title: 'ROWS', align: 'right' },
      ] as const
      await context.print(
        table(
          columns,
          stores.map(({ stage, name, kind, rows }) => [stage, name, kind, rows]),
        ),
      )
      return 0
    }
    if (key !== undefined && (from ?? to ?? prefix) !== undefined) {
      throw new KsError('usage', `the key ${key}, or a range of keys?`, { hint: 'leave out one of them' })
    }
    const count = await printRows(place, store, key, query, output, findStage, context)
    return key !== undefined && count === 0 ? 1 : 0
  },
})

/** Without what was not given. */
const given = <T extends object>(values: T): { [K in keyof T]?: NonNullable<T[K]> } =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: NonNullable<T[K]>
  }

const time = (option: string, typed: string | undefined, context: ToolContext): number | undefined => {
  if (typed === undefined) return undefined
  const timestamp = timeFromText(typed, context.now())
  if (timestamp !== undefined) return timestamp
  throw new KsError('usage', `${option} ${typed}: not a time`, { hint: '-1h, 2026-11-01T12:00 or milliseconds' })
}
