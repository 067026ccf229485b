// Finds and reads configuration files: the one that is named (-F, KS_CONFIG), the profile (--profile, KS_PROFILE) and the
// user's own. Only the configuration directory is searched, never the current one, so that no file that lies around there
// can redirect a run.

import { readdir, readFile, stat } from 'node:fs/promises'
import path from 'node:path'
import { configDirectory, type HomeSources } from './config-directory.ts'
import { KsError } from '../model/errors.ts'
import { nearestNames } from '../model/nearest-name.ts'
import { parseKcatConf, parseProperties, type PropertyLine } from './properties-file.ts'

/** A file that has been read. */
export interface ConfigFile {
  /** What people call it: the path as it was given, or `profile dev`. */
  readonly label: string
  readonly path: string
  readonly lines: readonly PropertyLine[]
  /** True: not only its owner can read it. */
  readonly readableByOthers: boolean
}

/** What decides which files are read. */
export interface FileChoice extends HomeSources {
  /** `-F FILE`. */
  readonly file: string | undefined
  /** `--profile NAME`. */
  readonly profile: string | undefined
  /** What relative paths start from. */
  readonly currentDirectory: string
}

/**
 * The files that count, strongest first: the one that is named, the profile, the user's own `config`. The last is read
 * only where none is named, and comes after the profile because a profile is chosen and it just lies there. Throws KsError
 * config if a file that is named or a profile is missing or cannot be read.
 */
export const readConfigFiles = async (choice: FileChoice): Promise<readonly ConfigFile[]> => {
  const { environment, currentDirectory } = choice
  const directory = configDirectory(choice)
  const files: ConfigFile[] = []
  const named = choice.file ?? (environment['KS_CONFIG'] || undefined)
  if (named !== undefined) files.push(await readNamed(named, path.resolve(currentDirectory, named)))
  const profile = choice.profile ?? (environment['KS_PROFILE'] || undefined)
  if (profile !== undefined) files.push(await readProfile(profile, directory))
  if (named === undefined && directory !== undefined) {
    const own = path.join(directory, 'config')
    const file = await readIfThere(own, own)
    if (file !== undefined) files.push(file)
  }
  return files
}

const readNamed = async (label: string, filePath: string): Promise<ConfigFile> => {
  const file = await readIfThere(label, filePath)
  if (file === undefined) throw new KsError('config', `${label}: there is no such configuration file`)
  return file
}

const profileEnding = '.properties'
const profileName = /^(?!\.)[A-Za-z0-9._-]{1,100}$/

const readProfile = async (name: string, directory: string | undefined): Promise<ConfigFile> => {
  if (!profileName.test(name)) {
    throw new KsError('config', `${name}: not a name of a profile`, {
      hint: 'letters, digits, `.`, `_` and `-`; a path is given with -F',
    })
  }
  if (directory === undefined) {
    throw new KsError('config', `profile ${name}: there is no place for profiles: HOME is not set`, {
      hint: 'set XDG_CONFIG_HOME, or name the file with -F',
    })
  }
  const filePath = path.join(directory, 'profiles', `${name}${profileEnding}`)
  const file = await readIfThere(`profile ${name}`, filePath)
  if (file !== undefined) return file
  const known = await listProfiles(directory)
  throw new KsError('config', `there is no profile ${name}`, {
    hint: known.length === 0 ? `write it to ${filePath}` : `there are ${known.join(', ')}`,
    didYouMean: nearestNames(name, known),
  })
}

/** Names of the profiles in a configuration directory, in order. */
export const listProfiles = async (directory: string): Promise<readonly string[]> => {
  const names = await unlessMissing(readdir(path.join(directory, 'profiles')), path.join(directory, 'profiles'))
  return (names ?? [])
    .filter((name) => name.endsWith(profileEnding))
    .map((name) => name.slice(0, -profileEnding.length))
    .filter((name) => profileName.test(name))
    .sort()
}

/** A small text file that somebody named, such as one with a password. Throws KsError config if it cannot be read. */
export const readSmallFile = async (
  filePath: string,
  what: string,
): Promise<{ readonly bytes: Buffer; readonly readableByOthers: boolean }> => {
  const found = await unlessMissing(readWithMode(filePath), `${what}: ${filePath}`)
  if (found === undefined) throw new KsError('config', `${what}: ${filePath}: there is no such file`)
  return found
}

const readIfThere = async (label: string, filePath: string): Promise<ConfigFile | undefined> => {
  const found = await unlessMissing(readWithMode(filePath), label)
  if (found === undefined) return undefined
  // kcat's file has no escapes: what is a backslash there would be lost otherwise.
  const parse = /^\.?(kcat|kafkacat)\.conf$/.test(path.basename(filePath)) ? parseKcatConf : parseProperties
  const lines = parse(found.bytes.toString('utf8'), label)
  return { label, path: filePath, lines, readableByOthers: found.readableByOthers }
}

const readWithMode = async (
  filePath: string,
): Promise<{ readonly bytes: Buffer; readonly readableByOthers: boolean }> => {
  const bytes = await readFile(filePath)
  const status = await stat(filePath)
  // A pipe (`-F <(pass show kafka)`) has no readers but the one; Windows has no such modes.
  const hasModes = process.platform !== 'win32' && status.isFile()
  return { bytes, readableByOthers: hasModes && (status.mode & 0o044) !== 0 }
}

const reasons: Readonly<Record<string, string>> = {
  EACCES: 'you may not read it',
  EPERM: 'you may not read it',
  EISDIR: 'it is a directory',
}

const unlessMissing = async <T>(reading: Promise<T>, label: string): Promise<T | undefined> => {
  try {
    return await reading
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : ''
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined
    const reason = reasons[code] ?? (error instanceof Error ? error.message : String(error))
    throw new KsError('config', `${label}: ${reason}`, { cause: error })
  }
}
