// A program of SQL that runs, as those see it who ask over HTTP.

import type { CliContext } from './cli/context.ts'
import { pullResults, type PulledRow } from './pull-rows.ts'
import { rowPages } from './query/row-pages.ts'
import { rowJson } from './query/row-text.ts'
import type { QueryRow } from './query/store-query.ts'
import type { AskableStore, StoreAnswer, StoreOracle } from './query/store-question.ts'
import type { RunSettings } from './run-settings.ts'
import type { RunStores } from './run-stores.ts'
import { notAvailable } from './server/http-error.ts'
import type { SqlProgramView } from './server/sql-routes.ts'
import type { ScriptPlan } from './sql/plan-script.ts'
import type { PullPlan } from './sql/pull-plan.ts'
import { version } from './version.ts'

/** @param stores those of all tasks of this process. */
export const programView = (
  script: ScriptPlan,
  { durability }: Pick<RunSettings, 'durability'>,
  stores: RunStores,
  context: CliContext,
): SqlProgramView => ({
  serviceId: durability?.applicationId ?? 'ks',
  version,
  catalog: script.catalog,
  queries: script.queries,
  whyNotReady: () => stores.whyNotReady(),
  pull: async (parsed) => {
    const pull = script.planPull(parsed)
    const store = stores.stores.find(({ name }) => name === pull.store)
    if (store === undefined) throw notAvailable(`no query of the program has made ${pull.store} yet`)
    const rows = await pullResults(pull, rowsOf(pull, store, stores), () => context.now())
    return { columns: pull.columns, rows }
  },
})

async function* rowsOf(pull: PullPlan, store: AskableStore, stores: StoreOracle): AsyncGenerator<PulledRow, void> {
  const { windows, keys } = pull
  const rowOf = (row: QueryRow): PulledRow => ({
    key: row.key,
    json: rowJson(row, store.view),
    start: row.start,
    end: row.end,
  })
  if (keys === undefined) {
    const query = { ...windows, reverse: false, limit: Infinity }
    for await (const answer of rowPages(query, (range) =>
      stores.ask({ kind: 'range', store: store.name, query: range }),
    )) {
      yield* complete(answer).page.rows.map(rowOf)
    }
    return
  }
  for (const key of keys) {
    const task = stores.taskOf(store.name, key)
    const answer = await stores.ask({ kind: 'keys', store: store.name, keys: [key], query: windows, task })
    yield* complete(answer).page.rows.map(rowOf)
  }
}

/** Half an answer would be a wrong one. */
const complete = (answer: StoreAnswer): StoreAnswer => {
  if (answer.elsewhere.length === 0) return answer
  throw notAvailable(`tasks ${answer.elsewhere.join(', ')} are with other instances; ask those`)
}
