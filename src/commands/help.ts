// ks help: the parser answers it.

import type { HelpCommand } from '../runtime/cli/command.ts'

const help: HelpCommand = {
  kind: 'help',
  name: 'help',
  summary: 'Help on a command or a topic.',
  description: ['`ks help` lists commands and topics. `ks help count` is the same as `ks count --help`.'],
  operands: [
    {
      name: 'TOPIC',
      help: 'A command, or a topic such as `expressions`, `time`, `exit-codes`.',
      kind: 'name',
      min: 0,
      max: 2,
    },
  ],
  examples: [],
}

export default help
