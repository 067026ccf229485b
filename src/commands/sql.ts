// ks sql: a query in SQL.

import { isDeepStrictEqual } from 'node:util'
import { flag, longName, pairs, text } from '../runtime/cli/options.ts'
import { quoteShellWords } from '../runtime/cli/shell-words.ts'
import { exitStatus, KsError } from '../runtime/model/errors.ts'
import { defaultShared, sharedOptions, type SharedValues } from '../runtime/shared-options.ts'
import { readProgram } from './read-program.ts'
import { formatOptions, rowFormat, stageFinder } from './row-output.ts'
import { clicks, users } from './sample-data.ts'
import { tool } from './tool.ts'

/** The query of a command line. KsError io for a file that cannot be read, usage if there is none. */
export const readQuery = async (
  file: string | undefined,
  [statement]: readonly string[],
): Promise<{ readonly text: string; readonly file: string | undefined; readonly commandLine: string }> => {
  const text = file === undefined ? statement : await readProgram(file)
  if (text === undefined) throw new KsError('usage', 'a query is missing', { hint: `ks sql "SELECT …"` })
  return { text, file, commandLine: `ks sql ${quoteShellWords(file === undefined ? [text] : ['-f', file])}` }
}

/** Options that say where the state is, and how rows are printed; all others are for what runs. */
const askingOptions = ['app', 'name', 'stateDir', 'config', 'profile', 'quiet', ...Object.keys(formatOptions)]

const refuseRunOptions = (shared: SharedValues): void => {
  const unset = new Map(Object.entries(defaultShared()))
  for (const [key, option] of Object.entries(sharedOptions)) {
    const isTyped = !isDeepStrictEqual(shared[key as keyof SharedValues], unset.get(key))
    if (!isTyped || askingOptions.includes(key)) continue
    throw new KsError('usage', `${longName(key, option)} is for what runs; this asks what a table has now`, {
      hint: "a query that runs reads a source in quotes: FROM 'clicks.ndjson', FROM '@clicks'",
    })
  }
}

export default tool({
  name: 'sql',
  summary: 'Ask files, pipes and topics in SQL, and run programs of it.',
  description: [
    "Statements in the dialect of ksqlDB, separated by semicolons; the results of a SELECT at their end are printed. What is read stands in quotes after FROM: `'clicks.ndjson'` is a file, `'@clicks'` a topic, `stdin` standard input. Columns need no declaration: a name is the field of that name, in the case in which it is written, and `a->b` a field inside of it. `ks help statements` lists statements, clauses and functions.",
    'With `-a`, a SELECT from a table of the program that runs, or has run, under this name shows what the table has now: `ks sql -a pages "SELECT * FROM pages WHERE page = \'/home\'"`.',
    'CREATE … AS SELECT and INSERT INTO go on until they are stopped, under an application (`-a`) where they left off; `-e` ends them when what is there now has been processed.',
    'Groups are printed when the input ends. `EMIT CHANGES` prints every update instead, `EMIT FINAL` windows when they close. Without EMIT a query over a topic reads what is there and ends.',
  ],
  operands: [{ name: 'STATEMENT', help: 'The statements.', kind: 'statement', min: 1, max: 1, unless: '--file' }],
  options: {
    file: text({ short: 'f', help: 'Read the statements from this file.' }),
    define: pairs({
      help: 'Gives a variable of the statements (`${name}`) a value.',
      valueName: 'NAME=VALUE',
    }),
    strict: flag({
      help: 'Refuse a windowed table joined with one without windows, and a STREAM of a table, as ksqlDB does.',
    }),
    ...sharedOptions,
  },
  examples: [
    {
      title: 'Count',
      run: `ks sql "SELECT page, COUNT(*) AS n FROM 'clicks.ndjson' GROUP BY page"`,
      input: { 'clicks.ndjson': clicks },
      output: '{"page":"/home","n":3}\n{"page":"/cart","n":1}\n',
    },
    {
      title: 'The busiest first, as a table',
      run: `ks sql "SELECT page, COUNT(*) AS n FROM 'clicks.ndjson' GROUP BY page ORDER BY n DESC LIMIT 1" -O table`,
      input: { 'clicks.ndjson': clicks },
      output: 'page   n\n-----  -\n/home  3\n',
    },
    {
      title: 'Per hour, from a pipe',
      run: `cat clicks.ndjson | ks sql "SELECT user, WINDOWSTART AS hour, COUNT(*) AS n FROM stdin WINDOW TUMBLING (SIZE 1 HOUR, GRACE PERIOD 0 SECONDS) WHERE page <> '/cart' GROUP BY user EMIT FINAL" --ts .ts`,
      input: { 'clicks.ndjson': clicks },
      output: '{"user":"ann","hour":0,"n":2}\n{"user":"eve","hour":0,"n":1}\n',
    },
    {
      title: 'With what another file knows',
      run: `ks sql "SELECT c.page AS page, u.country AS country FROM 'clicks.ndjson' c JOIN 'users.csv' u ON c.user = u.id LIMIT 2"`,
      input: { 'clicks.ndjson': clicks, 'users.csv': users },
      output: '{"page":"/home","country":"DE"}\n{"page":"/cart","country":"FR"}\n',
    },
    {
      title: 'A program',
      run: 'ks sql -f pages.sql',
      input: {
        'clicks.ndjson': clicks,
        'pages.sql': `CREATE STREAM clicks (ts BIGINT, user VARCHAR, page VARCHAR) WITH (FILE = 'clicks.ndjson', TIMESTAMP = 'ts');
CREATE TABLE pages WITH (FILE = '-') AS SELECT page, COUNT(*) AS n FROM clicks GROUP BY page;
`,
      },
      output: '{"PAGE":"/home","N":3}\n{"PAGE":"/cart","N":1}\n',
    },
  ],
  seeAlso: ['statements', 'agg', 'join', 'explain'],
  run: async ({ file, define, strict, ...shared }, operands, context) => {
    const variables = new Map(define)
    const { app } = shared
    if (app !== undefined && file === undefined) {
      const { printPulled, pulledStatement } = await import('../runtime/sql-pull.ts')
      const pulled = pulledStatement(operands[0] ?? '', variables)
      if (pulled !== undefined) {
        refuseRunOptions(shared)
        const place = { ...shared, app, stage: shared.name }
        const output = { format: rowFormat(shared) ?? 'ndjson', colour: shared.color } as const
        await printPulled(pulled, place, output, stageFinder(context), context)
        return exitStatus.ok
      }
    }
    const program = { ...(await readQuery(file, operands)), shared, strict, variables }
    const { prepareSql } = await import('../runtime/sql-program.ts')
    const prepared = await prepareSql(program, context)
    const { topics, rows } = prepared.script
    if (topics.length > 0 || rows.length > 0) {
      const { prepareTopics } = await import('../runtime/sql-topics.ts')
      await prepareTopics(prepared, context)
    }
    if (prepared.chain === undefined) return exitStatus.ok
    const { runChain } = await import('../runtime/app.ts')
    return runChain(prepared.chain.plan, prepared.chain.settings, context)
  },
})
