// Dates, times and timestamps as texts in a pattern, which is that of Java's DateTimeFormatter, and zones.

import { compileJavaDatePattern, type JavaDatePattern } from '../../model/java-date/java-date-pattern.ts'
import { findZone, instantOf, type Zone } from '../../model/java-date/zone.ts'
import { RecordError } from '../../model/record-error.ts'
import { bigintType, dateType, integerType, stringType, timestampType, timeType, type SqlType } from '../sql-type.ts'
import { maximalTimestamp, msPerDay } from '../time/iso-text.ts'
import {
  defineSqlFunction,
  remembered,
  type ParameterType,
  type SqlCallSite,
  type SqlFunction,
} from './define-sql-function.ts'

const family = 'Dates and times'

const patternOf = (call: SqlCallSite, pattern: string): JavaDatePattern =>
  remembered(call, pattern, () => compileJavaDatePattern(pattern))

const zoneOf = (id: string): Zone => {
  const zone = findZone(id)
  if (zone !== undefined) return zone
  throw new RecordError(`there is no zone '${id}'`)
}

/** What is wrong with literals, if `tryOut` throws. */
const checked = (tryOut: () => void): string | undefined => {
  try {
    tryOut()
    return undefined
  } catch (error) {
    if (error instanceof RecordError) return error.message
    throw error
  }
}

const checkPattern =
  (tryOut: (pattern: JavaDatePattern) => void) =>
  ([, pattern, zone]: readonly unknown[]): string | undefined =>
    checked(() => {
      if (typeof pattern === 'string') tryOut(compileJavaDatePattern(pattern))
      if (typeof zone === 'string') zoneOf(zone)
    })

const epoch = 0

interface Formatting {
  readonly name: string
  readonly summary: string
  readonly parameter: string
  readonly type: SqlType
  /** With a third argument that names a zone. */
  readonly hasZone: boolean
  readonly format: (pattern: JavaDatePattern, value: number, zone: Zone) => string
  readonly examples: SqlFunction['examples']
}

/** Functions that make a text. */
const formatting = ({ name, summary, parameter, type, hasZone, format, examples }: Formatting): SqlFunction => {
  const parameters: Record<string, ParameterType> = { [parameter]: type, formatPattern: stringType }
  return defineSqlFunction({
    name,
    family,
    summary,
    check: checkPattern((pattern) => format(pattern, epoch, zoneOf('UTC'))),
    signatures: [
      { parameters, returns: stringType },
      ...(hasZone ? [{ parameters: { ...parameters, timeZone: stringType }, returns: stringType }] : []),
    ],
    implementation: (call, value: number | bigint, pattern: string, zone = 'UTC') =>
      format(patternOf(call, pattern), Number(value), zoneOf(zone)),
    examples,
  })
}

interface Parsing {
  readonly name: string
  readonly summary: string
  readonly parameter: string
  readonly returns: SqlType
  readonly hasZone: boolean
  readonly parse: (pattern: JavaDatePattern, text: string, zone: Zone) => number
  readonly examples: SqlFunction['examples']
}

/** Functions that read a text. */
const parsing = ({ name, summary, parameter, returns, hasZone, parse, examples }: Parsing): SqlFunction => {
  const parameters: Record<string, ParameterType> = { [parameter]: stringType, formatPattern: stringType }
  return defineSqlFunction({
    name,
    family,
    summary,
    check: checkPattern((pattern) => {
      pattern.checkReading()
    }),
    signatures: [
      { parameters, returns },
      ...(hasZone ? [{ parameters: { ...parameters, timeZone: stringType }, returns }] : []),
    ],
    implementation: (call, text: string, pattern: string, zone = 'UTC') =>
      parse(patternOf(call, pattern), text, zoneOf(zone)),
    examples,
  })
}

/** A number beyond the dates that there are has no text. */
const checkedTimestamp = (timestamp: number): number => {
  if (Math.abs(timestamp) <= maximalTimestamp - msPerDay) return timestamp
  throw new RecordError(`${timestamp} is beyond the dates that there are`)
}

const checkedDay = (day: number): number => {
  checkedTimestamp(day * msPerDay)
  return day
}

const timestamp = "CAST('2025-11-03T13:24:05.120' AS TIMESTAMP)"

const convertTz = defineSqlFunction({
  name: 'CONVERT_TZ',
  family,
  summary: 'What clocks in the second zone show when those in the first show the timestamp.',
  check: ([, from, to]) =>
    checked(() => {
      for (const id of [from, to]) if (typeof id === 'string') zoneOf(id)
    }),
  signatures: [
    {
      parameters: { timestamp: timestampType, fromTimeZone: stringType, toTimeZone: stringType },
      returns: timestampType,
      implementation: (_call, local: number, from: string, to: string) => {
        const instant = instantOf(checkedTimestamp(local), zoneOf(from))
        return instant + zoneOf(to).offsetAt(instant) * 1000
      },
    },
  ],
  examples: [
    {
      sql: `CAST(CONVERT_TZ(${timestamp}, 'Europe/Berlin', 'America/New_York') AS STRING)`,
      result: '2025-11-03T07:24:05.120',
    },
  ],
})

