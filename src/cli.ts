// The program behind bin/ks.

import { frame } from './commands/all.ts'
import { loadTopics } from './commands/topics.ts'
import { processContext } from './runtime/cli/process-context.ts'
import { main } from './runtime/main.ts'

void main(process.argv.slice(2), frame, processContext(), { loadTopics }).then((status) => {
  process.exitCode = status
})
