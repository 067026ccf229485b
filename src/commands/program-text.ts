// The expression of a command: an operand, or the content of the file named by -f.

import { readFileSync } from 'node:fs'
import { KsError } from '../runtime/model/errors.ts'
import { ioError } from '../runtime/model/system-error.ts'

/** Exactly one of the two must be given. */
export const programText = (verb: string, operand: string | undefined, file: string | undefined): string => {
  if (file === undefined) {
    if (operand === undefined) {
      throw new KsError('usage', `${verb} needs an expression`, { hint: `ks ${verb} --help has examples` })
    }
    return operand
  }
  if (operand !== undefined) {
    throw new KsError('usage', `${verb} has two expressions: "${operand}" and the file ${file}`, {
      hint: 'leave out one',
    })
  }
  try {
    return readFileSync(file, 'utf8').trim()
  } catch (error) {
    throw ioError(`cannot read ${file}`, error)
  }
}
