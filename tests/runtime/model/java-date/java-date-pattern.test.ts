// Patterns of dates: what they show and read, and what is said of those that are wrong. (Beside Java: beside-java.test.ts.)

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { compileJavaDatePattern } from '../../../../src/runtime/model/java-date/java-date-pattern.ts'
import { findZone, instantOf, type Zone } from '../../../../src/runtime/model/java-date/zone.ts'
import { RecordError } from '../../../../src/runtime/model/record-error.ts'

const zone = (id: string): Zone => {
  const found = findZone(id)
  assert.ok(found, id)
  return found
}

/** 2025-11-03T13:24:05.120Z */
const moment = 1_762_176_245_120

const shown: readonly (readonly [pattern: string, zone: string, text: string])[] = [
  ["yyyy-MM-dd'T'HH:mm:ss.SSSXXX", 'UTC', '2025-11-03T13:24:05.120Z'],
  ["yyyy-MM-dd'T'HH:mm:ss.SSSXXX", 'Europe/Berlin', '2025-11-03T14:24:05.120+01:00'],
  ['EEE, d MMM yyyy h:mm a zzz', 'America/New_York', 'Mon, 3 Nov 2025 8:24 AM EST'],
  ['EEEE, d MMMM uu, zzzz', 'Asia/Kolkata', 'Monday, 3 November 25, India Standard Time'],
  ['D DDD e c k K n A', 'UTC', '307 307 2 2 13 1 120000000 48245120'],
  [
    'X XX XXX x xxx Z ZZZZ O VV',
    'Asia/Kolkata',
    '+0530 +0530 +05:30 +0530 +05:30 +0530 GMT+05:30 GMT+5:30 Asia/Kolkata',
  ],
  ['X XX XXX x xx xxx Z ZZZZ O VV', '+00:00', 'Z Z Z +00 +0000 +00:00 +0000 GMT GMT Z'],
  ["''yyyy'''o''clock'''", 'UTC', "'2025'o'clock'"],
  ['YYYY-ww', 'UTC', '2025-45'],
  ['ppppd|pphh', 'UTC', '   3|01'],
  ['G yyyy QQQ', 'UTC', 'AD 2025 Q4'],
]

suite('shows', () => {
  for (const [pattern, id, text] of shown) {
    test(`${pattern} in ${id}`, () => {
      assert.equal(compileJavaDatePattern(pattern).formatTimestamp(moment, zone(id)), text)
    })
  }

  test('years before 1 and beyond 9999', () => {
    const pattern = compileJavaDatePattern('G y u yy uuuu-MM-dd')
    assert.equal(pattern.formatDate(-719_528), 'BC 1 0 01 0000-01-01')
    assert.equal(pattern.formatDate(3_000_000), 'AD 10183 10183 83 +10183-09-21')
  })

  test('what is optional only if it is there', () => {
    assert.equal(compileJavaDatePattern("yyyy['T'HH][-MM]").formatDate(20_395), '2025-11')
    assert.equal(compileJavaDatePattern('[yyyy ]HH:mm').formatTime(48_245_120), '13:24')
  })
})

const read: readonly (readonly [pattern: string, text: string, zone: string, iso: string])[] = [
  ["yyyy-MM-dd'T'HH:mm:ss.SSSXXX", '2025-11-03T14:24:05.120+01:00', 'UTC', '2025-11-03T13:24:05.120Z'],
  ['yyyyMMddHHmmssSSS', '20251103132405120', 'UTC', '2025-11-03T13:24:05.120Z'],
  ['dd/MMM/yyyy:HH:mm:ss Z', '03/nov/2025:14:24:05 +0100', 'UTC', '2025-11-03T13:24:05.000Z'],
  ['EEE, d MMM yyyy HH:mm zzz', 'Mon, 3 Nov 2025 05:24 PST', 'UTC', '2025-11-03T13:24:00.000Z'],
  ['yyyy-MM-dd HH:mm[:ss]', '2025-11-03 14:24', 'Europe/Berlin', '2025-11-03T13:24:00.000Z'],
  ['yyyy-MM-dd h:mm a', '2025-11-03 12:05 AM', 'UTC', '2025-11-03T00:05:00.000Z'],
  ['M/d/yy', '2/30/24', 'UTC', '2024-02-29T00:00:00.000Z'],
  ['yyyy-DDD', '2024-366', 'UTC', '2024-12-31T00:00:00.000Z'],
  ['yyyy-MM-dd HH:mm', '2025-11-03 24:00', 'UTC', '2025-11-04T00:00:00.000Z'],
  ['yyyy-MM', '2025-11', 'UTC', '2025-11-01T00:00:00.000Z'],
  ['HH:mm', '13:24', 'UTC', '1970-01-01T13:24:00.000Z'],
  ["yyyy-MM-dd'T'HH:mmXXX'['VV']'", '2025-11-03T14:24+01:00[Europe/Berlin]', 'UTC', '2025-11-03T13:24:00.000Z'],
  ['yyyy-MM-dd HH:mm VV', '2025-07-01 12:00 europe/berlin', 'UTC', '2025-07-01T10:00:00.000Z'],
  ['yyyy-MM-dd HH:mm O', '2025-07-01 12:00 GMT+2', 'UTC', '2025-07-01T10:00:00.000Z'],
]

