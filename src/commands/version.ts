// ks version: what exactly is installed.

import { flag } from '../runtime/cli/options.ts'
import { tool } from './tool.ts'

export default tool({
  name: 'version',
  summary: 'Show the version.',
  description: ['With `--json` also those of Node and its engine, for bug reports.'],
  operands: [],
  options: { json: flag({ help: 'As JSON.' }) },
  examples: [{ title: 'For scripts', run: 'ks version --json | ks map -r "type(.node)"', output: 'string\n' }],
  run: async ({ json }, _operands, { frame, print }) => {
    const { node, v8 } = process.versions
    const { platform, arch } = process
    const all = { ks: frame.version, node, v8, platform, arch }
    await print(json ? `${JSON.stringify(all)}\n` : `${frame.name} ${frame.version}\n`)
    return 0
  },
})
