// What `ks explain` says about a topology, and that its drawings stay valid whatever people type.

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import fc from 'fast-check'
import { Chain } from '../../../src/runtime/topology/chain.ts'
import type { ChainPlan } from '../../../src/runtime/topology/chain-plan.ts'
import { dotText, explainDot, explainMermaid, mermaidText } from '../../../src/runtime/topology/explain-graph.ts'
import { explainText } from '../../../src/runtime/topology/explain-text.ts'
import { StreamsBuilder } from '../../../src/runtime/topology/streams-builder.ts'
import { durationText, explain, type ExplainOptions, type Explanation } from '../../../src/runtime/topology/explain.ts'

const chainOver = (topic: string, partitioned: boolean): Chain =>
  new Chain([{ kind: 'topic', name: topic }], {
    arguments: new Map(),
    clock: () => 0,
    graceMs: 10_000,
    emit: undefined,
    live: false,
    partitioned,
    tell: () => undefined,
    untrusted: false,
  })

const countPlan = (partitioned: boolean, sink = 'counts'): ChainPlan => {
  const chain = chainOver('clicks', partitioned)
  const place = { window: '1m', store: undefined }
  chain.aggregateColumns('count', ['.page'], [{ name: 'count', text: 'count()' }], place)
  return chain.finish({ kind: 'topic', name: sink })
}

const explained = (plan: ChainPlan, options: Partial<ExplainOptions> = {}): Explanation =>
  explain(plan.topology, {
    commandLine: 'ks count',
    prefix: 'pages-count',
    durable: true,
    graceMs: 10_000,
    additionalRetentionMs: 86_400_000,
    stages: new Map(),
    run: [],
    ...options,
  })

const unstyled = { bold: (text: string) => text, dim: (text: string) => text, plain: (text: string) => text }

suite('parts', () => {
  test('are those of the tasks, with a repartition topic between them', () => {
    const { parts } = explained(countPlan(true))
    assert.deepEqual(
      parts.map(({ title, nodes }) => [title, nodes[0]?.reads?.name, nodes.at(-1)?.writes?.name]),
      [
        ['Sub-topology 0', 'clicks', 'pages-count-count-repartition'],
        ['Sub-topology 1', 'pages-count-count-repartition', 'counts'],
      ],
    )
    assert.deepEqual(
      parts.map(({ stores }) => stores.map(({ name, changelog, minor }) => [name, changelog, minor])),
      [
        [],
        [
          ['count', 'pages-count-count-changelog', false],
          ['count-stream-time', undefined, true],
        ],
      ],
    )
  })

  test('are one without an application id', () => {
    const { parts } = explained(countPlan(false), { prefix: undefined, durable: false })
    assert.deepEqual(
      parts.map(({ title, tasks }) => [title, tasks]),
      [['One task', '']],
    )
    assert.match(parts[0]?.nodes.map(({ words }) => words).join('\n') ?? '', /in this process/)
    assert.deepEqual(parts[0]?.stores[0]?.kept, 'in memory, until the run ends')
  })

  test('say which topics must have equal numbers of partitions', () => {
    const chain = chainOver('clicks', true)
    chain.joinTable({
      table: '@users',
      global: false,
      first: false,
      historyMs: undefined,
      on: '.user',
      kind: 'inner',
      as: undefined,
      where: undefined,
      unmatched: undefined,
    })
    const { parts } = explained(chain.finish({ kind: 'topic', name: 'out' }))
    assert.deepEqual(parts[1]?.copartitioned, [['users', 'pages-count-join-repartition']])
    assert.equal(parts[1]?.stores[0]?.changelog, 'users')
    // A stream that is joined by its own key meets the table where it is.
    const direct = chainOver('clicks', true)
    direct.joinTable({
      table: '@users',
      global: false,
      first: false,
      historyMs: undefined,
      on: '$key',
      kind: 'inner',
      as: undefined,
      where: undefined,
      unmatched: undefined,
    })
    const [only, ...others] = explained(direct.finish({ kind: 'topic', name: 'out' })).parts
    assert.deepEqual([only?.copartitioned, others], [[['clicks', 'users']], []])
  })

  test('have one task where everything comes together', () => {
    const chain = chainOver('clicks', true)
    const rank = chain.compile('.price', '--of')
    const stream = chain.stream.top(3, (record) => rank.evaluate(record), { name: 'top' })
    chain.continueWith(stream)
    const { parts } = explained(chain.finish({ kind: 'topic', name: 'best' }))
    assert.equal(parts[1]?.tasks, 'task 1_0')
    assert.equal(parts[1]?.stores[0]?.memory, 'constant, only the highest are kept')
  })
})

test('windows and retention are those of the stage', () => {
  const plan = countPlan(true)
  const node = plan.topology.nodes.find(({ stores }) => stores.includes('count'))
  const stages = new Map([[node?.name ?? '', { text: 'count --window 1m', window: '1m' }]])
  const [, second] = explained(plan, { stages }).parts
  assert.equal(second?.stores[0]?.time, 'windows of 1m, grace 10s, rows kept for 1m10s')
  assert.match(second?.stores[0]?.kept ?? '', /compact,delete after 1d1m10s/)
})

test('durations are exact', () => {
  assert.deepEqual([0, 1, 1500, 60_000, 90_061_001].map(durationText), ['0', '1ms', '1s500ms', '1m', '1d1h1m1s1ms'])
})

