// The stores of applications over topics, asked while they run: by ks get and over HTTP, in two threads and in two processes.

import assert from 'node:assert/strict'
import { before, suite, test } from 'node:test'
import { brokerSkip, sharedBroker, type TestBroker, uniqueName } from '../support/kafka-broker.ts'
import { watch } from '../support/event-stream.ts'
import { eventually, kafkaKs, newTopic, type KafkaKs, type RunningKs } from '../support/kafka-ks.ts'

const skip = brokerSkip()
let broker: TestBroker

before(async () => {
  if (!skip) broker = await sharedBroker()
})

const members = ['-X', 'session.timeout.ms=6000', '-X', 'heartbeat.interval.ms=500']
const pages = Array.from({ length: 20 }, (_, index) => `/p${String(index).padStart(2, '0')}`)

/** Each page as often as its number says, and once more. */
const clicks = pages.flatMap((page, index) =>
  Array.from({ length: index + 1 }, (_, at) => ({ key: `u${String(at)}`, value: JSON.stringify({ page }) })),
)
const rowOf = (page: string): string => `{"page":"${page}","count":${String(pages.indexOf(page) + 1)}}\n`
const allRows = pages.map(rowOf).join('')

/** Where a run says that it listens. */
const addressOf = (run: RunningKs): Promise<string> =>
  eventually('an address', () => /serving at (http:\S+)/.exec(run.stderr())?.[1])

const hasAll = (ks: KafkaKs, app: string): Promise<unknown> =>
  eventually('all rows', async () => (await ks.run(['get', 'pc', '-a', app])).stdout === allRows || undefined, 40_000)

