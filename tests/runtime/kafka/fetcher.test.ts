// The fetcher against a cluster in memory: what is asked for, in which order, and what is delivered.

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { BatchBuilder } from '../../../src/runtime/kafka/records/batch-builder.ts'
import type { CompressionType } from '../../../src/runtime/kafka/records/compression.ts'
import { toByteString } from '../../../src/runtime/model/byte-string.ts'
import { batch, collect, isKsError, longMs, settle, start, suiteLimit, until, values } from './fetcher-run.ts'
import { ScriptedCluster } from './fetcher-scripted-cluster.ts'
import { endMarker, rawBatch, transactional } from './records/raw-batch.ts'

suite('records', suiteLimit, () => {
  test('come in order, with the ends of the log', async (t) => {
    const cluster = new ScriptedCluster()
    cluster.add('t-0')
    cluster.append('t-0', 1, batch(0, 'a', 'b'))
    const { fetcher } = start(t, cluster)
    fetcher.assign('t', 0, 0)
    const [part, ...others] = await fetcher.poll(longMs)
    assert.ok(part)
    assert.deepEqual(others, [])
    const { batches, ...rest } = part
    assert.equal(batches.length, 1)
    // Without a last stable offset everything below the high watermark is decided.
    assert.deepEqual(rest, {
      topic: 't',
      partition: 0,
      nextOffset: 2,
      highWatermark: 2,
      lastStableOffset: 2,
      logStartOffset: 0,
      outOfRange: false,
    })
    cluster.append('t-0', 2, batch(2, 'c'))
    assert.deepEqual(await collect(fetcher, 1), ['c'])
    assert.deepEqual(
      new Set(cluster.fetches.map(({ channel, isolation }) => `${channel} ${isolation}`)),
      new Set(['fetch 1']),
    )
  })

  test('are fetched ahead, until so many bytes wait', async (t) => {
    const cluster = new ScriptedCluster()
    cluster.add('t-0')
    const bytes = batch(0, 'x'.repeat(1000))
    for (let offset = 0; offset < 10; offset++) cluster.append('t-0', offset, batch(offset, 'x'.repeat(1000)))
    const { fetcher } = start(t, cluster, { maxPartitionBytes: bytes.length, bufferBytes: 2500 })
    fetcher.assign('t', 0, 0)
    await settle()
    assert.deepEqual(
      cluster.fetches.map(({ partitions }) => partitions[0]?.offset),
      [0, 1, 2],
    )
    const parts = await fetcher.poll(0)
    assert.deepEqual(
      parts.map(({ batches, nextOffset }) => [batches.length, nextOffset]),
      [[3, 3]],
    )
    await settle()
    assert.equal(cluster.fetches.length, 6)
    assert.equal((await collect(fetcher, 7)).length, 7)
  })

  test('that are larger than everything that is asked for arrive all the same', async (t) => {
    const cluster = new ScriptedCluster()
    cluster.add('t-0')
    cluster.append('t-0', 0, batch(0, 'x'.repeat(100_000)))
    cluster.append('t-0', 1, batch(1, 'y'))
    const { fetcher } = start(t, cluster, { maxPartitionBytes: 1000, maxBytes: 1000, bufferBytes: 1000 })
    fetcher.assign('t', 0, 0)
    assert.deepEqual(
      (await collect(fetcher, 2)).map(({ length }) => length),
      [100_000, 1],
    )
  })

  test('of partitions take turns: those that brought some are asked for last', async (t) => {
    const cluster = new ScriptedCluster()
    for (const name of ['t-0', 't-1', 'u-0']) {
      cluster.add(name)
      for (let offset = 0; offset < 3; offset++) cluster.append(name, offset, batch(offset, `${name} ${offset}`))
    }
    // An answer has one batch: the one that comes even if it is too large.
    const { fetcher } = start(t, cluster, { maxBytes: 1 })
    fetcher.assign('t', 0, 0)
    fetcher.assign('t', 1, 0)
    fetcher.assign('u', 0, 0)
    await until(() => cluster.fetches.length >= 9)
    assert.deepEqual(
      cluster.fetches.slice(0, 4).map(({ partitions }) => partitions.map(({ name }) => name).join(' ')),
      ['t-0 t-1 u-0', 't-1 u-0 t-0', 'u-0 t-0 t-1', 't-0 t-1 u-0'],
    )
    assert.equal((await collect(fetcher, 9)).length, 9)
  })

  test('cut off because others came first are asked for again', async (t) => {
    const cluster = new ScriptedCluster()
    cluster.add('t-0')
    cluster.add('t-1').cutOffBytes = 30
    cluster.append('t-0', 0, batch(0, 'a'))
    cluster.append('t-1', 0, batch(0, 'b'))
    const { fetcher } = start(t, cluster, { maxBytes: 1 })
    fetcher.assign('t', 0, 0)
    fetcher.assign('t', 1, 0)
    assert.deepEqual(await collect(fetcher, 2), ['a', 'b'])
  })

  test('cut off without need are an error, not an endless loop', async (t) => {
    const cluster = new ScriptedCluster()
    cluster.add('t-0')
    cluster.append('t-0', 0, batch(0, 'a').subarray(0, 50))
    const { fetcher } = start(t, cluster)
    fetcher.assign('t', 0, 0)
    await assert.rejects(fetcher.poll(longMs), isKsError('io', /cut off the record batch t-0@0/))
  })

  test('of aborted transactions and control records only move the position', async (t) => {
    const cluster = new ScriptedCluster()
    const log = cluster.add('t-0')
    log.aborted = [{ producerId: 7n, firstOffset: 0 }]
    log.stableEnd = 2
    cluster.append('t-0', 1, Buffer.concat([transactional(0, 7, ['a']), endMarker(1, 7, 'abort')]))
    const { fetcher } = start(t, cluster)
    fetcher.assign('t', 0, 0)
    const parts = await fetcher.poll(longMs)
    assert.deepEqual(
      parts.map(({ batches, nextOffset, lastStableOffset }) => [batches, nextOffset, lastStableOffset]),
      [[[], 2, 2]],
    )
  })

  test('read uncommitted: aborted ones too', async (t) => {
    const cluster = new ScriptedCluster()
    cluster.add('t-0').aborted = [{ producerId: 7n, firstOffset: 0 }]
    cluster.append('t-0', 0, transactional(0, 7, ['a']))
    const { fetcher } = start(t, cluster, { isolation: 'read_uncommitted' })
    fetcher.assign('t', 0, 0)
    assert.deepEqual(await collect(fetcher, 1), ['a'])
    assert.equal(cluster.fetches[0]?.isolation, 0)
  })

  for (const compression of ['gzip', 'snappy', 'lz4', 'zstd'] satisfies CompressionType[]) {
    test(`compressed with ${compression}: what that needs is loaded`, async (t) => {
      const builder = new BatchBuilder()
      builder.append(5, null, toByteString('a'), [])
      // The codec is not loaded here before the fetcher does it: a batch as zstd writes a byte that it stores.
      const ending = { producerId: -1n, producerEpoch: -1, baseSequence: -1, transactional: false } as const
      const bytes =
        compression === 'zstd'
          ? rawBatch({
              attributes: 4,
              records: [{ value: 'a' }],
              recordBytes: storedZstd(builder.finish({ ...ending, compression: 'none' }).subarray(61)),
            })
          : builder.finish({ ...ending, compression })
      const cluster = new ScriptedCluster()
      cluster.add('t-0')
      cluster.append('t-0', 0, bytes)
      const { fetcher } = start(t, cluster)
      fetcher.assign('t', 0, 0)
      assert.deepEqual(await collect(fetcher, 1), ['a'])
    })
  }

  test('that are damaged are an error, after all that came before', async (t) => {
    const cluster = new ScriptedCluster()
    cluster.add('t-0')
    cluster.append('t-0', 0, batch(0, 'a'))
    const { fetcher } = start(t, cluster)
    fetcher.assign('t', 0, 0)
    await until(() => cluster.fetches.length >= 2)
    const bytes = batch(1, 'b')
    bytes[bytes.length - 1] = 9
    cluster.append('t-0', 1, bytes)
    await settle()
    assert.deepEqual(values(await fetcher.poll(longMs)), ['a'])
    await assert.rejects(fetcher.poll(longMs), isKsError('io', /t-0@1 is damaged/))
    await assert.rejects(fetcher.poll(longMs), isKsError('io', /t-0@1 is damaged/))
  })
})

