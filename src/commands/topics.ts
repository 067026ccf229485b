// The topics of `ks help`. What they list of the language is loaded when help is wanted: it is most of the program.

import { helpTopics } from '../runtime/cli/help-topics.ts'
import type { MetricGroupEntry } from '../runtime/cli/topics/metrics.ts'
import type { LanguageTables } from '../runtime/cli/topics/expressions.ts'
import { sharedOptions } from '../runtime/shared-options.ts'

let tables: LanguageTables | undefined
let metrics: readonly MetricGroupEntry[] = []

/** Must have been awaited before the body of a topic is asked for. */
export const loadTopics = async (): Promise<void> => {
  tables = (await import('./language-tables.ts')).languageTables
  metrics = (await import('./metric-entries.ts')).metricEntries
}

/** All topics, in the order of help. */
export const topics = helpTopics(
  sharedOptions,
  () => {
    if (tables === undefined) throw new Error('the topics of help have not been loaded')
    return tables
  },
  () => metrics,
)
