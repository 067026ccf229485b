// Stores of a run that keeps nothing: what nobody will write is not remembered, so that an endless run does not grow with it.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { toByteString } from '../../../src/runtime/model/byte-string.ts'
import { TableRow } from '../../../src/runtime/serde/joined-json.ts'
import { KeyValueStore } from '../../../src/runtime/stores/key-value-store.ts'
import { createMemoryStore } from '../../../src/runtime/stores/memory-store.ts'
import { SessionStore } from '../../../src/runtime/stores/session-store.ts'
import { plainCodec } from '../../../src/runtime/stores/store-row.ts'
import { TimelineStore } from '../../../src/runtime/stores/timeline-store.ts'
import { UnmatchedStore } from '../../../src/runtime/stores/unmatched-store.ts'
import { WindowStore } from '../../../src/runtime/stores/window-store.ts'
import type { BytesStore } from '../../../src/runtime/stores/bytes-store.ts'
import type { TypedStore } from '../../../src/runtime/stores/typed-store.ts'

/** A store of each kind, with one row written to it. */
const written = (backing: BytesStore | undefined): readonly TypedStore[] => {
  const window = new WindowStore<unknown>('w', plainCodec, backing)
  window.touch(window.row('k', 0), 0)
  const session = new SessionStore<unknown>('s', plainCodec, backing)
  session.put({ key: 'k', start: 0, end: 5, value: 1 })
  const timeline = new TimelineStore<unknown>('t', plainCodec, backing, { keepsDuplicates: true, retentionMs: 10 })
  timeline.put('k', 0, 1, 0)
  const unmatched = new UnmatchedStore('u', backing)
  unmatched.add('k', true, 0, new TableRow(toByteString('{}')))
  const keyValue = new KeyValueStore<unknown>('k', plainCodec, backing)
  keyValue.put('k', 1, 0)
  return [window, session, timeline, unmatched, keyValue]
}

test('rows count until they are committed, unless there is nothing to commit to', () => {
  for (const store of written(createMemoryStore())) assert.ok(store.dirtyBytes > 0, store.name)
  for (const store of written(undefined)) assert.equal(store.dirtyBytes, 0, store.name)
})

test('rows that are gone leave memory, and may come again', () => {
  const store = new KeyValueStore<unknown>('k', plainCodec, undefined)
  for (let n = 0; n < 10; n++) {
    store.put(String(n), n, 0)
    store.put(String(n), undefined, 1)
  }
  assert.equal(store.rowsInMemory, 0)
  const row = store.row('k')
  for (const value of [1, undefined, 2]) {
    row.value = value
    store.touch(row)
  }
  assert.deepEqual([store.get('k'), store.rowsInMemory], [2, 1])
})

test('a row that is gone but not forwarded yet stays until it is', () => {
  const store = new KeyValueStore<unknown>('k', plainCodec, undefined)
  const row = store.row('k')
  row.pending = true
  store.touch(row)
  assert.deepEqual(store.pendingRows(), [row])
  store.forwarded(row)
  assert.equal(store.rowsInMemory, 0)
})

test('the size of values counts', () => {
  const store = new KeyValueStore<unknown>('k', plainCodec, createMemoryStore())
  for (let n = 0; n < 100; n++) store.put(String(n), 'x'.repeat(10_000), 0)
  assert.ok(store.dirtyBytes > 1_000_000 && store.dirtyBytes < 1_100_000, String(store.dirtyBytes))
})
