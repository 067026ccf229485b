// Declares a verb whose `build` works on a Chain.

import { defineStage, type StageCommand } from '../runtime/cli/command.ts'
import type { OptionTable } from '../runtime/cli/options.ts'
import type { Chain } from '../runtime/topology/chain.ts'

/** As defineStage, for chains. */
export const stage = <const O extends OptionTable, Prepared>(
  declaration: Omit<StageCommand<Chain, O, Prepared>, 'kind'>,
): StageCommand<Chain, O, Prepared> => defineStage<Chain, O, Prepared>(declaration)
