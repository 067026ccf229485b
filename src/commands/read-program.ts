// The text of a program file.

import { readFile } from 'node:fs/promises'
import { KsError } from '../runtime/model/errors.ts'

/** Reads it. KsError io, with the system's error as its cause. */
export const readProgram = async (file: string): Promise<string> => {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    throw new KsError('io', `cannot read ${file}: ${codeOf(error) ?? 'unreadable'}`, { cause: error })
  }
}

/** True if `readProgram` has found no such file. */
export const isMissing = (error: unknown): boolean => error instanceof KsError && codeOf(error.cause) === 'ENOENT'

const codeOf = (error: unknown): string | undefined =>
  error instanceof Error && 'code' in error ? String(error.code) : undefined
