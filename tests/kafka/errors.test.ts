// What goes wrong, and what a user is told: bad and late records, brokers that are not there, configurations that cannot be.

import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { createServer, type Server, type Socket } from 'node:net'
import { join } from 'node:path'
import { before, suite, test } from 'node:test'
import { type NewRecord, brokerSkip, sharedBroker, type TestBroker, uniqueName } from '../support/kafka-broker.ts'
import { eventually, kafkaKs, latest, newTopic } from '../support/kafka-ks.ts'

const skip = brokerSkip()
let broker: TestBroker

before(async () => {
  if (!skip) broker = await sharedBroker()
})

const base = Date.UTC(2026, 0, 1)

const mixed: readonly NewRecord[] = [
  { key: 'a', value: '{"n":1}', timestamp: base },
  { key: 'b', value: '{"n":', timestamp: base + 1, headers: [['trace', '7']] },
  { key: 'a', value: '{"n":2}', timestamp: base + 2 },
  { key: null, value: 'no JSON', timestamp: base + 3 },
  { key: 'b', value: '{"n":3}', timestamp: base + 4 },
]

const headerOf = (headers: readonly (readonly [string, string | null])[], name: string): string | null | undefined =>
  headers.find(([found]) => found === `__streams.errors.${name}`)?.[1]

