// --eos: whatever ends a run, a reader that reads committed sees each input once. Read by the Java consumer.

import assert from 'node:assert/strict'
import { appendFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { before, suite, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { type NewRecord, brokerSkip, sharedBroker, type TestBroker, uniqueName } from '../support/kafka-broker.ts'
import { eventually, kafkaKs, latest, newTopic, sorted } from '../support/kafka-ks.ts'

const skip = brokerSkip()
let broker: TestBroker

before(async () => {
  if (!skip) broker = await sharedBroker()
})

const base = Date.UTC(2026, 0, 1)

const clicks = (from: number, to: number): NewRecord[] =>
  Array.from({ length: to - from }, (_, index) => {
    const n = from + index
    return { key: `u${String(n % 17)}`, value: `{"n":${String(n)},"page":"/p${String(n % 7)}"}`, timestamp: base + n }
  })

const countsOf = (to: number): string[] => {
  const counts = new Map<string, number>()
  for (let n = 0; n < to; n++) counts.set(`/p${String(n % 7)}`, (counts.get(`/p${String(n % 7)}`) ?? 0) + 1)
  return sorted([...counts].map(([page, count]) => ({ page, count })))
}

const lines = (from: number, to: number): string =>
  Array.from({ length: to - from }, (_, index) => `{"n":${String(from + index)}}\n`).join('')

const numbersIn = async (topic: string): Promise<number[]> =>
  (await broker.consume(topic)).map(({ value }) => (JSON.parse(value ?? '') as { n: number }).n).sort((a, b) => a - b)

const fromTo = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, index) => from + index)

suite('a file into a topic', { skip, concurrency: 2 }, () => {
  test('killed again and again loses no line and writes none twice', async (t) => {
    const ks = kafkaKs(broker, t)
    const topic = await newTopic(broker, 'import', 2)
    const total = 60_000
    writeFileSync(join(ks.directory, 'in.ndjson'), lines(0, total))
    const args = ['write', topic, '-a', uniqueName('app'), '--eos', 'in.ndjson', '-X', 'commit.interval.ms=20']
    for (const point of ['before-commit:2', 'after-end-txn', 'before-batch:3', 'after-batch:2', 'after-end-txn:2']) {
      const { status } = await ks.run(args, { env: { KS_FAULT_POINT: point } })
      assert.ok(status === 137 || status === 0, `${point}: ${String(status)}`)
    }
    for (const waitMs of [300, 450, 600]) {
      const run = ks.start(args)
      await Promise.race([delay(waitMs), run.ended])
      run.kill('SIGKILL')
      await run.ended
    }
    await ks.ok(args)
    assert.deepEqual(await numbersIn(topic), fromTo(0, total))
    await ks.ok(args)
    appendFileSync(join(ks.directory, 'in.ndjson'), lines(total, total + 5))
    await ks.ok(args)
    assert.deepEqual(await numbersIn(topic), fromTo(0, total + 5))
  })

  test('goes on when the local state is gone: the position is in the transaction', async (t) => {
    const ks = kafkaKs(broker, t)
    const topic = await newTopic(broker, 'import', 1)
    writeFileSync(join(ks.directory, 'in.ndjson'), lines(0, 10))
    const args = ['write', topic, '-a', uniqueName('app'), '--eos', 'in.ndjson']
    await ks.ok(args)
    rmSync(join(ks.directory, 'state'), { recursive: true })
    appendFileSync(join(ks.directory, 'in.ndjson'), lines(10, 12))
    await ks.ok(args)
    assert.deepEqual(await numbersIn(topic), fromTo(0, 12))
  })

  test('aggregates as well: counts of a file in a topic', async (t) => {
    const ks = kafkaKs(broker, t)
    const topic = await newTopic(broker, 'import', 1)
    const file = join(ks.directory, 'in.ndjson')
    const text = (from: number, to: number): string =>
      clicks(from, to)
        .map(({ value }) => `${value ?? ''}\n`)
        .join('')
    writeFileSync(file, text(0, 3000))
    const args = ['count', '--by', '.page', '-a', uniqueName('app'), '--eos', 'in.ndjson', '--to', topic]
    for (const point of ['before-commit', 'after-end-txn', 'after-batch']) {
      await ks.run(args, { env: { KS_FAULT_POINT: point } })
      await ks.ok(args)
    }
    appendFileSync(file, text(3000, 3500))
    await ks.ok(args)
    assert.deepEqual(sorted([...(await latest(broker, topic)).values()]), countsOf(3500))
  })
})

