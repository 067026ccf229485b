// Deterministic data of the benchmarks: page views with skewed users and pages, 1 % of them late; users; lines of words.
//   node generate.mjs clicks|users|words COUNT > FILE

import { writeSync } from 'node:fs'

// splitmix64 on pairs of 32-bit halves would be faster; bigint is clear and the data are made once.
const mask = (1n << 64n) - 1n
let state = 0n
const random64 = () => {
  state = (state + 0x9e3779b97f4a7c15n) & mask
  let z = state
  z = ((z ^ (z >> 30n)) * 0xbf58476d1ce4e5b9n) & mask
  z = ((z ^ (z >> 27n)) * 0x94d049bb133111ebn) & mask
  return z ^ (z >> 31n)
}
const below = (count) => Number(random64() % BigInt(count))
const unit = () => Number(random64() >> 11n) / 2 ** 53

/** Cumulative distribution of a power law. */
const powerLaw = (count, exponent) => {
  const sums = new Float64Array(count)
  let total = 0
  for (let i = 0; i < count; i++) sums[i] = total += 1 / (i + 1) ** exponent
  return sums.map((sum) => sum / total)
}

const pick = (distribution) => {
  const wanted = unit()
  let low = 0
  let high = distribution.length - 1
  while (low < high) {
    const middle = (low + high) >> 1
    if (distribution[middle] < wanted) low = middle + 1
    else high = middle
  }
  return low
}

const countries = ['DE', 'FR', 'US', 'GB', 'PL', 'JP']
const tiers = ['free', 'basic', 'pro', 'enterprise']

const generators = {
  clicks() {
    state = 42n
    const users = powerLaw(100_000, 1)
    const pages = powerLaw(1000, 0.8)
    let time = 1_760_000_000_000
    return () => {
      time += below(3)
      const ts = below(100) === 0 ? time - 1 - below(5000) : time
      const user = pick(users)
      const page = pick(pages)
      const event = below(100)
      const type = event < 70 ? 'page_view' : event < 95 ? 'click' : 'purchase'
      const cents = below(10_000)
      const price = `${Math.floor(cents / 100)}.${String(cents % 100).padStart(2, '0')}`
      const country = countries[below(6)]
      return `{"ts":${ts},"user":"u${user}","page":"/p/${page}","event_type":"${type}","price":${price},"country":"${country}"}\n`
    }
  },
  users() {
    state = 43n
    return (i) => {
      const country = countries[below(6)]
      const tier = tiers[below(4)]
      const name = below(1_000_000)
      return `{"user":"u${i}","name":"name${name}","tier":"${tier}","country":"${country}"}\n`
    }
  },
  words() {
    state = 44n
    const words = powerLaw(50_000, 1)
    return () => `${Array.from({ length: 4 + below(9) }, () => `w${pick(words)}`).join(' ')}\n`
  },
}

const [, , kind = '', count = '0'] = process.argv
const next = generators[kind]()
let block = ''
for (let i = 0; i < Number(count); i++) {
  block += next(i)
  if (block.length > 1 << 20 || i === Number(count) - 1) {
    for (let rest = Buffer.from(block); rest.length > 0; rest = rest.subarray(writeSync(1, rest)));
    block = ''
  }
}
