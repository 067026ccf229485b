// Functions of time. A time is milliseconds since the epoch; where one is expected, an ISO 8601 text will do. All are UTC.

import { parseDuration as durationOf } from '../../model/duration.ts'
import { RecordError } from '../../model/record-error.ts'
import { timestampFromValue } from '../../model/timestamp.ts'
import { defineFunction, type CallSite, type ExpressionFunction } from './define-function.ts'
import { argumentError, number, otherwise, text, time, unreadable } from './parameters.ts'
import { formatTime, parseTime } from './time-format.ts'

const now = defineFunction({
  name: 'now',
  parameters: [],
  usesClock: true,
  summary: 'The time of the clock in milliseconds; tests stand the clock.',
  example: 'type(now())',
  result: 'number',
  implementation: (call) => call.clock(),
})

const strftime = defineFunction({
  name: 'strftime',
  parameters: [time('time'), text('format')],
  summary: 'The time as a text in a format of % directives (Y m d H M S L j a b p s z F T and others).',
  example: 'strftime(1762172645123, "%Y-%m-%d %H:%M:%S.%L")',
  result: '2025-11-03 12:24:05.123',
  implementation: (call, value, format) => {
    const formatted = formatTime(value, format)
    if (typeof formatted === 'string') return formatted
    throw unknownDirective(call, formatted.unknown)
  },
})

const strptime = defineFunction({
  name: 'strptime',
  parameters: [text('text'), text('format'), otherwise],
  summary:
    'The time that a text gives in a format of % directives; what is not in it is an error, or gives the third argument.',
  example: '[strptime("03/Nov/2025:13:24:05 +0100", "%d/%b/%Y:%H:%M:%S %z"), strptime("?", "%F", null)]',
  result: [1762172645000, null],
  implementation: (call, value, format, fallback) => {
    const parsed = parseTime(value, format)
    if (typeof parsed === 'object') throw unknownDirective(call, parsed.unknown)
    return parsed ?? unreadable(call, value, fallback, `a time in the format ${JSON.stringify(format)}`)
  },
})

const unknownDirective = (call: CallSite, directive: string): RecordError =>
  new RecordError(`${call.name}() knows no ${directive}`, call.texts[1])

const todate = defineFunction({
  name: 'todate',
  aliases: ['todateiso8601'],
  parameters: [time('time')],
  summary: 'The time as ISO 8601 text, with milliseconds if it has some.',
  example: '[todate(1762172645000), todate(1762172645123)]',
  result: ['2025-11-03T12:24:05Z', '2025-11-03T12:24:05.123Z'],
  implementation: (_call, value) => new Date(value).toISOString().replace('.000Z', 'Z'),
})

const fromdate = defineFunction({
  name: 'fromdate',
  aliases: ['fromdateiso8601'],
  parameters: [text('text'), otherwise],
  summary:
    'The time of an ISO 8601 text, UTC if it names no zone; what is none is an error, or gives the second argument.',
  example: '[fromdate("2025-11-03T13:24:05+01:00"), fromdate("soon", 0)]',
  result: [1762172645000, 0],
  implementation: (call, value, fallback) =>
    timestampFromValue(value) ?? unreadable(call, value, fallback, 'an ISO 8601 time'),
})

const calendarUnits: Readonly<Record<string, (date: Date) => number>> = {
  second: (date) => Math.floor(date.getTime() / 1000) * 1000,
  minute: (date) => Math.floor(date.getTime() / 60_000) * 60_000,
  hour: (date) => Math.floor(date.getTime() / 3_600_000) * 3_600_000,
  day: (date) => startOfDay(date, 0),
  week: (date) => startOfDay(date, (date.getUTCDay() + 6) % 7),
  month: (date) => startOfMonth(date, date.getUTCMonth()),
  quarter: (date) => startOfMonth(date, date.getUTCMonth() - (date.getUTCMonth() % 3)),
  year: (date) => startOfMonth(date, 0),
}

