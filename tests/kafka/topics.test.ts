// ks over topics without an application id: which part is read, where it ends, and that nothing of a record is lost on the way.
// Topics are written and read by Kafka's own client.

import assert from 'node:assert/strict'
import { before, suite, test } from 'node:test'
import { type NewRecord, brokerSkip, sharedBroker, type TestBroker, uniqueName } from '../support/kafka-broker.ts'
import { eventually, kafkaKs, latest, newTopic, rowsOf, sorted } from '../support/kafka-ks.ts'

const skip = brokerSkip()
let broker: TestBroker

before(async () => {
  if (!skip) broker = await sharedBroker()
})

const base = Date.UTC(2026, 0, 1)

/** Records n = 0, 1, … in turns over partitions, a second apart. */
const numbered = (count: number, partitions: number): NewRecord[] =>
  Array.from({ length: count }, (_, n) => ({
    partition: n % partitions,
    key: `k${String(n % 4)}`,
    value: `{"n":${String(n)}}`,
    timestamp: base + n * 1000,
  }))

const numbersOf = (stdout: string): number[] =>
  rowsOf(stdout)
    .map((row) => (row as { n: number }).n)
    .sort((a, b) => a - b)

const fromTo = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, index) => from + index)

suite('parts of a topic (-o)', { skip, concurrency: 3 }, () => {
  const cases: readonly (readonly [range: string, one: number[], three: number[]])[] = [
    ['start', fromTo(0, 12), fromTo(0, 12)],
    [':end', fromTo(0, 12), fromTo(0, 12)],
    ['end', [], []],
    ['-2', [10, 11], fromTo(6, 12)],
    ['-100', fromTo(0, 12), fromTo(0, 12)],
    ['+3', fromTo(3, 12), fromTo(9, 12)],
    ['+100', [], []],
    ['3', fromTo(3, 12), fromTo(9, 12)],
    ['1:3', [1, 2], fromTo(3, 9)],
    ['2:2', [], []],
    [`@${String(base + 5000)}`, fromTo(5, 12), fromTo(5, 12)],
    [`@${String(base + 5000)}:${String(base + 8000)}`, [5, 6, 7], [5, 6, 7]],
    ['@2026-01-01T00:00:05Z:2026-01-01T00:00:08Z', [5, 6, 7], [5, 6, 7]],
    [`@${String(base + 5000)}:end`, fromTo(5, 12), fromTo(5, 12)],
    [`@${String(base + 99_000)}`, [], []],
    ['@-1h:end', [], []],
    [`s@${String(base + 9000)}`, [9, 10, 11], [9, 10, 11]],
    [`e@${String(base + 2000)}`, [0, 1], [0, 1]],
  ]

  test('of one partition and of three', async (t) => {
    const ks = kafkaKs(broker, t)
    const [one, three] = await Promise.all([
      newTopic(broker, 'range', 1, numbered(12, 1)),
      newTopic(broker, 'range', 3, numbered(12, 3)),
    ])
    for (const [range, ofOne, ofThree] of cases) {
      const [first, second] = await Promise.all(
        [one, three].map((topic) => ks.ok(['read', '-t', topic, '-e', '-o', range])),
      )
      assert.deepEqual(numbersOf(first?.stdout ?? ''), ofOne, `-o ${range}, one partition`)
      assert.deepEqual(numbersOf(second?.stdout ?? ''), ofThree, `-o ${range}, three partitions`)
    }
  })

  test('a range with an end ends without -e', async (t) => {
    const ks = kafkaKs(broker, t)
    const topic = await newTopic(broker, 'range', 3, numbered(12, 3))
    const { stdout } = await ks.ok(['read', '-t', topic, '-o', '1:2'])
    assert.deepEqual(numbersOf(stdout), [3, 4, 5])
  })

  test('from a time on in a topic whose timestamps are not in order', async (t) => {
    const ks = kafkaKs(broker, t)
    const times = [5, 1, 9, 3, 7, 2]
    const records = times.map((second, n) => ({ value: `{"n":${String(n)}}`, timestamp: base + second * 1000 }))
    const topic = await newTopic(broker, 'range', 1, records)
    const from = `@${String(base + 3000)}`
    // Nothing that is earlier, wherever it stands; up to the first record that is not.
    assert.deepEqual(numbersOf((await ks.ok(['read', '-t', topic, '-e', '-o', from])).stdout), [0, 2, 3, 4])
    const { stdout } = await ks.ok(['read', '-t', topic, '-o', `${from}:${String(base + 8000)}`])
    assert.deepEqual(numbersOf(stdout), [0])
  })

  test('one partition (-p), and what is no part at all', async (t) => {
    const ks = kafkaKs(broker, t)
    const topic = await newTopic(broker, 'range', 3, numbered(12, 3))
    assert.deepEqual(numbersOf((await ks.ok(['read', '-t', topic, '-e', '-p', '2'])).stdout), [2, 5, 8, 11])
    const missing = await ks.run(['read', '-t', topic, '-e', '-p', '3'])
    assert.equal(missing.status, 2)
    const wrong = await ks.run(['read', '-t', topic, '-e', '-o', 'sometimes'])
    assert.equal(wrong.status, 2)
    assert.match(wrong.stderr, /sometimes/)
  })

  test('-c ends after so many records', async (t) => {
    const ks = kafkaKs(broker, t)
    const topic = await newTopic(broker, 'range', 3, numbered(12, 3))
    // In order of time over all partitions.
    assert.deepEqual(numbersOf((await ks.ok(['read', '-t', topic, '-c', '5'])).stdout), fromTo(0, 5))
    assert.deepEqual(await ks.rows(['count', '-t', topic, '-c', '5', '--by', '"all"']), [{ key: 'all', count: 5 }])
  })
})