suite('topic to topic', { skip, concurrency: 3 }, () => {
  const points = [
    'before-commit',
    'before-commit:3',
    'after-end-txn',
    'after-end-txn:2',
    'before-batch',
    'after-batch:2',
    'mid-rebalance',
    'restored:2',
  ]

  test('a filter that is killed at every step passes each record once', async (t) => {
    const ks = kafkaKs(broker, t)
    const [input, output] = await Promise.all([newTopic(broker, 'in', 2), newTopic(broker, 'out', 2)])
    const chain = ['filter', '.n >= 0', '-t', input, '-a', uniqueName('app'), '-e', '--eos', '--to', output]
    let written = 0
    for (const point of points) {
      await broker.produce(input, clicks(written, written + 50))
      written += 50
      await ks.run(chain, { env: { KS_FAULT_POINT: point } })
    }
    await ks.ok(chain)
    assert.deepEqual(await numbersIn(output), fromTo(0, written))
  })

  test('a count through a repartition topic that is killed at every step counts once', async (t) => {
    const ks = kafkaKs(broker, t)
    const [input, output] = await Promise.all([newTopic(broker, 'in', 2), newTopic(broker, 'out', 1)])
    const chain = ['count', '--by', '.page', '-t', input, '-a', uniqueName('app'), '-e', '--eos', '--to', output]
    let written = 0
    for (const point of points) {
      await broker.produce(input, clicks(written, written + 50))
      written += 50
      await ks.run(chain, { env: { KS_FAULT_POINT: point } })
    }
    await ks.ok(chain)
    assert.deepEqual(sorted([...(await latest(broker, output)).values()]), countsOf(written))
  })

  test('another host takes over where the transaction ended', async (t) => {
    const ks = kafkaKs(broker, t)
    const [input, output] = await Promise.all([newTopic(broker, 'in', 2, clicks(0, 100)), newTopic(broker, 'out', 1)])
    // Elsewhere nobody can know that it is dead before its session has ended.
    const patience = ['-X', 'session.timeout.ms=6000']
    const chain = [
      'count',
      '--by',
      '.page',
      '-t',
      input,
      '-a',
      uniqueName('app'),
      '-e',
      '--eos',
      '--to',
      output,
      ...patience,
    ]
    await ks.run(chain, { env: { KS_FAULT_POINT: 'before-batch' } })
    await broker.produce(input, clicks(100, 150))
    await ks.ok([...chain, '--state-dir', join(ks.directory, 'b')])
    assert.deepEqual(sorted([...(await latest(broker, output)).values()]), countsOf(150))
    await broker.produce(input, clicks(150, 160))
    await ks.ok(chain)
    assert.deepEqual(sorted([...(await latest(broker, output)).values()]), countsOf(160))
  })

  test('nothing is visible before the commit, everything after it', async (t) => {
    const ks = kafkaKs(broker, t)
    const [input, output] = await Promise.all([newTopic(broker, 'in', 1), newTopic(broker, 'out', 1)])
    const run = ks.start(['cat', '-t', input, '-a', uniqueName('app'), '--eos', '--to', output])
    await broker.produce(input, clicks(0, 20))
    await eventually('what was committed', async () => (await numbersIn(output)).length === 20 || undefined)
    // An aborted transaction upstream leaves nothing.
    await broker.produce(input, clicks(100, 120), { transactional: uniqueName('tx'), abort: true })
    await broker.produce(input, clicks(20, 30))
    await eventually('the rest', async () => (await numbersIn(output)).length >= 30 || undefined)
    assert.deepEqual(await numbersIn(output), fromTo(0, 30))
    assert.equal((await run.stop()).status, 143)
  })
})
