// Which partitions of a task wait for which: in a run that ends, one that is still being written by other tasks holds the others
// up, but not if what is written there follows from those.

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { noOrigin, StreamRecord } from '../../../src/runtime/model/stream-record.ts'
import { PartitionGroup, type GroupMemberLane } from '../../../src/runtime/tasks/partition-group.ts'
import type { RecordLane } from '../../../src/runtime/tasks/record-lane.ts'

/** A lane with records of these timestamps, and what of it a group looks at. */
const laneOf = (
  timestamps: number[],
  { stopAt, isCaughtUp }: Pick<RecordLane, 'stopAt' | 'isCaughtUp'>,
): RecordLane => {
  const lane = {
    stopAt,
    isCaughtUp,
    isDone: false,
    hasRecord: () => timestamps.length > 0,
    get headTimestamp() {
      return timestamps[0]
    },
    take: () => new StreamRecord(null, null, timestamps.shift() ?? -1, noOrigin),
  }
  return lane as unknown as RecordLane
}

const processed = (other: Partial<GroupMemberLane> & Pick<GroupMemberLane, 'lane'>): readonly number[] => {
  const seen: number[] = []
  const process = ({ timestamp }: StreamRecord): void => void seen.push(timestamp)
  const input: GroupMemberLane = {
    lane: laneOf([1, 5], { stopAt: 2, isCaughtUp: true }),
    node: 'in',
    isFirst: false,
    process,
  }
  const group = new PartitionGroup([input, { node: 'other', isFirst: false, process, ...other }], {
    maxTaskIdleMs: 0,
    endsAreComing: true,
    now: () => 0,
    fault: (error) => assert.fail(error),
    stopped: () => false,
  })
  group.process(10, Infinity)
  return seen
}

suite('a partition that has no end yet', () => {
  const empty = { stopAt: Infinity, isCaughtUp: true }

  test('is waited for', () => {
    assert.deepEqual(processed({ lane: laneOf([], empty) }), [])
  })

  test('is not, if it has the answers to what the others ask', () => {
    assert.deepEqual(processed({ lane: laneOf([], empty), isFeedback: true }), [1, 5])
  })

  test('has its turn by its timestamps all the same, and is waited for if more is there', () => {
    assert.deepEqual(processed({ lane: laneOf([3], empty), isFeedback: true }), [1, 3, 5])
    assert.deepEqual(processed({ lane: laneOf([], { ...empty, isCaughtUp: false }), isFeedback: true }), [])
  })
})
