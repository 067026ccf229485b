// Sources belong to the first stage of a chain, sinks to the last. A chain that has them elsewhere is answered with the
// command line that was meant.

import { takesAllOperands } from './operands.ts'
import type { ScannedStage } from './chain.ts'
import { isOptionLike, type Scanned } from './scan.ts'
import { quoteShellWords } from './shell-words.ts'
import { type Line, usageError } from './usage-errors.ts'

/** A stage whose operands are told apart. */
export interface PlacedStage<Chain> extends ScannedStage<Chain> {
  /** Those operands of the stage that are source files. */
  readonly files: readonly Extract<Scanned, { kind: 'operand' }>[]
}

/** Throws KsError usage, with the corrected command line as the hint, if something stands in the wrong stage. */
export const checkPlacement = <Chain>(
  line: Line,
  leading: readonly Scanned[],
  stages: readonly PlacedStage<Chain>[],
): void => {
  const lastStage = stages.length - 1
  const correct = (): { hint?: string } => {
    const corrected = correctedLine(line, leading, stages)
    return corrected === undefined ? {} : { hint: corrected }
  }
  for (const [index, stage] of stages.entries()) {
    if (stage.command.endsChain && index < lastStage) {
      throw usageError(line, stage.at, `nothing can follow ${stage.command.name}: it ends a chain`)
    }
    const [file] = index === 0 ? [] : stage.files
    if (file !== undefined) {
      throw usageError(
        line,
        file.at,
        `${file.word}: files belong to the first stage, not to ${stage.command.name}`,
        correct(),
      )
    }
    for (const item of stage.scanned) {
      const problem = misplacement(item, index, lastStage)
      if (problem !== undefined) throw usageError(line, item.at, problem, correct())
    }
  }
}

const misplacement = (item: Scanned, stage: number, lastStage: number): string | undefined => {
  if (item.kind !== 'option') return undefined
  const [typed = ''] = item.words
  const { position } = item.known.option
  if (position === 'source' && stage > 0) return `${typed} says what is read and belongs to the first stage`
  if (position === 'sink' && stage < lastStage)
    return `${typed} says where the result goes and belongs to the last stage`
  return undefined
}

// undefined if no move of words makes it right.
const correctedLine = <Chain>(
  line: Line,
  leading: readonly Scanned[],
  stages: readonly PlacedStage<Chain>[],
): string | undefined => {
  const [first] = stages
  const all = stages.flatMap(({ scanned }) => scanned)
  const lastStage = stages.length - 1
  const sources = stages.flatMap(({ files }) => files)
  if (first === undefined || (sources.length > 0 && takesAllOperands(first.command.operands))) return undefined
  if (all.some((item) => item.kind === 'operand' && isOptionLike(item.word))) return undefined
  const words = [line.frame.name, ...wordsOf(leading)]
  for (const [index, stage] of stages.entries()) {
    if (index > 0) words.push('then')
    const files = new Set<Scanned>(stage.files)
    const own = stage.scanned.filter((item) => !files.has(item) && positionOf(item) === undefined)
    words.push(line.argv[stage.at] ?? stage.command.name, ...wordsOf(own))
    if (index === 0) words.push(...wordsOf(all.filter((item) => positionOf(item) === 'source')), ...wordsOf(sources))
    if (index === lastStage) words.push(...wordsOf(all.filter((item) => positionOf(item) === 'sink')))
  }
  return quoteShellWords(words)
}

const positionOf = (item: Scanned): 'source' | 'sink' | undefined =>
  item.kind === 'option' ? item.known.option.position : undefined

const wordsOf = (items: readonly Scanned[]): readonly string[] =>
  items.flatMap((item) => (item.kind === 'option' ? item.words : item.kind === 'operand' ? [item.word] : []))
