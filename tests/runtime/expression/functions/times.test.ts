// Times as text and back.

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import fc from 'fast-check'
import { formatTime, parseTime } from '../../../../src/runtime/expression/functions/time-format.ts'
import { evaluate, recordErrorOf } from '../evaluation.ts'

const time = Date.UTC(2025, 10, 3, 4, 5, 6, 78)

suite('strftime', () => {
  const cases: readonly (readonly [format: string, text: string])[] = [
    ['%Y-%m-%dT%H:%M:%S.%LZ', '2025-11-03T04:05:06.078Z'],
    ['%F %T', '2025-11-03 04:05:06'],
    ['%D %R', '11/03/25 04:05'],
    ['%d/%b/%Y:%H:%M:%S %z', '03/Nov/2025:04:05:06 +0000'],
    ['%A, %e. %B %y', 'Monday,  3. November 25'],
    ['%a %h %j %u %w', 'Mon Nov 307 1 1'],
    ['%G-W%V', '2025-W45'],
    ['%I:%M %p %Z', '04:05 AM UTC'],
    ['%s %f', `${Math.floor(time / 1000)} 078000`],
    ['100%% %n%t|', '100% \n\t|'],
    ['%c', 'Mon Nov  3 04:05:06 2025'],
    ['', ''],
  ]
  for (const [format, text] of cases) test(format, () => assert.equal(formatTime(time, format), text))

  test('weeks belong to the year of their Thursday', () => {
    assert.equal(formatTime(Date.UTC(2021, 0, 3), '%G-%V'), '2020-53')
    assert.equal(formatTime(Date.UTC(2024, 11, 30), '%G-%V'), '2025-01')
  })

  test('names the directive that it does not know', () => {
    assert.deepEqual(formatTime(time, '%Y %Q'), { unknown: '%Q' })
    assert.deepEqual(formatTime(time, 'a%'), { unknown: '%' })
  })
})

suite('strptime', () => {
  const cases: readonly (readonly [text: string, format: string, time: string | undefined])[] = [
    ['2025-11-03 04:05:06', '%Y-%m-%d %H:%M:%S', '2025-11-03T04:05:06.000Z'],
    ['2025-11-03T04:05:06.078Z', '%FT%T.%LZ', '2025-11-03T04:05:06.078Z'],
    ['20251103040506', '%Y%m%d%H%M%S', '2025-11-03T04:05:06.000Z'],
    ['03/Nov/2025:04:05:06 +0130', '%d/%b/%Y:%T %z', '2025-11-03T02:35:06.000Z'],
    ['monday, november  3 2025', '%A, %B %e %Y', '2025-11-03T00:00:00.000Z'],
    ['11/3/99', '%m/%d/%y', '1999-11-03T00:00:00.000Z'],
    ['12:30 am', '%I:%M %p', '1970-01-01T00:30:00.000Z'],
    ['12:30 PM', '%I:%M %p', '1970-01-01T12:30:00.000Z'],
    ['2024 366', '%Y %j', '2024-12-31T00:00:00.000Z'],
    ['2023 366', '%Y %j', undefined],
    ['1762142706.5', '%s.%L', '2025-11-03T04:05:06.500Z'],
    ['2024-02-29', '%F', '2024-02-29T00:00:00.000Z'],
    ['2023-02-29', '%F', undefined],
    ['2023-13-01', '%F', undefined],
    ['25:00', '%R', undefined],
    ['04:05 and more', '%R', undefined],
    ['0001-01-01', '%F', '0001-01-01T00:00:00.000Z'],
    [' 04:05 ', '%R', '1970-01-01T04:05:00.000Z'],
    ['a+b', 'a+b', '1970-01-01T00:00:00.000Z'],
    ['aab', 'a+b', undefined],
    ['5%', '%H%%', '1970-01-01T05:00:00.000Z'],
  ]
  for (const [text, format, expected] of cases) {
    test(`${text} in ${format}`, () => {
      const parsed = parseTime(text, format)
      assert.equal(typeof parsed === 'number' ? new Date(parsed).toISOString() : parsed, expected)
    })
  }

  test('names the directive that it cannot read', () => {
    assert.deepEqual(parseTime('2025-45', '%Y-%V'), { unknown: '%V' })
  })

  test('reads what strftime wrote', () => {
    const formats = ['%FT%T.%L', '%Y %j %H %M %S %f', '%s %L', '%A %d %B %Y %I:%M:%S %p %L %z', '%e %h %Y %T.%L']
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4e12 }), fc.constantFrom(...formats), (timestamp, format) => {
        const text = formatTime(timestamp, format)
        assert.equal(parseTime(typeof text === 'string' ? text : '', format), timestamp)
      }),
    )
  })

  test('takes linear time for any format', () => {
    assert.equal(parseTime(`${'1'.repeat(5000)}x`, '%L'.repeat(2000)), undefined)
    assert.equal(parseTime(`${' '.repeat(5000)}x`, '%n'.repeat(2000)), undefined)
  })
})

suite('date_trunc', () => {
  const cases: readonly (readonly [unit: string, text: string])[] = [
    ['second', '2025-11-05T04:05:06Z'],
    ['minute', '2025-11-05T04:05:00Z'],
    ['hour', '2025-11-05T04:00:00Z'],
    ['day', '2025-11-05T00:00:00Z'],
    ['week', '2025-11-03T00:00:00Z'],
    ['month', '2025-11-01T00:00:00Z'],
    ['quarter', '2025-10-01T00:00:00Z'],
    ['year', '2025-01-01T00:00:00Z'],
    ['15m', '2025-11-05T04:00:00Z'],
    ['1d', '2025-11-05T00:00:00Z'],
  ]
  for (const [unit, text] of cases) {
    test(unit, () => assert.equal(evaluate(`todate(date_trunc("2025-11-05T04:05:06.789Z", "${unit}"))`), text))
  }

  test('goes down before the epoch too', () => {
    assert.equal(evaluate('todate(date_trunc(-1, "hour"))'), '1969-12-31T23:00:00Z')
    assert.equal(evaluate('date_trunc(-1, "week")'), Date.UTC(1969, 11, 29))
  })

  test('names the units that there are', () => {
    assert.match(recordErrorOf('date_trunc(0, .u)', { u: 'hours' }).message, /second, minute, hour, .* or a duration/)
  })
})

test('times are milliseconds or ISO 8601 texts', () => {
  assert.equal(evaluate('[year(.a), hour(.b)]', { a: 0, b: '2025-11-03T13:00:00+01:00' })?.toString(), '1970,12')
  assert.equal(evaluate('weekday("2025-11-09")'), 7)
  assert.match(recordErrorOf('year(.a)', { a: 1e300 }).message, /needs milliseconds/)
})