suite('records that cannot be read', { skip, concurrency: 3 }, () => {
  for (const durable of [false, true]) {
    const how = durable ? 'with an application id' : 'ad hoc'
    const app = (): string[] => (durable ? ['-a', uniqueName('app')] : [])

    test(`skip is the default, fail and keep are to be had (${how})`, async (t) => {
      const ks = kafkaKs(broker, t)
      const topic = await newTopic(broker, 'bad', 1, mixed)
      const cat = ['cat', '-t', topic, '-e']
      const skipped = await ks.ok([...cat, ...app()])
      assert.equal(skipped.stdout, '{"n":1}\n{"n":2}\n{"n":3}\n')
      assert.match(skipped.stderr, new RegExp(`2 bad records skipped .*${topic}-0@1`))
      const failed = await ks.run([...cat, ...app(), '--on-error', 'fail'])
      assert.equal(failed.status, 5)
      assert.equal(failed.stdout, '{"n":1}\n')
      assert.match(failed.stderr, new RegExp(`${topic}-0@1`))
      const kept = await ks.rows([...cat, ...app(), '--on-error', 'keep'])
      assert.equal(kept.length, 5)
      assert.match(JSON.stringify(kept[1]), /error/)
      const tooMany = await ks.run([...cat, ...app(), '--max-errors', '1'])
      assert.equal(tooMany.status, 5)
    })

    test(`--on-error @TOPIC keeps them as they were, with KIP-1034's headers (${how})`, async (t) => {
      const ks = kafkaKs(broker, t)
      const [topic, dead] = await Promise.all([newTopic(broker, 'bad', 1, mixed), newTopic(broker, 'dead', 1)])
      await ks.ok(['cat', '-t', topic, '-e', ...app(), '--on-error', `@${dead}`])
      const letters = await broker.consume(dead)
      assert.deepEqual(
        letters.map(({ key, value }) => [key, value]),
        [
          ['b', '{"n":'],
          [null, 'no JSON'],
        ],
      )
      const [{ headers } = { headers: [] }] = letters
      assert.deepEqual(headers[0], ['trace', '7'])
      assert.equal(headerOf(headers, 'topic'), topic)
      assert.equal(headerOf(headers, 'partition'), '0')
      assert.equal(headerOf(headers, 'offset'), '1')
      assert.ok((headerOf(headers, 'exception') ?? '') !== '')
      assert.ok((headerOf(headers, 'message') ?? '') !== '')
    })
  }

  test('an expression that fails is the fault of the record, too', async (t) => {
    const ks = kafkaKs(broker, t)
    const [topic, dead] = await Promise.all([
      newTopic(broker, 'bad', 1, [{ value: '{"t":"x"}' }, { value: '{"t":1}', key: 'k' }]),
      newTopic(broker, 'dead', 1),
    ])
    const rows = await ks.rows(['map', '.t', '--ts', '.t', '-t', topic, '-e', '--on-error', `@${dead}`])
    assert.deepEqual(rows, [1])
    assert.deepEqual(
      (await broker.consume(dead)).map(({ value }) => value),
      ['{"t":"x"}'],
    )
  })

  test('what came before the one that ends the run arrives, and the run ends at once', async (t) => {
    const ks = kafkaKs(broker, t)
    const [fromFile, fromTopic, input] = await Promise.all(
      ['out', 'out', 'in'].map((name) => newTopic(broker, name, 3)),
    )
    const total = 60_000
    const lines = Array.from({ length: total }, (_, n) => JSON.stringify({ n, text: 'x'.repeat(60) }))
    await broker.produce(
      input ?? '',
      [...lines, '{"n":'].map((value, n) => ({ key: 'k', value, timestamp: base + n })),
    )
    writeFileSync(join(ks.directory, 'in.ndjson'), [...lines, '{"n":', ''].join('\n'))
    const fail = ['--on-error', 'fail', '--to']
    for (const [args, output] of [
      [['map', '.', 'in.ndjson', ...fail], fromFile],
      [['map', '.', '-t', input ?? '', '-e', ...fail], fromTopic],
    ] as const) {
      const start = performance.now()
      const { status, stderr } = await ks.run([...args, output ?? ''])
      assert.equal(status, 5, stderr)
      assert.ok(performance.now() - start < 20_000)
      assert.equal((await broker.consume(output ?? '')).length, total, args.join(' '))
    }
  })

  test('an aggregate behind a repartition that fails is the fault of the record, and no restart dies of it', async (t) => {
    const ks = kafkaKs(broker, t)
    const [topic, dead, output] = await Promise.all([
      newTopic(broker, 'bad', 1, [
        { value: '{"page":"/a","ms":"x"}' },
        { value: '{"page":"/a","ms":1}' },
        { value: '{"page":"/a","ms":2}' },
      ]),
      newTopic(broker, 'dead', 1),
      newTopic(broker, 'out', 1),
    ])
    const chain = ['agg', 'total=sum(.ms)', '--by', '.page', '-t', topic, '-e', '--to', output]
    const app = uniqueName('app')
    const skipped = await ks.ok([...chain, '-a', app])
    assert.match(skipped.stderr, /1 bad record skipped/)
    assert.deepEqual([...(await latest(broker, output)).values()], [{ page: '/a', total: 3 }])
    await ks.ok([...chain, '-a', uniqueName('app'), '--on-error', `@${dead}`])
    assert.deepEqual(
      (await broker.consume(dead)).map(({ value }) => value),
      ['{"ms":"x"}'],
    )
    const failed = await ks.run([...chain, '-a', uniqueName('app'), '--on-error', 'fail'])
    assert.equal(failed.status, 5, failed.stderr)
    // What cannot be read there was not written by ks.
    await broker.produce(`${app}-agg-agg-repartition`, [{ key: '/a', value: 'no JSON' }])
    const foreign = await ks.run([...chain, '-a', app])
    assert.equal(foreign.status, 74, foreign.stderr)
    assert.match(foreign.stderr, /somebody else/)
  })

  test('dead letters are written back byte for byte', async (t) => {
    const ks = kafkaKs(broker, t)
    const content = [Buffer.from('{"n":'), Buffer.from([0xff, 0xfe]), Buffer.from('plain')].map((b) =>
      b.toString('base64'),
    )
    const [orders, dead] = await Promise.all([newTopic(broker, 'orders', 1), newTopic(broker, 'dead', 1)])
    await broker.produce(
      orders,
      content.map((value, n) => ({ key: content[2 - n] ?? null, value, timestamp: base + n })),
      { encoding: 'base64' },
    )
    await ks.ok(['filter', '.n > 0', '-t', orders, '-e', '--on-error', `@${dead}`])
    const { status, stderr } = await ks.shell(`set -o pipefail; ks read -t ${dead} -J -e | ks write ${orders}`)
    assert.equal(status, 0, stderr)
    const all = await broker.consume(orders, { encoding: 'base64' })
    const [before, after] = [all.slice(0, 3), all.slice(3)]
    assert.deepEqual(
      after.map(({ key, value, timestamp }) => ({ key, value, timestamp })),
      before.map(({ key, value, timestamp }) => ({ key, value, timestamp })),
    )
  })

  test('with --eos a dead letter is part of the transaction', async (t) => {
    const ks = kafkaKs(broker, t)
    const [topic, dead, output] = await Promise.all([
      newTopic(broker, 'bad', 1, mixed),
      newTopic(broker, 'dead', 1),
      newTopic(broker, 'out', 1),
    ])
    const chain = ['cat', '-t', topic, '-e', '-a', uniqueName('app'), '--eos', '--to', output, '--on-error', `@${dead}`]
    // Dies when everything is written and nothing is committed.
    const crashed = await ks.run(chain, { env: { KS_FAULT_POINT: 'before-commit' } })
    assert.equal(crashed.status, 137, crashed.stderr)
    assert.deepEqual(await broker.consume(dead), [])
    await ks.ok(chain)
    assert.equal((await broker.consume(dead)).length, 2)
    assert.equal((await broker.consume(output)).length, 3)
  })

  test('late records go to --late @TOPIC', async (t) => {
    const ks = kafkaKs(broker, t)
    const records = [0, 70_000, 1000, 71_000, 2000].map((time, n) => ({
      key: 'k',
      value: `{"n":${String(n)}}`,
      timestamp: base + time,
    }))
    const [topic, late] = await Promise.all([newTopic(broker, 'late', 1, records), newTopic(broker, 'late', 1)])
    for (const more of [[], ['-a', uniqueName('app'), '--emit', 'final']]) {
      const result = await ks.ok(['count', '--window', '1m', '-t', topic, '-e', '--late', `@${late}`, ...more])
      assert.match(result.stderr, /2 records were late/)
    }
    assert.deepEqual(
      (await broker.consume(late)).map(({ key, value, timestamp }) => [key, value, timestamp]),
      [2, 4, 2, 4].map((n) => ['k', `{"n":${String(n)}}`, base + (n / 2) * 1000]),
    )
  })
})

