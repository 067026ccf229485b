// Dates, times and timestamps without patterns: from and to numbers, and with an interval added.

import { RecordError } from '../../model/record-error.ts'
import { bigintType, dateType, integerType, showType, timestampType, timeType, type SqlType } from '../sql-type.ts'
import { maximalTimestamp, msPerDay } from '../time/iso-text.ts'
import { defineSqlFunction, unit, type SqlCallSite, type SqlFunction } from './define-sql-function.ts'

const family = 'Dates and times'

/** Milliseconds since the epoch; RecordError beyond the dates that there are. */
const checkTimestamp = (call: SqlCallSite, ms: number): number => {
  if (Math.abs(ms) <= maximalTimestamp) return ms
  throw new RecordError(`${call.name}(): the result is beyond the dates that there are`)
}

const dayOf = (timestamp: number): number => Math.floor(timestamp / msPerDay)

const unixTimestamp = defineSqlFunction({
  name: 'UNIX_TIMESTAMP',
  family,
  summary: 'The milliseconds from the epoch to a timestamp, or to now.',
  isDeterministic: false,
  signatures: [
    { parameters: {}, returns: bigintType, implementation: (call) => call.clock() },
    { parameters: { timestamp: timestampType }, returns: bigintType, implementation: (_call, value: number) => value },
  ],
  examples: [{ sql: "UNIX_TIMESTAMP(CAST('1970-01-01T00:00:01.500' AS TIMESTAMP))", result: 1500 }],
})

const unixDate = defineSqlFunction({
  name: 'UNIX_DATE',
  family,
  summary: 'The days from the epoch to a date, or to today in UTC.',
  isDeterministic: false,
  signatures: [
    { parameters: {}, returns: integerType, implementation: (call) => dayOf(call.clock()) },
    { parameters: { date: dateType }, returns: integerType, implementation: (_call, day: number) => day },
  ],
  examples: [{ sql: "UNIX_DATE(CAST('1970-02-01' AS DATE))", result: 31 }],
})

const fromUnixTime = defineSqlFunction({
  name: 'FROM_UNIXTIME',
  family,
  summary: 'The timestamp so many milliseconds after the epoch.',
  signatures: [
    {
      parameters: { epochMilli: bigintType },
      returns: timestampType,
      implementation: (call, ms: number | bigint) => checkTimestamp(call, Number(ms)),
    },
  ],
  examples: [{ sql: 'CAST(FROM_UNIXTIME(1500) AS STRING)', result: '1970-01-01T00:00:01.500' }],
})

const fromDays = defineSqlFunction({
  name: 'FROM_DAYS',
  family,
  summary: 'The date so many days after the epoch.',
  signatures: [
    {
      parameters: { days: integerType },
      returns: dateType,
      implementation: (call, days: number) => {
        checkTimestamp(call, days * msPerDay)
        return days
      },
    },
  ],
  examples: [{ sql: 'CAST(FROM_DAYS(31) AS STRING)', result: '1970-02-01' }],
})

type Shift = (call: SqlCallSite, value: number, msOfUnit: number, count: number) => number

/** Parts of a day do not count unless they reach another one. */
const shiftDate: Shift = (call, day, msOfUnit, count) => dayOf(checkTimestamp(call, day * msPerDay + msOfUnit * count))

/** A time of the day goes round at midnight; days do not move it, which also keeps the product exact. */
const shiftTime: Shift = (_call, time, msOfUnit, count) => {
  const shifted = (time + (msOfUnit % msPerDay) * count) % msPerDay
  return shifted < 0 ? shifted + msPerDay : shifted
}

const shiftTimestamp: Shift = (call, timestamp, msOfUnit, count) => checkTimestamp(call, timestamp + msOfUnit * count)

const shifting = (
  name: string,
  summary: string,
  type: SqlType,
  shift: Shift,
  direction: 1 | -1,
  args: string,
  result: string,
): SqlFunction =>
  defineSqlFunction({
    name,
    family,
    summary,
    signatures: [
      {
        parameters: { unit, interval: integerType, [showType(type).toLowerCase()]: type },
        returns: type,
        implementation: (call, msOfUnit: number, interval: number, value: number) =>
          shift(call, value, msOfUnit, interval * direction),
      },
    ],
    examples: [{ sql: `CAST(${name}(${args}) AS STRING)`, result }],
  })

const dateArguments = "DAYS, 2, CAST('2025-02-27' AS DATE)"
const timeArguments = "HOURS, 2, CAST('23:30:05' AS TIME)"
const timestampArguments = "MINUTES, 90, CAST('2025-11-03T13:24:05.120' AS TIMESTAMP)"

const shiftingFunctions = [
  shifting('DATEADD', 'The date after so many units.', dateType, shiftDate, 1, dateArguments, '2025-03-01'),
  shifting('DATESUB', 'The date before so many units.', dateType, shiftDate, -1, dateArguments, '2025-02-25'),
  shifting('TIMEADD', 'The time of the day after so many units.', timeType, shiftTime, 1, timeArguments, '01:30:05'),
  shifting('TIMESUB', 'The time of the day before so many units.', timeType, shiftTime, -1, timeArguments, '21:30:05'),
  shifting(
    'TIMESTAMPADD',
    'The timestamp after so many units.',
    timestampType,
    shiftTimestamp,
    1,
    timestampArguments,
    '2025-11-03T14:54:05.120',
  ),
  shifting(
    'TIMESTAMPSUB',
    'The timestamp before so many units.',
    timestampType,
    shiftTimestamp,
    -1,
    timestampArguments,
    '2025-11-03T11:54:05.120',
  ),
]

/** The functions of this family, in the order of help. */
export const timeFunctions = [unixTimestamp, unixDate, fromUnixTime, fromDays, ...shiftingFunctions]
