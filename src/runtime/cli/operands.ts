// Which operands a command takes for itself and which are source files.

import type { Operand } from './command.ts'

/** `NAME=EXPR`, also with a path or a quoted name on the left; `==` and `=~` are comparisons. */
const assignment = /^(?:\.?[\p{L}_][\p{L}\p{N}_.-]*|"[^"]+")=(?![=~])/u

/** Operands by whom they belong to, as indices into the words in their order, and the first declared one that is missing. */
export interface AssignedOperands {
  readonly taken: readonly number[]
  readonly rest: readonly number[]
  readonly missing: Operand | undefined
}

/** The operands that are expected when these options were typed. */
export const expectedOperands = (
  declared: readonly Operand[],
  typed: { has(long: string): boolean },
): readonly Operand[] => declared.filter(({ unless }) => unless === undefined || !typed.has(unless))

/** Hands out operands: assignments by their form, then the others from the left, then the rest. */
export const assignOperands = (declared: readonly Operand[], words: readonly string[]): AssignedOperands => {
  const taken = new Set<number>()
  let missing: Operand | undefined
  const take = (operand: Operand, candidates: readonly number[]): void => {
    const mine = candidates.slice(0, operand.max)
    for (const index of mine) taken.add(index)
    if (mine.length < operand.min) missing ??= operand
  }
  const free = (): number[] => [...words.keys()].filter((index) => !taken.has(index))
  for (const operand of declared.filter(({ kind }) => kind === 'assignments')) {
    take(
      operand,
      free().filter((index) => assignment.test(words[index] ?? '')),
    )
  }
  for (const operand of declared.filter(({ kind }) => kind !== 'assignments')) take(operand, free())
  return { taken: [...taken].sort((left, right) => left - right), rest: free(), missing }
}

/** True if a command with these operands leaves none for source files. */
export const takesAllOperands = (declared: readonly Operand[]): boolean =>
  declared.some(({ kind, max }) => kind !== 'assignments' && max === Infinity)

/** How an operand stands in a usage line: `EXPR`, `[KEY]`, `NAME=EXPR…`. */
export const operandUsage = ({ name, min, max }: Pick<Operand, 'name' | 'min' | 'max'>): string => {
  const several = max > 1 ? `${name}…` : name
  return min === 0 ? `[${several}]` : several
}
