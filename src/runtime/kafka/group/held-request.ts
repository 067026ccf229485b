// Requests that the coordinator holds until the group is ready: JoinGroup until all have joined, SyncGroup until the leader has
// assigned. Their timeout is minutes, and an answer that is lost on a connection that stands (a network that drops it in
// silence) would be waited for all that time. But the group shows whether the coordinator still holds them.

import { setTimeout as pause } from 'node:timers/promises'
import type { ApiRequest } from '../protocol/api-request.ts'
import { describeGroups } from '../protocol/describe-groups.ts'
import type { GroupClient } from './group-client.ts'
import { isPassing } from './group-errors.ts'
import { untilAborted } from './retry-pause.ts'

/** In which state of the group the request is held, and how often to look at the group, ms. */
export interface Holding {
  readonly groupId: string
  readonly state: 'PreparingRebalance' | 'CompletingRebalance'
  readonly lookMs: number
}

/** An answer may be on its way while the group is looked at. */
const looksInVain = 2

/**
 * Sends it on the channel for such requests and waits for the answer.
 * @throws the reason of the signal; KafkaConnectionError also when the group has moved on and the answer has not come.
 */
export const sendHeld = async <T>(
  client: GroupClient,
  coordinator: number,
  request: ApiRequest<T>,
  holding: Holding,
  signal: AbortSignal,
): Promise<T> => {
  const answered = new AbortController()
  const lost = new AbortController()
  void watch(client, coordinator, holding, answered.signal, lost)
  try {
    return await untilAborted(client.request(coordinator, { ...request, abandoned: lost.signal }, 'group'), signal)
  } finally {
    answered.abort()
  }
}

/** Aborts `lost` when the coordinator cannot be holding the request any more. Never rejects. */
const watch = async (
  client: GroupClient,
  coordinator: number,
  { groupId, state, lookMs }: Holding,
  answered: AbortSignal,
  lost: AbortController,
): Promise<void> => {
  try {
    for (let inVain = 0; inVain < looksInVain;) {
      await pause(lookMs, undefined, { signal: answered })
      inVain = (await isHeld(client, coordinator, groupId, state)) ? 0 : inVain + 1
    }
    lost.abort()
  } catch {
    // It has been answered. Or nobody may look at the group: the timeout of the request has to do then.
  }
}

/** True also where the coordinator does not say. */
const isHeld = async (client: GroupClient, coordinator: number, groupId: string, state: string): Promise<boolean> => {
  try {
    const { groups } = await client.request(coordinator, describeGroups([groupId]))
    const [group] = groups
    return group === undefined || group.errorCode !== 0 || group.state === state
  } catch (error) {
    if (isPassing(error)) return true
    throw error
  }
}
