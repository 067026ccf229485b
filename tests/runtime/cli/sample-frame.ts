// A small command line with one of everything, for the tests of the frame. `build` notes what it got.

import { defineGroup, defineStage, defineTool, type Frame } from '../../../src/runtime/cli/command.ts'
import { helpTopics } from '../../../src/runtime/cli/help-topics.ts'
import {
  choice,
  duration,
  flag,
  integer,
  list,
  pairs,
  parsed,
  repeated,
  size,
  text,
} from '../../../src/runtime/cli/options.ts'

/** What stages note down. */
export type Notes = unknown[]

export const sharedOptions = {
  topic: repeated({ short: 't', group: 'Input', position: 'source', valueName: 'TOPIC', help: 'Reads a topic.' }),
  offset: text({ short: 'o', group: 'Input', position: 'source', valueName: 'RANGE', help: 'Where to begin.' }),
  limit: integer({
    short: 'c',
    group: 'Input',
    min: 0,
    help: 'Ends after so many records.',
  }),
  to: text({
    long: 'to',
    group: 'Output',
    position: 'sink',
    valueName: 'SINK',
    completes: 'files',
    help: 'Where the results go.',
  }),
  live: flag({
    long: 'live',
    group: 'Output',
    negatable: true,
    defaultText: 'the terminal decides',
    help: 'Redraws a table.',
  }),
  envelope: flag({ group: 'Output', negatable: true, default: true, help: 'Values without their envelope.' }),
  grace: duration({ group: 'Time', default: '0', help: 'How long a window waits.' }),
  app: text({
    short: 'a',
    group: 'State',
    env: 'KS_APP',
    valueName: 'ID',
    help: 'Carries on where the last run ended.',
  }),
  memory: size({ group: 'State', default: '64MB', env: 'KS_MEMORY', help: 'What caches may take.' }),
  property: pairs({ short: 'X', group: 'State', help: 'Sets a property.' }),
  color: choice(['auto', 'always', 'never'], { env: 'KS_COLOR', default: 'auto', help: 'Colours on the terminal.' }),
  quiet: flag({ short: 'q', env: 'KS_QUIET', help: 'Says less.' }),
  trace: flag({ hidden: true, help: 'Says everything.' }),
}

const clicks = '{"page":"/home"}\n{"page":"/cart"}\n'

export const filter = defineStage({
  name: 'filter',
  aliases: ['where'],
  summary: 'Pass on the records for which an expression is true.',
  description: ['Everything but `false` and `null` counts as true.'],
  operands: [{ name: 'EXPR', help: 'The condition.', kind: 'expression', min: 1, max: 1, unless: '--file' }],
  options: {
    invert: flag({ short: 'v', help: 'Pass on the others.' }),
    exitStatus: flag({ short: 'e', help: 'Status 4 when nothing passes.' }),
    file: text({ short: 'f', valueName: 'FILE', completes: 'files', help: 'Reads the expression from a file.' }),
  },
  examples: [
    {
      title: 'Server errors',
      run: "ks filter '.status >= 500' access.ndjson",
      input: { 'access.ndjson': '{"status":503}\n' },
      output: '{"status":503}\n',
    },
  ],
  seeAlso: ['count', 'expressions'],
  build: (notes: Notes, { invert, file }, operands) => {
    notes.push(['filter', invert, file ?? null, ...operands])
  },
})

export const count = defineStage({
  name: 'count',
  summary: 'Count the records of each group, per window if wanted.',
  description: ['Without `--by` the key of a record is its group.'],
  operands: [],
  options: {
    by: text({ long: 'by', valueName: 'EXPR', help: 'Groups by this expression.' }),
    window: parsed((typed) => ({ window: typed }), { short: 'w', valueName: 'WINDOW', help: 'A result per window.' }),
    within: duration({ help: 'How close in time.' }),
    emit: choice(['changes', 'final'], { help: 'When results come.' }),
    fields: list({ help: 'More fields.' }),
  },
  examples: [
    {
      title: 'Page views',
      run: 'ks count --by .page clicks.ndjson',
      input: { 'clicks.ndjson': clicks },
      output: '{"page":"/home","count":1}\n{"page":"/cart","count":1}\n',
    },
  ],
  build: (notes: Notes, { by, window, within, emit, fields }) => {
    notes.push(['count', by, window?.window, within === undefined ? undefined : within + 1, emit, fields.length])
  },
})

export const put = defineStage({
  name: 'put',
  summary: 'Set fields.',
  description: ['Sets them.'],
  operands: [{ name: 'NAME=EXPR', help: 'A field.', kind: 'assignments', min: 1, max: Infinity }],
  options: {},
  examples: [{ title: 'One', run: "ks put a='1' x.ndjson", output: '' }],
  build: (notes: Notes, _options, operands) => {
    notes.push(['put', ...operands])
  },
})

export const head = defineStage({
  name: 'head',
  summary: 'Pass on the first records.',
  description: ['The first ones.'],
  operands: [],
  options: { count: integer({ short: 'n', min: 1, default: 10, help: 'How many.' }) },
  examples: [{ title: 'Two', run: 'ks head -n 2 x.ndjson', output: '' }],
  build: (notes: Notes, options) => {
    notes.push(['head', options.count])
  },
})

