// Declares a verb whose `build` works on a Chain.

import { defineStage, type StageCommand } from '../runtime/cli/command.ts'
import type { OptionTable } from '../runtime/cli/options.ts'
import type { Chain } from '../runtime/topology/chain.ts'

/** As defineStage, for chains. */
export const stage = <const O extends OptionTable>(
  declaration: Omit<StageCommand<Chain, O>, 'kind'>,
): StageCommand<Chain, O> => defineStage<Chain, O>(declaration)
