// --trace of an application on topics: what its tasks read, also from repartition topics, and what they write.

import assert from 'node:assert/strict'
import { before, suite, test } from 'node:test'
import { brokerSkip, sharedBroker, type TestBroker, uniqueName } from '../support/kafka-broker.ts'
import { kafkaKs, newTopic } from '../support/kafka-ks.ts'

const skip = brokerSkip()
let broker: TestBroker

before(async () => {
  if (!skip) broker = await sharedBroker()
})

interface TraceLine {
  readonly record: number | null
  readonly from: string | null
  readonly task: string
  readonly node: string
  readonly key?: unknown
  readonly value?: unknown
  readonly new?: unknown
  readonly ts?: number
  readonly dropped?: string
}

const traceOf = (stderr: string): TraceLine[] =>
  stderr.split('\n').flatMap((line) => (line.startsWith('{') ? [JSON.parse(line) as TraceLine] : []))

suite('on topics', { skip }, () => {
  test('each task of an application tells of its part of the topology', async (t) => {
    const ks = kafkaKs(broker, t)
    const [input, output] = await Promise.all([newTopic(broker, 'clicks', 1), newTopic(broker, 'counts', 1)])
    await broker.produce(input, [
      { key: 'k', value: '{"page":"/home"}', timestamp: 1000 },
      { key: 'k', value: '{"page":null}', timestamp: 2000 },
    ])
    const chain = ['count', '--by', '.page', '-t', input, '--to', output, '-a', uniqueName('app'), '-e']
    const { stderr } = await ks.ok([...chain, '--trace', 'json'])
    const lines = traceOf(stderr)
    const nodesOf = (task: string, from: string | null): string[] =>
      lines.filter((line) => line.task === task && line.from === from).map(({ node }) => node.replace(/-\d+/, ''))
    assert.deepEqual(nodesOf('0_0', `${input}-0@0`), [
      'KSTREAM-SOURCE',
      'KSTREAM-KEY-SELECT',
      'KSTREAM-MAPVALUES',
      'KSTREAM-REPARTITION-SINK',
    ])
    const repartitioned = lines.filter(({ task, from }) => task === '1_0' && from?.includes('-repartition-0@'))
    assert.deepEqual(
      repartitioned.map(({ node, key, value, ts }) => [node.replace(/-\d+$/, ''), key, value, ts]),
      [
        // Of a value nothing is needed for counting.
        ['KSTREAM-REPARTITION', '/home', 1, 1000],
        ['KSTREAM-AGGREGATE', '/home', 1, 1000],
        ['KSTREAM-REPARTITION', undefined, 1, 2000],
        ['KSTREAM-AGGREGATE', undefined, 1, 2000],
        ['KSTREAM-AGGREGATE', undefined, 1, 2000],
      ],
    )
    const flushed = lines.filter(({ task, from }) => task === '1_0' && from === null)
    assert.deepEqual(
      flushed.map(({ record, node, key, new: row }) => [record, node.replace(/-\d+$/, ''), key, row]),
      [[null, 'KSTREAM-SINK', '/home', { page: '/home', count: 1 }]],
    )
    assert.deepEqual(
      lines.flatMap(({ task, node, dropped }) =>
        dropped === undefined ? [] : [[task, node.replace(/-\d+$/, ''), dropped]],
      ),
      [['1_0', 'KSTREAM-AGGREGATE', 'null key']],
    )
  })

  test('without an application id, the first records only', async (t) => {
    const ks = kafkaKs(broker, t)
    const input = await newTopic(broker, 'clicks', 2)
    const click = (n: number) => ({ key: String(n), value: `{"n":${String(n)}}`, timestamp: n * 1000 })
    await broker.produce(input, [click(1), click(2), click(3), click(4)])
    const { stdout, stderr } = await ks.ok(['filter', '.n > 1', '-t', input, '-e', '--trace', '2'])
    assert.equal(stdout.split('\n').length, 4)
    assert.equal(stderr.match(/^record \d+: /gm)?.length, 2)
    assert.match(stderr, /^ {4}KSTREAM-FILTER-\d+ {2}key=1 ts=1000 value=\{"n":1\}$/m)
  })
})
