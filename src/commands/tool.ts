// Declares a command that stands alone.

import { defineTool, type ToolCommand } from '../runtime/cli/command.ts'
import type { OptionTable } from '../runtime/cli/options.ts'
import type { ToolContext } from '../runtime/main.ts'

/** As defineTool, for the tools of ks. */
export const tool = <const O extends OptionTable>(
  declaration: Omit<ToolCommand<ToolContext, O>, 'kind'>,
): ToolCommand<ToolContext, O> => defineTool<ToolContext, O>(declaration)
