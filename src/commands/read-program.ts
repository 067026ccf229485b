// The text of a program file.

import { readFile } from 'node:fs/promises'
import { KsError } from '../runtime/model/errors.ts'
import { ioError, systemErrorName } from '../runtime/model/system-error.ts'

/** Reads it. KsError io, with the system's error as its cause. */
export const readProgram = async (file: string): Promise<string> => {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    throw ioError(`cannot read ${file}`, error)
  }
}

/** True if `readProgram` has found no such file. */
export const isMissing = (error: unknown): boolean =>
  error instanceof KsError && systemErrorName(error.cause) === 'ENOENT'
