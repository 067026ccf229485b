// A pull query from the shell: a SELECT over the tables of a program of SQL that runs, or has run, under an application.

import type { CliContext } from './cli/context.ts'
import { findStages, openerOf, printObjectRows, type FindStage, type RowOutput, type StatePlace } from './get-rows.ts'
import { KsError } from './model/errors.ts'
import { pullResults, type PulledRow } from './pull-rows.ts'
import type { StoreQuery } from './query/store-query.ts'
import type { PlacedRow } from './query/row-text.ts'
import { nameOf } from './sql/names.ts'
import { parseStatements, type ParsedStatement } from './sql/parse.ts'
import { planScript } from './sql/plan-script.ts'
import { readRange, readRow, type OpenFiles } from './stage-rows.ts'
import type { StageDirectory } from './stores/state-directory.ts'
import type * as Ast from './sql/ast.ts'

/** The SELECT that a text is, if it has a name in FROM that nothing declares; undefined for any other text. */
export const pulledStatement = (text: string, variables: ReadonlyMap<string, string>): ParsedStatement | undefined => {
  const [parsed, second] = parseStatements(text, { variables })
  if (parsed?.statement.kind !== 'query' || second !== undefined) return undefined
  const { query } = parsed.statement
  return hasName(query) ? parsed : undefined
}

const hasName = (query: Ast.Query): boolean => {
  const own = new Set(query.with.map(({ name }) => nameOf(name)))
  const inRelation = (from: Ast.Relation): boolean => {
    switch (from.kind) {
      case 'named':
        return !from.isPlace && from.name.text.toUpperCase() !== 'STDIN' && !own.has(nameOf(from.name))
      case 'subquery':
        return hasName(from.query)
      case 'join':
        return inRelation(from.left) || inRelation(from.right)
    }
  }
  return query.selects.some(({ from }) => inRelation(from)) || query.with.some((part) => hasName(part.query))
}

/**
 * Prints the results of a pull query. Returns how many there are.
 * @throws KsError compile for what cannot be asked, usage for an application that is not there, busy if it cannot be asked now.
 */
export const printPulled = async (
  parsed: ParsedStatement,
  place: StatePlace,
  output: RowOutput,
  findStage: FindStage,
  context: CliContext,
): Promise<number> => {
  const stages = await findStages(place, context)
  const found = stages.find(({ program }) => program.recipe?.kind === 'sql')
  const recipe = found?.program.recipe
  if (found === undefined || recipe?.kind !== 'sql') {
    throw new KsError('usage', `application '${place.app ?? ''}' runs no program of SQL`, {
      hint: 'ks get -a APP lists what its stores are',
    })
  }
  const silent = (): void => undefined
  const script = planScript(parseStatements(recipe.text, { variables: new Map(recipe.variables) }), {
    clock: () => context.now(),
    isStrict: false,
    notice: silent,
    failed: silent,
  })
  const pull = script.planPull(parsed)
  const open = openerOf(found.program, [pull.store], findStage, context)
  const rows = rowsOf(
    found.directory,
    pull.store,
    pull.keys,
    { ...pull.windows, reverse: false, limit: Infinity },
    open,
    context,
  )
  return printObjectRows(await pullResults(pull, rows, () => context.now()), output, context)
}

async function* rowsOf(
  stage: StageDirectory,
  store: string,
  keys: readonly string[] | undefined,
  query: StoreQuery,
  open: OpenFiles,
  context: CliContext,
): AsyncGenerator<PulledRow, void> {
  const asked =
    keys === undefined
      ? [() => readRange(stage, store, query, context, open)]
      : keys.map((key) => () => readRow(stage, store, key, query, context, open))
  for (const ask of asked) {
    const { rows, elsewhere, close } = await ask()
    try {
      // Half an answer would be a wrong one.
      if (elsewhere.length > 0) {
        throw new KsError('busy', `tasks ${elsewhere.join(', ')} are with instances elsewhere`, { hint: 'ask them' })
      }
      // What is typed may stand for several keys; these are texts.
      for await (const row of rows) if (keys === undefined || keys.includes(row.place.key)) yield pulledRow(row)
    } finally {
      await close()
    }
  }
}

const pulledRow = ({ place: { key, start, end }, json }: PlacedRow): PulledRow => ({ key, json, start, end })
