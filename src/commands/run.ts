// ks run: chains from a file.

import { errorInFile, parseProgramFile } from '../runtime/cli/program-file.ts'
import { parseCommandLine } from '../runtime/cli/parse.ts'
import { KsError } from '../runtime/model/errors.ts'
import type { PreparedChain } from '../runtime/run-chain.ts'
import { sharedOptions } from '../runtime/shared-options.ts'
import { readProgram } from './read-program.ts'
import { allowModules } from './allow-modules.ts'
import { clicks } from './sample-data.ts'
import { tool } from './tool.ts'

export default tool({
  name: 'run',
  summary: 'Run the chains in a file, one after another.',
  description: [
    'One chain per paragraph, written as on the command line, over as many lines as it likes; `#` begins a comment. With `#!/usr/bin/env -S ks run` as its first line and the permission to execute, the file is a command.',
    'The run ends at the first chain that fails, with its status. Options of the command line win over those in the file: `ks run report.ks -a report`.',
  ],
  operands: [{ name: 'FILE', help: 'The program.', kind: 'file', min: 1, max: 1 }],
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
  ],
  seeAlso: ['test'],
  run: async (options, [file = ''], context) => {
    const chains = parseProgramFile(await readProgram(file), file)
    const { prepareChain } = await import('../runtime/run-chain.ts')
    const { runChain } = await import('../runtime/app.ts')
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