suite('the end of a topic (-e)', { skip, concurrency: 3 }, () => {
  test('behind the marker of a transaction, and with one that was aborted', async (t) => {
    const ks = kafkaKs(broker, t)
    const topic = await newTopic(broker, 'markers', 2)
    const write = (from: number, to: number, abort: boolean): Promise<unknown> =>
      broker.produce(topic, numbered(12, 2).slice(from, to), { transactional: uniqueName('tx'), abort })
    await write(0, 4, false)
    await write(4, 8, true)
    await write(8, 12, false)
    const expected = [...fromTo(0, 4), ...fromTo(8, 12)]
    assert.deepEqual(numbersOf((await ks.ok(['read', '-t', topic, '-e'])).stdout), expected)
    await write(0, 4, true)
    assert.deepEqual(numbersOf((await ks.ok(['read', '-t', topic, '-e'])).stdout), expected)
    const uncommitted = await ks.ok(['read', '-t', topic, '-e', '-X', 'isolation.level=read_uncommitted'])
    assert.equal(numbersOf(uncommitted.stdout).length, 16)
  })

  test('before a transaction that is open', async (t) => {
    const ks = kafkaKs(broker, t)
    const topic = await newTopic(broker, 'markers', 1, numbered(3, 1))
    const transactional = uniqueName('tx')
    await broker.produce(topic, numbered(6, 1).slice(3), { transactional, open: true })
    assert.deepEqual(numbersOf((await ks.ok(['read', '-t', topic, '-e'])).stdout), fromTo(0, 3))
    await broker.endTransaction(transactional, 'commit')
    assert.deepEqual(numbersOf((await ks.ok(['read', '-t', topic, '-e'])).stdout), fromTo(0, 6))
  })

  test('with nothing but aborted records', async (t) => {
    const ks = kafkaKs(broker, t)
    const topic = await newTopic(broker, 'markers', 2)
    await broker.produce(topic, numbered(6, 2), { transactional: uniqueName('tx'), abort: true })
    assert.equal((await ks.ok(['read', '-t', topic, '-e'])).stdout, '')
    assert.deepEqual(await ks.rows(['count', '-t', topic, '-e']), await ks.rows(['count'], { stdin: '' }))
  })

  test('with empty partitions and empty topics', async (t) => {
    const ks = kafkaKs(broker, t)
    const topic = await newTopic(broker, 'empty', 5, [{ partition: 3, value: '{"n":1}' }])
    assert.deepEqual(numbersOf((await ks.ok(['read', '-t', topic, '-e'])).stdout), [1])
    const empty = await newTopic(broker, 'empty', 3)
    assert.equal((await ks.ok(['read', '-t', empty, '-e'])).stdout, '')
    assert.equal((await ks.run(['read', '-t', empty, '-e', '--exit-status'])).status, 4)
    const both = await ks.ok(['read', '-t', topic, '-t', empty, '-e'])
    assert.deepEqual(numbersOf(both.stdout), [1])
  })

  test('where it was at the start, of a topic that is written meanwhile', async (t) => {
    const ks = kafkaKs(broker, t)
    const topic = await newTopic(broker, 'busy', 3, numbered(3000, 3))
    let isOver = false
    const writing = (async () => {
      while (!isOver) await broker.produce(topic, numbered(300, 3))
    })()
    const [row] = (await ks.rows(['count', '-t', topic, '-e', '--by', '"all"'])) as { count: number }[]
    isOver = true
    await writing
    const after = (await broker.endOffsets(topic)).reduce((sum, end) => sum + end, 0)
    assert.ok(row !== undefined && row.count >= 3000 && row.count <= after, JSON.stringify(row))
  })

  test('of a topic whose start was deleted, and of one that was deleted up to its end', async (t) => {
    const ks = kafkaKs(broker, t)
    const topic = await newTopic(broker, 'deleted', 2, numbered(12, 2))
    await broker.deleteRecords(topic, 0, 4)
    await broker.deleteRecords(topic, 1, 6)
    assert.deepEqual(numbersOf((await ks.ok(['read', '-t', topic, '-e'])).stdout), [8, 10])
    assert.deepEqual(numbersOf((await ks.ok(['read', '-t', topic, '-e', '-o', '2:5'])).stdout), [8])
  })
})

