// The configuration of a command line: what was typed, the environment, the files.

import { homedir } from 'node:os'
import type { CliContext } from './cli/context.ts'
import { isConfigured } from './config/config-directory.ts'
import type { Config } from './config/config.ts'

/** The options that say what is in a configuration. */
export interface ConfigOptions {
  readonly brokers: string | undefined
  readonly config: string | undefined
  readonly profile: string | undefined
  readonly property: readonly (readonly [string, string])[]
  readonly eos: boolean
  readonly compression?: string | undefined
  /** What is odd in files is not told. */
  readonly quiet?: boolean
}

/** Reads files and settles what counts. Throws KsError usage and config; tells what is odd in files on standard error. */
export const loadConfig = async (options: ConfigOptions, context: CliContext): Promise<Config> => {
  const { readConfigFiles } = await import('./config/config-files.ts')
  const { resolveConfig } = await import('./config/resolve-config.ts')
  const { brokers, config: file, profile, property, eos, compression } = options
  const { environment, currentDirectory } = context
  const choice = { file, profile, environment, currentDirectory, homeDirectory: homedir }
  const files = context.thread?.files ?? (await readConfigFiles(choice))
  const config = resolveConfig({
    options: [
      ...(brokers === undefined ? [] : [{ name: 'bootstrap.servers', value: brokers, origin: '--brokers' } as const]),
      ...(eos ? [{ name: 'processing.guarantee', value: 'exactly_once_v2', origin: '--eos' } as const] : []),
      ...(compression === undefined ? [] : [{ name: 'compression.type', value: compression, origin: '-z' } as const]),
    ],
    typed: property,
    environment,
    files,
  })
  if (options.quiet !== true) for (const warning of config.warnings) context.warn(warning)
  return config
}

/** What the configuration says for `state.dir`, with the files named or, without, where a run would look; undefined for nothing. */
export const configuredStateDirectory = async (
  { config: file, profile }: Pick<ConfigOptions, 'config' | 'profile'>,
  context: CliContext,
): Promise<string | undefined> => {
  const sources = { environment: context.environment, homeDirectory: homedir }
  if (file === undefined && profile === undefined && !isConfigured(sources)) return undefined
  const options = { brokers: undefined, config: file, profile, property: [], eos: false, quiet: true }
  return (await loadConfig(options, context)).text('state.dir') || undefined
}