suite('what cannot be', { skip, concurrency: 3 }, () => {
  test('no broker: 69 within seconds, naming the address', async (t) => {
    const ks = kafkaKs(broker, t)
    // Nobody listens there.
    const server = createServer()
    const port = await new Promise<number>((resolve) => {
      server.listen(0, '127.0.0.1', () => {
        const address = server.address()
        resolve(typeof address === 'object' && address !== null ? address.port : 0)
      })
    })
    await new Promise((resolve) => server.close(resolve))
    const address = `127.0.0.1:${String(port)}`
    for (const args of [
      ['read', '-t', 'x', '-e'],
      ['count', '-t', 'x', '-a', uniqueName('app')],
      ['write', 'x'],
    ]) {
      const start = performance.now()
      const { status, stderr } = await ks.run([...args, '-b', address], { stdin: '{}\n' })
      assert.equal(status, 69, stderr)
      assert.match(stderr, new RegExp(address.replaceAll('.', '\\.')))
      assert.ok(performance.now() - start < 15_000)
    }
  })

  test('something else that answers there, and something that does not answer', async (t) => {
    const ks = kafkaKs(broker, t)
    const talker = createServer((socket) => {
      socket.on('error', () => undefined)
      socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')
    })
    const silent = createServer((socket) => {
      socket.on('error', () => undefined)
    })
    const sockets = new Set<Socket>()
    for (const server of [talker, silent]) server.on('connection', (socket) => sockets.add(socket))
    t.after(() => {
      for (const socket of sockets) socket.destroy()
      talker.close()
      silent.close()
    })
    const listen = (server: Server): Promise<string> =>
      new Promise((resolve) => {
        server.listen(0, '127.0.0.1', () => {
          const address = server.address()
          resolve(`127.0.0.1:${String(typeof address === 'object' && address !== null ? address.port : 0)}`)
        })
      })
    const [talking, quiet] = await Promise.all([listen(talker), listen(silent)])
    const [other, none] = await Promise.all(
      [talking, quiet].map((address) => ks.run(['read', '-t', 'x', '-e', '-b', address])),
    )
    assert.equal(other?.status, 78, other?.stderr)
    assert.match(other.stderr, /no Kafka broker/)
    assert.equal(none?.status, 69, none?.stderr)
  })

  test('topics that do not exist are named', async (t) => {
    const ks = kafkaKs(broker, t)
    const topic = await newTopic(broker, 'in', 1, mixed)
    const missing = uniqueName('missing')
    for (const args of [
      ['read', '-t', missing, '-e'],
      ['count', '-t', missing, '-a', uniqueName('app'), '-e'],
      ['cat', '-t', topic, '-e', '--to', missing],
      ['cat', '-t', topic, '-e', '-a', uniqueName('app'), '--to', missing],
      ['join', '--table', `@${missing}`, '--on', '$key', '-t', topic, '-e'],
      ['cat', '-t', topic, '-e', '--on-error', `@${missing}`],
      ['write', missing],
    ]) {
      const { status, stderr, stdout } = await ks.run(args, { stdin: '{}\n' })
      assert.equal(status, 78, `ks ${args.join(' ')}: ${stderr}`)
      assert.match(stderr, new RegExp(missing))
      assert.equal(stdout, '')
    }
    assert.equal((await broker.topics()).includes(missing), false)
  })

  test('--eos without an application id, to a pipe or to a file', async (t) => {
    const ks = kafkaKs(broker, t)
    const topic = await newTopic(broker, 'in', 1, mixed)
    for (const args of [
      ['count', '-t', topic, '-e', '--eos', '--to', topic],
      ['count', '-t', topic, '-e', '--eos', '-a', uniqueName('app')],
      ['count', '-t', topic, '-e', '--eos', '-a', uniqueName('app'), '--to', './out.ndjson'],
      ['cat', '-t', topic, '-e', '--eos', '-a', uniqueName('app'), '--to', topic, '--on-error', './bad.ndjson'],
      ['cat', '-t', topic, '-e', '--eos', '-a', uniqueName('app'), 'then', 'tee', './seen.ndjson', '--to', topic],
    ]) {
      const { status, stderr } = await ks.run(args)
      assert.equal(status, 2, `ks ${args.join(' ')}: ${stderr}`)
      assert.match(stderr, /--eos/)
    }
  })

  test('a property that does not exist: an error in -X, one warning in a file', async (t) => {
    const ks = kafkaKs(broker, t)
    const topic = await newTopic(broker, 'in', 1, mixed.slice(0, 1))
    const wrong = await ks.run(['read', '-t', topic, '-e', '-X', 'fetch.max.byte=1'])
    assert.equal(wrong.status, 2)
    assert.match(wrong.stderr, /fetch\.max\.bytes/)
    writeFileSync(
      join(ks.directory, 'client.properties'),
      [
        `bootstrap.servers=${broker.bootstrap}`,
        'acks=all',
        'enable.idempotence=true',
        'fetch.max.byte=1',
        'my.own.thing=x',
        'key.deserializer=org.apache.kafka.common.serialization.StringDeserializer',
      ].join('\n'),
    )
    const warned = await ks.ok(['read', '-t', topic, '-e', '-F', 'client.properties'], { env: { KS_BROKERS: '' } })
    assert.equal(warned.stdout, '{"n":1}\n')
    assert.equal(
      warned.stderr
        .trimEnd()
        .split('\n')
        .filter((line) => line.startsWith('ks: ')).length,
      1,
      warned.stderr,
    )
    assert.match(warned.stderr, /fetch\.max\.byte\b/)
    assert.match(warned.stderr, /my\.own\.thing/)
    assert.doesNotMatch(warned.stderr, /acks|idempotence|deserializer/)
  })

  test("application.id, processing.guarantee and the like of a Java program's file count", async (t) => {
    const ks = kafkaKs(broker, t)
    const [topic, output] = await Promise.all([
      newTopic(broker, 'in', 1, mixed.slice(0, 1)),
      newTopic(broker, 'out', 1),
    ])
    const app = uniqueName('app')
    writeFileSync(
      join(ks.directory, 'prod.properties'),
      `application.id=${app}\nbootstrap.servers=${broker.bootstrap}\nprocessing.guarantee=exactly_once_v2\nstate.dir=${ks.directory}/other\ncommit.interval.ms=50\n`,
    )
    await ks.ok(['count', '-t', topic, '-e', '-F', 'prod.properties', '--to', output], {
      env: { KS_BROKERS: '', KS_STATE_DIR: '' },
    })
    assert.deepEqual([...(await latest(broker, output))], [['a', { key: 'a', count: 1 }]])
    assert.ok((await broker.groups()).includes(`${app}-count`))
    assert.ok((await broker.transactions()).some(({ transactionalId }) => transactionalId.startsWith(`${app}-count-`)))
  })

  test('a topic that is deleted under an endless run ends it, or is waited for, but nothing hangs', async (t) => {
    const ks = kafkaKs(broker, t)
    const topic = await newTopic(broker, 'in', 1, mixed.slice(0, 1))
    const run = ks.start(['read', '-t', topic])
    await eventually('the first record', () => run.stdout() !== '' || undefined)
    await broker.deleteTopic(topic)
    const outcome = await Promise.race([run.ended, eventually('a while', () => undefined, 3000).catch(() => undefined)])
    const { status } = outcome ?? (await run.stop())
    assert.ok([69, 74, 78, 143].includes(status), String(status))
  })
})
