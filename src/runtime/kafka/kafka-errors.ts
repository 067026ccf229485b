// What can go wrong with a broker: an error code it answered with, or a connection that failed. Both say whether the same
// request may succeed later; `toKsError` makes of them what a user can act on.

import { KsError } from '../model/errors.ts'
import { errorCode } from './error-codes.ts'

/** A broker answered with an error code. */
export class KafkaError extends Error {
  readonly code: number
  /** The same request may succeed later. */
  readonly retriable: boolean
  /** The request: `OffsetCommit`. */
  readonly api: string

  /** `name` is Kafka's name of the code: `NOT_LEADER_OR_FOLLOWER`. `detail` is what the broker said about it. */
  constructor(code: number, api: string, detail?: string | null) {
    const { name, retriable, message } = errorCode(code)
    super(detail ?? message)
    this.name = name
    this.code = code
    this.retriable = retriable
    this.api = api
  }
}

/** Throws a `KafkaError` unless the code is 0. */
export const throwIfError = (code: number, api: string, detail?: string | null): void => {
  if (code !== 0) throw new KafkaError(code, api, detail)
}

/** No connection to a broker, or it was lost, or no answer came in time. */
export class KafkaConnectionError extends Error {
  /** False where nothing can come any more: this side has closed the client. */
  readonly retriable: boolean
  /** The broker may have got the request and done what it asked for. */
  readonly uncertain: boolean
  /** `host:port`, or what stands for it where none is known. */
  readonly broker: string

  constructor(
    broker: string,
    message: string,
    options: { readonly uncertain?: boolean; readonly retriable?: boolean; readonly cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'KafkaConnectionError'
    this.broker = broker
    this.uncertain = options.uncertain ?? false
    this.retriable = options.retriable ?? true
  }
}

/** The same request may succeed later. */
export const isRetriable = (error: unknown): boolean =>
  (error instanceof KafkaError || error instanceof KafkaConnectionError) && error.retriable

interface Advice {
  readonly kind: 'broker' | 'denied' | 'config' | 'data' | 'busy'
  readonly hint: string
}

const grant = (operations: string): Advice => ({
  kind: 'denied',
  hint: `give the user of this client the right to ${operations} (kafka-acls), or use another user`,
})
const credentials: Advice = {
  kind: 'denied',
  hint: 'check user name, password and sasl.mechanism',
}

const advice: Readonly<Record<string, Advice>> = {
  TOPIC_AUTHORIZATION_FAILED: grant('read, write or create the topic'),
  GROUP_AUTHORIZATION_FAILED: grant('read the group'),
  CLUSTER_AUTHORIZATION_FAILED: grant('act on the cluster'),
  TRANSACTIONAL_ID_AUTHORIZATION_FAILED: grant('write with the transactional id'),
  DELEGATION_TOKEN_AUTHORIZATION_FAILED: grant('use the delegation token'),
  SASL_AUTHENTICATION_FAILED: credentials,
  UNSUPPORTED_SASL_MECHANISM: { kind: 'denied', hint: 'set sasl.mechanism to one that the broker offers' },
  ILLEGAL_SASL_STATE: {
    kind: 'denied',
    hint: 'this port of the broker does not take SASL: check security.protocol and the port',
  },
  SECURITY_DISABLED: { kind: 'denied', hint: 'the broker has no authorizer: rights cannot be managed there' },
  UNKNOWN_TOPIC_OR_PARTITION: { kind: 'config', hint: 'create the topic, or check its name' },
  INVALID_TOPIC_EXCEPTION: {
    kind: 'config',
    hint: 'a topic name has 1 to 249 letters, digits, dots, underscores and hyphens',
  },
  TOPIC_ALREADY_EXISTS: { kind: 'config', hint: 'use another name, or the topic that is there' },
  INVALID_PARTITIONS: { kind: 'config', hint: 'a topic has at least one partition' },
  INVALID_REPLICATION_FACTOR: { kind: 'config', hint: 'there cannot be more replicas than brokers' },
  INVALID_CONFIG: { kind: 'config', hint: 'check the settings of the topic' },
  POLICY_VIOLATION: { kind: 'config', hint: 'a policy of the cluster forbids it: ask who runs it' },
  TOPIC_DELETION_DISABLED: { kind: 'config', hint: 'set delete.topic.enable=true at the brokers' },
  INVALID_TRANSACTION_TIMEOUT: {
    kind: 'config',
    hint: 'set transaction.timeout.ms to at most transaction.max.timeout.ms of the broker',
  },
  INVALID_SESSION_TIMEOUT: {
    kind: 'config',
    hint: 'set session.timeout.ms between group.min.session.timeout.ms and group.max.session.timeout.ms of the broker',
  },
  INCONSISTENT_GROUP_PROTOCOL: {
    kind: 'config',
    hint: 'another kind of client uses this group: choose another group.id',
  },
  INVALID_GROUP_ID: { kind: 'config', hint: 'check group.id' },
  GROUP_ID_NOT_FOUND: { kind: 'config', hint: 'check group.id' },
  NON_EMPTY_GROUP: { kind: 'busy', hint: 'stop the members of the group first' },
  FENCED_INSTANCE_ID: {
    kind: 'busy',
    hint: 'another process runs with the same group.instance.id: stop it, or give each its own',
  },
  MESSAGE_TOO_LARGE: { kind: 'data', hint: 'raise max.message.bytes of the topic and max.request.size' },
  RECORD_LIST_TOO_LARGE: { kind: 'data', hint: 'lower batch.size, or raise segment.bytes of the topic' },
  INVALID_RECORD: { kind: 'data', hint: 'the topic takes no such records: a compacted one needs keys' },
  OFFSET_METADATA_TOO_LARGE: { kind: 'config', hint: 'raise offset.metadata.max.bytes at the brokers' },
  UNSUPPORTED_VERSION: { kind: 'broker', hint: 'use a broker of another version' },
  UNSUPPORTED_COMPRESSION_TYPE: { kind: 'config', hint: 'set compression.type to one that the broker knows' },
  NOT_ENOUGH_REPLICAS: {
    kind: 'broker',
    hint: 'fewer brokers are in sync than min.insync.replicas asks for: start the missing ones',
  },
}

const tryAgain =
  'the cluster may be starting or moving leaders: try again, and look at the logs of the broker if it stays'
const askBroker = 'look at the logs of the broker'

/**
 * The error in words for a user: what was being done (`what`, as in "cannot WHAT: …"), which broker, what it said, what to
 * try. Errors that are one already stay as they are.
 */
export const toKsError = (error: unknown, what: string): KsError => {
  if (error instanceof KsError) return error
  if (error instanceof KafkaError) {
    const { kind, hint } = advice[error.name] ?? { kind: 'broker', hint: error.retriable ? tryAgain : askBroker }
    return new KsError(kind, `cannot ${what}: ${trimmed(error.message)} (${error.name})`, { hint, cause: error })
  }
  if (error instanceof KafkaConnectionError) {
    const message = `cannot ${what}: broker ${error.broker}: ${trimmed(error.message)}`
    return new KsError('broker', message, {
      hint: 'check that the broker runs and that this address, which the cluster advertises, can be reached from here',
      cause: error,
    })
  }
  const text = error instanceof Error ? error.message : String(error)
  return new KsError('broker', `cannot ${what}: ${trimmed(text)}`, { hint: askBroker, cause: error })
}

const trimmed = (sentence: string): string => sentence.replace(/\.$/, '')
