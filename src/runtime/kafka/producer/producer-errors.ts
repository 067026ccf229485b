// How a producer can end: fenced (somebody else has its work), uncertain (nobody knows what the broker did), or an error for
// the user. All of them are final; the caller throws the producer away and, if it still owns the work, makes a new one.

import { KafkaError, toKsError } from '../kafka-errors.ts'

const fencing: ReadonlySet<string> = new Set([
  'INVALID_PRODUCER_EPOCH',
  'INVALID_PRODUCER_ID_MAPPING',
  'PRODUCER_FENCED',
  'TRANSACTIONAL_ID_NOT_FOUND',
  'FENCED_INSTANCE_ID',
  'ILLEGAL_GENERATION',
  'UNKNOWN_MEMBER_ID',
  'REBALANCE_IN_PROGRESS',
  'STALE_MEMBER_EPOCH',
])

/**
 * Another producer with the same transactional id has started, the transaction ran into its time-out, or the group has
 * moved on (KIP-98, KIP-447). What was appended since `begin` is or will be aborted.
 */
export class ProducerFenced extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'ProducerFenced'
  }
}

/**
 * The connection was lost after a request that ends or extends a transaction was sent: it may have been committed or not.
 * Only a new `init` with the same transactional id decides it.
 */
export class TransactionUncertain extends Error {
  constructor(message: string, cause: unknown) {
    super(message, { cause })
    this.name = 'TransactionUncertain'
  }
}

/**
 * The error that a code in the answer of a request ends the producer with: ProducerFenced, or a KsError for the user. `what`
 * could not be done, as in "cannot WHAT".
 */
export const failureOf = (code: number, api: string, what: string): Error => {
  const error = new KafkaError(code, api)
  return fencing.has(error.name)
    ? new ProducerFenced(`cannot ${what}: ${error.message} (${error.name})`)
    : toKsError(error, what)
}

/** A task whose producer was fenced, or whose transaction may be decided either way, starts over. */
export const isDroppable = (error: unknown): error is ProducerFenced | TransactionUncertain =>
  error instanceof ProducerFenced || error instanceof TransactionUncertain
