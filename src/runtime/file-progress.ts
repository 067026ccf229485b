// How far a run over files is, on the terminal.

import type { CliContext } from './cli/context.ts'
import { createProgress, type Progress } from './cli/terminal/progress.ts'
import type { RunSettings } from './run-settings.ts'

/** Shown on standard error, if that is a terminal. */
export const fileProgress = ({ progress, quiet }: RunSettings, context: CliContext): Progress =>
  createProgress({
    // Results on the same terminal and a status line would get in each other's way.
    terminal: (progress ?? context.outputTerminal === undefined) ? context.errorTerminal : undefined,
    quiet,
    write: (text) => {
      context.tell(text)
    },
    now: () => context.elapsed(),
  })
