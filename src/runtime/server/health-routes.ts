// /health and /ready, for whatever looks after processes.

import type { Route } from './route.ts'

/** Why a process cannot answer yet; undefined if it can. */
export type Readiness = () => string | undefined | Promise<string | undefined>

const stateSchema = { type: 'object', properties: { status: { type: 'string' }, reason: { type: 'string' } } }

/** The two routes. @param whyNotReady asked each time. */
export const healthRoutes = (whyNotReady: Readiness): readonly Route[] => [
  {
    method: 'GET',
    path: '/health',
    access: 'open',
    summary: 'The process runs.',
    answers: { 200: { summary: 'It does.', schema: stateSchema } },
    handle: () => ({ json: { status: 'ok' } }),
  },
  {
    method: 'GET',
    path: '/ready',
    access: 'open',
    summary: 'The tasks of the process are assigned and restored.',
    answers: {
      200: { summary: 'They are.', schema: stateSchema },
      503: { summary: 'They are not, and why.', schema: stateSchema },
    },
    handle: async () => {
      const reason = await whyNotReady()
      if (reason === undefined) return { json: { status: 'ready' } }
      return { status: 503, headers: { 'retry-after': '1' }, json: { status: 'not ready', reason } }
    },
  },
]
