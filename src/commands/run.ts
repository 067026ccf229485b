// ks run: chains from a file.

import { errorInFile, parseProgramFile } from '../runtime/cli/program-file.ts'
import { parseCommandLine } from '../runtime/cli/parse.ts'
import { quoteShellWords } from '../runtime/cli/shell-words.ts'
import { KsError } from '../runtime/model/errors.ts'
import type { PreparedChain } from '../runtime/run-chain.ts'
import { sharedOptions } from '../runtime/shared-options.ts'
import { readProgram } from './read-program.ts'
import { allowModules } from './allow-modules.ts'
import { clicks } from './sample-data.ts'
import { tool } from './tool.ts'

export default tool({
  name: 'run',
  summary: 'Run the chains in a file, or a topology in JavaScript.',
  description: [
    'One chain per paragraph, written as on the command line, over as many lines as it likes; `#` begins a comment. With `#!/usr/bin/env -S ks run` as its first line and the permission to execute, the file is a command.',
    'A module in JavaScript (`.mjs`, `.js`) describes a topology instead: its default export gets a builder with the DSL of Kafka Streams, and the windows. It reads and writes topics; `ks explain ./topology.mjs` draws it, and `ks help processors` has the rest of the library.',
    'The run ends at the first chain that fails, with its status. Options of the command line win over those in the file: `ks run report.ks -a report`.',
  ],
  operands: [{ name: 'FILE', help: 'The program: chains, or a module.', kind: 'file', min: 1, max: 1 }],
  options: { ...sharedOptions, allowModules },
  examples: [
    {
      title: 'A report in a file',
      run: 'ks run report.ks',
      input: {
        'report.ks':
          '#!/usr/bin/env -S ks run\n# views per page, without carts\nfilter \'.page != "/cart"\' clicks.ndjson\n  then count --by .page\n',
        'clicks.ndjson': clicks,
      },
      output: '{"page":"/home","count":3}\n',
    },
    {
      title: 'A topology in JavaScript, on topics',
      run: `echo '{"page":"/home"}' | ks write page-clicks -k .page && ks run ./pages.mjs -e && ks read -t page-counts -e`,
      input: {
        'pages.mjs':
          "export default (builder) => {\n  builder\n    .stream('page-clicks')\n    .groupBy(({ value }) => value.page)\n    .count()\n    .toStream()\n    .map(({ key, value }) => ({ key, value: { page: key, count: value } }))\n    .to('page-counts')\n}\n",
      },
      topics: { 'page-clicks': 2, 'page-counts': 1 },
      output: '{"page":"/home","count":1}\n',
    },
  ],
  seeAlso: ['test'],
  run: async (options, [file = ''], context) => {
    const { isModuleName, prepareModule } = await import('../runtime/topology-module.ts')
    const { runChain } = await import('../runtime/app.ts')
    if (isModuleName(file)) {
      const { plan, settings } = await prepareModule(file, options, `ks run ${quoteShellWords([file])}`, context)
      return runChain(plan, settings, context)
    }
    const chains = parseProgramFile(await readProgram(file), file)
    const { prepareChain } = await import('../runtime/run-chain.ts')
    // All of them are checked before the first one runs.
    const prepared: (PreparedChain & { readonly line: number })[] = []
    for (const { argv, line } of chains) {
      try {
        const parsed = parseCommandLine(argv, context.frame, {
          environment: context.environment,
          overrides: context.typedShared,
        })
        if (parsed.kind !== 'chain') throw new KsError('usage', `${argv[0] ?? ''} cannot stand in a program`)
        // A thread runs the chain that it was started for.
        if (context.thread !== undefined && context.thread.commandLine !== parsed.commandLine) continue
        prepared.push({
          ...(await prepareChain(parsed, context, { untrusted: true, allowModules: options.allowModules })),
          line,
        })
      } catch (error) {
        throw error instanceof KsError ? errorInFile(error, file, line) : error
      }
    }
    for (const { plan, settings } of prepared) {
      const status = await runChain(plan, settings, context)
      if (status !== 0) return status
    }
    return 0
  },
})
