// Several inputs side by side: the record with the lowest timestamp goes first, as among the partitions of a Kafka Streams
// task. Each input is asked for more as soon as it has nothing waiting, so no order is guessed. A block is decoded before its
// records are processed: how far an input has been processed is where its first waiting record begins.

import type { ThreadMetrics } from '../metrics/thread-metrics.ts'
import type { StreamRecord } from '../model/stream-record.ts'
import type { OpenedInput } from './open-inputs.ts'
import type { ResumePoint } from './record-decoder.ts'
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
  /** Counts batches, if anybody wants to know. */
  readonly metrics: ThreadMetrics | undefined
  /** Everything before `position`, in bytes of text, has been processed, and nothing behind it. */
  processed(opened: OpenedInput, position: number, resume: ResumePoint | undefined): void
  /** Some records have been processed, and `processed` has been told of them: a commit may follow. */
  afterBatch(): Promise<void>
}

/** A record that has been decoded, and where its input goes on with it. */
interface Waiting {
  readonly record: StreamRecord
  readonly position: number
  /** Line on which it begins. */
  readonly line: number
}

interface Lane extends MergedInput {
  waiting: Waiting[]
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
        await refill(lane, hooks)
      }
      if (hooks.stopped() || lanes.every(({ ended }) => ended)) return
      const startedMs = hooks.metrics?.elapsed() ?? 0
      mergeUntilEmpty(lanes, hooks)
      hooks.metrics?.processedSince(startedMs)
      for (const lane of lanes) notePosition(lane, hooks)
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
      const record = lane.waiting[lane.next]?.record
      if (record === undefined) return
      if (record.timestamp < lowestTimestamp) {
        lowest = lane
        lowestTimestamp = record.timestamp
      }
    }
    const record = lowest?.waiting[lowest.next]?.record
    if (lowest === undefined || record === undefined || hooks.stopped()) return
    lowest.next++
    lowest.process(record)
  }
}

/** Says how far a lane has been processed. */
const notePosition = ({ source, current, waiting, next }: Lane, hooks: MergeHooks): void => {
  if (current === undefined) return
  const first = waiting[next]
  const resume = source.resumePoint()
  if (first === undefined) hooks.processed(current, source.position, resume)
  else hooks.processed(current, first.position, { ...resume, line: first.line - 1 })
}

const refill = async (lane: Lane, hooks: MergeHooks): Promise<void> => {
  lane.waiting = []
  lane.next = 0
  const keep = (record: StreamRecord): void => {
    const { recordPosition: position, line } = lane.source
    lane.waiting.push({ record: detached(record), position, line })
  }
  while (lane.waiting.length === 0) {
    if (lane.current === undefined || lane.exhausted) {
      // The next one may close this one.
      notePosition(lane, hooks)
      const next = await lane.opened.next()
      if (next.done === true) {
        lane.ended = true
        lane.current = undefined
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
