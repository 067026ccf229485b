// Clicks for topics, the same ones in every test.

import type { NewRecord } from './kafka-broker.ts'

/** The time of the first click, ms. */
export const clicksBase = Date.UTC(2026, 0, 1)

/** Clicks of 5 users on 4 pages, a second apart. */
export const clicks = (from: number, to: number): NewRecord[] =>
  Array.from({ length: to - from }, (_, index) => {
    const n = from + index
    const user = `u${String(n % 5)}`
    return {
      key: user,
      value: `{"user":"${user}","page":"/p${String((n * 3) % 4)}","amount":${String(n)}}`,
      timestamp: clicksBase + n * 1000,
    }
  })
