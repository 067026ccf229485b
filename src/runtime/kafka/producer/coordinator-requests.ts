// Requests to a coordinator, repeated while it moves, loads or is still busy with the transaction before.
// A request whose repetition could change the outcome is never repeated after its answer was lost.

import type { Clock } from '../../tasks/clock.ts'
import { errorCode } from '../error-codes.ts'
import { KafkaConnectionError, KafkaError, toKsError } from '../kafka-errors.ts'
import type { ApiRequest } from '../protocol/api-request.ts'
import { failureOf, TransactionUncertain } from './producer-errors.ts'
import type { ProducerClient } from './sender.ts'

/** A request and how it may be repeated. */
export interface CoordinatorRequest<T> {
  /** Whose coordinator; undefined: any broker answers. */
  readonly coordinator: { readonly kind: 'group' | 'transaction'; readonly key: string } | undefined
  readonly request: ApiRequest<T>
  /** The code that decides; 0 if all is well. */
  readonly errorCodeOf: (answer: T) => number
  /** It may be sent again although the first one may have been processed. */
  readonly repeatable: boolean
  /** What it does, as in "cannot WHAT": `commit the transaction of app-0`. */
  readonly purpose: string
  /** Until when it is repeated, ms since the epoch. */
  readonly deadline: number
  /** What it means if it has not succeeded by then: nobody knows what becomes of the transaction, or there is no producer. */
  readonly overdue: 'uncertain' | 'fatal'
}

/** Waits while the transaction before is being completed, which usually takes a few ms; the last one stays. */
const concurrentWaitsMs: readonly number[] = [2, 3, 5, 10, 20]
/** Waits while the coordinator starts or moves; the last one stays. */
const otherWaitsMs: readonly number[] = [20, 20, 50, 100, 200]

const coordinatorIsElsewhere: ReadonlySet<string> = new Set(['NOT_COORDINATOR', 'COORDINATOR_NOT_AVAILABLE'])

/**
 * The answer whose code is 0.
 * @throws ProducerFenced, TransactionUncertain (not `repeatable` and the answer was lost, or too late), or a KsError.
 */
export const askCoordinator = async <T>(
  client: ProducerClient,
  clock: Clock,
  what: CoordinatorRequest<T>,
): Promise<T> => {
  let concurrent = 0
  let other = 0
  for (;;) {
    let waitMs: number
    let problem: Error
    const outcome = await attempt(client, what)
    if ('answer' in outcome) {
      const code = what.errorCodeOf(outcome.answer)
      const { name, retriable } = errorCode(code)
      if (name === 'NONE') return outcome.answer
      problem = new KafkaError(code, what.request.name)
      if (name === 'CONCURRENT_TRANSACTIONS') {
        waitMs = nth(concurrentWaitsMs, concurrent++)
      } else {
        if (!retriable) throw failureOf(code, what.request.name, what.purpose)
        if (coordinatorIsElsewhere.has(name)) forget(client, what)
        waitMs = nth(otherWaitsMs, other++)
      }
    } else {
      problem = outcome.problem
      forget(client, what)
      waitMs = nth(otherWaitsMs, other++)
    }
    if (clock.now() + waitMs > what.deadline) {
      if (what.overdue === 'fatal') throw toKsError(problem, what.purpose)
      // By now the broker may have aborted it by itself.
      throw new TransactionUncertain(`cannot ${what.purpose} in time: ${problem.message}`, problem)
    }
    await new Promise((resolve) => setTimeout(resolve, waitMs))
  }
}

const nth = (waitsMs: readonly number[], index: number): number => waitsMs[index] ?? waitsMs.at(-1) ?? 0

/** One attempt: the answer, or an error after which it may be repeated. */
const attempt = async <T>(
  client: ProducerClient,
  { coordinator, request, repeatable, purpose }: CoordinatorRequest<T>,
): Promise<{ answer: T } | { problem: Error }> => {
  let sent = false
  try {
    const node = coordinator === undefined ? 'any' : await client.coordinator(coordinator.kind, coordinator.key)
    sent = true
    return { answer: await client.request(node, request) }
  } catch (error) {
    if (error instanceof KafkaConnectionError && error.retriable) {
      if (!sent || repeatable || !error.uncertain) return { problem: error }
      throw new TransactionUncertain(
        `cannot ${purpose} for certain: the answer to ${request.name} was lost (${error.message})`,
        error,
      )
    }
    // What the search for the coordinator ended with.
    if (error instanceof KafkaError && error.retriable) return { problem: error }
    throw toKsError(error, purpose)
  }
}

const forget = <T>(client: ProducerClient, { coordinator }: CoordinatorRequest<T>): void => {
  if (coordinator !== undefined) client.forgetCoordinator(coordinator.kind, coordinator.key)
}