suite('what topics hold', { skip, concurrency: 3 }, () => {
  for (const compression of ['gzip', 'snappy', 'lz4', 'zstd'] as const) {
    test(`${compression}, read and written`, async (t) => {
      const ks = kafkaKs(broker, t)
      const records = numbered(2000, 2)
      const topic = await newTopic(broker, compression, 2)
      await broker.produce(topic, records, { compression, recordsPerBatch: 500 })
      assert.deepEqual(numbersOf((await ks.ok(['read', '-t', topic, '-e'])).stdout), fromTo(0, 2000))
      const copy = await newTopic(broker, compression, 2)
      await ks.ok(['read', '-t', topic, '-e', '--to', copy, '-z', compression])
      const [from, to] = await Promise.all([broker.consume(topic), broker.consume(copy)])
      assert.deepEqual(sorted(to.map(({ key, value }) => [key, value])), sorted(from.map((r) => [r.key, r.value])))
    })
  }

  test('compacted topics with holes', async (t) => {
    const ks = kafkaKs(broker, t)
    const topic = await newTopic(broker, 'compacted', 1, [], {
      'cleanup.policy': 'compact',
      'segment.ms': '100',
      'min.cleanable.dirty.ratio': '0.01',
      'max.compaction.lag.ms': '100',
      'delete.retention.ms': '100',
    })
    for (let round = 0; round < 3; round++) {
      await broker.produce(topic, numbered(200, 1), { recordsPerBatch: 7 })
    }
    await broker.produce(topic, [{ key: 'k0', value: null }])
    await broker.produce(topic, [{ key: 'last', value: '{"n":-1}' }])
    // Whether the cleaner has come by already or not, the table is the same.
    const rows = await ks.rows(['table', '-t', topic, '-e'])
    const table = await latest(broker, topic)
    assert.deepEqual(sorted(rows), sorted([...table.values()]))
    assert.equal(table.size, 4)
  })

  test('tombstones and headers, both ways', async (t) => {
    const ks = kafkaKs(broker, t)
    const topic = await newTopic(broker, 'nulls', 1, [
      {
        key: 'a',
        value: '{"n":1}',
        timestamp: base,
        headers: [
          ['h', 'x'],
          ['h', 'y'],
          ['none', null],
        ],
      },
      { key: 'b', value: null, timestamp: base + 1 },
      { key: null, value: '{"n":3}', timestamp: base + 2 },
    ])
    const copy = await newTopic(broker, 'nulls', 1)
    await ks.ok(['read', '-t', topic, '-e', '--to', copy, '-H', 'by=ks', '-H', 'empty='])
    const added = [
      ['by', 'ks'],
      ['empty', ''],
    ]
    assert.deepEqual(
      (await broker.consume(copy)).map(({ key, value, headers, timestamp }) => ({ key, value, headers, timestamp })),
      [
        { key: 'a', value: '{"n":1}', headers: [['h', 'x'], ['h', 'y'], ['none', null], ...added], timestamp: base },
        { key: 'b', value: null, headers: added, timestamp: base + 1 },
        { key: null, value: '{"n":3}', headers: added, timestamp: base + 2 },
      ],
    )
    const rows = await ks.rows(['map', '{k: $key, h: $headers.h, t: $ts}', '-t', topic, '-e'])
    assert.deepEqual(rows[0], { k: 'a', h: 'y', t: base })
  })
})

