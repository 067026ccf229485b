// Averages and extremes over the last windows.

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { SampledStat } from '../../../src/runtime/metrics/sampled-stat.ts'

const sampling = { windowMs: 1000, windows: 2 }

suite('a sampled figure', () => {
  test('is no number before there was anything', () => {
    const stat = new SampledStat(sampling, 0)
    assert.deepEqual([stat.average(10), stat.max(10), stat.min(10), stat.perMs(10)], [NaN, NaN, NaN, 0])
  })

  test('counts each value for as many events as it stands for', () => {
    const stat = new SampledStat(sampling, 0)
    stat.record(2, 3, 100)
    stat.record(6, 1, 200, 9, 1)
    assert.equal(stat.average(300), 3)
    assert.equal(stat.max(300), 9)
    assert.equal(stat.min(300), 1)
  })

  test('forgets a window when it is as old as all of them together', () => {
    const stat = new SampledStat(sampling, 0)
    stat.record(10, 1, 0)
    stat.record(2, 1, 1000)
    assert.equal(stat.max(1999), 10)
    assert.equal(stat.max(2000), 2)
    assert.equal(stat.average(2999), 2)
    assert.equal(stat.average(3000), NaN)
  })

  test('never keeps more windows than there are to be', () => {
    const stat = new SampledStat({ windowMs: 1000, windows: 1 }, 0)
    stat.record(5, 1, 0)
    stat.record(1, 1, 1000)
    assert.equal(stat.max(1000), 1)
  })

  test('tells what part of the time durations took', () => {
    const stat = new SampledStat(sampling, 1000)
    stat.record(50, 1, 1100)
    assert.equal(stat.perMs(1200), 0.25)
    stat.record(150, 1, 2900)
    assert.equal(stat.perMs(3000), 0.1)
  })
})
