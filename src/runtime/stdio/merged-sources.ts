// Several inputs side by side: the record with the lowest timestamp goes first, as among the partitions of a Kafka Streams
// task. Each input is asked for more as soon as it has nothing waiting, so no order is guessed.

import type { StreamRecord } from '../model/stream-record.ts'
import type { OpenedInput } from './open-inputs.ts'
import { detached, type RecordSource } from './sources.ts'

/** One input and where its records go. */
export interface MergedInput {
  readonly source: RecordSource
  readonly opened: AsyncGenerator<OpenedInput>
  process(record: StreamRecord): void
}

/** What the caller wants to know. */
export interface MergeHooks {
  stopped(): boolean
  /** Everything before the source's position has been processed. */
  processed(source: RecordSource, opened: OpenedInput): void
  afterBatch(): Promise<void>
}

interface Lane extends MergedInput {
  waiting: StreamRecord[]
  next: number
  current: OpenedInput | undefined
  /** The current input has been read to its end. */
  exhausted: boolean
  ended: boolean
}

/** Reads all inputs to their ends. */
export const mergedSources = async (inputs: readonly MergedInput[], hooks: MergeHooks): Promise<void> => {
  const lanes = inputs.map((input): Lane => ({
    ...input,
    waiting: [],
    next: 0,
    current: undefined,
    exhausted: false,
    ended: false,
  }))
  try {
    for (;;) {
      for (const lane of lanes) {
        if (lane.next < lane.waiting.length || lane.ended) continue
        if (lane.current !== undefined) hooks.processed(lane.source, lane.current)
        await refill(lane)
      }
      if (hooks.stopped() || lanes.every(({ ended }) => ended)) return
      mergeUntilEmpty(lanes, hooks)
      await hooks.afterBatch()
    }
  } finally {
    for (const { opened } of lanes) await opened.return(undefined)
  }
}

/** Goes on until a lane has nothing waiting: only its next block says what comes first then. */
const mergeUntilEmpty = (lanes: readonly Lane[], hooks: MergeHooks): void => {
  const active = lanes.filter(({ ended }) => !ended)
  for (;;) {
    let lowest: Lane | undefined
    let lowestTimestamp = Infinity
    for (const lane of active) {
      const record = lane.waiting[lane.next]
      if (record === undefined) return
      if (record.timestamp < lowestTimestamp) {
        lowest = lane
        lowestTimestamp = record.timestamp
      }
    }
    const record = lowest?.waiting[lowest.next]
    if (lowest === undefined || record === undefined || hooks.stopped()) return
    lowest.next++
    lowest.process(record)
  }
}

const refill = async (lane: Lane): Promise<void> => {
  lane.waiting = []
  lane.next = 0
  const keep = (record: StreamRecord): void => {
    lane.waiting.push(detached(record))
  }
  while (lane.waiting.length === 0) {
    if (lane.current === undefined || lane.exhausted) {
      const next = await lane.opened.next()
      if (next.done === true) {
        lane.ended = true
        return
      }
      lane.current = next.value
      lane.exhausted = false
      lane.source.open(next.value)
    }
    const count = await lane.source.fill()
    if (!lane.source.decode(count, keep)) lane.exhausted = true
  }
}
