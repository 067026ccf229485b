// Modules of users: loads one, and says in a line what is wrong with it.

import { spawnSync } from 'node:child_process'
import { stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { KsError } from '../model/errors.ts'
import { describe, moduleHint, type Processor, type ProcessorSupplier } from './processor.ts'
import type { StoreSpec } from './state-stores.ts'

/** What a module exports. */
export type ModuleExports = Readonly<Record<string, unknown>>

/** A processor that a module describes. */
export interface ProcessorModule {
  make(): Processor
  readonly stores: Readonly<Record<string, StoreSpec>>
}

/** Node's own import(), which a script out of a code cache does not have: bin/ks gives it. */
declare const importModule: ((url: string) => Promise<ModuleExports>) | undefined

/**
 * Runs a module. @param file as the user has named it.
 * @throws KsError io if it cannot be read, compile if it is no JavaScript, config if it throws.
 */
export const loadModule = async (file: string, currentDirectory: string): Promise<ModuleExports> => {
  const path = resolve(currentDirectory, file)
  try {
    if (!(await stat(path)).isFile()) throw new KsError('io', `${file} is no file`)
  } catch (error) {
    if (error instanceof KsError) throw error
    throw new KsError('io', `cannot open ${file}: there is no such file`, { cause: error })
  }
  const url = pathToFileURL(path).href
  try {
    return typeof importModule === 'function' ? await importModule(url) : ((await import(url)) as ModuleExports)
  } catch (error) {
    if (error instanceof SyntaxError) {
      throw new KsError('compile', `${placeIn(path, file)}: ${error.message}`, { cause: error })
    }
    if (isUnknownExtension(error)) {
      throw new KsError('config', `${file}: this version of Node loads .mjs and .js only`, { cause: error })
    }
    throw new KsError('config', `${file}: ${describe(error)}`, { cause: error })
  }
}

/** The processor that a module exports: a factory, a class, or a supplier with `get` and `stores`. */
export const processorOf = (exports: ModuleExports, file: string): ProcessorModule => {
  const made: unknown = exports['default']
  const declared = exports['stores']
  if (typeof made === 'function') {
    const isClass = typeof (made.prototype as Partial<Processor> | undefined)?.process === 'function'
    const make = isClass
      ? (): Processor => new (made as new () => Processor)()
      : (): Processor => (made as () => Processor)()
    return { make, stores: checkStores(declared ?? {}, file) }
  }
  if (typeof (made as Partial<ProcessorSupplier> | null | undefined)?.get === 'function') {
    const supplier = made as ProcessorSupplier
    return { make: () => supplier.get(), stores: checkStores(declared ?? supplier.stores?.() ?? {}, file) }
  }
  const problem =
    made === undefined
      ? 'has no default export'
      : isProcessor(made)
        ? 'exports one processor for all tasks, each of which needs its own'
        : 'exports neither a function that makes a processor nor a class'
  throw new KsError('config', `${file} ${problem}`, { hint: moduleHint })
}

const isProcessor = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && 'process' in value && typeof value.process === 'function'

const types: readonly string[] = ['key-value', 'window', 'session'] satisfies readonly StoreSpec['type'][]

const checkStores = (declared: unknown, file: string): Readonly<Record<string, StoreSpec>> => {
  if (typeof declared !== 'object' || declared === null) throw storesError(file, 'stores is no object')
  for (const [name, spec] of Object.entries(declared as Record<string, Partial<StoreSpec> | null>)) {
    if (!/^[A-Za-z0-9._-]+$/.test(name)) throw storesError(file, `"${name}" cannot be the name of a store`)
    if (!types.includes(spec?.type ?? '')) throw storesError(file, `the type of ${name} is none of ${types.join(', ')}`)
    const { retentionMs, ranges } = spec as StoreSpec
    if (retentionMs !== undefined && !(retentionMs > 0)) throw storesError(file, `retentionMs of ${name} is no time`)
    if (ranges !== undefined && typeof ranges !== 'boolean') throw storesError(file, `ranges of ${name} is no boolean`)
  }
  return declared as Readonly<Record<string, StoreSpec>>
}

const storesError = (file: string, problem: string): KsError =>
  new KsError('config', `${file}: ${problem}`, { hint: "export const stores = { seen: { type: 'key-value' } }" })

/** `file:LINE` of what is no JavaScript: only a Node that checks the file by itself says where. */
const placeIn = (path: string, file: string): string => {
  const { stderr } = spawnSync(process.execPath, ['--check', path], { encoding: 'utf8' })
  const [, line] = /^(?:file:\/\/)?[^\n]*:(\d+)\n/.exec(stderr) ?? []
  return line === undefined ? file : `${file}:${line}`
}

const isUnknownExtension = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'ERR_UNKNOWN_FILE_EXTENSION'
