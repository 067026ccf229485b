// Processors in the test driver: records, stores, punctuations, errors.

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { KsError } from '../../../src/runtime/model/errors.ts'
import { RecordError } from '../../../src/runtime/model/record-error.ts'
import { processorNode, type Processor, type ProcessorContext } from '../../../src/runtime/processors/processor.ts'
import type {
  KeyValueStore,
  SessionStore,
  StoreSpec,
  WindowStore,
} from '../../../src/runtime/processors/state-stores.ts'
import { TopologyTestDriver, type TestOutput } from '../../../src/runtime/testing/topology-test-driver.ts'
import { addStateStore } from '../../../src/runtime/topology/processor-nodes.ts'
import { StreamsBuilder } from '../../../src/runtime/topology/streams-builder.ts'

type Stores = Readonly<Record<string, StoreSpec>>

interface Options {
  readonly changesKeys?: boolean
  readonly appConfigs?: Readonly<Record<string, unknown>>
}

/** A driver of a topology with one processor, from `in` to `out`. */
const driverOf = (
  make: () => Processor,
  stores: Stores = {},
  { changesKeys = true, appConfigs = {} }: Options = {},
): Promise<TopologyTestDriver> => {
  const builder = new StreamsBuilder()
  for (const [name, spec] of Object.entries(stores)) addStateStore(builder, name, spec)
  const supplier = processorNode(make, { stores, appConfigs, subject: 'm.mjs', changesKeys })
  builder.stream('in').process(supplier, Object.keys(stores)).to('out')
  return TopologyTestDriver.create(builder.build(), { wallClockMs: 1000 })
}

/** A processor of which only `process` matters, with its context. */
const withContext = (
  process: (context: ProcessorContext, record: Parameters<Processor['process']>[0]) => void,
): (() => Processor) => {
  return () => {
    let context: ProcessorContext | undefined
    return {
      init: (given) => {
        context = given
      },
      process: (record) => {
        if (context === undefined) throw new Error('init comes first')
        process(context, record)
      },
    }
  }
}

/** What `look` says, forwarded as the value, for one record. */
const seen = async (look: (context: ProcessorContext) => unknown, stores: Stores): Promise<unknown> => {
  const driver = await driverOf(
    withContext((context) => {
      context.forward({ value: look(context) })
    }),
    stores,
  )
  driver.pipe('in', { key: 'k', value: 'v', timestamp: 100 })
  return driver.read('out')[0]?.value
}

suite('records', () => {
  const outputs = async (make: () => Processor): Promise<readonly TestOutput[]> => {
    const driver = await driverOf(make)
    const headers = [{ name: 'h', value: Buffer.from('1') }]
    driver.pipe('in', { key: 'k', value: { a: 1 }, timestamp: 5, headers })
    return driver.read('out')
  }

  test('copies differ in what was asked for', async () => {
    const [all, bare] = await outputs(
      withContext((context, record) => {
        context.forward(record.withKey(7).withValue({ b: 2 }).withTimestamp(9))
        context.forward(record.withHeaders([]))
      }),
    )
    assert.deepEqual([all?.key, all?.value, all?.timestamp, all?.headers?.[0]?.name], [7, { b: 2 }, 9, 'h'])
    assert.deepEqual([bare?.key, bare?.value, bare?.headers], ['k', { a: 1 }, undefined])
  })

  test('what an object leaves out is as in the record', async () => {
    const found = await outputs(
      withContext((context) => {
        context.forward({ value: null })
        context.forward({ key: null, timestamp: 1 })
      }),
    )
    assert.deepEqual(
      found.map(({ key, value, timestamp }) => [key, value, timestamp]),
      [
        ['k', null, 5],
        [null, { a: 1 }, 1],
      ],
    )
    assert.equal(found[0]?.headers?.length, 1)
  })

  test('where it comes from, who asks, what was given', async () => {
    const driver = await driverOf(
      withContext((context) => {
        const { recordMetadata, taskId, applicationId, appConfigs } = context
        const times = [context.currentStreamTimeMs(), context.currentSystemTimeMs()]
        context.forward({ value: { recordMetadata, taskId, applicationId, appConfigs, times } })
      }),
      {},
      { appConfigs: { limit: 3 } },
    )
    driver.pipe('in', { value: 1, timestamp: 50 })
    driver.pipe('in', { value: 1, timestamp: 40 })
    assert.deepEqual(driver.read('out')[1]?.value, {
      recordMetadata: { topic: 'in', partition: 0, offset: 1 },
      taskId: '0_0',
      applicationId: 'test',
      appConfigs: { limit: 3 },
      times: [50, 1000],
    })
  })

  test('to one child by name', async () => {
    const builder = new StreamsBuilder()
    const make = withContext((context, record) => {
      context.forward(record, record.value === 1 ? 'one' : 'nobody')
    })
    const node = processorNode(make, { stores: {}, appConfigs: {}, subject: 'm.mjs', changesKeys: true })
    const stream = builder.stream('in').process(node)
    for (const name of ['one', 'two']) stream.mapValues(() => name, { name }).to(`out-${name}`)
    const driver = await TopologyTestDriver.create(builder.build())
    driver.pipe('in', { value: 1 })
    assert.equal(driver.read('out-one').length, 1)
    assert.equal(driver.read('out-two').length, 0)
    assert.throws(
      () => {
        driver.pipe('in', { value: 2 })
      },
      (error) => error instanceof RecordError && error.message.includes('there is no child nobody, only one, two'),
    )
  })

  test('processValues keeps the key', async () => {
    const make = withContext((context, { value }) => {
      context.forward(value === 1 ? { value: 'one' } : { key: 'other', value: 'two' })
    })
    const driver = await driverOf(make, {}, { changesKeys: false })
    driver.pipe('in', { key: 'k', value: 1 })
    assert.equal(driver.read('out')[0]?.key, 'k')
    assert.throws(() => {
      driver.pipe('in', { key: 'k', value: 2 })
    }, /cannot change the key/)
  })
})