/** The functions of this family that take patterns or zones, in the order of help. */
export const datePatternFunctions = [
  formatting({
    name: 'FORMAT_TIMESTAMP',
    summary: 'The timestamp as text in a pattern, in a zone (UTC).',
    parameter: 'timestamp',
    type: timestampType,
    hasZone: true,
    format: (pattern, value, zone) => pattern.formatTimestamp(checkedTimestamp(value), zone),
    examples: [
      { sql: `FORMAT_TIMESTAMP(${timestamp}, 'dd.MM.yyyy HH:mm')`, result: '03.11.2025 13:24' },
      {
        sql: `FORMAT_TIMESTAMP(${timestamp}, 'EEE d MMM yyyy h:mm a zzz', 'America/New_York')`,
        result: 'Mon 3 Nov 2025 8:24 AM EST',
      },
    ],
  }),
  formatting({
    name: 'FORMAT_DATE',
    summary: 'The date as text in a pattern.',
    parameter: 'date',
    type: dateType,
    hasZone: false,
    format: (pattern, day) => pattern.formatDate(checkedDay(day)),
    examples: [
      { sql: "FORMAT_DATE(CAST('2025-11-03' AS DATE), 'EEEE, d MMMM yyyy')", result: 'Monday, 3 November 2025' },
    ],
  }),
  formatting({
    name: 'FORMAT_TIME',
    summary: 'The time of the day as text in a pattern.',
    parameter: 'time',
    type: timeType,
    hasZone: false,
    format: (pattern, time) => pattern.formatTime(time),
    examples: [{ sql: "FORMAT_TIME(CAST('13:24:05' AS TIME), 'h:mm a')", result: '1:24 PM' }],
  }),
  formatting({
    name: 'TIMESTAMPTOSTRING',
    summary: 'Milliseconds since the epoch as text in a pattern, in a zone (UTC).',
    parameter: 'epochMilli',
    type: bigintType,
    hasZone: true,
    format: (pattern, value, zone) => pattern.formatTimestamp(checkedTimestamp(value), zone),
    examples: [
      { sql: "TIMESTAMPTOSTRING(1762176245120, 'yyyy-MM-dd HH:mm:ss.SSS')", result: '2025-11-03 13:24:05.120' },
    ],
  }),
  formatting({
    name: 'DATETOSTRING',
    summary: 'Days since the epoch as text in a pattern.',
    parameter: 'epochDays',
    type: integerType,
    hasZone: false,
    format: (pattern, day) => pattern.formatDate(checkedDay(day)),
    examples: [{ sql: "DATETOSTRING(20395, 'yyyy/MM/dd')", result: '2025/11/03' }],
  }),
  parsing({
    name: 'PARSE_TIMESTAMP',
    summary: 'The timestamp that a text in a pattern means, in a zone (UTC) unless the text names one.',
    parameter: 'formattedTimestamp',
    returns: timestampType,
    hasZone: true,
    parse: (pattern, text, zone) => pattern.parseTimestamp(text, zone),
    examples: [
      {
        sql: "CAST(PARSE_TIMESTAMP('03/Nov/2025:14:24:05 +0100', 'dd/MMM/yyyy:HH:mm:ss Z') AS STRING)",
        result: '2025-11-03T13:24:05.000',
      },
      {
        sql: "CAST(PARSE_TIMESTAMP('2025-11-03 14:24', 'yyyy-MM-dd HH:mm[:ss]', 'Europe/Berlin') AS STRING)",
        result: '2025-11-03T13:24:00.000',
      },
    ],
  }),
  parsing({
    name: 'PARSE_DATE',
    summary: 'The date that a text in a pattern means.',
    parameter: 'formattedDate',
    returns: dateType,
    hasZone: false,
    parse: (pattern, text) => pattern.parseDate(text),
    examples: [{ sql: "CAST(PARSE_DATE('3. November 2025', 'd. MMMM yyyy') AS STRING)", result: '2025-11-03' }],
  }),
  parsing({
    name: 'PARSE_TIME',
    summary: 'The time of the day that a text in a pattern means.',
    parameter: 'formattedTime',
    returns: timeType,
    hasZone: false,
    parse: (pattern, text) => pattern.parseTime(text),
    examples: [{ sql: "CAST(PARSE_TIME('1:24 pm', 'h:mm a') AS STRING)", result: '13:24' }],
  }),
  parsing({
    name: 'STRINGTOTIMESTAMP',
    summary: 'As PARSE_TIMESTAMP, in milliseconds since the epoch.',
    parameter: 'formattedTimestamp',
    returns: bigintType,
    hasZone: true,
    parse: (pattern, text, zone) => pattern.parseTimestamp(text, zone),
    examples: [{ sql: "STRINGTOTIMESTAMP('2025-11-03 13:24:05', 'yyyy-MM-dd HH:mm:ss')", result: 1_762_176_245_000 }],
  }),
  parsing({
    name: 'STRINGTODATE',
    summary: 'The days from the epoch to the date of a text in a pattern; a time in it does not matter.',
    parameter: 'formattedDate',
    returns: integerType,
    hasZone: false,
    parse: (pattern, text) => pattern.parseDatePart(text),
    examples: [{ sql: "STRINGTODATE('2025/11/03', 'yyyy/MM/dd')", result: 20_395 }],
  }),
  convertTz,
]
