// Where configuration lies, and whether anything but the command line says something: asked before every run, so it loads
// nothing and reads no file.

import { existsSync } from 'node:fs'
import path from 'node:path'

/** What tells where the user's own files are. */
export interface HomeSources {
  readonly environment: Readonly<Record<string, string | undefined>>
  /** `homedir` of node:os: looks the user up where HOME is not set, and throws for a user it does not know. */
  readonly homeDirectory: () => string
}

/** `$XDG_CONFIG_HOME/ks` or `~/.config/ks`; undefined if there is no place for it. */
export const configDirectory = ({ environment, homeDirectory }: HomeSources): string | undefined => {
  // The XDG specification says to ignore a relative one.
  const configHome = environment['XDG_CONFIG_HOME'] ?? ''
  if (path.isAbsolute(configHome)) return path.join(configHome, 'ks')
  const home = environment['HOME'] || homeOrNothing(homeDirectory)
  return path.isAbsolute(home) ? path.join(home, '.config', 'ks') : undefined
}

const homeOrNothing = (homeDirectory: () => string): string => {
  try {
    return homeDirectory()
  } catch {
    return ''
  }
}

/** True if a variable or the user's own file may set a property or names a file that does; those with an option of their own do not count. */
export const isConfigured = (sources: HomeSources): boolean => {
  const isSet = ([name, value]: [string, string | undefined]): boolean =>
    value !== undefined && value !== '' && (name === 'KS_CONFIG' || name === 'KS_PROFILE' || name.startsWith('KS_X_'))
  if (Object.entries(sources.environment).some(isSet)) return true
  const directory = configDirectory(sources)
  return directory !== undefined && existsSync(path.join(directory, 'config'))
}
