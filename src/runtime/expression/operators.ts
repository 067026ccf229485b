// The operators, from the loosest to the tightest: what the parser binds and what help prints.

/** One row: operators that bind equally tight and belong together. */
export interface OperatorRow {
  /** Each operator with its other spellings after it. */
  readonly operators: readonly (readonly string[])[]
  readonly power: number
  /** One sentence. */
  readonly summary: string
  /** An expression and its value. */
  readonly example: string
  readonly result: unknown
}

export const conditionalPower = 1
export const defaultPower = 2
export const orPower = 3
export const andPower = 4
export const notPower = 5
export const comparisonPower = 6
export const additivePower = 7
export const multiplicativePower = 8
export const minusPower = 9

export const operatorRows: readonly OperatorRow[] = [
  {
    operators: [['?:']],
    power: conditionalPower,
    summary: 'One of two values; everything but false and null counts as true.',
    example: '404 >= 400 ? "bad" : "good"',
    result: 'bad',
  },
  {
    operators: [['//'], ['??']],
    power: defaultPower,
    summary: '`//` replaces null and false by what follows, `??` null only.',
    example: '[false // 1, false ?? 1, null ?? 1]',
    result: [1, false, 1],
  },
  {
    operators: [['or', '||']],
    power: orPower,
    summary: 'True or false; the right side is looked at only if the left one is not true.',
    example: 'null or 1 > 0',
    result: true,
  },
  {
    operators: [['and', '&&']],
    power: andPower,
    summary: 'True or false; the right side is looked at only if the left one is true.',
    example: '"yes" and 1 > 2',
    result: false,
  },
  {
    operators: [['not', '!']],
    power: notPower,
    summary: 'Stands before what it negates, comparisons included.',
    example: 'not 1 == 2',
    result: true,
  },
  {
    operators: [['==', '='], ['!=', '<>'], ['<'], ['<='], ['>'], ['>=']],
    power: comparisonPower,
    summary:
      'Compares numbers with numbers and strings (by code point) with strings; `<` and its kin are false for null and for ' +
      'different types, `==` compares arrays and objects in depth.',
    example: '[2 < 10, "2" < "10", null < 1, 1 < "2", [1] == [1.0]]',
    result: [true, false, false, false, true],
  },
  {
    operators: [['=~'], ['!~']],
    power: comparisonPower,
    summary: 'Tests a string against a regular expression; null matches nothing.',
    example: '"/api/users" =~ "^/api/"',
    result: true,
  },
  {
    operators: [['in'], ['not in']],
    power: comparisonPower,
    summary: 'Looks for an element of an array or a field name of an object.',
    example: '["b" in ["a", "b"], "a" not in {a: 1}]',
    result: [true, false],
  },
  {
    operators: [['+'], ['-']],
    power: additivePower,
    summary:
      'Adds and subtracts numbers; `+` also joins two strings, two arrays or two objects. Null makes the result null.',
    example: '[1 + 2, "a" + "b", {a: 1} + {b: 2}, 1 + null]',
    result: [3, 'ab', { a: 1, b: 2 }, null],
  },
  {
    operators: [['*'], ['/'], ['%']],
    power: multiplicativePower,
    summary: 'Integers beyond 2^53 stay exact except in a division; dividing by zero gives null.',
    example: '[7 / 2, 7 % 2, 1 / 0, 9007199254740993 * 1]',
    result: [3.5, 1, null, 9007199254740993n],
  },
]

/** An infix operator by what stands in the text. */
export interface InfixOperator {
  readonly name: string
  readonly power: number
}

/** Infix operators by spelling; the conditional and `not in` take more than one token and are not among them. */
export const infixOperators: ReadonlyMap<string, InfixOperator> = new Map(
  operatorRows
    .filter(({ power }) => power !== conditionalPower && power !== notPower)
    .flatMap(({ operators, power }) =>
      operators.flatMap((spellings) =>
        spellings.map((spelling) => [spelling, { name: spellings[0] ?? spelling, power }] as const),
      ),
    )
    .filter(([spelling]) => spelling !== 'not in'),
)
