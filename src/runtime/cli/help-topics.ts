// The topics of `ks help`, in the order in which help lists them. Each is a man page of section 7 too.

import type { HelpTopic } from './command.ts'
import { optionSections } from './document.ts'
import type { OptionTable } from './options.ts'
import { emitTopic } from './topics/emit.ts'
import { envelopeTopic } from './topics/envelope.ts'
import { exitCodesTopic } from './topics/exit-codes.ts'
import { aggregatesTopic, expressionsTopic, type LanguageTables } from './topics/expressions.ts'
import { applicationTopic } from './topics/application.ts'
import { kafkaTopic } from './topics/kafka.ts'
import { metricsTopic, type MetricGroupEntry } from './topics/metrics.ts'
import { processorsTopic } from './topics/processors.ts'
import { ksqldbTopic } from './topics/ksqldb.ts'
import { statementsTopic } from './topics/statements.ts'
import { timeTopic } from './topics/time.ts'

/** All topics; what they list comes from the tables of the program, which are asked for only with a body. */
export const helpTopics = (
  sharedOptions: OptionTable,
  tables: () => LanguageTables,
  metrics: () => readonly MetricGroupEntry[],
): readonly HelpTopic[] => [
  expressionsTopic(tables),
  aggregatesTopic(tables),
  statementsTopic(tables),
  ksqldbTopic,
  timeTopic,
  emitTopic,
  envelopeTopic,
  applicationTopic,
  kafkaTopic,
  metricsTopic(metrics),
  processorsTopic,
  optionsTopic(sharedOptions),
  exitCodesTopic,
]

const optionsTopic = (sharedOptions: OptionTable): HelpTopic => ({
  name: 'options',
  summary: 'The options that every verb has.',
  body: () => [
    'They may stand before the first verb or behind any verb of a chain. What is read belongs to the first stage, where it goes ' +
      'to the last; anywhere else is an error that shows the right line. Of an option that is given twice the last one counts, ' +
      'unless it may be given several times. An option wins over its environment variable, and that over its default.',
    ...optionSections(sharedOptions, 'Other').flatMap(({ title, blocks }) => [{ heading: title }, ...blocks]),
  ],
})