/** A Zstandard frame with one block that is not compressed (RFC 8878, 3.1.1). */
const storedZstd = (content: Buffer): Buffer => {
  const header = (content.length << 3) | 1
  return Buffer.concat([Buffer.of(0x28, 0xb5, 0x2f, 0xfd, 0x20, content.length, header & 255, header >> 8, 0), content])
}

suite('polls', suiteLimit, () => {
  test('with nothing new do not end the wait', async (t) => {
    const cluster = new ScriptedCluster()
    cluster.add('t-0')
    const { fetcher } = start(t, cluster)
    fetcher.assign('t', 0, 0)
    await until(() => cluster.heldFetches.length > 0)
    cluster.release()
    assert.equal((await fetcher.poll(longMs)).length, 1, 'the first answer says where the log ends')
    for (let round = 0; round < 3; round++) {
      await until(() => cluster.heldFetches.length > 0)
      cluster.release()
    }
    await settle()
    assert.deepEqual(await fetcher.poll(0), [])
    assert.ok(cluster.fetches.length >= 4)
  })

  test('end when woken, be it before they begin', async (t) => {
    const cluster = new ScriptedCluster()
    cluster.add('t-0')
    const { fetcher } = start(t, cluster)
    const waiting = fetcher.poll(longMs)
    fetcher.wake()
    assert.deepEqual(await waiting, [])
    fetcher.wake()
    assert.deepEqual(await fetcher.poll(longMs), [])
    assert.deepEqual(await fetcher.poll(1), [])
  })

  test('end when the fetcher is closed, and nothing is asked for any more', async (t) => {
    const cluster = new ScriptedCluster()
    cluster.add('t-0')
    const { fetcher } = start(t, cluster)
    fetcher.assign('t', 0, 0)
    await until(() => cluster.heldFetches.length > 0)
    const waiting = fetcher.poll(longMs)
    await fetcher.close()
    assert.deepEqual(await waiting, [])
    cluster.append('t-0', 0, batch(0, 'a'))
    await settle()
    assert.deepEqual(await fetcher.poll(longMs), [])
    assert.equal(cluster.fetches.length, 1)
  })
})

