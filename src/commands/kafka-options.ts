// Options of tools that talk to a cluster: the same as a chain has.

import { flag } from '../runtime/cli/options.ts'
import { sharedOptions } from '../runtime/shared-options.ts'

const { brokers, config, profile, property } = sharedOptions

/** Where the cluster is and how to get in. */
export const connectionOptions = { brokers, config, profile, property }

/** For programs. */
export const jsonOption = flag({ help: 'One JSON object per line.' })

/** Tools that change something show it first. */
export const yesOption = flag({ short: 'y', help: 'Really does it; otherwise what would be done is only shown.' })
