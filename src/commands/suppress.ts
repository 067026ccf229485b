// ks suppress: holds the updates of a table back.

import { choice, integer, size, text } from '../runtime/cli/options.ts'
import { KsError } from '../runtime/model/errors.ts'
import { parseDuration } from '../runtime/model/duration.ts'
import type { BufferBound } from '../runtime/operators/suppress.ts'
import { stage } from './stage.ts'

export default stage({
  name: 'suppress',
  summary: 'Hold updates of a table back; only the last one of a row goes on.',
  description: [
    '`--until close` lets a row of a window through once, when the window and its grace period are over. `--until 10m` lets a row through when the time of later updates is 10 minutes past its first update; an update meanwhile replaces the row and not its place.',
    'Time is what the updates that get here say (KTable.suppress): without new ones nothing comes out, but at the end of the input everything that is held does.',
    'What is held is in memory and in the state store. `--max-rows` and `--max-bytes` bound it: beyond that the oldest rows go on early, or with `--when-full fail` the run ends with status 5; rows of windows that are to close can only fail. Bytes are the estimate of Kafka Streams: the key, the row as it is, was and was before all that is held, the headers, and some 30 bytes more.',
  ],
  operands: [],
  options: {
    until: text({ valueName: 'close|DURATION', help: 'When a row goes on. Required.' }),
    maxRows: integer({ min: 1, help: 'Most rows that are held back.' }),
    maxBytes: size({ help: 'How much memory the rows that are held back may count for.' }),
    whenFull: choice(['emit', 'fail'], { help: 'What happens beyond `--max-rows` or `--max-bytes`.' }),
    store: text({ valueName: 'NAME', help: 'Name of the state store.' }),
  },
  examples: [
    {
      title: 'Each window once, though every update is wanted elsewhere',
      run: 'ks count --by .page --window 1m --ts .ts clicks.ndjson then suppress --until close',
      input: {
        'clicks.ndjson':
          '{"page":"/home","ts":1000}\n{"page":"/home","ts":2000}\n{"page":"/cart","ts":61000}\n{"page":"/home","ts":62000}\n',
      },
      output:
        '{"page":"/home","window_start":0,"window_end":60000,"count":2}\n{"page":"/cart","window_start":60000,"window_end":120000,"count":1}\n{"page":"/home","window_start":60000,"window_end":120000,"count":1}\n',
    },
    {
      title: 'The latest state of an order, at most once a minute',
      run: 'ks table --by .order --ts .ts states.ndjson then suppress --until 1m',
      input: {
        'states.ndjson':
          '{"order":1,"state":"new","ts":0}\n{"order":1,"state":"paid","ts":1000}\n{"order":2,"state":"new","ts":61000}\n',
      },
      output: '{"order":1,"state":"paid","ts":1000}\n{"order":2,"state":"new","ts":61000}\n',
    },
  ],
  seeAlso: ['emit', 'window', 'table'],
  build: (chain, { until, maxRows, maxBytes, whenFull, store }) => {
    const table = chain.tableSoFar
    if (until === undefined) {
      throw new KsError('usage', 'suppress needs --until: when may a row go on?', {
        hint: '--until close for windows, or a duration as --until 10m',
      })
    }
    if (table === undefined) {
      throw new KsError('usage', 'suppress is for tables, whose rows change; this is a stream', {
        hint: 'ks count --by .page --window 1m … then suppress --until close',
      })
    }
    const isClose = until === 'close'
    if (isClose && !table.hasWindows) {
      throw new KsError('usage', 'suppress --until close is for windows; the rows of this table have none', {
        hint: 'a duration holds rows back for a while: --until 10m',
      })
    }
    if (isClose && whenFull === 'emit') {
      throw new KsError('usage', 'suppress --until close --when-full emit: a window comes out once, when it closes', {
        hint: '--when-full fail, or no bound',
      })
    }
    const isBounded = maxRows !== undefined || maxBytes !== undefined
    if (whenFull !== undefined && !isBounded) {
      throw new KsError('usage', 'suppress --when-full needs --max-rows or --max-bytes', { hint: '--max-rows 100000' })
    }
    const bound: BufferBound = { rows: maxRows, bytes: maxBytes, whenFull: whenFull ?? (isClose ? 'fail' : 'emit') }
    const most = isBounded ? bound : undefined
    chain.requireTime()
    // What comes out when is decided here.
    table.emitChanges()
    const named = { name: store ?? chain.uniqueName('suppress'), most }
    chain.continueWithTable(table.suppress(isClose ? { until } : { untilMs: durationOf(until) }, named))
  },
})

const durationOf = (text: string): number => {
  const durationMs = parseDuration(text)
  if (durationMs !== undefined) return durationMs
  throw new KsError('usage', `suppress --until ${text}: neither close nor a duration`, { hint: '--until 10m' })
}
