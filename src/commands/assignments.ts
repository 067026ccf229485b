// Operands of the form NAME=EXPR.

import { KsError } from '../runtime/model/errors.ts'
import { splitAssignment } from '../runtime/model/argument-lists.ts'

/** Takes assignments apart; a name may occur once. */
export const assignments = (operands: readonly string[]): { name: string; expression: string }[] => {
  const seen = new Set<string>()
  return operands.map((operand) => {
    const assignment = splitAssignment(operand)
    if (assignment === undefined) throw new KsError('usage', `"${operand}" is no NAME=EXPR`)
    if (seen.has(assignment.name)) throw new KsError('usage', `"${assignment.name}" is set twice`)
    seen.add(assignment.name)
    return assignment
  })
}
