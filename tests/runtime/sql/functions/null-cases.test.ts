// What a null among the arguments makes of the SQL functions of numbers, strings, patterns and bytes; edge-cases.test.ts has
// more of some.

import { checkCalls, checkComplete, type Case } from './check-calls.ts'
import { bytesFunctions } from '../../../../src/runtime/sql/functions/bytes.ts'
import { maskFunctions } from '../../../../src/runtime/sql/functions/masks.ts'
import { mathFunctions } from '../../../../src/runtime/sql/functions/math.ts'
import { regularExpressionFunctions } from '../../../../src/runtime/sql/functions/regular-expressions.ts'
import { stringPartFunctions } from '../../../../src/runtime/sql/functions/string-parts.ts'
import { stringFunctions } from '../../../../src/runtime/sql/functions/strings.ts'
import { trigonometricFunctions } from '../../../../src/runtime/sql/functions/trigonometry.ts'

const bytes = "TO_BYTES('KS', 'utf8')"

/** Null for each of the calls. */
const giveNull = (...calls: string[]): Case[] => calls.map((sql) => [sql, null])

const ofOneNumber = 'SIGN CEIL FLOOR CBRT EXP LN SQRT SIN COS TAN COT ASIN ACOS ATAN SINH COSH TANH DEGREES RADIANS'
const ofOneString = 'LEN UCASE LCASE INITCAP TRIM CHR MD5 UUID'

