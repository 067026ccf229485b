// The fetcher when leaders, connections, topics and offsets are not what they were.

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { batch, collect, isKsError, longMs, settle, start, suiteLimit, until, values } from './fetcher-run.ts'
import { ScriptedCluster } from './fetcher-scripted-cluster.ts'

suite('leaders', suiteLimit, () => {
  test('are asked at the same time, each once', async (t) => {
    const cluster = new ScriptedCluster()
    cluster.add('t-0', 1)
    cluster.add('t-1', 2)
    cluster.add('t-2', 2)
    const { fetcher } = start(t, cluster)
    for (const partition of [0, 1, 2]) fetcher.assign('t', partition, 0)
    await settle()
    assert.deepEqual(
      cluster.heldFetches.map(({ node, partitions }) => [node, partitions.map(({ name }) => name).join(' ')]),
      [
        [1, 't-0'],
        [2, 't-1 t-2'],
      ],
    )
    cluster.add('t-3', 2)
    fetcher.assign('t', 3, 0)
    await settle()
    assert.equal(cluster.heldFetches.length, 2)
    cluster.append('t-1', 0, batch(0, 'b'))
    assert.deepEqual(await collect(fetcher, 1), ['b'])
  })

  test('move: nothing is lost', async (t) => {
    const cluster = new ScriptedCluster()
    const log = cluster.add('t-0', 1)
    cluster.append('t-0', 0, batch(0, 'a'))
    const { fetcher, errors } = start(t, cluster)
    fetcher.assign('t', 0, 0)
    assert.deepEqual(await collect(fetcher, 1), ['a'])
    log.leader = 2
    cluster.append('t-0', 1, batch(1, 'b'))
    assert.deepEqual(await collect(fetcher, 1), ['b'])
    assert.equal(cluster.fetches.at(-1)?.node, 2)
    assert.deepEqual(
      errors.map(({ name }) => name),
      ['NOT_LEADER_OR_FOLLOWER'],
    )
  })

  test('refuse for a while: it goes on, and other partitions do not wait for it', async (t) => {
    const cluster = new ScriptedCluster()
    // LEADER_NOT_AVAILABLE, NOT_LEADER_OR_FOLLOWER, REPLICA_NOT_AVAILABLE, KAFKA_STORAGE_ERROR, FENCED_LEADER_EPOCH,
    // UNKNOWN_LEADER_EPOCH, OFFSET_NOT_AVAILABLE, UNKNOWN_SERVER_ERROR
    const codes = [5, 6, 9, 56, 74, 75, 78, -1]
    cluster.add('t-0').errors = [...codes]
    cluster.add('t-1')
    cluster.append('t-0', 0, batch(0, 'a'))
    cluster.append('t-1', 0, batch(0, 'b'))
    const { fetcher, errors } = start(t, cluster, { retryBackoffMs: 3 })
    fetcher.assign('t', 0, 0)
    fetcher.assign('t', 1, 0)
    assert.deepEqual(await collect(fetcher, 1), ['b'])
    // Its next requests carry the partition that refuses only when that has waited.
    const release = setInterval(() => cluster.release(), 1)
    t.after(() => clearInterval(release))
    assert.deepEqual(await collect(fetcher, 1), ['a'])
    assert.equal(errors.length, codes.length)
  })

  test('cannot be reached: it goes on when they can', async (t) => {
    const cluster = new ScriptedCluster()
    cluster.add('t-0')
    cluster.down.add(1)
    const { fetcher, errors } = start(t, cluster)
    fetcher.assign('t', 0, 0)
    await until(() => errors.length >= 3)
    cluster.down.delete(1)
    cluster.append('t-0', 0, batch(0, 'a'))
    assert.deepEqual(await collect(fetcher, 1), ['a'])
    assert.ok(errors.every(({ name }) => name === 'KafkaConnectionError'))
    await until(() => cluster.heldFetches.length > 0)
    cluster.disconnect(1)
    cluster.append('t-0', 1, batch(1, 'b'))
    assert.deepEqual(await collect(fetcher, 1), ['b'])
  })

  test('are not there yet: they are waited for, however long', async (t) => {
    const cluster = new ScriptedCluster()
    const log = cluster.add('t-0', -1)
    const { fetcher, clock } = start(t, cluster)
    fetcher.assign('t', 0, 0)
    await until(() => cluster.refreshes >= 3)
    clock.advance(60_000)
    await until(() => cluster.refreshes >= 6)
    assert.equal(cluster.fetches.length, 0)
    log.leader = 1
    cluster.append('t-0', 0, batch(0, 'a'))
    assert.deepEqual(await collect(fetcher, 1), ['a'])
  })
})

