// A network that loses requests and answers, is slow, or cuts: with --eos each record counts once. A lost answer is the hard
// part: the broker has done it, and the program does not know.

import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, suite, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { clicks, type CountJob, createCountJob, faultsIn, lastCounts, sumOf } from '../support/count-job.ts'
import { brokerSkip, type OwnBroker, ownBroker } from '../support/kafka-broker.ts'
import { type Api, type KafkaProxy, type Loss, startProxy } from '../support/kafka-proxy.ts'
import { Fleet, until } from '../support/ks-fleet.ts'

const skip = brokerSkip()
const recordsPerFault = 200
const instances = 2
/** How often each fault is tried. */
const rounds = Number(process.env['KS_TEST_ROUNDS'] ?? 1)

/** Those that come by while records are processed. */
const whileProcessing: readonly (readonly [Api, Loss])[] = [
  ['Produce', 'answer'],
  ['Produce', 'request'],
  ['Produce', 'silence'],
  ['AddPartitionsToTxn', 'answer'],
  ['AddOffsetsToTxn', 'answer'],
  ['AddOffsetsToTxn', 'request'],
  ['TxnOffsetCommit', 'answer'],
  ['TxnOffsetCommit', 'request'],
  ['TxnOffsetCommit', 'silence'],
  ['EndTxn', 'answer'],
  ['EndTxn', 'request'],
  ['EndTxn', 'silence'],
  ['Fetch', 'answer'],
  ['Heartbeat', 'silence'],
]

/** Those that come by when an instance starts. */
const atStart: readonly (readonly [Api, Loss])[] = [
  ['FindCoordinator', 'answer'],
  ['JoinGroup', 'answer'],
  ['JoinGroup', 'silence'],
  ['SyncGroup', 'answer'],
  ['InitProducerId', 'answer'],
  ['OffsetFetch', 'answer'],
  ['ListOffsets', 'answer'],
]

suite('a network that', { skip, timeout: 3_600_000 }, () => {
  const directory = mkdtempSync(join(tmpdir(), 'ks-network-'))
  let broker: OwnBroker
  let proxy: KafkaProxy
  let fleet: Fleet
  let job: CountJob
  let total = 0

  before(async () => {
    // The node has to know the proxy's port and the proxy the node's.
    const nodePort = await freePort()
    proxy = await startProxy(0, { target: nodePort, clientId: 'ks-' })
    broker = await ownBroker({
      port: nodePort,
      properties: { 'advertised.listeners': `PLAINTEXT://127.0.0.1:${String(proxy.port)}` },
    })
    job = await createCountJob(
      broker,
      {
        bootstrap: `127.0.0.1:${String(proxy.port)}`,
        stateDirectory: join(directory, 'state'),
        properties: ['request.timeout.ms=2000', 'session.timeout.ms=3000', 'heartbeat.interval.ms=500'],
      },
      4,
    )
    fleet = new Fleet(instances, () => job.args)
    fleet.startAll()
  })

  after(async () => {
    await fleet.close()
    await broker.close()
    await proxy.close()
    rmSync(directory, { recursive: true, force: true })
  })

  const produce = async (): Promise<void> => {
    await broker.produce(job.input, clicks(total, total + recordsPerFault))
    total += recordsPerFault
  }

  const allCounted = async (): Promise<void> => {
    let counted = 0
    await until(
      async () => (counted = sumOf(lastCounts(await broker.consume(job.output)))) >= total,
      40_000,
      () => `${String(counted)} of ${String(total)}\n${[0, 1].map((place) => fleet.at(place).stderr).join('\n--\n')}`,
      100,
    )
    assert.deepEqual(faultsIn(await broker.consume(job.output), total), [])
    assert.deepEqual(fleet.surprises, [])
  }

  const inTime = (happened: Promise<void>, what: string): Promise<void> =>
    Promise.race([
      happened,
      delay(20_000, undefined, { ref: false }).then(() => {
        throw new Error(`${what} did not come by:\n${[0, 1].map((place) => fleet.at(place).stderr).join('\n--\n')}`)
      }),
    ])

  test('works', async () => {
    await produce()
    await allCounted()
  })

  for (const [api, loss] of whileProcessing) {
    test(`loses ${loss === 'silence' ? 'the answer without the connection' : `the ${loss}`} of ${api}`, async () => {
      for (let round = 0; round < rounds; round++) {
        const happened = proxy.lose(api, loss)
        await produce()
        await inTime(happened, api)
        await produce()
        await allCounted()
      }
    })
  }

  for (const [api, loss] of atStart) {
    test(`loses ${loss === 'silence' ? 'the answer without the connection' : `the ${loss}`} of ${api} at a start`, async () => {
      for (let round = 0; round < rounds; round++) {
        const place = round % instances
        await fleet.end(place, round % 2 === 0 ? 'SIGKILL' : 'SIGTERM')
        const happened = proxy.lose(api, loss)
        await produce()
        fleet.start(place)
        await inTime(happened, api)
        await produce()
        await allCounted()
      }
    })
  }

  test('is slow', async () => {
    proxy.delay(60)
    await produce()
    await allCounted()
    proxy.delay(0)
  })

  test('delivers byte by byte', async () => {
    proxy.slice(1)
    await produce()
    await allCounted()
    proxy.slice(Infinity)
  })

  test('cuts all connections, again and again', async () => {
    for (let time = 0; time < 5; time++) {
      await produce()
      await delay(100 * time)
      proxy.cut()
    }
    await allCounted()
  })

  test('and then everybody ends as always', async () => {
    assert.deepEqual(await fleet.stop(), Array<number>(instances).fill(143))
  })
})

const freePort = async (): Promise<number> => {
  const { createServer } = await import('node:net')
  return new Promise((resolve) => {
    const server = createServer()
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number }
      server.close(() => resolve(port))
    })
  })
}