export const merge = defineStage({
  name: 'merge',
  summary: 'Add the records of other inputs.',
  description: ['Side by side.'],
  operands: [{ name: 'SOURCE', help: 'A file.', kind: 'sources', min: 1, max: Infinity }],
  options: {},
  examples: [{ title: 'Two logs', run: 'ks cat a.ndjson then merge b.ndjson', output: '' }],
  build: (notes: Notes, _options, operands) => {
    notes.push(['merge', ...operands])
  },
})

export const plot = defineStage({
  name: 'plot',
  summary: 'Draw a chart.',
  description: ['On the terminal.'],
  operands: [],
  options: { y: text({ short: 'y', long: 'vertical', help: 'What to draw.' }) },
  examples: [{ title: 'Counts', run: 'ks plot -y .count x.ndjson', output: '' }],
  endsChain: true,
  build: (notes: Notes) => {
    notes.push('plot')
  },
})

const explain = defineTool({
  name: 'explain',
  summary: 'Show what a chain would do.',
  description: ['Nothing is run.'],
  operands: [{ name: 'CHAIN', help: 'A file or a chain.', kind: 'chain', min: 1, max: Infinity }],
  options: { dot: flag({ help: 'For graphviz.' }), app: sharedOptions.app },
  examples: [{ title: 'A count', run: 'ks explain count', output: '' }],
  run: (_options, _operands, _context: Notes) => Promise.resolve(0),
})

const completion = defineTool({
  name: 'completion',
  summary: 'Print a script for a shell.',
  description: ['For its start-up file.'],
  operands: [{ name: 'SHELL', help: 'The shell.', kind: 'name', min: 1, max: 1, choices: ['bash', 'zsh', 'fish'] }],
  options: {},
  examples: [{ title: 'Bash', run: 'ks completion bash', output: '' }],
  run: (_options, _operands, _context: Notes) => Promise.resolve(0),
})

const stateList = defineTool({
  name: 'ls',
  summary: 'List what is kept.',
  description: ['One line each.'],
  operands: [],
  options: { long: flag({ short: 'l', help: 'With sizes.' }), app: sharedOptions.app, color: sharedOptions.color },
  examples: [{ title: 'Everything', run: 'ks state ls', output: '' }],
  run: (_options, _operands, _context: Notes) => Promise.resolve(0),
})

const stateRemove = defineTool({
  name: 'rm',
  summary: 'Remove what is kept.',
  description: ['Asks before.'],
  operands: [{ name: 'APP', help: 'The application.', kind: 'name', min: 1, max: 1 }],
  options: { dryRun: flag({ help: 'Only say what would be removed.' }) },
  examples: [{ title: 'One', run: 'ks state rm pages --dry-run', output: '' }],
  run: (_options, _operands, _context: Notes) => Promise.resolve(0),
})

const state = defineGroup({
  name: 'store',
  summary: 'Look after what is kept.',
  description: ['See the subcommands.'],
  subcommands: [stateList, stateRemove],
  examples: [{ title: 'Everything', run: 'ks store ls', output: '' }],
})

const secret = defineTool({
  name: 'complete',
  hidden: true,
  summary: 'Answer a shell.',
  description: ['For scripts.'],
  operands: [{ name: 'WORD', help: 'A word.', kind: 'words', min: 0, max: Infinity }],
  options: { shell: choice(['bash', 'zsh', 'fish'], { help: 'The shell.', default: 'bash' }) },
  examples: [],
  run: (_options, _operands, _context: Notes) => Promise.resolve(0),
})

export const frame: Frame<Notes, Notes, typeof sharedOptions> = {
  name: 'ks',
  version: '0.0.1',
  summary: 'Kafka Streams for the shell.',
  sections: [
    { title: 'Stateless', commands: [filter, put, head, merge] },
    { title: 'Stateful', commands: [count, plot] },
    {
      title: 'Self',
      commands: [
        explain,
        state,
        completion,
        secret,
        {
          kind: 'help',
          name: 'help',
          summary: 'Explain a command or a topic.',
          description: ['Without a topic it lists them.'],
          operands: [{ name: 'TOPIC', help: 'A command or a topic.', kind: 'name', min: 0, max: 1 }],
          examples: [{ title: 'Time', run: 'ks help time', output: '' }],
        },
      ],
    },
  ],
  sharedOptions,
  topics: helpTopics(
    sharedOptions,
    () => ({
      operators: [{ signature: '?:', summary: 'One of two values.', example: 'true ? 1 : 2 → 1' }],
      variables: [{ name: 'key', summary: 'The key of the record.' }],
      functions: [{ signature: 'lower(text)', summary: 'Small letters.', example: 'lower("A") → "a"' }],
      aggregates: [{ signature: 'count()', summary: 'How many' }],
      sqlFunctions: [{ signature: 'ABS', summary: 'The size.', example: 'ABS(-1) → 1' }],
      sqlAggregates: [{ signature: 'SUM(value)', summary: 'The sum.' }],
    }),
    () => [
      {
        name: 'stream-metrics',
        prefix: 'kafka_streams_',
        metrics: [{ name: 'version', summary: '1', isDebug: false }],
      },
    ],
  ),
}