suite('stores of applications over topics', { skip }, () => {
  test('in two threads', { timeout: 90_000 }, async (t) => {
    const ks = kafkaKs(broker, t)
    const [input, output] = await Promise.all([newTopic(broker, 'in', 4, clicks), newTopic(broker, 'out', 1)])
    const app = uniqueName('app')
    const chain = ['count', '--by', '.page', '-t', input, '-a', app, '--store', 'pc', '--to', output]
    // Nothing is committed meanwhile.
    const run = ks.start([
      ...chain,
      ...members,
      '-X',
      'num.stream.threads=2',
      '-X',
      'commit.interval.ms=60000',
      '--serve',
      ':0',
    ])
    const address = await addressOf(run)
    await hasAll(ks, app)
    for (const page of pages) {
      assert.equal((await ks.run(['get', 'pc', page, '-a', app])).stdout, rowOf(page))
      assert.equal(await (await fetch(`${address}/stores/pc/${encodeURIComponent(page)}`)).text(), rowOf(page))
    }
    const some = await ks.run(['get', 'pc', '--from', '/p05', '--to', '/p09', '--reverse', '--limit', '3', '-a', app])
    assert.equal(some.stdout, rowOf('/p09') + rowOf('/p08') + rowOf('/p07'))
    assert.deepEqual(await ks.run(['get', 'pc', '/nope', '-a', app]), { stdout: '', stderr: '', status: 1 })
    const array = await fetch(`${address}/stores/pc?prefix=/p1`, { headers: { accept: 'application/json' } })
    assert.deepEqual(
      await array.json(),
      pages.filter((page) => page.startsWith('/p1')).map((page) => JSON.parse(rowOf(page)) as unknown),
    )
    assert.deepEqual(await (await fetch(`${address}/stores`)).json(), [
      { name: 'pc', kind: 'key-value', approximate_count: pages.length },
    ])
    assert.equal((await fetch(`${address}/ready`)).status, 200)
    const events = await watch(`${address}/stores/pc/changes`, t)
    await broker.produce(
      input,
      pages.map((page) => ({ key: page, value: JSON.stringify({ page }) })),
    )
    // Silence commits, in either thread.
    await eventually('all changes', () => (events().length >= pages.length ? true : undefined))
    assert.deepEqual(
      [...events()].sort(),
      pages.map((page, index) => `update {"page":"${page}","count":${String(index + 2)}}`),
    )
    assert.equal((await run.stop()).status, 143)
    // What it has committed at its end, out of the files of both threads.
    const files = pages.map((page, index) => `{"page":"${page}","count":${String(index + 2)}}\n`)
    assert.equal((await ks.run(['get', 'pc', '-a', app])).stdout, files.join(''))
    assert.equal((await ks.run(['get', 'pc', '/p07', '-a', app])).stdout, files[7])
  })

  test('in two processes, one of which is killed', { timeout: 120_000 }, async (t) => {
    const ks = kafkaKs(broker, t)
    const [input, output] = await Promise.all([newTopic(broker, 'in', 4, clicks), newTopic(broker, 'out', 1)])
    const app = uniqueName('app')
    const chain = ['count', '--by', '.page', '-t', input, '-a', app, '--store', 'pc', '--to', output, ...members]
    const start = (): RunningKs => ks.start([...chain, '-X', 'commit.interval.ms=100', '--serve', ':0'])
    const [one, two] = [start(), start()]
    const addresses = await Promise.all([addressOf(one), addressOf(two)])
    const partOf = async (address: string): Promise<{ rows: string[]; elsewhere: string[] } | undefined> => {
      const response = await fetch(`${address}/stores/pc`)
      if (response.status !== 200) return undefined
      const elsewhere = (response.headers.get('ks-tasks-elsewhere') ?? '').split(' ').filter((task) => task !== '')
      return { rows: (await response.text()).split('\n').filter((line) => line !== ''), elsewhere }
    }
    const parts = await eventually(
      'both to have their tasks',
      async () => {
        const [a, b] = await Promise.all(addresses.map(partOf))
        return a && b && a.elsewhere.length === 2 && b.elsewhere.length === 2 ? [a, b] : undefined
      },
      60_000,
    )
    await hasAll(ks, app)
    const [a = [], b = []] = await Promise.all(addresses.map(async (address) => (await partOf(address))?.rows ?? []))
    assert.equal([...a, ...b].sort().join('\n'), pages.map((page) => rowOf(page).trim()).join('\n'))
    assert.deepEqual([...parts.flatMap(({ elsewhere }) => elsewhere)].sort(), ['1_0', '1_1', '1_2', '1_3'])
    // Each knows that a key of the other one is not its own.
    const { page } = JSON.parse(b[0] ?? '') as { page: string }
    const misdirected = await fetch(`${addresses[0] ?? ''}/stores/pc/${encodeURIComponent(page)}`)
    assert.equal(misdirected.status, 421)
    assert.equal((await ks.run(['get', 'pc', page, '-a', app])).stdout, rowOf(page))
    one.kill('SIGKILL')
    await one.ended
    // The other one alone does not have everything, and says so, until the group has found out and given it all.
    const early = await ks.run(['get', 'pc', '-a', app])
    assert.ok(early.stdout === allRows || early.stderr !== '', early.stdout)
    await hasAll(ks, app)
    assert.equal((await two.stop()).status, 143)
  })

  test('with keys that others have partitioned', async (t) => {
    const ks = kafkaKs(broker, t)
    const input = await newTopic(broker, 'in', 3)
    const users = ['a', 'b', 'c', 'd', 'e', 'f'].map((key, index) => ({
      key,
      value: `{"n":${String(index)}}`,
      partition: index % 3,
    }))
    await broker.produce(input, users)
    const app = uniqueName('app')
    const run = ks.start(['table', '-t', input, '-a', app, '--store', 'users', ...members, '--serve', ':0'])
    const address = await addressOf(run)
    await eventually(
      'all rows',
      async () => {
        const response = await fetch(`${address}/stores/users`)
        return (await response.text()).split('\n').length === users.length + 1 || undefined
      },
      40_000,
    )
    for (const { key, value } of users) {
      assert.equal((await ks.run(['get', 'users', key, '-a', app])).stdout, `${value}\n`)
    }
    await run.stop()
  })
})
