// Where tools look for state: where runs keep it.

import { homedir } from 'node:os'
import { text } from '../runtime/cli/options.ts'
import type { ToolContext } from '../runtime/main.ts'
import { sharedOptions } from '../runtime/shared-options.ts'
import type { StateRoot } from '../runtime/stores/state-directory.ts'

const { config, profile } = sharedOptions

export const placeOptions = {
  stateDir: text({ env: 'KS_STATE_DIR', valueName: 'DIR', help: 'Where state is kept, if not in the usual place.' }),
  config,
  profile,
}

/** Where state is, as runs see it: `--state-dir`, or what the configuration says. */
export interface Place {
  readonly stateDir: string | undefined
  readonly config: string | undefined
  readonly profile: string | undefined
}

/** undefined if there is none yet. KsError config or io. */
export const findRoot = async (context: ToolContext, place: Place): Promise<StateRoot | undefined> => {
  const { findStateRoot, stateRootPath } = await import('../runtime/stores/state-directory.ts')
  const { configuredStateDirectory } = await import('../runtime/load-config.ts')
  const option = place.stateDir ?? (await configuredStateDirectory(place, context))
  const path = stateRootPath({ option, environment: context.environment, homeDirectory: homedir })
  return findStateRoot(path, process.getuid?.())
}

/** A time for people. */
export const timeText = (timestamp: number | undefined): string =>
  timestamp === undefined ? 'never' : new Date(timestamp).toISOString().replace(/\.\d+Z$/, 'Z')