test('control characters of names reach a terminal only as `plain` leaves them', () => {
  const plain = (text: string): string => text.replaceAll('\u001b', '<esc>')
  const text = explainText([explained(countPlan(true, 'a\u001b[2J'), { commandLine: 'ks \u001b[2J' })], {
    ...unstyled,
    plain,
  })
  assert.doesNotMatch(text, /\u001b/)
  assert.match(text, /write topic a<esc>\[2J/)
})

const nasty = 'a "b" [c](d) {e} <f> #g; `h` |i| \\j %%k & l\nend'

suite('drawings', () => {
  test('keep what was typed inside labels', () => {
    const explanation = explained(countPlan(true, nasty), { commandLine: nasty })
    for (const line of explainMermaid([explanation]).split('\n')) {
      assert.match(
        line,
        /^(flowchart TD|| *(end|subgraph \w+\["[^"]*"\]|\w+ (-->|-\.-) \w+|\w+(\[|\(\[|\[\/|\[\()"[^"]*"(\]|\]\)|\/\]|\)\])))$/,
      )
    }
    for (const line of explainDot([explanation]).split('\n')) {
      assert.match(
        line,
        /^(digraph ks \{|| *(\}|subgraph \w+ \{|label=".*"|(node|graph) \[[^"]*"[\w-]+"\]|\w+ -> \w+( \[[^"]*\])?|\w+ \[label="([^"\\]|\\.)*"[^"]*\]))$/,
      )
    }
  })

  test('have nothing in a Mermaid label that means something to Mermaid', () => {
    assert.equal(mermaidText('a "b" [c] <d> #e; `f` _g_'), 'a #34;b#34; #91;c#93; #60;d#62; #35;e#59; #96;f#96; _g_')
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const label = mermaidText(text)
        assert.doesNotMatch(label.replace(/#\d+;/g, ''), /["[\]{}<>#;`|\\%&:~*\n\r]/)
        const back = label.replace(/#(\d+);/g, (_, code: string) => String.fromCodePoint(Number(code)))
        assert.equal(back, text)
      }),
    )
  })

  test('have no quote or backslash in a Graphviz label that is not escaped', () => {
    assert.equal(dotText('a "b" \\c\nd &lt;'), 'a \\"b\\" \\\\c\\nd &amp;lt;')
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        assert.match(dotText(text), /^([^"\\\n\r]|\\["\\n])*$/)
      }),
    )
  })

  test('share the topic that one chain writes and another one reads', () => {
    const first = explained(countPlan(true, 'shared'))
    const second = explained(chainOver('shared', true).finish({ kind: 'topic', name: 'end' }), { prefix: 'b-cat' })
    const mermaid = explainMermaid([first, second])
    assert.equal(mermaid.match(/\["shared"\]/g)?.length, 1)
    const ids = [...mermaid.matchAll(/^ *(?:subgraph )?(\w+)[[(]/gm)].map(([, id]) => id)
    assert.equal(new Set(ids).size, ids.length)
  })

  test('have each part in a box of its own', () => {
    const mermaid = explainMermaid([explained(countPlan(true))])
    assert.match(mermaid, /subgraph c0_0\["Sub-topology 0"\][^]*subgraph c0_1\["Sub-topology 1"\]/)
    assert.match(mermaid, /t\d\(\["pages-count-count-repartition"\]\)/)
    assert.match(mermaid, /\w+\[\("count<br\/>a row per key and window"\)\]/)
  })
})

suite('tables that are joined by a foreign key', () => {
  test('have two topics between them, and a store of who has asked', () => {
    const builder = new StreamsBuilder()
    const users = builder.table('users', 'users-rows', { historyMs: 1000 })
    builder
      .table('orders', 'orders-rows')
      .joinForeignKey(
        users,
        ({ key }) => String(key),
        (order) => order,
      )
      .toStream()
      .to('out')
    const { parts } = explain(builder.build(), {
      commandLine: '',
      prefix: 'app',
      durable: true,
      graceMs: 0,
      additionalRetentionMs: 0,
      stages: new Map(),
      run: [],
    })
    assert.deepEqual(
      parts.map(({ nodes }) => nodes.map(({ words }) => words)),
      [
        [
          'read topic users',
          'take updates into the table',
          'read app-KTABLE-FK-JOIN-SUBSCRIPTION-REGISTRATION-0000000004-topic',
          'note who asks for a row, and answer',
          'tell those who have asked for the row',
          'write app-KTABLE-FK-JOIN-SUBSCRIPTION-RESPONSE-0000000005-topic',
        ],
        [
          'read topic orders',
          'take updates into the table',
          'ask for the row that the foreign key names',
          'write app-KTABLE-FK-JOIN-SUBSCRIPTION-REGISTRATION-0000000004-topic',
          'read app-KTABLE-FK-JOIN-SUBSCRIPTION-RESPONSE-0000000005-topic',
          'join with the answer, if the row is still the same',
          'keep the results',
          'make a stream of the updates',
          'write topic out',
        ],
      ],
    )
    assert.deepEqual(
      parts.map(({ stores }) => stores.map(({ rows, minor }) => (minor ? 'minor' : rows))),
      [
        ['a row per key, and what it was before', 'minor', 'who has asked for the row of which key'],
        ['the latest record of each key of orders', 'a row per key'],
      ],
    )
  })
})