suite('stores', () => {
  const walked: Stores = { kv: { type: 'key-value', ranges: true } }
  const inKeyValue = (look: (store: KeyValueStore) => unknown, stores: Stores = walked): Promise<unknown> =>
    seen((context) => look(context.getStateStore<KeyValueStore>('kv')), stores)

  test('key-value: put, get, putIfAbsent, delete', async () => {
    const found = await inKeyValue((store) => {
      const before = store.get('a')
      store.put('a', { n: 1 })
      store.put(1, 'number')
      store.put('1', 'text')
      const kept = store.putIfAbsent('a', 2)
      const put = store.putIfAbsent('b', 3)
      const deleted = store.delete('a')
      store.put('b', null)
      return [before, kept, put, deleted, store.get('a'), store.get('b'), store.get(1), store.get('1')]
    })
    assert.deepEqual(found, [null, { n: 1 }, null, { n: 1 }, null, null, 'number', 'text'])
  })

  test('key-value: ranges, in the order of the keys, both ends included', async () => {
    const keys = (rows: Iterable<{ readonly key: unknown }>): unknown[] => [...rows].map(({ key }) => key)
    const found = await inKeyValue((store) => {
      for (const key of ['b', 'a', 'c', 'ab', 'x']) store.put(key, key)
      store.delete('x')
      store.put('d', 1)
      return [
        keys(store.all()),
        keys(store.reverseAll()),
        keys(store.range('ab', 'c')),
        keys(store.range(undefined, 'ab')),
        keys(store.reverseRange('b', undefined)),
        keys(store.prefixScan('a')),
      ]
    })
    assert.deepEqual(found, [
      ['a', 'ab', 'b', 'c', 'd'],
      ['d', 'c', 'b', 'ab', 'a'],
      ['ab', 'b', 'c'],
      ['a', 'ab'],
      ['d', 'c', 'b'],
      ['a', 'ab'],
    ])
  })

  test('key-value: what is not all in memory cannot be walked', async () => {
    const walk = inKeyValue((store) => [...store.all()], { kv: { type: 'key-value' } })
    await assert.rejects(walk, (error) => error instanceof KsError && error.hint?.includes('ranges: true') === true)
  })

  test('window: by key and time, forgotten after its retention', async () => {
    const found = await seen(
      (context) => {
        const store = context.getStateStore<WindowStore>('w')
        store.put('a', 1, 0)
        store.put('a', 2, 50)
        store.put('b', 3, 50)
        store.put('a', 4, 50)
        store.put('b', 9, 60)
        store.put('b', null, 60)
        const before = [
          store.fetch('a', 50),
          store.fetch('a', 49),
          [...store.fetch('a', 0, 50)],
          [...store.fetchAll(50, 60)],
        ]
        store.put('c', 5, 120)
        store.put('c', 6, 10)
        return [before, [...store.all()]]
      },
      { w: { type: 'window', retentionMs: 100 } },
    )
    assert.deepEqual(found, [
      [
        4,
        null,
        [
          { key: 'a', value: 1, windowStart: 0 },
          { key: 'a', value: 4, windowStart: 50 },
        ],
        [
          { key: 'a', value: 4, windowStart: 50 },
          { key: 'b', value: 3, windowStart: 50 },
        ],
      ],
      [
        { key: 'a', value: 4, windowStart: 50 },
        { key: 'b', value: 3, windowStart: 50 },
        { key: 'c', value: 5, windowStart: 120 },
      ],
    ])
  })

  test('session: by key and times, forgotten after its retention', async () => {
    const found = await seen(
      (context) => {
        const store = context.getStateStore<SessionStore>('s')
        store.put({ key: 'a', start: 0, end: 10 }, 1)
        store.put({ key: 'a', start: 20, end: 30 }, 2)
        store.put({ key: 'a', start: 40, end: 50 }, 3)
        store.remove({ key: 'a', start: 40, end: 50 })
        const before = [
          store.fetchSession('a', 20, 30),
          store.fetchSession('a', 20, 31),
          [...store.findSessions('a', 10, 19)],
        ]
        store.put({ key: 'b', start: 120, end: 125 }, 4)
        return [before, [...store.fetch('a')]]
      },
      { s: { type: 'session', retentionMs: 100 } },
    )
    assert.deepEqual(found, [
      [2, null, [{ key: 'a', value: 1, start: 0, end: 10 }]],
      [{ key: 'a', value: 2, start: 20, end: 30 }],
    ])
  })

  test('only those that are declared', async () => {
    const look = seen((context) => context.getStateStore('nope'), walked)
    await assert.rejects(look, (error) => error instanceof KsError && error.hint === 'declared: kv')
  })
})

