// ks completion: the script that makes a shell complete ks.

import { completionScript, shells } from '../runtime/cli/completion-scripts.ts'
import { KsError } from '../runtime/model/errors.ts'
import { tool } from './tool.ts'

export default tool({
  name: 'completion',
  summary: 'Print the completion script for a shell.',
  description: [
    'Bash: `eval "$(ks completion bash)"` in ~/.bashrc. Zsh: the same with `zsh`. Fish: `ks completion fish | source`.',
  ],
  operands: [{ name: 'SHELL', help: 'bash, zsh or fish.', kind: 'words', min: 1, max: 1, choices: shells }],
  options: {},
  examples: [
    {
      title: 'What goes into ~/.bashrc',
      run: 'ks completion bash | head -n 1',
      output: '# Completion of ks for bash. In ~/.bashrc: eval "$(ks completion bash)"\n',
    },
  ],
  run: async (_options, [name], { frame, print }) => {
    const shell = shells.find((known) => known === name)
    if (shell === undefined)
      throw new KsError('usage', `completion for ${name ?? 'no shell'}?`, { hint: shells.join(', ') })
    await print(completionScript(shell, frame))
    return 0
  },
})
