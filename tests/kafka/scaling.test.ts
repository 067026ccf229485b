// One application in one, three and again one process while records come in: tasks are spread evenly, those that stay are not
// opened again, and every record is counted once.

import assert from 'node:assert/strict'
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { before, suite, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { brokerSkip, type GroupState, sharedBroker, type TestBroker, uniqueName } from '../support/kafka-broker.ts'
import { eventually, kafkaKs, latest, newTopic } from '../support/kafka-ks.ts'

const skip = brokerSkip()
let broker: TestBroker

before(async () => {
  if (!skip) broker = await sharedBroker()
})

const pages = 30
const batchRecords = 300

suite('scaling', { skip }, () => {
  for (const guarantee of ['exactly_once_v2', 'at_least_once']) {
    const kills = guarantee === 'exactly_once_v2'
    test(`1, 3 and 1 processes under load (${guarantee})`, { timeout: 120_000 }, async (t) => {
      const ks = kafkaKs(broker, t)
      const [input, output] = await Promise.all([newTopic(broker, 'in', 3), newTopic(broker, 'out', 3)])
      const app = uniqueName('app')
      const group = `${app}-count`
      const expected = new Map<string, number>()
      let produced = 0
      let isOver = false
      const load = (async () => {
        while (!isOver) {
          const records = Array.from({ length: batchRecords }, (_, index) => {
            const n = produced + index
            const page = `/p${String((n * 13) % pages)}`
            expected.set(page, (expected.get(page) ?? 0) + 1)
            return { key: `u${String(n % 101)}`, value: `{"page":"${page}"}` }
          })
          await broker.produce(input, records)
          produced += batchRecords
          await delay(100)
        }
      })()
      t.after(async () => {
        isOver = true
        await load
      })

      const start = (): ReturnType<typeof ks.start> =>
        ks.start([
          ...['count', '--by', '.page', '-t', input, '-a', app, '--to', output],
          ...['-X', `processing.guarantee=${guarantee}`, '--verbose'],
          ...['-X', 'session.timeout.ms=6000', '-X', 'heartbeat.interval.ms=500', '-X', 'commit.interval.ms=100'],
        ])
      const settled = (members: number): Promise<GroupState> =>
        eventually(
          `a group of ${String(members)}`,
          async () => {
            const state = await broker.group(group).catch(() => undefined)
            return state?.state === 'Stable' && state.members.length === members ? state : undefined
          },
          40_000,
        )
      const total = async (): Promise<number> =>
        [...(await latest(broker, output)).values()].reduce<number>(
          (sum, row) => sum + (row as { count: number }).count,
          0,
        )
      const grows = async (): Promise<void> => {
        const now = await total()
        await eventually('progress', async () => (await total()) > now || undefined, 40_000)
      }
      /** The opening of the database of a task: LevelDB writes the file CURRENT each time, once it has the lock. */
      const openedAt = (task: string): number =>
        statSync(join(ks.directory, 'state', app, 'count', task, 'CURRENT')).ino
      const isOfInput = ({ topic }: { topic: string }): boolean => topic === input

      const first = start()
      await settled(1)
      await grows()
      const tasks = ['1_0', '1_1', '1_2']
      const before = new Map(tasks.map((task) => [task, openedAt(task)]))
      const firstMember = (await broker.group(group)).members[0]?.memberId

      const [second, third] = [start(), start()]
      await settled(3)
      // Sticky, then balanced: it may take the group a second round.
      const spread = await eventually(
        'an even spread',
        async () => {
          const { state, members } = await broker.group(group)
          const isEven = members.every(
            ({ partitions }) => partitions.length === 2 && partitions.filter(isOfInput).length === 1,
          )
          return state === 'Stable' && members.length === 3 && isEven ? members : undefined
        },
        30_000,
      )
      const kept = spread.find(({ memberId }) => memberId === firstMember)?.partitions ?? []
      const stayed = kept.filter((place) => !isOfInput(place)).map(({ partition }) => `1_${String(partition)}`)
      assert.equal(stayed.length, 1)
      // The process itself says which tasks it has kept.
      assert.match(first.stderr(), new RegExp(`kept: [^;]*${stayed[0] ?? 'none'}`))
      await grows()
      for (const task of stayed) assert.equal(openedAt(task), before.get(task), `${task} was opened again`)

      second.kill(kills ? 'SIGKILL' : 'SIGTERM')
      assert.equal((await third.stop()).status, 143)
      await second.ended
      await settled(1)
      await grows()
      for (const task of stayed) assert.equal(openedAt(task), before.get(task), `${task} was opened again`)

      isOver = true
      await load
      await eventually('the rest', async () => (await total()) >= produced || undefined, 40_000)
      assert.equal((await first.stop()).status, 143)
      const counts = [...(await latest(broker, output)).values()] as { page: string; count: number }[]
      assert.deepEqual(
        new Map(counts.map(({ page, count }) => [page, count])),
        new Map(counts.map(({ page }) => [page, expected.get(page)])),
      )
      assert.equal(counts.length, pages)
    })
  }

  test('an instance that is one too many says so and takes over when it is needed', async (t) => {
    const ks = kafkaKs(broker, t)
    const [input, output] = await Promise.all([
      newTopic(broker, 'in', 1, [{ key: 'k', value: '{}' }]),
      newTopic(broker, 'out', 1),
    ])
    const chain = ['count', '-t', input, '-a', uniqueName('app'), '--to', output, '-X', 'commit.interval.ms=100']
    const first = ks.start(chain)
    const counted = (count: number): Promise<unknown> =>
      eventually(`a count of ${String(count)}`, async () => {
        const row = (await latest(broker, output)).get('k') as { count: number } | undefined
        return row?.count === count || undefined
      })
    await counted(1)
    const second = ks.start(chain)
    await eventually('a word about it', () => /nothing to do/.test(second.stderr()) || undefined)
    assert.equal((await first.stop()).status, 143)
    await broker.produce(input, [{ key: 'k', value: '{}' }])
    await counted(2)
    assert.equal((await second.stop()).status, 143)
  })
})