suite('reads', () => {
  for (const [pattern, text, id, iso] of read) {
    test(`${text} as ${pattern} in ${id}`, () => {
      const timestamp = compileJavaDatePattern(pattern).parseTimestamp(text, zone(id))
      assert.equal(new Date(timestamp).toISOString(), iso)
    })
  }
})

test('when clocks go forward and back', () => {
  const berlin = zone('Europe/Berlin')
  const at = (local: string): string => new Date(instantOf(Date.parse(`${local}Z`), berlin)).toISOString()
  assert.equal(at('2025-03-30T01:59:59'), '2025-03-30T00:59:59.000Z')
  assert.equal(at('2025-03-30T02:30:00'), '2025-03-30T01:30:00.000Z') // 03:30 in summer time
  assert.equal(at('2025-03-30T03:00:00'), '2025-03-30T01:00:00.000Z')
  assert.equal(at('2025-10-26T02:30:00'), '2025-10-26T00:30:00.000Z') // the first of the two
  assert.equal(at('2025-10-26T03:00:00'), '2025-10-26T02:00:00.000Z')
})

test('zones', () => {
  const ids = ['Z', '+2', '+02:00', '-0330', '+01:02:03', 'UTC', 'GMT+2', 'UT-05:30', 'Europe/Berlin', 'CET']
  assert.deepEqual(
    ids.map((id) => `${zone(id).id} ${zone(id).offsetAt(moment)}`),
    [
      'Z 0',
      '+02:00 7200',
      '+02:00 7200',
      '-03:30 -12600',
      '+01:02:03 3723',
      'UTC 0',
      'GMT+02:00 7200',
      'UT-05:30 -19800',
      'Europe/Berlin 3600',
      'CET 3600',
    ],
  )
  for (const id of ['', 'PST', '+19:00', '+1:00', '+01:0', 'Mars/Base', '+01:0203', 'berlin']) {
    assert.equal(findZone(id), undefined, id)
  }
})

const isRecordError =
  (message: RegExp) =>
  (error: unknown): boolean =>
    error instanceof RecordError && message.test(error.message)

suite('errors', () => {
  const patterns: readonly (readonly [string, RegExp])[] = [
    ['yyyy-bb', /'yyyy-bb' has the letter b, which stands for nothing, at character 6$/],
    ['yyyy-ddd', /has ddd, which is not a number of d that means something, at character 6$/],
    ["yyyy'T", /has a ' that is not closed at character 5$/],
    ['yyyy]', /has a \] without a \[ at character 5$/],
    ['yyyy{', /has the reserved character \{ at character 5$/],
    ['pp-', /has p without a letter behind it at character 1$/],
  ]
  for (const [pattern, message] of patterns) {
    test(pattern, () => {
      assert.throws(() => compileJavaDatePattern(pattern), isRecordError(message))
    })
  }

  const texts: readonly (readonly [string, string, RegExp])[] = [
    ['yyyy-MM-dd', '2025-1x-03', /^'2025-1x-03' is not as 'yyyy-MM-dd' says: MM is wanted at character 6$/],
    ['yyyy-MM-dd', '2025-11-03T', /: nothing is wanted at character 11$/],
    ['yyyy-MM-dd', '2025-13-03', /^'2025-13-03': the month is from 1 to 12, not 13$/],
    ['E yyyy-MM-dd', 'Tue 2025-11-03', /DayOfWeek is 2, but 1 by the other fields$/],
    ['yyyy-DDD', '2025-366', /the year 2025 has no day 366$/],
    ['YYYY-MM-dd', '2025-11-03', /has YYYY, which counts weeks and cannot be read: the year of a date is yyyy$/],
    ['yyyy yyyy', '2025 2024', /yyyy is wanted at character 6$/],
  ]
  for (const [pattern, text, message] of texts) {
    test(`${text} as ${pattern}`, () => {
      assert.throws(() => compileJavaDatePattern(pattern).parseTimestamp(text, zone('UTC')), isRecordError(message))
    })
  }

  test('what a date or a time has not', () => {
    const throwing: readonly (readonly [() => unknown, RegExp])[] = [
      [() => compileJavaDatePattern('yyyy HH').formatDate(0), /'yyyy HH' has HH, which a DATE has not$/],
      [() => compileJavaDatePattern('HH yyyy').formatTime(0), /has yyyy, which a TIME has not$/],
      [() => compileJavaDatePattern('ppVV').formatTime(0), /has VV, which a TIME has not$/],
      [
        () => compileJavaDatePattern('yyyy-MM-dd HH').parseDate('2025-11-03 00'),
        /there is a time in the pattern of a date$/,
      ],
      [() => compileJavaDatePattern('yyyy-MM').parseDate('2025-11'), /year, month and day are needed for a date$/],
      [() => compileJavaDatePattern('dd HH').parseTime('03 12'), /there is a date in the pattern of a time$/],
      [() => compileJavaDatePattern('mm').parseTime('12'), /an hour, and all down to the smallest part/],
    ]
    for (const [run, message] of throwing) assert.throws(run, isRecordError(message))
  })
})
