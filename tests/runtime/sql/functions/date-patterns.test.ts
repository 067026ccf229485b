// SQL functions that take patterns of dates, and zones. What patterns mean: tests/runtime/model/java-date.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { datePatternFunctions } from '../../../../src/runtime/sql/functions/date-patterns.ts'
import { checkCalls, checkComplete, fails, type Case } from './check-calls.ts'
import { evaluateTyped } from './evaluate-sql.ts'

const date = "CAST('2025-11-03' AS DATE)"
const time = "CAST('13:24:05.120' AS TIME)"
const timestamp = "CAST('2025-11-03T13:24:05.120' AS TIMESTAMP)"
const text = (sql: string): string => `CAST(${sql} AS STRING)`

const table: Readonly<Record<string, readonly Case[]>> = {
  FORMAT_TIMESTAMP: [
    [`FORMAT_TIMESTAMP(${timestamp}, 'yyyy-MM-dd''T''HH:mm:ssX')`, '2025-11-03T13:24:05Z', 'STRING'],
    [`FORMAT_TIMESTAMP(${timestamp}, 'HH:mm VV', 'Asia/Tokyo')`, '22:24 Asia/Tokyo'],
    [`FORMAT_TIMESTAMP(${timestamp}, 'HH:mm zzzz', 'Europe/Berlin')`, '14:24 Central European Standard Time'],
    [`FORMAT_TIMESTAMP(${timestamp}, 'HH:mm', '-0330')`, '09:54'],
    [`FORMAT_TIMESTAMP(${timestamp}, 'HH:mm', JSON '"Mars/Base"')`, fails(/there is no zone 'Mars\/Base'/)],
    [`FORMAT_TIMESTAMP(${timestamp}, JSON '"bb"')`, fails(/letter b, which stands for nothing, at character 1/)],
    ["FORMAT_TIMESTAMP(NULL, 'yyyy')", null],
    [`FORMAT_TIMESTAMP(${timestamp}, NULL)`, null],
    [`FORMAT_TIMESTAMP(${timestamp}, 'yyyy', NULL)`, null],
  ],
  FORMAT_DATE: [
    [`FORMAT_DATE(${date}, 'dd/MM/yy')`, '03/11/25', 'STRING'],
    [`FORMAT_DATE(${date}, JSON '"HH"')`, fails(/HH, which a DATE has not/)],
    [`FORMAT_DATE(${date}, 'yyyy[ HH:mm]')`, '2025'],
    ["FORMAT_DATE(NULL, 'yyyy')", null],
    [`FORMAT_DATE(${date}, NULL)`, null],
  ],
  FORMAT_TIME: [
    [`FORMAT_TIME(${time}, 'HHmmssSSS')`, '132405120', 'STRING'],
    [`FORMAT_TIME(${time}, JSON '"yyyy"')`, fails(/yyyy, which a TIME has not/)],
    ["FORMAT_TIME(NULL, 'HH')", null],
    [`FORMAT_TIME(${time}, NULL)`, null],
  ],
  TIMESTAMPTOSTRING: [
    ["TIMESTAMPTOSTRING(0, 'yyyy-MM-dd HH:mm:ss')", '1970-01-01 00:00:00', 'STRING'],
    ["TIMESTAMPTOSTRING(-1, 'SSS', 'America/New_York')", '999'],
    ["TIMESTAMPTOSTRING(9223372036854775807, 'yyyy')", fails(/beyond the dates/)],
    ["TIMESTAMPTOSTRING(NULL, 'yyyy')", null],
    ["TIMESTAMPTOSTRING(0, 'yyyy', NULL)", null],
  ],
  DATETOSTRING: [
    ["DATETOSTRING(-1, 'yyyy-MM-dd')", '1969-12-31', 'STRING'],
    ["DATETOSTRING(2147483647, 'yyyy')", fails(/beyond the dates/)],
    ["DATETOSTRING(NULL, 'yyyy')", null],
  ],
  PARSE_TIMESTAMP: [
    ["PARSE_TIMESTAMP('2025-11-03T13:24:05.120', 'yyyy-MM-dd''T''HH:mm:ss.SSS')", 1_762_176_245_120, 'TIMESTAMP'],
    [text("PARSE_TIMESTAMP('2025-07-01 12:00', 'yyyy-MM-dd HH:mm', 'Europe/Berlin')"), '2025-07-01T10:00:00.000'],
    [
      text("PARSE_TIMESTAMP('2025-07-01 12:00 +0000', 'yyyy-MM-dd HH:mm Z', 'Europe/Berlin')"),
      '2025-07-01T12:00:00.000',
    ],
    [text("PARSE_TIMESTAMP('2025', 'yyyy')"), '2025-01-01T00:00:00.000'],
    [
      "PARSE_TIMESTAMP('3 Nov', 'yyyy-MM-dd')",
      fails(/^'3 Nov' is not as 'yyyy-MM-dd' says: yyyy is wanted at character 1$/),
    ],
    ["PARSE_TIMESTAMP(NULL, 'yyyy')", null],
    ["PARSE_TIMESTAMP('2025', NULL)", null],
    ["PARSE_TIMESTAMP('2025', 'yyyy', NULL)", null],
  ],
  PARSE_DATE: [
    ["PARSE_DATE('03.11.2025', 'dd.MM.yyyy')", 20_395, 'DATE'],
    ["PARSE_DATE('2025-11-03 13', 'yyyy-MM-dd HH')", fails(/time in the pattern of a date/)],
    ["PARSE_DATE('2025-11', 'yyyy-MM')", fails(/year, month and day are needed/)],
    ["PARSE_DATE(NULL, 'yyyy')", null],
    ["PARSE_DATE('2025', NULL)", null],
  ],
  PARSE_TIME: [
    ["PARSE_TIME('132405120', 'HHmmssSSS')", 48_245_120, 'TIME'],
    ["PARSE_TIME('3 13', 'd HH')", fails(/date in the pattern of a time/)],
    ["PARSE_TIME(NULL, 'HH')", null],
    ["PARSE_TIME('13', NULL)", null],
  ],
  STRINGTOTIMESTAMP: [
    ["STRINGTOTIMESTAMP('2025-11-03', 'yyyy-MM-dd')", 1_762_128_000_000, 'BIGINT'],
    ["STRINGTOTIMESTAMP('2025-11-03', 'yyyy-MM-dd', 'America/Los_Angeles')", 1_762_156_800_000],
    ["STRINGTOTIMESTAMP('x', 'yyyy-MM-dd')", fails(/yyyy is wanted at character 1/)],
    ["STRINGTOTIMESTAMP(NULL, 'yyyy')", null],
    ["STRINGTOTIMESTAMP('2025', 'yyyy', NULL)", null],
  ],
  STRINGTODATE: [
    ["STRINGTODATE('1969-12-31', 'yyyy-MM-dd')", -1, 'INTEGER'],
    ["STRINGTODATE('2025-11-03 13:24', 'yyyy-MM-dd HH:mm')", 20_395],
    ["STRINGTODATE(NULL, 'yyyy')", null],
  ],
  CONVERT_TZ: [
    [text(`CONVERT_TZ(${timestamp}, 'UTC', 'Asia/Kolkata')`), '2025-11-03T18:54:05.120', 'STRING'],
    [`CONVERT_TZ(${timestamp}, 'UTC', '+01:00')`, 1_762_179_845_120, 'TIMESTAMP'],
    [text(`CONVERT_TZ(CAST('2025-03-30T02:30:00' AS TIMESTAMP), 'Europe/Berlin', 'UTC')`), '2025-03-30T01:30:00.000'],
    [`CONVERT_TZ(${timestamp}, 'UTC', JSON '"Mars"')`, fails(/there is no zone 'Mars'/)],
    ["CONVERT_TZ(NULL, 'UTC', 'UTC')", null],
    [`CONVERT_TZ(${timestamp}, NULL, 'UTC')`, null],
    [`CONVERT_TZ(${timestamp}, 'UTC', NULL)`, null],
  ],
}

checkCalls(table)
checkComplete(datePatternFunctions, table)

test('literals are checked beforehand', () => {
  const wrong: readonly (readonly [string, RegExp])[] = [
    [`FORMAT_DATE(${date}, 'HH')`, /Function 'FORMAT_DATE': the pattern 'HH' has HH, which a DATE has not/],
    [`FORMAT_TIME(${time}, 'ddd')`, /the pattern 'ddd' has ddd/],
    [`FORMAT_TIMESTAMP(${timestamp}, 'HH', 'Berlin')`, /there is no zone 'Berlin'/],
    [
      "PARSE_DATE('2025-11-03', 'YYYY-MM-dd')",
      /YYYY, which counts weeks and cannot be read: the year of a date is yyyy/,
    ],
    ["PARSE_TIMESTAMP('2025', 'yyyy]')", /has a \] without a \[/],
    [`CONVERT_TZ(${timestamp}, 'UTC', 'Mars')`, /there is no zone 'Mars'/],
  ]
  for (const [sql, message] of wrong) assert.throws(() => evaluateTyped(sql), message)
})
