import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { decodeCommitMetadata, encodeCommitMetadata, latestReset } from '../../../src/runtime/tasks/commit-metadata.ts'

suite('the metadata of a committed offset', () => {
  test('has a reset beside the numbers of processors', () => {
    const metadata = { partitionTime: 7, values: new Map([['s\0k', 3]]), reset: 1_700_000_000_000 }
    assert.deepEqual(decodeCommitMetadata(encodeCommitMetadata(metadata)), metadata)
  })

  test('is that of Kafka Streams while there was no reset', () => {
    const bytes = Buffer.from(encodeCommitMetadata({ partitionTime: 7, values: new Map(), reset: 0 }), 'base64')
    assert.deepEqual([...bytes], [2, 0, 0, 0, 0, 0, 0, 0, 7])
  })

  test('tells of the latest reset', () => {
    const text = (reset: number): string => encodeCommitMetadata({ partitionTime: -1, values: new Map(), reset })
    assert.equal(latestReset([text(3), '', 'no metadata', text(9), text(0)]), 9)
    assert.equal(latestReset([]), 0)
  })
})