suite('topics', suiteLimit, () => {
  test('that are unknown for a moment are asked for again', async (t) => {
    const cluster = new ScriptedCluster()
    cluster.add('t-0').errors = [3, 3]
    cluster.append('t-0', 0, batch(0, 'a'))
    const { fetcher } = start(t, cluster)
    fetcher.assign('t', 0, 0)
    assert.deepEqual(await collect(fetcher, 1), ['a'])
  })

  test('that stay unknown to the leader are an error after request.timeout.ms', async (t) => {
    const cluster = new ScriptedCluster()
    cluster.add('t-0').errors = Array.from({ length: 10_000 }, () => 3)
    const { fetcher, clock, errors } = start(t, cluster)
    fetcher.assign('t', 0, 0)
    await until(() => errors.length >= 3)
    assert.deepEqual(await fetcher.poll(0), [])
    clock.advance(30_000)
    await assert.rejects(fetcher.poll(longMs), isKsError('config', /cannot read t-0.*UNKNOWN_TOPIC_OR_PARTITION/))
  })

  test('that are unknown, then known, then unknown again have their time anew', async (t) => {
    const cluster = new ScriptedCluster()
    const log = cluster.add('t-0')
    const { fetcher, clock, errors } = start(t, cluster)
    fetcher.assign('t', 0, 0)
    for (const code of [3, 5, 3]) {
      const before = errors.length
      await until(() => cluster.heldFetches.length > 0)
      log.errors = [code]
      cluster.release()
      await until(() => errors.length > before)
      clock.advance(20_000)
    }
    cluster.append('t-0', 0, batch(0, 'a'))
    assert.deepEqual(await collect(fetcher, 1), ['a'])
  })

  test('that nobody knows too', async (t) => {
    const cluster = new ScriptedCluster()
    cluster.add('t-0')
    const { fetcher, clock } = start(t, cluster)
    fetcher.assign('t', 7, 0)
    await until(() => cluster.refreshes >= 3)
    assert.deepEqual(await fetcher.poll(0), [])
    clock.advance(30_000)
    await assert.rejects(fetcher.poll(longMs), isKsError('config', /cannot read t-7.*UNKNOWN_TOPIC_OR_PARTITION/))
  })

  test('that this user may not read', async (t) => {
    const cluster = new ScriptedCluster()
    cluster.add('t-0').errors = [29]
    const { fetcher } = start(t, cluster)
    fetcher.assign('t', 0, 0)
    await assert.rejects(fetcher.poll(longMs), isKsError('denied', /cannot read t-0.*TOPIC_AUTHORIZATION_FAILED/))
  })

  test('whose log the broker finds damaged', async (t) => {
    const cluster = new ScriptedCluster()
    cluster.add('t-0').errors = [2]
    const { fetcher } = start(t, cluster)
    fetcher.assign('t', 0, 0)
    await assert.rejects(fetcher.poll(longMs), isKsError('broker', /cannot read t-0.*CORRUPT_MESSAGE/))
  })
})

suite('offsets that the log does not have', suiteLimit, () => {
  for (const [what, offset] of [
    ['any more', 3],
    ['yet', 20],
  ] as const) {
    test(`${what}: the caller decides, once`, async (t) => {
      const cluster = new ScriptedCluster()
      const log = cluster.add('t-0')
      cluster.append('t-0', 9, batch(5, 'a', 'b', 'c', 'd', 'e'))
      log.start = 5
      const { fetcher } = start(t, cluster)
      fetcher.assign('t', 0, offset)
      assert.deepEqual(await fetcher.poll(longMs), [
        {
          topic: 't',
          partition: 0,
          batches: [],
          nextOffset: offset,
          highWatermark: 10,
          lastStableOffset: 10,
          logStartOffset: 5,
          outOfRange: true,
        },
      ])
      await settle()
      assert.deepEqual(await fetcher.poll(0), [])
      assert.equal(cluster.fetches.length, 1)
      fetcher.assign('t', 0, 5)
      assert.deepEqual(await collect(fetcher, 5), ['a', 'b', 'c', 'd', 'e'])
    })
  }

  test('while records before them wait: those come first', async (t) => {
    const cluster = new ScriptedCluster()
    const log = cluster.add('t-0')
    cluster.append('t-0', 0, batch(0, 'a'))
    const { fetcher } = start(t, cluster)
    fetcher.assign('t', 0, 0)
    await until(() => cluster.fetches.length >= 2)
    log.start = 5
    cluster.append('t-0', 5, batch(5, 'f'))
    await settle()
    const first = await fetcher.poll(longMs)
    assert.deepEqual([values(first), first.map(({ outOfRange }) => outOfRange)], [['a'], [false]])
    const second = await fetcher.poll(longMs)
    assert.deepEqual(
      second.map(({ outOfRange, nextOffset, batches }) => [outOfRange, nextOffset, batches]),
      [[true, 1, []]],
    )
  })

  test('that it has again when one looks are asked for again', async (t) => {
    const cluster = new ScriptedCluster()
    cluster.add('t-0').errors = [1]
    cluster.append('t-0', 0, batch(0, 'a'))
    const { fetcher } = start(t, cluster)
    fetcher.assign('t', 0, 0)
    assert.deepEqual(await collect(fetcher, 1), ['a'])
  })
})
