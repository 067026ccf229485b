// Statements of SQL for a test: their topology, in which every update is seen.

import { KsError } from './model/errors.ts'
import { buildPlans } from './sql/build-plan.ts'
import { parseStatements } from './sql/parse.ts'
import { planScript } from './sql/plan-script.ts'
import type { TestableChain } from './testing/run-test-case.ts'
import { StreamsBuilder } from './topology/streams-builder.ts'

/** KsError compile for statements that cannot be run; usage if they write nothing. @param clock ms since the epoch. */
export const prepareSqlTest = (text: string, file: string, clock: () => number): TestableChain => {
  const nothing = (): void => undefined
  const statements = parseStatements(text, { name: file })
  const script = planScript(statements, { clock, isStrict: false, notice: nothing, failed: nothing })
  if (script.rows.length > 0) {
    throw new KsError('usage', `${file} has INSERT INTO … VALUES, whose rows would not be tested`, {
      hint: 'put them into the file of --input',
    })
  }
  const [first] = statements
  if (first === undefined || script.sinks.length === 0) {
    throw new KsError('usage', `${file} writes to no topic`, { hint: 'CREATE … AS SELECT and INSERT INTO … SELECT do' })
  }
  const builder = new StreamsBuilder()
  const emit = { plain: 'changes', windowed: 'changes' } as const
  buildPlans(script.sinks, undefined, { builder, source: first.source, clock, emit, isPartitioned: false })
  return { topology: builder.build(), timestamps: undefined, looksAtNamedOnly: true }
}
