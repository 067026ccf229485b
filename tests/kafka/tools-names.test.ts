// Whose topics are whose, and where a word points to: what must hold before anything is deleted or moved.

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { internalTopics, splitGroup, stageOfGroup } from '../../src/runtime/kafka-groups.ts'
import { parsePlace } from '../../src/runtime/kafka-positions.ts'
import { KsError } from '../../src/runtime/model/errors.ts'

suite('the stage of a group', () => {
  test('has no minus; an application may have one', () => {
    assert.equal(stageOfGroup('pages', 'pages-count'), 'count')
    assert.equal(stageOfGroup('web-pages', 'web-pages-filter_count'), 'filter_count')
    assert.equal(stageOfGroup('web', 'web-pages-count'), undefined)
    assert.equal(stageOfGroup('pages', 'pages'), undefined)
    assert.equal(stageOfGroup('pages', 'pages-'), undefined)
    assert.equal(stageOfGroup('page', 'pages-count'), undefined)
  })

  test('is found from the group alone', () => {
    assert.deepEqual(splitGroup('web-pages-count'), { applicationId: 'web-pages', stage: 'count' })
    assert.equal(splitGroup('pages'), undefined)
    assert.equal(splitGroup('-count'), undefined)
    assert.equal(splitGroup('pages-'), undefined)
  })
})

suite('the topics of a group', () => {
  const topics = ['pages', 'pages-count', 'pages-count-count-changelog', 'pages-count-by-page-repartition']

  test('begin with its name and end like a repartition topic or a changelog', () => {
    assert.deepEqual(
      internalTopics('pages-count', [...topics, 'pages-count-results', 'pages-counts-x-changelog'], []),
      ['pages-count-by-page-repartition', 'pages-count-count-changelog'],
    )
  })

  test('are not those of a group with a longer name', () => {
    const theirs = 'pages-count-eu-count-changelog'
    assert.deepEqual(internalTopics('pages-count', [theirs, topics[2] ?? ''], ['pages-count', 'pages-count-eu']), [
      topics[2],
    ])
    assert.deepEqual(internalTopics('pages-count-eu', [theirs], ['pages-count', 'pages-count-eu']), [theirs])
    // A group whose name only looks longer owns nothing here.
    assert.deepEqual(internalTopics('pages-count', [theirs], ['pages-count-e']), [theirs])
  })
})

suite('a place in a topic', () => {
  test('is one point', () => {
    assert.deepEqual(parsePlace('start', 0), { kind: 'start' })
    assert.deepEqual(parsePlace('latest', 0), { kind: 'end' })
    assert.deepEqual(parsePlace('17', 0), { kind: 'offset', offset: 17 })
    assert.deepEqual(parsePlace('-17', 0), { kind: 'before-end', count: 17 })
    assert.deepEqual(parsePlace('+17', 0), { kind: 'after-start', count: 17 })
    assert.deepEqual(parsePlace('@-1m', 100_000), { kind: 'time', timestamp: 40_000 })
    assert.deepEqual(parsePlace('@2026-11-01T00:00:30Z', 0), { kind: 'time', timestamp: 1_793_491_230_000 })
  })

  test('is no range, no stored position and no other word', () => {
    for (const typed of ['1:2', ':end', '1:', 'start:end', '@-2h:-1h', 'stored', 'now', '']) {
      assert.throws(
        () => parsePlace(typed, 0),
        (error) => error instanceof KsError && error.kind === 'usage' && error.message.includes(`"${typed}"`),
        typed,
      )
    }
  })
})
