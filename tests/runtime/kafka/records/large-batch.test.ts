// Batches that are sound but more than is read at once.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import zlib from 'node:zlib'
import { readBatches } from '../../../../src/runtime/kafka/records/read-batches.ts'
import { compress } from '../../../../src/runtime/kafka/records/compression.ts'
import { KsError } from '../../../../src/runtime/model/errors.ts'
import { rawBatch } from './raw-batch.ts'

test('a batch that is too large when decompressed is not called damaged, and the limit is named', () => {
  const large = Buffer.alloc(129 * 1024 * 1024)
  for (const [attributes, recordBytes] of [
    [1, zlib.gzipSync(large, { level: 1 })],
    [2, compress('snappy', large)],
  ] as const) {
    const bytes = rawBatch({ attributes, records: [{}], recordBytes })
    const options = { topic: 't', partition: 3, abortedTransactions: null, readCommitted: false }
    assert.throws(
      () => readBatches(bytes, options),
      (error) => {
        assert.ok(error instanceof KsError)
        assert.equal(
          error.message,
          'the record batch t-3@0 is larger than 128 MiB when decompressed, which ks does not read',
        )
        assert.match(error.hint ?? '', /batch\.size/)
        return true
      },
    )
  }
})