suite('several topics', { skip, concurrency: 3 }, () => {
  test('-t twice and merge @TOPIC, lowest timestamp first', async (t) => {
    const ks = kafkaKs(broker, t)
    const records = numbered(20, 1)
    const even = await newTopic(
      broker,
      'even',
      2,
      records.filter((_, n) => n % 2 === 0).map((r, n) => ({ ...r, partition: n % 2 })),
    )
    const odd = await newTopic(
      broker,
      'odd',
      1,
      records.filter((_, n) => n % 2 === 1),
    )
    const all = fromTo(0, 20).map((n) => ({ n }))
    assert.deepEqual(await ks.rows(['cat', '-t', even, '-t', odd, '-e']), all)
    assert.deepEqual(await ks.rows(['cat', '-t', even, '-e', 'then', 'merge', `@${odd}`]), all)
  })

  test('branch and tee into topics', async (t) => {
    const ks = kafkaKs(broker, t)
    const topic = await newTopic(broker, 'in', 3, numbered(12, 3))
    const [small, seen, rest] = await Promise.all([1, 2, 1].map((partitions) => newTopic(broker, 'out', partitions)))
    const chain = [
      'tee',
      `@${seen ?? ''}`,
      '-t',
      topic,
      '-e',
      'then',
      'branch',
      '.n < 4',
      `@${small ?? ''}`,
      '--to',
      rest ?? '',
    ]
    await ks.ok(chain)
    const read = async (name: string | undefined): Promise<number[]> =>
      (await broker.consume(name ?? ''))
        .map(({ value }) => (JSON.parse(value ?? '') as { n: number }).n)
        .sort((a, b) => a - b)
    assert.deepEqual(await read(seen), fromTo(0, 12))
    assert.deepEqual(await read(small), fromTo(0, 4))
    assert.deepEqual(await read(rest), fromTo(4, 12))
  })
})

suite('files and pipes with topics', { skip, concurrency: 3 }, () => {
  test('standard input to a topic and back', async (t) => {
    const ks = kafkaKs(broker, t)
    const topic = await newTopic(broker, 'stdin', 2)
    await ks.ok(['write', topic, '-k', '.user'], { stdin: '{"user":"ann","n":1}\n{"user":"bob","n":2}\n' })
    assert.deepEqual(sorted((await broker.consume(topic)).map(({ key, value }) => [key, value])), [
      '["ann","{\\"user\\":\\"ann\\",\\"n\\":1}"]',
      '["bob","{\\"user\\":\\"bob\\",\\"n\\":2}"]',
    ])
    assert.deepEqual(sorted(await ks.rows(['cat', '-t', topic, '-e'])), [
      '{"user":"ann","n":1}',
      '{"user":"bob","n":2}',
    ])
  })

  test('a reader that goes away is a normal end', async (t) => {
    const ks = kafkaKs(broker, t)
    const topic = await newTopic(broker, 'head', 1, numbered(20_000, 1))
    const { stdout } = await ks.shell(`ks read -t ${topic} | head -n 1; echo "status \${PIPESTATUS[0]}"`)
    assert.equal(stdout, '{"n":0}\nstatus 0\n')
  })

  test('an endless run prints what comes, and SIGTERM ends it', async (t) => {
    const ks = kafkaKs(broker, t)
    const topic = await newTopic(broker, 'endless', 3, numbered(6, 3))
    const run = ks.start(['filter', '.n % 2 == 0', '-t', topic])
    await eventually('the first records', () => run.stdout().split('\n').length === 4 || undefined)
    await broker.produce(topic, [{ value: '{"n":100}' }])
    await eventually('the next one', () => run.stdout().includes('100') || undefined)
    const { status, stdout } = await run.stop()
    assert.equal(status, 143)
    assert.deepEqual(numbersOf(stdout), [0, 2, 4, 100])
  })

  test('a file joined with a table topic', async (t) => {
    const ks = kafkaKs(broker, t)
    const users = await newTopic(broker, 'users', 3, [
      { key: 'ann', value: '{"name":"Ann"}' },
      { key: 'bob', value: '{"name":"Bob"}' },
      { key: 'eve', value: '{"name":"Eve"}' },
      { key: 'bob', value: '{"name":"Bobby"}' },
      { key: 'eve', value: null },
    ])
    const stdin = '{"user":"ann"}\n{"user":"bob"}\n{"user":"eve"}\n'
    const join = ['join', '--table', `@${users}`, '--on', '.user=$key']
    assert.deepEqual(await ks.rows(join, { stdin }), [
      { user: 'ann', name: 'Ann' },
      { user: 'bob', name: 'Bobby' },
    ])
    assert.deepEqual(await ks.rows([...join, '--left', '--as', 'u'], { stdin }), [
      { user: 'ann', u: { name: 'Ann' } },
      { user: 'bob', u: { name: 'Bobby' } },
      { user: 'eve', u: null },
    ])
  })
})