suite('assignments', suiteLimit, () => {
  test('anew: what was fetched is not delivered', async (t) => {
    const cluster = new ScriptedCluster()
    cluster.add('t-0')
    for (let offset = 0; offset < 4; offset++) cluster.append('t-0', offset, batch(offset, String(offset)))
    const { fetcher } = start(t, cluster)
    fetcher.assign('t', 0, 0)
    await settle()
    fetcher.assign('t', 0, 2)
    assert.deepEqual(await fetcher.poll(0), [])
    cluster.release()
    assert.deepEqual(await collect(fetcher, 2), ['2', '3'])
  })

  test('anew: an answer that is under way belongs to nobody', async (t) => {
    const cluster = new ScriptedCluster()
    cluster.add('t-0')
    cluster.append('t-0', 0, batch(0, 'a'))
    const { fetcher } = start(t, cluster)
    fetcher.assign('t', 0, 1)
    await until(() => cluster.heldFetches.length > 0)
    fetcher.assign('t', 0, 0)
    cluster.append('t-0', 1, batch(1, 'b')) // answers the old request
    assert.deepEqual(await collect(fetcher, 2), ['a', 'b'])
  })

  test('that have ended bring nothing and are not asked for', async (t) => {
    const cluster = new ScriptedCluster()
    cluster.add('t-0')
    cluster.add('t-1')
    cluster.append('t-0', 0, batch(0, 'a'))
    cluster.append('t-1', 0, batch(0, 'b'))
    const { fetcher } = start(t, cluster)
    fetcher.assign('t', 0, 0)
    fetcher.assign('t', 1, 0)
    await settle()
    fetcher.unassign('t', 0)
    assert.deepEqual(await collect(fetcher, 1), ['b'])
    cluster.release()
    await settle()
    assert.deepEqual(
      cluster.fetches.at(-1)?.partitions.map(({ name }) => name),
      ['t-1'],
    )
  })

  test('that pause are not asked for; what was fetched waits for the end of the pause', async (t) => {
    const cluster = new ScriptedCluster()
    cluster.add('t-0')
    cluster.add('t-1')
    cluster.append('t-0', 0, batch(0, 'a'))
    const { fetcher } = start(t, cluster)
    fetcher.assign('t', 0, 0)
    fetcher.assign('t', 1, 0)
    await settle()
    fetcher.pause('t', 0)
    assert.deepEqual(values(await fetcher.poll(0)), [])
    cluster.append('t-1', 0, batch(0, 'b'))
    await settle()
    assert.deepEqual(
      cluster.fetches.at(-1)?.partitions.map(({ name }) => name),
      ['t-1'],
    )
    assert.deepEqual(await collect(fetcher, 1), ['b'])
    const waiting = fetcher.poll(longMs)
    fetcher.resume('t', 0)
    assert.deepEqual(values(await waiting), ['a'])
    cluster.release()
    cluster.append('t-0', 1, batch(1, 'c'))
    assert.deepEqual(await collect(fetcher, 1), ['c'])
  })

  test('that pause with much fetched do not keep others from being fetched', async (t) => {
    const cluster = new ScriptedCluster()
    cluster.add('t-0')
    cluster.add('t-1')
    cluster.append('t-0', 0, batch(0, 'x'.repeat(5000)))
    const { fetcher } = start(t, cluster, { bufferBytes: 1000 })
    fetcher.assign('t', 0, 0)
    fetcher.assign('t', 1, 0)
    await settle()
    assert.equal(cluster.fetches.length, 1)
    fetcher.pause('t', 0)
    cluster.append('t-1', 0, batch(0, 'b'))
    assert.deepEqual(await collect(fetcher, 1), ['b'])
  })
})
