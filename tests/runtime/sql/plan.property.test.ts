// Whatever a query says: it is planned, built and run, or refused with an error that a user can read.

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import fc from 'fast-check'
import { KsError } from '../../../src/runtime/model/errors.ts'
import { RecordError } from '../../../src/runtime/model/record-error.ts'
import { buildPlans } from '../../../src/runtime/sql/build-plan.ts'
import { parseStatement } from '../../../src/runtime/sql/parse.ts'
import { planQuery } from '../../../src/runtime/sql/plan-query.ts'
import { print } from '../../../src/runtime/sql/print.ts'
import { TopologyTestDriver } from '../../../src/runtime/testing/topology-test-driver.ts'
import { StreamsBuilder } from '../../../src/runtime/topology/streams-builder.ts'
import { arbitraryExpression } from './arbitrary-expression.ts'

/** What came of a statement. */
type Outcome = 'ran' | 'refused' | 'bad record'

const attempt = async (text: string, values: readonly unknown[]): Promise<Outcome> => {
  try {
    const { statement, source } = parseStatement(text)
    assert.equal(statement.kind, 'query')
    if (statement.kind !== 'query') return 'refused'
    const clock = (): number => 0
    const nothing = (): void => undefined
    const none = new Map<string, never>()
    const planner = {
      ...{ source, clock, named: none, catalog: none, types: none, keepsCase: true },
      ...{ notice: nothing, failed: nothing, beyond: nothing },
    }
    const { plan } = planQuery(statement.query, planner)
    const builder = new StreamsBuilder()
    const emit = { plain: 'changes', windowed: 'changes' } as const
    const { result } = buildPlans([], { plan, emit }, { builder, source, clock, emit, isPartitioned: false })
    result?.to('out')
    const driver = await TopologyTestDriver.create(builder.build())
    for (const value of values) driver.pipe('in', { key: 'k', value, timestamp: 1000 })
    driver.endOfInput()
    return 'ran'
  } catch (error) {
    if (error instanceof KsError) return 'refused'
    if (error instanceof RecordError) return 'bad record'
    throw new Error(`${text}\n${error instanceof Error ? (error.stack ?? '') : String(error)}`)
  }
}

const value = fc.dictionary(fc.constantFrom('a', 'b', 'c', 'x', 'A', 'B'), fc.jsonValue({ maxDepth: 2 }))
const values = fc.array(value, { minLength: 1, maxLength: 3 })

suite('a query', () => {
  test('of any expression runs or is refused', async () => {
    const outcomes = new Map<Outcome, number>()
    await fc.assert(
      fc.asyncProperty(arbitraryExpression, values, async (expression, records) => {
        const outcome = await attempt(`SELECT ${print(expression)} AS r FROM '@in' c`, records)
        outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1)
      }),
      { numRuns: 1500 },
    )
    assert.ok((outcomes.get('ran') ?? 0) > 100, JSON.stringify([...outcomes]))
  })

  test('with conditions, groups and an order runs or is refused', async () => {
    const column = fc.constantFrom(
      'a',
      'b',
      'c.x',
      'a + b',
      "a || 'x'",
      'UCASE(b)',
      '`A`',
      'a->b',
      'b[1]',
      'ROWTIME',
      '1',
    )
    const condition = fc.constantFrom('a > 1', 'b IS NULL', "c.x LIKE 'a%'", 'a IN (1, 2)', 'NOT a', 'a = b', 'a + 1')
    const call = fc.constantFrom(
      'COUNT(*)',
      'SUM(a)',
      'MAX(b)',
      'COLLECT_LIST(a)',
      'LATEST_BY_OFFSET(c.x)',
      'AVG(a) + 1',
    )
    const having = fc.constantFrom('COUNT(*) > 1', 'MAX(b) IS NULL', 'SUM(a) > AVG(a)')
    const part = (word: string, of: fc.Arbitrary<string>): fc.Arbitrary<string> =>
      fc.option(of, { nil: '' }).map((text) => (text === '' ? '' : ` ${word} ${text}`))
    const rows = fc
      .tuple(fc.array(column, { minLength: 1, maxLength: 3 }), part('WHERE', condition))
      .map(([items, where]) => ({ items, rest: where }))
    const groups = fc
      .tuple(column, fc.array(call, { maxLength: 3 }), part('WHERE', condition), part('HAVING', having))
      .map(([group, calls, where, rest]) => ({ items: [group, ...calls], rest: `${where} GROUP BY ${group}${rest}` }))
    const end = fc.constantFrom('', ' ORDER BY 1', ' ORDER BY r0 DESC LIMIT 1', ' LIMIT 2', ' EMIT CHANGES')
    const query = fc
      .tuple(fc.oneof(rows, groups), end)
      .map(
        ([{ items, rest }, last]) =>
          `SELECT ${items.map((item, at) => `${item} AS r${String(at)}`).join(', ')} FROM '@in' c${rest}${last}`,
      )
    const outcomes = new Map<Outcome, number>()
    await fc.assert(
      fc.asyncProperty(query, values, async (text, records) => {
        const outcome = await attempt(text, records)
        outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1)
      }),
      { numRuns: 1000 },
    )
    assert.ok((outcomes.get('ran') ?? 0) > 300, JSON.stringify([...outcomes]))
  })
})
