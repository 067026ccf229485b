// ks test: cases in YAML against chains, without inputs, outputs or waiting.

import { readFile } from 'node:fs/promises'
import { text } from '../runtime/cli/options.ts'
import { readShellWords } from '../runtime/cli/shell-words.ts'
import { parseCommandLine } from '../runtime/cli/parse.ts'
import { exitStatus, KsError } from '../runtime/model/errors.ts'
import { ioError } from '../runtime/model/system-error.ts'
import type { ToolContext } from '../runtime/main.ts'
import type { TestCase } from '../runtime/testing/test-case.ts'
import { trace, type Trace } from '../runtime/trace-option.ts'
import { allowModules } from './allow-modules.ts'
import { tool } from './tool.ts'

export default tool({
  name: 'test',
  summary: 'Run the cases of test files: inputs, a clock, expected outputs.',
  description: [
    'A file is YAML with one document per case. `run` is a chain as on the command line; `-t NAME` and `--to NAME` name its inputs and outputs. Each step pipes records in, lets the wall clock advance or ends the input, and says what must have come out by then; what an expected record leaves out may be anything.',
    'Every update is seen, as in the test driver of Kafka Streams. The status is 1 if a case fails.',
    'With `--sql` it runs statements of SQL against the files of ksql-test-runner: `{"inputs": [{"topic": …, "key": …, "value": …, "timestamp": ms}]}` and `{"outputs": [{"topic": …, "key": …, "value": …, "window": {"start": ms, "end": ms}}]}`. Of each topic that is named there, all records must be there, in their order; times count where they are given.',
  ],
  operands: [{ name: 'FILE', help: 'Test files.', kind: 'file', min: 1, max: Infinity, unless: '--sql' }],
  options: {
    sql: text({ valueName: 'FILE', help: 'Statements of SQL to test, with `--input` and `--output`.' }),
    input: text({ valueName: 'FILE', help: 'What the topics that the statements read have, as JSON.' }),
    output: text({ valueName: 'FILE', help: 'What they must write, as JSON.' }),
    allowModules,
    trace,
  },
  examples: [
    {
      title: 'A late click is counted inside grace',
      run: 'ks test late.test.yaml',
      input: {
        'late.test.yaml': `name: late click is counted inside grace
run: count -t clicks --by .page --window 1m --grace 10s --to counts
steps:
  - in: {topic: clicks, value: {page: /home}, ts: 65000}
    out: [{key: /home, window: {start: 60000, end: 120000}, value: {page: /home, window_start: 60000, window_end: 120000, count: 1}}]
  - in: {topic: clicks, value: {page: /home}, ts: 59000}
    out: [{key: /home, window: {start: 0, end: 60000}, ts: 59000}]
stores: {count: [{key: /home, window: 0, value: 1}]}
`,
      },
      output: 'ok      late click is counted inside grace\n1 passed, 0 failed\n',
    },
    {
      title: 'Statements of SQL',
      run: 'ks test --sql pages.sql --input input.json --output output.json',
      input: {
        'pages.sql': `CREATE STREAM clicks (user VARCHAR, page VARCHAR) WITH (KAFKA_TOPIC = 'clicks', VALUE_FORMAT = 'JSON');
CREATE TABLE pages AS SELECT page, COUNT(*) AS n FROM clicks GROUP BY page;
`,
        'input.json': '{"inputs": [{"topic": "clicks", "value": {"user": "ann", "page": "/home"}}]}',
        'output.json': '{"outputs": [{"topic": "PAGES", "key": "/home", "value": {"N": 1}}]}',
      },
      output: 'ok      pages.sql\n1 passed, 0 failed\n',
    },
  ],
  seeAlso: ['run', 'sql'],
  run: async ({ sql, input, output, ...options }, files, context) => {
    const verdicts: boolean[] = []
    const tell = async (name: string, differences: readonly string[]): Promise<void> => {
      verdicts.push(differences.length === 0)
      const verdict = differences.length === 0 ? 'ok    ' : 'FAILED'
      await context.print(`${verdict}  ${name}\n${differences.map((line) => `        ${line}\n`).join('')}`)
    }
    if (sql !== undefined) await tell(sql, await runSqlCase(sql, input, output, context, options.trace))
    else if (input !== undefined || output !== undefined) {
      throw new KsError('usage', '--input and --output go with --sql')
    }
    const { parseTestFile } = await import('../runtime/testing/test-case.ts')
    for (const file of files) {
      for (const test of parseTestFile(await readTestFile(file), file)) {
        await tell(test.name, await runCase(test, context, options))
      }
    }
    const failed = verdicts.filter((passed) => !passed).length
    await context.print(`${String(verdicts.length - failed)} passed, ${String(failed)} failed\n`)
    return failed === 0 ? exitStatus.ok : exitStatus.failed
  },
})

const runSqlCase = async (
  sql: string,
  input: string | undefined,
  output: string | undefined,
  context: ToolContext,
  asked: Trace | undefined,
): Promise<readonly string[]> => {
  if (input === undefined || output === undefined) {
    throw new KsError('usage', '--sql needs --input and --output', { hint: '--input input.json --output output.json' })
  }
  const { sqlTestCase } = await import('../runtime/testing/sql-test-case.ts')
  const { prepareSqlTest } = await import('../runtime/sql-test.ts')
  const { runTestCase } = await import('../runtime/testing/run-test-case.ts')
  const { openTrace } = await import('../runtime/trace-output.ts')
  const readAs = async (name: string): Promise<{ name: string; text: string }> => ({
    name,
    text: await readTestFile(name),
  })
  const test = sqlTestCase(sql, await readAs(input), await readAs(output))
  const chain = prepareSqlTest(await readTestFile(sql), sql, () => context.now())
  try {
    return await runTestCase(test, chain, asked && (await openTrace(asked, context)))
  } catch (error) {
    return [error instanceof Error ? error.message : String(error)]
  }
}

const runCase = async (
  test: TestCase,
  context: ToolContext,
  { allowModules: allowed, trace: asked }: { readonly allowModules: boolean; readonly trace: Trace | undefined },
): Promise<readonly string[]> => {
  try {
    const read = readShellWords(test.run)
    if (!('words' in read)) throw new KsError('usage', `run: ${read.problem}`)
    const words = read.words.map(({ text }) => text)
    const argv = words[0] === 'ks' ? words.slice(1) : words
    const parsed = parseCommandLine(argv, context.frame, { environment: {} })
    if (parsed.kind !== 'chain') throw new KsError('usage', `run: ${argv[0] ?? 'nothing'} is no chain`)
    const { prepareTest } = await import('../runtime/run-chain.ts')
    const { runTestCase } = await import('../runtime/testing/run-test-case.ts')
    const traced = asked ?? parsed.shared.trace
    const { openTrace } = await import('../runtime/trace-output.ts')
    const trace = traced && (await openTrace(traced, context))
    const differences = await runTestCase(test, await prepareTest(parsed, context, allowed), trace)
    return test.error === undefined ? differences : [`expected an error with "${test.error}", but the chain ran`]
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    if (test.error !== undefined && message.includes(test.error)) return []
    return [message]
  }
}

const readTestFile = async (file: string): Promise<string> => {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    throw ioError(`cannot read ${file}`, error)
  }
}
