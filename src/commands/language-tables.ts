// What help lists of the language: operators, variables, functions, aggregates.

import type { LanguageTables } from '../runtime/cli/topics/expressions.ts'
import { aggregateFunctions } from '../runtime/aggregates/all.ts'
import { expressionFunctions } from '../runtime/expression/functions/all.ts'
import { signature } from '../runtime/expression/functions/define-function.ts'
import { operatorRows } from '../runtime/expression/operators.ts'
import { metadataVariables } from '../runtime/expression/variables.ts'
import { stringifyJson } from '../runtime/serde/json-parse.ts'
import { sqlAggregates } from '../runtime/sql/aggregates.ts'
import { sqlFunctions } from '../runtime/sql/functions/all.ts'

const shown = (example: string, result: unknown): string => `${example} → ${stringifyJson(result)}`

/** Taken from the tables that the compiler works with. */
export const languageTables: LanguageTables = {
  operators: operatorRows.map(({ operators, summary, example, result }) => ({
    signature: operators.map((spellings) => spellings.join(' ')).join(', '),
    summary,
    example: shown(example, result),
  })),
  variables: metadataVariables,
  functions: expressionFunctions.map((definition) => ({
    signature: signature(definition),
    summary: definition.summary,
    example: shown(definition.example, definition.result),
  })),
  aggregates: aggregateFunctions.map(({ name, parameters, summary, memory }) => ({
    signature: `${name}(${parameters.map((parameter) => (parameter.optional === true ? `[${parameter.name}]` : parameter.name)).join(', ')})`,
    summary: `${summary} (memory: ${memory})`,
  })),
  sqlAggregates,
  sqlFunctions: sqlFunctions.map(({ name, summary, examples: [first] }) => ({
    signature: name,
    summary,
    ...(first === undefined ? {} : { example: shown(first.sql, first.result) }),
  })),
}
