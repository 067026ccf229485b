// The option of commands that run chains from files.

import { flag } from '../runtime/cli/options.ts'

/** Lets chains in files run code. */
export const allowModules = flag({ help: 'Lets the chains run JavaScript modules (`process`).' })