const table: Readonly<Record<string, readonly Case[]>> = {
  ...Object.fromEntries(ofOneNumber.split(' ').map((name) => [name, giveNull(`${name}(NULL)`)])),
  ...Object.fromEntries(ofOneString.split(' ').map((name) => [name, giveNull(`${name}(NULL)`)])),
  ABS: [
    ['ABS(NULL)', null],
    ['ABS(CAST(NULL AS DECIMAL(4, 2)))', null, 'DECIMAL(4, 2)'],
    ["ABS(JSON 'null')", null],
  ],
  ROUND: giveNull('ROUND(NULL)', 'ROUND(1.5, NULL)', 'ROUND(NULL, 1)'),
  TRUNC: giveNull('TRUNC(NULL)', 'TRUNC(1.5, NULL)', 'TRUNC(NULL, 1)'),
  GREATEST: [
    ['GREATEST(NULL, 1, 2)', 2, 'INTEGER'],
    ['GREATEST(NULL, NULL)', null],
  ],
  LEAST: [
    ['LEAST(NULL, 1, 2)', 1, 'INTEGER'],
    ['LEAST(NULL, NULL)', null],
  ],
  RANDOM: [['LEN(CAST(RANDOM() AS STRING)) > 1', true]],
  POWER: giveNull('POWER(NULL, 2)', 'POWER(2, NULL)'),
  ATAN2: giveNull('ATAN2(NULL, 1)', 'ATAN2(1, NULL)'),
  LOG: giveNull('LOG(NULL)', 'LOG(NULL, 8)', 'LOG(2, NULL)'),
  PI: [['PI() > 3', true]],
  CONCAT: [
    [`FROM_BYTES(CONCAT(NULL, ${bytes}), 'utf8')`, 'KS'],
    ['CONCAT(NULL, NULL)', ''],
  ],
  CONCAT_WS: [
    ["CONCAT_WS(NULL, 'a', 'b')", null],
    ["CONCAT_WS(',', NULL, 'b', NULL)", 'b'],
    ["CONCAT_WS(',', NULL, NULL)", ''],
  ],
  REPLACE: giveNull("REPLACE(NULL, 'a', 'b')", "REPLACE('a', NULL, 'b')", "REPLACE('a', 'a', NULL)"),
  LPAD: giveNull("LPAD(NULL, 3, 'x')", "LPAD('a', NULL, 'x')", "LPAD('a', 3, NULL)"),
  RPAD: giveNull("RPAD(NULL, 3, 'x')", "RPAD('a', NULL, 'x')", "RPAD('a', 3, NULL)"),
  ELT: [
    ["ELT(NULL, 'a')", null],
    ["ELT(1, NULL, 'b')", null],
    ["ELT(2, NULL, 'b')", 'b'],
  ],
  FIELD: [
    ["FIELD(NULL, 'a')", 0],
    ["FIELD('a', NULL, 'a')", 2],
  ],
  ENCODE: giveNull("ENCODE(NULL, 'utf8', 'hex')", "ENCODE('a', NULL, 'hex')", "ENCODE('a', 'utf8', NULL)"),
  SUBSTRING: giveNull("SUBSTRING('a', NULL)", "SUBSTRING('a', 1, NULL)", `SUBSTRING(${bytes}, NULL)`),
  INSTR: [
    ["INSTR(NULL, 'a')", 0],
    ["INSTR('a', NULL)", 0],
    ["INSTR('a', 'a', NULL)", 0],
  ],
  SPLIT: giveNull("SPLIT(NULL, ',')", "SPLIT('a', NULL)"),
  SPLIT_TO_MAP: giveNull(
    "SPLIT_TO_MAP(NULL, ',', ':')",
    "SPLIT_TO_MAP('a:1', NULL, ':')",
    "SPLIT_TO_MAP('a:1', ',', NULL)",
  ),
  MASK: [
    ['MASK(NULL)', null],
    ["MASK('aB1-', NULL, NULL, NULL, NULL)", 'aB1-'],
  ],
  MASK_LEFT: giveNull('MASK_LEFT(NULL, 1)', "MASK_LEFT('a', NULL)"),
  MASK_RIGHT: giveNull('MASK_RIGHT(NULL, 1)', "MASK_RIGHT('a', NULL)"),
  MASK_KEEP_LEFT: giveNull('MASK_KEEP_LEFT(NULL, 1)', "MASK_KEEP_LEFT('a', NULL)"),
  MASK_KEEP_RIGHT: giveNull('MASK_KEEP_RIGHT(NULL, 1)', "MASK_KEEP_RIGHT('a', NULL)"),
  REGEXP_EXTRACT: giveNull("REGEXP_EXTRACT(NULL, 'a')", "REGEXP_EXTRACT('a', NULL)", "REGEXP_EXTRACT('a', 'a', NULL)"),
  REGEXP_EXTRACT_ALL: giveNull("REGEXP_EXTRACT_ALL(NULL, 'a')", "REGEXP_EXTRACT_ALL('a', NULL)"),
  REGEXP_REPLACE: giveNull("REGEXP_REPLACE(NULL, 'a', 'b')", "REGEXP_REPLACE('a', 'a', NULL)"),
  REGEXP_SPLIT_TO_ARRAY: giveNull("REGEXP_SPLIT_TO_ARRAY(NULL, 'a')", "REGEXP_SPLIT_TO_ARRAY('a', NULL)"),
  TO_BYTES: giveNull("TO_BYTES(NULL, 'utf8')", "TO_BYTES('a', NULL)"),
  FROM_BYTES: giveNull("FROM_BYTES(NULL, 'utf8')", `FROM_BYTES(${bytes}, NULL)`),
  INT_FROM_BYTES: giveNull('INT_FROM_BYTES(NULL)', `INT_FROM_BYTES(${bytes}, NULL)`),
  BIGINT_FROM_BYTES: giveNull('BIGINT_FROM_BYTES(NULL)', `BIGINT_FROM_BYTES(${bytes}, NULL)`),
  DOUBLE_FROM_BYTES: giveNull('DOUBLE_FROM_BYTES(NULL)', `DOUBLE_FROM_BYTES(${bytes}, NULL)`),
}

checkCalls(table)
checkComplete(
  [
    ...mathFunctions,
    ...trigonometricFunctions,
    ...stringFunctions,
    ...stringPartFunctions,
    ...maskFunctions,
    ...regularExpressionFunctions,
    ...bytesFunctions,
  ],
  table,
)
