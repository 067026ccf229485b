// Questions and orders to a cluster that is asked once, by a tool: over what passes (a leader that moves, a coordinator that
// loads) they are tried again for a while, so that a tool does not fail where a program that runs on would not.

import type { KafkaClient } from '../client.ts'
import { retryPause } from '../group/retry-pause.ts'
import { isRetriable, toKsError } from '../kafka-errors.ts'

const patienceMs = 10_000
const backoffMs = 50

/**
 * The result of an attempt that succeeds within ten seconds.
 * @param what what is done, as in "cannot WHAT".
 * @throws KsError
 */
export const retried = async <T>(
  client: Pick<KafkaClient, 'refreshMetadata'>,
  what: string,
  attempt: () => Promise<T>,
): Promise<T> => {
  const deadline = performance.now() + patienceMs
  for (let failures = 1; ; failures++) {
    try {
      return await attempt()
    } catch (error) {
      if (!isRetriable(error) || performance.now() >= deadline) throw toKsError(error, what)
      await retryPause(backoffMs, failures)
      // What did not answer may be gone; a failure of this shows in the next attempt.
      await client.refreshMetadata([]).catch(() => undefined)
    }
  }
}
