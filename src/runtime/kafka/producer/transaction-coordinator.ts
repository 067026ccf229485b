// The transactions of a producer on the coordinator's side (KIP-98): which partitions and groups belong to the current one, and
// how it ends. A partition is added before its first batch is sent; a group before its offsets are; nothing is ever guessed
// about a request whose answer was lost.

import type { Clock } from '../../tasks/clock.ts'
import { faultPoint } from '../../tasks/fault-point.ts'
import { errorCode } from '../error-codes.ts'
import { addOffsetsToTxn } from '../protocol/add-offsets-to-txn.ts'
import { addPartitionsToTxn } from '../protocol/add-partitions-to-txn.ts'
import { endTxn } from '../protocol/end-txn.ts'
import { txnOffsetCommit } from '../protocol/txn-offset-commit.ts'
import { byTopic } from '../protocol/by-topic.ts'
import { askCoordinator, type CoordinatorRequest } from './coordinator-requests.ts'
import type { PartitionBatches, ProducerIdentity } from './partition-batches.ts'
import type { ProducerClient } from './sender.ts'

/** A consumer group as one of its members knows it; generation -1 and member '' if there is no group behind it. */
export interface GroupMember {
  readonly groupId: string
  readonly generationId: number
  readonly memberId: string
  readonly groupInstanceId: string | null
}

/** The position of a group in a partition. */
export interface GroupOffset {
  readonly topic: string
  readonly partition: number
  /** The next one to read. */
  readonly offset: number
  readonly leaderEpoch?: number
  readonly metadata: string
}

export class TransactionCoordinator {
  private readonly client: ProducerClient
  private readonly clock: Clock
  private readonly transactionalId: string
  private readonly timeoutMs: number
  private readonly onAdded: () => void
  private readonly onFailure: (error: Error) => void
  private identity: ProducerIdentity = { producerId: -1n, producerEpoch: -1 }
  private number = 0
  private groups = new Set<string>()
  private waiting = new Set<PartitionBatches>()
  private adding: Promise<void> | undefined
  /** The coordinator may know of the current transaction. */
  private started = false

  constructor(
    client: ProducerClient,
    { clock, transactionalId, timeoutMs }: { clock: Clock; transactionalId: string; timeoutMs: number },
    { onAdded, onFailure }: { onAdded: () => void; onFailure: (error: Error) => void },
  ) {
    this.client = client
    this.clock = clock
    this.transactionalId = transactionalId
    this.timeoutMs = timeoutMs
    this.onAdded = onAdded
    this.onFailure = onFailure
  }

  identify(identity: ProducerIdentity): void {
    this.identity = identity
  }

  begin(): void {
    this.number++
    this.started = false
    this.groups = new Set()
    this.waiting = new Set()
  }

  /** True if the partition belongs to the transaction. If not, it is added, and `onAdded` called then. */
  include(partition: PartitionBatches): boolean {
    if (partition.transaction === this.number) return true
    this.waiting.add(partition)
    // One request for all that are found missing before the program comes to rest.
    this.adding ??= Promise.resolve().then(() => this.addWaiting())
    return false
  }

  /** AddOffsetsToTxn, once for each group, and TxnOffsetCommit. */
  async addOffsets(group: GroupMember, offsets: readonly GroupOffset[]): Promise<void> {
    const { groupId } = group
    const purpose = `add the offsets of group ${groupId} to the transaction of ${this.transactionalId}`
    const deadline = this.clock.now() + this.timeoutMs
    if (!this.groups.has(groupId)) {
      this.started = true
      faultPoint('before-add-offsets')
      await this.ask({
        request: addOffsetsToTxn({ ...this.writer(), groupId }),
        errorCodeOf: (answer) => answer.errorCode,
        repeatable: false,
        purpose,
        deadline,
        overdue: 'uncertain',
      })
      this.groups.add(groupId)
      faultPoint('after-add-offsets')
    }
    await askCoordinator(this.client, this.clock, {
      coordinator: { kind: 'group', key: groupId },
      request: txnOffsetCommit({
        ...this.writer(),
        ...group,
        topics: byTopic(offsets, ({ topic: _topic, ...offset }) => ({ leaderEpoch: noEpoch, ...offset })),
      }),
      errorCodeOf: ({ topics }) => decisiveCode(topics.flatMap(({ partitions }) => partitions)),
      repeatable: false,
      purpose,
      deadline,
      overdue: 'uncertain',
    })
    faultPoint('after-txn-offset-commit')
  }

  /** EndTxn, if the coordinator knows of the transaction. */
  async end(commit: boolean): Promise<void> {
    await this.adding
    if (!this.started) return
    faultPoint('before-end-txn')
    await this.ask({
      request: endTxn({ ...this.writer(), commit }),
      errorCodeOf: ({ errorCode }) => errorCode,
      repeatable: false,
      purpose: `${commit ? 'commit' : 'abort'} the transaction of ${this.transactionalId}`,
      deadline: this.clock.now() + this.timeoutMs,
      overdue: 'uncertain',
    })
  }

  private async addWaiting(): Promise<void> {
    try {
      while (this.waiting.size > 0) {
        const partitions = [...this.waiting]
        this.waiting.clear()
        this.started = true
        const { number } = this
        faultPoint('before-add-partitions')
        await this.ask({
          request: addPartitionsToTxn({ ...this.writer(), topics: byTopic(partitions, ({ partition }) => partition) }),
          errorCodeOf: ({ topics }) => decisiveCode(topics.flatMap(({ partitions: results }) => results)),
          repeatable: true,
          purpose: `add partitions to the transaction of ${this.transactionalId}`,
          deadline: this.clock.now() + this.timeoutMs,
          overdue: 'uncertain',
        })
        faultPoint('after-add-partitions')
        for (const partition of partitions) partition.transaction = number
        this.onAdded()
      }
    } catch (error) {
      this.onFailure(error as Error)
    } finally {
      this.adding = undefined
    }
  }

  private ask<T>(what: Omit<CoordinatorRequest<T>, 'coordinator'>): Promise<T> {
    return askCoordinator(this.client, this.clock, {
      ...what,
      coordinator: { kind: 'transaction', key: this.transactionalId },
    })
  }

  private writer(): ProducerIdentity & { transactionalId: string } {
    return { transactionalId: this.transactionalId, ...this.identity }
  }
}

const noEpoch = -1

/** Of the codes of several partitions the one that decides: the first that no repetition cures, else the first that is not 0. */
const decisiveCode = (results: readonly { readonly errorCode: number }[]): number => {
  let decisive = 0
  for (const { errorCode: code } of results) {
    const { name, retriable } = errorCode(code)
    // The broker says OPERATION_NOT_ATTEMPTED of those that are well while others are not.
    if (name === 'NONE' || name === 'OPERATION_NOT_ATTEMPTED') continue
    if (!retriable && name !== 'CONCURRENT_TRANSACTIONS') return code
    if (decisive === 0) decisive = code
  }
  return decisive
}
