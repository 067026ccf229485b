// Random patterns, moments, texts and zones, beside what Java makes of them.

import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { test } from 'node:test'
import { compileJavaDatePattern } from '../../../../src/runtime/model/java-date/java-date-pattern.ts'
import { findZone, instantOf, type Zone } from '../../../../src/runtime/model/java-date/zone.ts'
import { RecordError } from '../../../../src/runtime/model/record-error.ts'
import { javaMissing, javaProgram, projectRoot } from '../../../support/kafka-jars.ts'
import { seededRandom } from '../../../support/seeded-random.ts'

const rounds = Number(process.env['KS_TEST_CASES'] ?? 3000)
const seed = Number(process.env['KS_TEST_SEED'] ?? 20_251_103)
const random = seededRandom(seed)
const below = (count: number): number => Math.floor(random() * count)
const pick = <T>(items: readonly T[]): T => items[below(items.length)] as T

type Question = readonly [what: string, pattern: string, zone: string, value: string]

/** What ks answers, as the Java program writes it, but that no two errors have the same words. */
const answer = ([what, pattern, zoneId, value]: Question): string => {
  try {
    const zone = findZone(/Timestamp|instant/.test(what) ? zoneId : 'Z')
    if (zone === undefined) return '!'
    if (what === 'instantOf') return `=${instantOf(Number(value), zone)}`
    return `=${done(what, pattern, zone, value)}`
  } catch (error) {
    if (!(error instanceof RecordError)) throw error
    return '!'
  }
}

const done = (what: string, pattern: string, zone: Zone, value: string): string | number => {
  const compiled = compileJavaDatePattern(pattern)
  switch (what) {
    case 'formatTimestamp':
      return compiled.formatTimestamp(Number(value), zone)
    case 'formatDate':
      return compiled.formatDate(Number(value))
    case 'formatTime':
      return compiled.formatTime(Number(value))
    case 'parseTimestamp':
      return compiled.parseTimestamp(value, zone)
    case 'parseDate':
      return compiled.parseDate(value)
    case 'parseDatePart':
      return compiled.parseDatePart(value)
    default:
      return compiled.parseTime(value)
  }
}

/** The version of Java, and its answers. */
const askJava = (questions: readonly Question[]): readonly [version: string, ...answers: string[]] => {
  const encoded = questions.map((words) => words.map((word) => encodeURIComponent(word)).join(' ')).join('\n')
  const { stdout, stderr, status } = spawnSync(
    javaProgram(),
    ['-XX:TieredStopAtLevel=1', join(projectRoot, 'tests/runtime/model/java-date/DatePatterns.java')],
    { input: `${encoded}\n`, encoding: 'utf8', maxBuffer: 1 << 28 },
  )
  assert.equal(status, 0, stderr)
  const [version = '', ...answers] = stdout.trimEnd().split('\n')
  return [version, ...answers.map((line) => decodeURIComponent(line.replaceAll('+', ' ')))]
}

/** The names of zones are those of this version; they are not the same in all. */
const versionOfNames = '17'

/**
 * Where ks differs: names that several zones have (Java reads BST as that of Bougainville) and those of no season, AM without an
 * hour (06:00 since Java 16), an era without a year, two days of the week that are not the same (Java believes the number),
 * a fifth quarter, numbers right behind padded ones (a ClassCastException in Java), ids like Etc/GMT+5 where a name is wanted.
 */
