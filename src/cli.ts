// The program behind bin/ks.

import { isMainThread } from 'node:worker_threads'
import { frame } from './commands/all.ts'
import { loadTopics } from './commands/topics.ts'
import { processContext } from './runtime/cli/process-context.ts'
import { threadContext } from './runtime/cli/threads.ts'
import { main } from './runtime/main.ts'

const endProcess = (status: number): void => {
  process.exitCode = status
}
const { context, end } = isMainThread ? { context: processContext(), end: endProcess } : threadContext()

void main(process.argv.slice(2), frame, context, { loadTopics }).then(end)