const startOfDay = (date: Date, daysBefore: number): number =>
  (Math.floor(date.getTime() / 86_400_000) - daysBefore) * 86_400_000

const startOfMonth = (date: Date, month: number): number => new Date(0).setUTCFullYear(date.getUTCFullYear(), month, 1)

const dateTrunc = defineFunction({
  name: 'date_trunc',
  parameters: [time('time'), text('unit')],
  summary:
    'The start of the second, minute, hour, day, week (Monday), month, quarter or year that the time is in, or of the ' +
    'interval, counted from the epoch, for a duration such as 15m.',
  example: '[todate(date_trunc(1762172645123, "day")), todate(date_trunc("2025-11-03T12:24:05Z", "15m"))]',
  result: ['2025-11-03T00:00:00Z', '2025-11-03T12:15:00Z'],
  implementation: (call, value, unit) => {
    if (Object.hasOwn(calendarUnits, unit)) return calendarUnits[unit]?.(new Date(value)) ?? null
    const interval = durationOf(unit)
    if (interval === undefined || interval <= 0) {
      throw argumentError(call, 1, unit, `${Object.keys(calendarUnits).join(', ')} or a duration such as 15m`)
    }
    return Math.floor(value / interval) * interval
  },
})

const parseDuration = defineFunction({
  name: 'parse_duration',
  parameters: [text('text'), otherwise],
  summary:
    'The milliseconds of a duration such as 90s or 1h30m; what is none is an error, or gives the second argument.',
  example: '[parse_duration("1h30m"), parse_duration("soon", null)]',
  result: [5400000, null],
  implementation: (call, value, fallback) =>
    durationOf(value) ?? unreadable(call, value, fallback, 'a duration such as 90s or 1h30m'),
})

const durationUnits: readonly (readonly [string, number])[] = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1000],
  ['ms', 1],
]

const formatDuration = defineFunction({
  name: 'format_duration',
  parameters: [number('milliseconds')],
  summary: 'Milliseconds as a duration such as 1h30m.',
  example: '[format_duration(5400000), format_duration(1500), format_duration(0)]',
  result: ['1h30m', '1s500ms', '0ms'],
  implementation: (_call, value) => {
    let rest = Math.round(Math.abs(value))
    let shown = ''
    for (const [unit, sizeMs] of durationUnits) {
      const count = Math.floor(rest / sizeMs)
      rest -= count * sizeMs
      if (count > 0) shown += `${count}${unit}`
    }
    return shown === '' ? '0ms' : value < 0 ? `-${shown}` : shown
  },
})

const datePart = (name: string, summary: string, result: number, read: (date: Date) => number): ExpressionFunction =>
  defineFunction({
    name,
    parameters: [time('time')],
    summary,
    example: `${name}("2025-11-03T12:24:05Z")`,
    result,
    implementation: (_call, value) => read(new Date(value)),
  })

/** The functions of this family, in the order of help. */
export const timeFunctions = [
  now,
  strftime,
  strptime,
  todate,
  fromdate,
  dateTrunc,
  parseDuration,
  formatDuration,
  datePart('year', 'The year of a time.', 2025, (date) => date.getUTCFullYear()),
  datePart('month', 'The month of a time, 1 to 12.', 11, (date) => date.getUTCMonth() + 1),
  datePart('day', 'The day of the month of a time, 1 to 31.', 3, (date) => date.getUTCDate()),
  datePart('hour', 'The hour of a time, 0 to 23.', 12, (date) => date.getUTCHours()),
  datePart('minute', 'The minute of a time, 0 to 59.', 24, (date) => date.getUTCMinutes()),
  datePart('second', 'The second of a time, 0 to 59.', 5, (date) => date.getUTCSeconds()),
  datePart(
    'weekday',
    'The day of the week of a time, 1 for Monday to 7 for Sunday.',
    1,
    (date) => date.getUTCDay() || 7,
  ),
]