const isOdd = ([what, pattern, , value]: Question): boolean => {
  const letters = pattern.replace(/'[^']*'/g, ' ')
  if (/p+([a-z])\1*\[?[a-z]/i.test(letters)) return true
  if (!what.startsWith('parse')) return false
  return (
    (/z/.test(letters) && /BST|IST|British|Irish|Greenwich|Etc|\b[A-Z]{1,2}T\b/i.test(value)) ||
    (/a/.test(letters) && !/[hHkKAN]/.test(letters)) ||
    (/G/.test(letters) && !/y/.test(letters)) ||
    /[Qq]/.test(letters) ||
    (/E|eee|ccc/.test(letters) && /(^|[^e])ee?([^e]|$)|(^|[^c])c([^c]|$)/.test(letters))
  )
}

const compare = (all: readonly Question[]): void => {
  const questions = all.filter((question) => !isOdd(question))
  const [version, ...java] = askJava(questions)
  assert.equal(java.length, questions.length)
  const differences = questions.flatMap((question, index) => {
    const ours = answer(question)
    const theirs = java[index] ?? ''
    if (version !== versionOfNames && question[1].includes('z')) return []
    const isSame = ours.startsWith('!') ? theirs.startsWith('!') : ours === theirs
    return isSame ? [] : [{ question, ours, theirs }]
  })
  assert.deepEqual(differences.slice(0, 15), [], `${differences.length} of ${questions.length} differ, seed ${seed}`)
  const failures = java.filter((line) => line.startsWith('!')).length
  assert.ok(failures < questions.length * 0.8, `${failures} of ${questions.length} are errors`)
}

// ---- patterns ----

const dateLetters =
  'y yy yyy yyyy yyyyy u uu uuuu M MM MMM MMMM MMMMM L LL LLL LLLL d dd D DD DDD E EE EEE EEEE EEEEE e ee eee eeee c ccc G GGGG GGGGG Q QQ QQQ QQQQ q'
const timeLetters = 'H HH k kk K KK h hh m mm s ss S SS SSS SSSSSS SSSSSSSSS a n nnn A AAAA N'
const zoneLetters = 'VV z zzz zzzz O OOOO X XX XXX XXXX XXXXX x xx xxx xxxx xxxxx Z ZZ ZZZ ZZZZ ZZZZZ'
const dates = dateLetters.split(' ')
const times = timeLetters.split(' ')
const zonesOf = zoneLetters.split(' ')
const separators = ['-', '-', '/', ' ', ' ', ':', '.', ', ', "'T'", "''", "' o''clock '", '', '', '_']
const oddities = [
  '[',
  ']',
  '#',
  '{',
  "'",
  'b',
  'yyyyyyyyyyyyyyyyyyyy',
  'ddd',
  'aa',
  'V',
  'OO',
  'p',
  'ppp',
  'cc',
  'T',
  'XXXXXX',
  'ZZZZZZ',
  'QQQQQQ',
]

const sequence = (pools: readonly (readonly string[])[]): string => {
  let pattern = ''
  const count = 1 + below(6)
  for (let i = 0; i < count; i++) {
    let element = pick(pick(pools))
    if (random() < 0.05) element = `${'p'.repeat(1 + below(6))}${element}`
    if (random() < 0.12) element = `[${pick(separators)}${element}]`
    if (random() < 0.02) element += pick(oddities)
    pattern += (i === 0 ? '' : pick(separators)) + element
  }
  return pattern
}

/** Patterns that people write. */
const usual = [
  'yyyy-MM-dd',
  "yyyy-MM-dd'T'HH:mm:ss.SSSXXX",
  "yyyy-MM-dd'T'HH:mm:ssX",
  'yyyy-MM-dd HH:mm:ss[.SSS][ VV]',
  'dd/MMM/yyyy:HH:mm:ss Z',
  'EEE, d MMM yyyy HH:mm:ss zzz',
  'EEEE d MMMM yyyy h:mm a',
  'yyyyMMddHHmmssSSS',
  'yyMMdd',
  'M/d/yy h:mm a',
  'yyyy-DDD',
  'yyyy-MM',
  'MM-dd',
  'HH:mm',
  'hh:mm a',
  'H[:mm[:ss]]',
  'kk:mm',
  'HHmmss',
  'yyyyMMdd[HHmm]',
  "yyyy-MM-dd'T'HH:mm:ss.SSSXXX'['VV']'",
  'uuuu-MM-dd',
  'd.M.y G',
  'e yyyy-MM-dd',
]

// ---- moments ----

const zoneIds = [
  ...'UTC Z +02:00 -0330 +5 +01:02:03 GMT GMT+2 UTC-05:30 UT Europe/Berlin Europe/London Europe/Madrid America/New_York'.split(
    ' ',
  ),
  ...'America/Los_Angeles America/Sao_Paulo America/St_Johns Asia/Kolkata Asia/Tokyo Asia/Kathmandu Australia/Lord_Howe'.split(
    ' ',
  ),
  ...'Australia/Sydney Pacific/Apia Pacific/Auckland Asia/Dubai America/Halifax Etc/GMT+5 Asia/Singapore'.split(' '),
  ...'Nowhere/City +19:00 PST Berlin +2:00 +1 +01:0'.split(' '),
]
const realZones = zoneIds.slice(0, -7)

const year = 365.2425 * 86_400_000
const moment = (): number => {
  const kind = random()
  if (kind < 0.7) return Math.floor(random() * 80 * year)
  if (kind < 0.8) return below(4000) - 2000
  if (kind < 0.9) return Math.floor((random() - 0.5) * 6000 * year)
  return Date.UTC(2025, pick([2, 9, 10]), 1 + below(31), below(24), pick([0, 30, 59]))
}

test('shows what Java shows', { skip: javaMissing() }, () => {
  const questions = Array.from({ length: rounds }, (): Question => {
    const kind = pick(['formatTimestamp', 'formatTimestamp', 'formatDate', 'formatTime'])
    const pools = kind === 'formatDate' ? [dates] : kind === 'formatTime' ? [times] : [dates, times, zonesOf]
    const stray = random() < 0.1
    const weeks = ['Y', 'YYYY', 'w', 'ww', 'W']
    const pattern = random() < 0.2 ? pick(usual) : sequence(stray ? [dates, times, zonesOf, oddities, weeks] : pools)
    const value =
      kind === 'formatDate' ? Math.floor(moment() / 86_400_000) : kind === 'formatTime' ? below(86_400_000) : moment()
    return [kind, pattern, pick(random() < 0.1 ? zoneIds : realZones), String(value)]
  })
  compare(questions)
})

/** A text as the pattern says, or nearly so. */
const textFor = (pattern: string, zone: string): string => {
  let text = ''
  const found = findZone(zone) ?? findZone('UTC')
  assert.ok(found)
  try {
    text = compileJavaDatePattern(pattern).formatTimestamp(moment(), found)
  } catch {
    return '2025-11-03'
  }
  const kind = random()
  if (kind < 0.6) return text
  const at = below(text.length + 1)
  if (kind < 0.65) return text.toLowerCase()
  if (kind < 0.7) return text.toUpperCase()
  // Half a name may be another one.
  if (pattern.includes('z')) return text
  if (kind < 0.75) return text.slice(0, at)
  if (kind < 0.8) return text.slice(0, at) + text.slice(at + 1)
  if (kind < 0.95)
    return text.replace(/\d+/g, (digits) =>
      random() < 0.3 ? String(below(10 ** Math.min(digits.length, 4))).padStart(digits.length, '0') : digits,
    )
  return text.slice(0, at) + pick(['-', '+', '0', 'x', ' ', '9']) + text.slice(at)
}

test('reads what Java reads', { skip: javaMissing() }, () => {
  const questions = Array.from({ length: rounds }, (): Question => {
    const kind = pick(['parseTimestamp', 'parseTimestamp', 'parseDate', 'parseDatePart', 'parseTime'])
    const pools = kind === 'parseDate' ? [dates] : kind === 'parseTime' ? [times] : [dates, times, zonesOf]
    const pattern = random() < 0.5 ? pick(usual) : sequence(pools)
    const zone = pick(realZones)
    return [kind, pattern, zone, textFor(pattern, zone)]
  })
  compare(questions)
})

test('local times that are left out and that come twice are as in Java', { skip: javaMissing() }, () => {
  const questions = realZones.flatMap((zone) => {
    const found = findZone(zone)
    assert.ok(found)
    return Array.from({ length: Math.ceil(rounds / 60) }, (): Question => {
      // Near a change of the offset, if there is one in the year.
      const start = Math.floor(random() * 80 * year)
      let at = start
      while (at < start + year && found.offsetAt(at) === found.offsetAt(start)) at += 86_400_000
      return ['instantOf', '', zone, String(at - 86_400_000 + below(2 * 24 * 12) * 300_000)]
    })
  })
  compare(questions)
})
