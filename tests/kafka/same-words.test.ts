// The same words mean on a topic of several partitions what they mean on a file and on a pipe, ad hoc and in a group.

import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { before, suite, test } from 'node:test'
import { brokerSkip, sharedBroker, type TestBroker, uniqueName } from '../support/kafka-broker.ts'
import { kafkaKs, newTopic, sorted } from '../support/kafka-ks.ts'

const skip = brokerSkip()
let broker: TestBroker

before(async () => {
  if (!skip) broker = await sharedBroker()
})

const base = Date.UTC(2026, 0, 1)

suite('the same words on a file, a pipe and a topic', { skip, concurrency: 2 }, () => {
  /** Clicks a second apart. */
  const clicks = Array.from({ length: 600 }, (_, n) => ({
    id: n % 450,
    user: `u${String((n * 7) % 11)}`,
    page: `/p${String((n * n) % 13)}`,
    amount: (n * 31) % 97,
    time: base + n * 1000,
  }))
  /** No partition is that far behind the last click. */
  const surelyClosed = base + 540_000
  const chains: readonly (readonly string[])[] = [
    ['count', '--by', '.page'],
    ['count', '--by', '.page,.user'],
    ['agg', 'n=count()', 'total=sum(.amount)', 'top=max(.amount)', '--by', '.user'],
    ['count', '--by', '.page', '--window', '1m'],
    ['agg', 'total=sum(.amount)', '--by', '.user', '--window', '2m/1m'],
    ['count', '--by', '.user', '--window', 'session:8s'],
    ['agg', 'n=count()', 'last=last(.id)', '--by', '.page', '--window', 'sliding:20s'],
    ['top', '-n', '3', '--by', '.page'],
    ['count', '--by', '.page', 'then', 'top', '-n', '2'],
    ['dedupe', '--by', '.id', 'then', 'count', '--by', '.user'],
    ['table', '--by', '.user'],
    ['table', '--by', '.user', 'then', 'count', '--by', '.page'],
    ['reduce', '$acc + .amount', '--init', '0', '--by', '.user'],
    ['filter', '.amount > 50', 'then', 'count', '--by', '.page'],
  ]

  /** `-t x` and the like belong to the first stage. */
  const withInput = (chain: readonly string[], input: readonly string[]): string[] => {
    const end = chain.indexOf('then')
    return end < 0 ? [...chain, ...input] : [...chain.slice(0, end), ...input, ...chain.slice(end)]
  }

  const topicOfClicks = (): Promise<string> =>
    newTopic(
      broker,
      'clicks',
      3,
      clicks.map((click) => ({ key: click.user, value: JSON.stringify(click), timestamp: click.time })),
    )

  test('without an application id', async (t) => {
    const ks = kafkaKs(broker, t)
    const topic = await topicOfClicks()
    const text = clicks.map((click) => `${JSON.stringify(click)}\n`).join('')
    writeFileSync(join(ks.directory, 'clicks.ndjson'), text)
    for (const chain of chains) {
      const [file, pipe, kafka] = await Promise.all([
        ks.rows(withInput(chain, ['--ts', '.time', 'clicks.ndjson'])),
        ks.rows(withInput(chain, ['--ts', '.time']), { stdin: text }),
        ks.rows(withInput(chain, ['-t', topic, '-e'])),
      ])
      assert.ok(file.length > 0, chain.join(' '))
      assert.deepEqual(sorted(pipe), sorted(file), `pipe: ${chain.join(' ')}`)
      assert.deepEqual(sorted(kafka), sorted(file), `topic: ${chain.join(' ')}`)
    }
  })

  test('with one (-a, -e), through repartition topics', async (t) => {
    const ks = kafkaKs(broker, t)
    const topic = await topicOfClicks()
    writeFileSync(join(ks.directory, 'clicks.ndjson'), clicks.map((click) => `${JSON.stringify(click)}\n`).join(''))
    const compare = async (chain: readonly string[]): Promise<void> => {
      const [file, kafka] = await Promise.all([
        ks.rows(withInput(chain, ['--ts', '.time', 'clicks.ndjson'])),
        ks.rows(withInput(chain, ['-t', topic, '-e', '-a', uniqueName('same')])),
      ])
      // Windows that are open at the end stay so for the next run; each task closes them by its own time.
      const isClosed = (row: unknown): boolean => ((row as { window_end?: number }).window_end ?? 0) <= surelyClosed
      assert.deepEqual(sorted(kafka.filter(isClosed)), sorted(file.filter(isClosed)), chain.join(' '))
      const all = new Set(sorted(file))
      assert.deepEqual(
        sorted(kafka).filter((row) => !all.has(row)),
        [],
        chain.join(' '),
      )
    }
    for (let at = 0; at < chains.length; at += 3) await Promise.all(chains.slice(at, at + 3).map(compare))
  })

  test('--emit final of a table behind a table', async (t) => {
    const ks = kafkaKs(broker, t)
    const topic = await topicOfClicks()
    const chain = ['count', '--by', '.page', '-t', topic, '-e', '--emit', 'final']
    const top = ['then', 'top', '-n', '2']
    assert.deepEqual(
      sorted(await ks.rows([...chain, '-a', uniqueName('final'), ...top])),
      sorted(await ks.rows([...chain, ...top])),
    )
  })
})
