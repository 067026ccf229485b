// Errors of LevelDB as errors for the user. It has codes for few of them; the rest is told apart by its messages.

import { KsError } from '../model/errors.ts'
import { storeFormat } from './batch-chain.ts'

/** Rows are missing from a store: other than a disk that is full or a file that may not be read, this does not pass. */
export class DamagedStore extends KsError {}

/** See `DamagedStore`. */
export const damagedStore = (directory: string, reason: string, cause?: unknown): DamagedStore =>
  new DamagedStore('io', `the store ${directory} is damaged: ${reason}`, {
    hint: 'it is kept as it is: move the directory away or remove it with `ks state rm`, then run again',
    cause,
  })

/** A store that another version of ks wrote. */
export const foreignFormat = (directory: string, format: number): KsError =>
  new KsError('config', `the store ${directory} has format ${format}, this version of ks reads format ${storeFormat}`, {
    hint: 'use the version that wrote it, or remove it with `ks state rm`',
  })

/** Why a database could not be opened or checked. */
export const openError = (directory: string, error: unknown): KsError => {
  const code = levelCode(error)
  if (code === 'LEVEL_LOCKED') {
    return new KsError('busy', `the store ${directory} is in use by another process`, { cause: error })
  }
  const message = levelMessage(error)
  // A file that another one names is gone.
  const isDamage = code === 'LEVEL_CORRUPTION' || (code === 'LEVEL_IO_ERROR' && message.includes('No such file'))
  if (isDamage) return damagedStore(directory, message, error)
  return new KsError('io', `cannot open the store ${directory}: ${message}`, { cause: error })
}

/** Why a batch could not be written. */
export const writeError = (directory: string, error: unknown): KsError =>
  new KsError('io', `cannot write to the store ${directory}: ${levelMessage(error)}`, { cause: error })

/** Why rows could not be read. */
export const readError = (directory: string, error: unknown): KsError =>
  new KsError('io', `cannot read the store ${directory}: ${levelMessage(error)}`, {
    hint: 'if the disk is sound, the store is damaged: move it away or remove it with `ks state rm`',
    cause: error,
  })

/** The error that LevelDB itself gave: opening wraps it. */
const levelError = (error: unknown): Error => {
  if (!(error instanceof Error)) return new Error(String(error))
  return error.cause instanceof Error ? error.cause : error
}

/** LevelDB's code of an error, such as LEVEL_LOCKED. */
export const levelCode = (error: unknown): unknown => {
  const original = levelError(error)
  return 'code' in original ? original.code : undefined
}

/** What LevelDB says about an error, with the text of the operating system. */
export const levelMessage = (error: unknown): string =>
  levelError(error).message.replace(/^(?:IO error|Corruption): /, '')
