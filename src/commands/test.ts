// ks test: cases in YAML against chains, without inputs, outputs or waiting.

import { readFile } from 'node:fs/promises'
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
  ],
  operands: [{ name: 'FILE', help: 'Test files.', kind: 'file', min: 1, max: Infinity }],
  options: { allowModules, trace },
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
  ],
  seeAlso: ['run'],
  run: async (options, files, context) => {
    let passed = 0
    let failed = 0
    const { parseTestFile } = await import('../runtime/testing/test-case.ts')
    for (const file of files) {
      for (const test of parseTestFile(await readTestFile(file), file)) {
        const differences = await runCase(test, context, options)
        if (differences.length === 0) passed++
        else failed++
        const verdict = differences.length === 0 ? 'ok    ' : 'FAILED'
        await context.print(`${verdict}  ${test.name}\n${differences.map((line) => `        ${line}\n`).join('')}`)
      }
    }
    await context.print(`${String(passed)} passed, ${String(failed)} failed\n`)
    return failed === 0 ? exitStatus.ok : exitStatus.failed
  },
})

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
