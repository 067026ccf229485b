// ks complete: what completion scripts ask.

import { completionAnswer, shells } from '../runtime/cli/completion-scripts.ts'
import { choice } from '../runtime/cli/options.ts'
import { tool } from './tool.ts'

export default tool({
  name: 'complete',
  hidden: true,
  summary: 'Answer a completion script.',
  description: ['Reads the words of a command line behind `--`; the last one is to be completed.'],
  operands: [{ name: 'WORD', help: 'The words so far.', kind: 'words', min: 0, max: Infinity }],
  options: { shell: choice(shells, { default: 'bash', help: 'The shell that asks.' }) },
  examples: [],
  run: async ({ shell }, words, { frame, print }) => {
    await print(completionAnswer(shell, words, frame))
    return 0
  },
})
