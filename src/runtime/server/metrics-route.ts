// /metrics, for Prometheus. It has names of topics and stores, and no records: whoever reaches the address may have it, as with
// all exporters.

import { expositionType } from '../metrics/exposition.ts'
import type { Route } from './route.ts'

/** @param exposition the text, asked for each time. */
export const metricsRoute = (exposition: () => Promise<string>): Route => ({
  method: 'GET',
  path: '/metrics',
  access: 'open',
  summary: "Metrics by Kafka Streams' names.",
  answers: {
    200: { summary: 'The text format of Prometheus.', contentType: 'text/plain', schema: { type: 'string' } },
  },
  handle: async () => ({ text: await exposition(), contentType: expositionType }),
})
