// What the coordinator of a group can answer besides success, sorted by what follows from it. Names are Kafka's.

import { KsError } from '../../model/errors.ts'
import { errorCode } from '../error-codes.ts'
import { isRetriable, KafkaError, toKsError } from '../kafka-errors.ts'

/**
 * This member no longer speaks for the group's generation: another one may have its work. What it has not committed it must
 * not commit; it joins again.
 */
export class GroupFenced extends Error {
  /** Kafka's name of the reason (`ILLEGAL_GENERATION`), or words where there was no answer. */
  readonly reason: string

  constructor(reason: string, groupId: string) {
    super(`no longer a current member of group '${groupId}' (${reason})`)
    this.name = 'GroupFenced'
    this.reason = reason
  }
}

/** The member is out of the generation. */
const fencing: ReadonlySet<string> = new Set([
  'ILLEGAL_GENERATION',
  'UNKNOWN_MEMBER_ID',
  'FENCED_INSTANCE_ID',
  'REBALANCE_IN_PROGRESS',
])

/** Another broker is the coordinator, or will be. */
const coordinatorIsElsewhere: ReadonlySet<string> = new Set(['NOT_COORDINATOR', 'COORDINATOR_NOT_AVAILABLE'])

/** What an error code means for somebody who talks to a group's coordinator. */
export type GroupAnswer = 'ok' | 'fenced' | 'elsewhere' | 'retriable' | 'fatal'

export const classify = (code: number): GroupAnswer => {
  const { name, retriable } = errorCode(code)
  if (name === 'NONE') return 'ok'
  if (fencing.has(name)) return 'fenced'
  if (coordinatorIsElsewhere.has(name)) return 'elsewhere'
  return retriable ? 'retriable' : 'fatal'
}

/** A failure that may be over soon, also if a search for the coordinator has already been given up because of it. */
export const isPassing = (error: unknown): boolean =>
  isRetriable(error) || (error instanceof KsError && error.kind === 'broker' && isRetriable(error.cause))

/** Who asks, as far as messages need it. */
export interface GroupIdentity {
  readonly groupId: string
  readonly groupInstanceId: string | null
}

/** A code that ends the attempt, as an error for the user. */
export const groupFailure = (code: number, api: string, { groupId, groupInstanceId }: GroupIdentity): KsError => {
  const { name } = errorCode(code)
  const failure = (kind: 'busy' | 'config' | 'denied', message: string, hint: string): KsError =>
    new KsError(kind, message, { hint, cause: new KafkaError(code, api) })
  switch (name) {
    case 'FENCED_INSTANCE_ID':
      return failure(
        'busy',
        `another process has joined group '${groupId}' with group.instance.id '${groupInstanceId ?? ''}'`,
        'give every process its own group.instance.id',
      )
    case 'INCONSISTENT_GROUP_PROTOCOL':
      return failure(
        'config',
        `group '${groupId}' is in use by another kind of client`,
        'stop that client, or give this application another --name',
      )
    case 'INVALID_SESSION_TIMEOUT':
      return failure(
        'config',
        `the broker does not accept this session.timeout.ms for group '${groupId}'`,
        "set session.timeout.ms between the broker's group.min.session.timeout.ms and group.max.session.timeout.ms",
      )
    case 'INVALID_GROUP_ID':
      return failure('config', `'${groupId}' is no name for a group`, 'give this application another --name')
    case 'GROUP_MAX_SIZE_REACHED':
      return failure(
        'denied',
        `group '${groupId}' already has as many members as the broker allows`,
        "stop a member, or raise the broker's group.max.size",
      )
    case 'GROUP_AUTHORIZATION_FAILED':
      return failure(
        'denied',
        `no permission for group '${groupId}'`,
        `ask for READ on the group: kafka-acls --add --group ${groupId} --operation Read --allow-principal User:NAME`,
      )
    default:
      return toKsError(new KafkaError(code, api), `use group '${groupId}'`)
  }
}
