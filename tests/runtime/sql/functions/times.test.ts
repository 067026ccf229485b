// SQL functions of dates, times and timestamps that take no patterns.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { timeFunctions } from '../../../../src/runtime/sql/functions/times.ts'
import { checkCalls, checkComplete, fails, type Case } from './check-calls.ts'
import { evaluateTyped, testClock } from './evaluate-sql.ts'

const date = "CAST('2025-11-03' AS DATE)"
const time = "CAST('00:00:01' AS TIME)"
const timestamp = "CAST('2025-11-03T13:24:05.120' AS TIMESTAMP)"
const text = (sql: string): string => `CAST(${sql} AS STRING)`

const table: Readonly<Record<string, readonly Case[]>> = {
  UNIX_TIMESTAMP: [
    ['UNIX_TIMESTAMP()', testClock, 'BIGINT'],
    [`UNIX_TIMESTAMP(${timestamp})`, 1_762_176_245_120, 'BIGINT'],
    ["UNIX_TIMESTAMP('2025-11-03T13:24:05.120')", 1_762_176_245_120],
    ['UNIX_TIMESTAMP(NULL)', null],
  ],
  UNIX_DATE: [
    ['UNIX_DATE()', Math.floor(testClock / 86_400_000), 'INTEGER'],
    [`UNIX_DATE(${date})`, 20_395, 'INTEGER'],
    ["UNIX_DATE(CAST('1969-12-31' AS DATE))", -1],
    ['UNIX_DATE(NULL)', null],
  ],
  FROM_UNIXTIME: [
    ['FROM_UNIXTIME(-1)', -1, 'TIMESTAMP'],
    [text('FROM_UNIXTIME(-1)'), '1969-12-31T23:59:59.999'],
    ['FROM_UNIXTIME(9223372036854775807)', fails(/beyond the dates/)],
    ['FROM_UNIXTIME(NULL)', null],
  ],
  FROM_DAYS: [
    ['FROM_DAYS(20395)', 20_395, 'DATE'],
    [text('FROM_DAYS(-1)'), '1969-12-31'],
    ['FROM_DAYS(2000000000)', fails(/beyond the dates/)],
    ['FROM_DAYS(NULL)', null],
  ],
  DATEADD: [
    [`DATEADD(DAYS, 1, ${date})`, 20_396, 'DATE'],
    [text(`DATEADD(HOURS, 23, ${date})`), '2025-11-03'],
    [text(`DATEADD(HOURS, 24, ${date})`), '2025-11-04'],
    [text(`DATEADD(DAYS, -3, ${date})`), '2025-10-31'],
    [text("DATEADD(DAYS, 1, '2024-02-28')"), '2024-02-29'],
    [`DATEADD(DAYS, 2000000000, ${date})`, fails(/beyond the dates/)],
    [`DATEADD(DAYS, NULL, ${date})`, null],
    ['DATEADD(DAYS, 1, NULL)', null],
  ],
  DATESUB: [
    [text(`DATESUB(DAYS, 3, ${date})`), '2025-10-31'],
    [text(`DATESUB(MINUTES, 1, ${date})`), '2025-11-02'],
    ['DATESUB(DAYS, 1, NULL)', null],
  ],
  TIMEADD: [
    [`TIMEADD(SECONDS, 1, ${time})`, 2000, 'TIME'],
    [text(`TIMEADD(DAYS, 1, ${time})`), '00:00:01'],
    [text(`TIMEADD(SECONDS, -2, ${time})`), '23:59:59'],
    [`TIMEADD(SECONDS, NULL, ${time})`, null],
    ['TIMEADD(SECONDS, 1, NULL)', null],
  ],
  TIMESUB: [
    [text(`TIMESUB(MILLISECONDS, 1001, ${time})`), '23:59:59.999'],
    [text(`TIMESUB(DAYS, 2147483647, ${time})`), '00:00:01'],
    ['TIMESUB(SECONDS, 1, NULL)', null],
  ],
  TIMESTAMPADD: [
    [`TIMESTAMPADD(MILLISECONDS, 5, ${timestamp})`, 1_762_176_245_125, 'TIMESTAMP'],
    [text(`TIMESTAMPADD(DAYS, 30, ${timestamp})`), '2025-12-03T13:24:05.120'],
    [`TIMESTAMPADD(DAYS, 2147483647, ${timestamp})`, fails(/beyond the dates/)],
    [`TIMESTAMPADD(DAYS, NULL, ${timestamp})`, null],
    ['TIMESTAMPADD(DAYS, 1, NULL)', null],
  ],
  TIMESTAMPSUB: [
    [text(`TIMESTAMPSUB(HOURS, 14, ${timestamp})`), '2025-11-02T23:24:05.120'],
    ['TIMESTAMPSUB(DAYS, 1, NULL)', null],
  ],
}

checkCalls(table)
checkComplete(timeFunctions, table)

test('a unit is needed, and a value of the type', () => {
  assert.throws(() => evaluateTyped(`DATEADD('DAYS', 1, ${date})`), /Function 'DATEADD' does not accept parameters/)
  assert.throws(() => evaluateTyped(`TIMEADD(DAYS, 1, ${date})`), /INTERVALUNIT, interval INTEGER, time TIME/)
})
