// Roots, powers, logarithms and angles: functions of doubles. As in Java the results can be NaN and infinite, which JSON shows
// as null.

import { doubleType } from '../sql-type.ts'
import { defineSqlFunction, type SqlFunction } from './define-sql-function.ts'

const family = 'Numbers'

const ofOne = (
  name: string,
  summary: string,
  compute: (value: number) => number,
  sql: string,
  result: number,
): SqlFunction =>
  defineSqlFunction({
    name,
    family,
    summary,
    signatures: [
      {
        parameters: { val: doubleType },
        returns: doubleType,
        implementation: (_call, value: number) => compute(value),
      },
    ],
    examples: [{ sql, result }],
  })

const ofTwo = (
  name: string,
  summary: string,
  names: readonly [string, string],
  compute: (first: number, second: number) => number,
  sql: string,
  result: number,
): SqlFunction =>
  defineSqlFunction({
    name,
    family,
    summary,
    signatures: [
      {
        parameters: { [names[0]]: doubleType, [names[1]]: doubleType },
        returns: doubleType,
        implementation: (_call, first: number, second: number) => compute(first, second),
      },
    ],
    examples: [{ sql, result }],
  })

const log = defineSqlFunction({
  name: 'LOG',
  family,
  summary: 'The logarithm to base 10, or to the base that is given first.',
  signatures: [
    {
      parameters: { val: doubleType },
      returns: doubleType,
      implementation: (_call, value: number) => Math.log10(value),
    },
    {
      parameters: { base: doubleType, val: doubleType },
      returns: doubleType,
      implementation: (_call, base: number, value: number) =>
        base === 2 ? Math.log2(value) : base === 10 ? Math.log10(value) : Math.log(value) / Math.log(base),
    },
  ],
  examples: [
    { sql: 'LOG(1000)', result: 3 },
    { sql: 'LOG(2, 8)', result: 3 },
  ],
})

const pi = defineSqlFunction({
  name: 'PI',
  family,
  summary: 'The number π.',
  signatures: [{ parameters: {}, returns: doubleType, implementation: () => Math.PI }],
  examples: [{ sql: 'PI()', result: Math.PI }],
})

/** The functions of this family, in the order of help. */
export const trigonometricFunctions: readonly SqlFunction[] = [
  ofOne('SQRT', 'The square root.', Math.sqrt, 'SQRT(2.25)', 1.5),
  ofOne('CBRT', 'The cube root.', Math.cbrt, 'CBRT(27)', 3),
  ofTwo(
    'POWER',
    'The base to a power.',
    ['base', 'exponent'],
    (base, exponent) => base ** exponent,
    'POWER(2, 10)',
    1024,
  ),
  ofOne('EXP', 'Euler’s number to a power.', Math.exp, 'EXP(0)', 1),
  ofOne('LN', 'The natural logarithm.', Math.log, 'LN(1)', 0),
  log,
  pi,
  ofOne('DEGREES', 'The degrees of an angle in radians.', (value) => (value * 180) / Math.PI, 'DEGREES(PI())', 180),
  ofOne('RADIANS', 'The radians of an angle in degrees.', (value) => (value / 180) * Math.PI, 'RADIANS(180)', Math.PI),
  ofOne('SIN', 'The sine of an angle in radians.', Math.sin, 'SIN(0)', 0),
  ofOne('COS', 'The cosine of an angle in radians.', Math.cos, 'COS(0)', 1),
  ofOne('TAN', 'The tangent of an angle in radians.', Math.tan, 'TAN(0)', 0),
  ofOne('COT', 'The cotangent of an angle in radians.', (value) => 1 / Math.tan(value), 'ROUND(COT(0.5), 4)', 1.8305),
  ofOne('ASIN', 'The angle whose sine it is, in radians.', Math.asin, 'ASIN(0)', 0),
  ofOne('ACOS', 'The angle whose cosine it is, in radians.', Math.acos, 'ACOS(1)', 0),
  ofOne('ATAN', 'The angle whose tangent it is, in radians.', Math.atan, 'ATAN(0)', 0),
  ofTwo('ATAN2', 'The angle of the point (x, y), in radians.', ['y', 'x'], Math.atan2, 'ATAN2(0, 1)', 0),
  ofOne('SINH', 'The hyperbolic sine.', Math.sinh, 'SINH(0)', 0),
  ofOne('COSH', 'The hyperbolic cosine.', Math.cosh, 'COSH(0)', 1),
  ofOne('TANH', 'The hyperbolic tangent.', Math.tanh, 'TANH(0)', 0),
]