suite('punctuations', () => {
  test('stream time: aligned to 0, with the first record, once for each advance', async () => {
    const driver = await driverOf(() => ({
      init: (context) => {
        context.schedule(10, 'stream-time', (timestamp) => {
          context.forward({ key: context.recordMetadata ?? 'no record', value: timestamp })
        })
      },
      process: () => undefined,
    }))
    for (const timestamp of [3, 9, 10, 55, 58, 60]) driver.pipe('in', { value: 0, timestamp })
    const found = driver.read('out')
    assert.deepEqual(
      found.map(({ value }) => value),
      [3, 10, 55, 60],
    )
    assert.deepEqual([found[0]?.key, found[0]?.timestamp], ['no record', 3])
  })

  test('wall clock: an interval after its registration, until it is cancelled', async () => {
    const driver = await driverOf(() => ({
      init: (context) => {
        const punctuation = context.schedule(100, 'wall-clock-time', (timestamp) => {
          context.forward({ value: timestamp })
          if (timestamp >= 1400) punctuation.cancel()
        })
      },
      process: () => undefined,
    }))
    for (const ms of [99, 1, 150, 150, 500]) driver.advanceWallClock(ms)
    assert.deepEqual(
      driver.read('out').map(({ value }) => value),
      [1100, 1250, 1400],
    )
  })
})

suite('errors', () => {
  test('of process are those of the record, with the place in the code', async () => {
    const driver = await driverOf(
      withContext((_context, record) => {
        if (record.value === 2) throw new TypeError('two is too much')
      }),
    )
    driver.pipe('in', { value: 1 })
    assert.throws(
      () => {
        driver.pipe('in', { value: 2 })
      },
      (error) => error instanceof RecordError && /^m\.mjs: two is too much \(\S+:\d+\)$/.test(error.message),
    )
    driver.pipe('in', { value: 3 })
  })

  test('of what comes behind it stay what they are', async () => {
    const builder = new StreamsBuilder()
    const make = withContext((context, record) => {
      context.forward(record)
    })
    const failure = new Error('the disk is full')
    builder
      .stream('in')
      .process(processorNode(make, { stores: {}, appConfigs: {}, subject: 'm.mjs', changesKeys: true }))
      .peek(() => {
        throw failure
      })
    const driver = await TopologyTestDriver.create(builder.build())
    assert.throws(
      () => {
        driver.pipe('in', { value: 1 })
      },
      (error) => error === failure,
    )
  })

  test('of init and of punctuations end the run', async () => {
    const failing = driverOf(() => ({
      init: () => {
        throw new Error('no')
      },
      process: () => undefined,
    }))
    await assert.rejects(failing, (error) => error instanceof KsError && error.message.startsWith('m.mjs: no'))
    const driver = await driverOf(() => ({
      init: (context) => {
        context.schedule(1, 'stream-time', () => {
          throw new Error('not now')
        })
      },
      process: () => undefined,
    }))
    assert.throws(
      () => {
        driver.pipe('in', { value: 1, timestamp: 5 })
      },
      (error) => error instanceof KsError && error.kind === 'data' && error.message.startsWith('m.mjs: not now'),
    )
  })

  test('close is called', async () => {
    let closed = 0
    const driver = await driverOf(() => ({
      process: () => undefined,
      close: () => {
        closed++
      },
    }))
    driver.close()
    assert.equal(closed, 1)
  })
})
