// What the group code needs of a client: requests to the coordinator of a group, one attempt each.

import type { KafkaClient } from '../client.ts'

export type GroupClient = Pick<KafkaClient, 'coordinator' | 'forgetCoordinator' | 'request'>
