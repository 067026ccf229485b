// What happens at each node of a topology, record by record, for `--trace`. Nodes are wrapped when a task makes them, so that a
// run without it pays nothing. Processing is synchronous: one depth is enough for all tasks of a thread.

import { RecordError } from '../model/record-error.ts'
import type { StreamRecord } from '../model/stream-record.ts'
import type { DropReason, Processor } from '../operators/processor.ts'
import type { TopologyNode } from '../topology/topology.ts'

/** A record at a node. */
export interface TraceStep {
  /** Which of the records that were read is the cause, from 1; undefined for rows that were held back until a flush. */
  readonly cause: number | undefined
  readonly taskId: string
  readonly node: string
  /** How many nodes are above it on the way of the record. */
  readonly depth: number
  /** Its value may be valid only during the call. */
  readonly record: StreamRecord
  /** It went no further here, and why. */
  readonly dropped?: { readonly reason: DropReason; readonly detail: string | undefined }
}

export class NodeTrace {
  private readonly limit: number
  private readonly tell: (step: TraceStep) => void
  /** Errors that the node where they happened has told of. */
  private readonly told = new WeakSet<RecordError>()
  private records = 0
  private depth = 0
  private cause: number | undefined
  private isOver = false

  /** @param limit after so many records that were read nothing is told any more. */
  constructor(limit: number, tell: (step: TraceStep) => void) {
    this.limit = limit
    this.tell = tell
  }

  /** The processor of a node, which tells of each record before it takes it. */
  wrap(taskId: string, { name, parents }: TopologyNode, processor: Processor): Processor {
    const isSource = parents.length === 0
    return {
      process: (record) => {
        if (isSource) this.begin()
        if (this.isOver) {
          processor.process(record)
          return
        }
        const { depth, cause } = this
        this.tell({ cause, taskId, node: name, depth, record })
        this.depth = depth + 1
        try {
          processor.process(record)
        } catch (error) {
          if (error instanceof RecordError && !this.told.has(error)) {
            this.told.add(error)
            const dropped = { reason: 'bad record', detail: error.message } as const
            this.tell({ cause, taskId, node: name, depth, record, dropped })
          }
          throw error
        } finally {
          this.depth = depth
          if (isSource) this.cause = undefined
        }
      },
      flush: () => processor.flush?.(),
      flushHeld: () => processor.flushHeld?.(),
      endOfInput: () => processor.endOfInput?.(),
      idle: () => processor.idle?.(),
      close: () => processor.close?.(),
    }
  }

  /** A node has let a record go. */
  dropped(taskId: string, node: string, record: StreamRecord, reason: DropReason, detail: string | undefined): void {
    if (this.isOver) return
    const { cause, depth } = this
    this.tell({ cause, taskId, node, depth: Math.max(0, depth - 1), record, dropped: { reason, detail } })
  }

  private begin(): void {
    if (this.isOver) return
    if (this.records >= this.limit) {
      this.isOver = true
      return
    }
    this.records++
    this.cause = this.records
  }
}
