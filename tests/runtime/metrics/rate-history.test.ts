// Rates, made of what counters were before.

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { sample, type Sample } from '../../../src/runtime/metrics/metric-table.ts'
import { RateHistory } from '../../../src/runtime/metrics/rate-history.ts'

const sampling = { windowMs: 1000, windows: 2 }
const processed = (total: number, thread = 'a'): Sample =>
  sample('stream-thread-metrics', 'process-total', { 'thread-id': thread }, total)

suite('rates', () => {
  test('are per second since the start at first', () => {
    const history = new RateHistory(sampling, 500)
    assert.deepEqual(history.rates([processed(30)], 2500), [
      sample('stream-thread-metrics', 'process-rate', { 'thread-id': 'a' }, 15),
    ])
    assert.equal(history.rates([processed(30)], 500)[0]?.value, 0)
  })

  test('look back as many windows as there are to be', () => {
    const history = new RateHistory(sampling, 0)
    history.remember([processed(10)], 1000)
    history.remember([processed(20)], 2000)
    history.remember([processed(50)], 3000)
    assert.equal(history.rates([processed(60)], 4000)[0]?.value, 20)
  })

  test('of each thread are its own; one that is new begins at nothing', () => {
    const history = new RateHistory(sampling, 0)
    history.remember([processed(10)], 1000)
    const rates = history.rates([processed(10), processed(5, 'b')], 1000)
    assert.deepEqual(
      rates.map(({ value }) => value),
      [10, 5],
    )
  })

  test('are not negative when a task begins anew, and gauges have none', () => {
    const history = new RateHistory(sampling, 0)
    history.remember([processed(10)], 1000)
    history.remember([processed(10)], 2000)
    assert.equal(history.rates([processed(1)], 3000)[0]?.value, 0)
    assert.deepEqual(history.rates([sample('stream-thread-metrics', 'commit-ratio', {}, 1)], 3000), [])
  })
})
