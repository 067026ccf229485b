// ks help expressions and ks help aggregates: the language, with its functions as the tables have them.

import type { HelpTopic } from '../command.ts'
import type { Block } from '../prose.ts'

/** A function or operator as help lists it. */
export interface LanguageEntry {
  /** `round(number, digits?)`. */
  readonly signature: string
  /** One sentence. */
  readonly summary: string
  /** An expression with its value, as in `round(2.5) → 3`. */
  readonly example?: string
}

/** A metadata variable, without the `$`. */
export interface VariableEntry {
  readonly name: string
  readonly summary: string
}

/** The tables of the language. */
export interface LanguageTables {
  readonly operators: readonly LanguageEntry[]
  readonly variables: readonly VariableEntry[]
  readonly functions: readonly LanguageEntry[]
  readonly aggregates: readonly LanguageEntry[]
  readonly sqlFunctions: readonly LanguageEntry[]
  readonly sqlAggregates: readonly LanguageEntry[]
}

/** Entries as help lists them. */
export const rowsOf = (entries: readonly LanguageEntry[]): Block => ({
  rows: entries.map(({ signature, summary, example }) => [
    signature,
    sentence(summary) + (example === undefined ? '' : ` \`${example.replaceAll('`', "'")}\``),
  ]),
})

const sentence = (summary: string): string => (summary.endsWith('.') ? summary : `${summary}.`)

export const expressionsTopic = (tables: () => LanguageTables): HelpTopic => ({
  name: 'expressions',
  summary: 'The language of filter, map, --by and all others.',
  body: () => [
    'Paths as in jq, operators as in C and SQL. An expression has a value and no effect. Put it into single quotes: ' +
      '`ks filter \'.status >= 500 and .path =~ "^/api"\'`.',
    { heading: 'Paths' },
    {
      rows: [
        ['.', 'The whole value.'],
        ['.user.name', 'A field of a field. What is missing is null, at every step.'],
        ['."odd name"', 'A field whose name is no identifier.'],
        ['.tags[0], .tags[-1]', 'Elements, from the front and from the back.'],
      ],
    },
    { heading: 'Literals' },
    {
      rows: [
        ['"text", \'text\'', 'Strings, with the escapes of JSON; `"\\(.a) and \\(.b)"` puts values into it.'],
        ['1, 2.5, 1e3', 'Numbers. Integers beyond 2^53 stay exact.'],
        ['true, false, null', 'As in JSON.'],
        ['[.a, .b]', 'An array.'],
        ['{id, total: .price * .qty}', 'An object; `{id}` is short for `{id: .id}`.'],
        ['{..., total: 1}', 'All fields of the record, with this one set.'],
      ],
    },
    { heading: 'Operators, the loosest first' },
    rowsOf(tables().operators),
    'Everything but `false` and `null` counts as true. A missing field is null, a comparison with null is false, arithmetic ' +
      'with null is null. A value of the wrong type is an error of the record: `--on-error` decides what happens to it.',
    { heading: 'Metadata' },
    { rows: tables().variables.map(({ name, summary }) => [`$${name}`, summary]) },
    '`--arg NAME=TEXT` and `--argjson NAME=JSON` add variables of your own.',
    { heading: 'Functions' },
    rowsOf(tables().functions),
    { heading: 'Not in the language' },
    'Pipes, assignments and loops: `ks map EXPR then filter EXPR` joins steps, `ks put NAME=EXPR` sets fields, `map(.items, x -> ' +
      'x.price)` goes through an array. So an expression always ends and cannot do any harm.',
  ],
})

export const aggregatesTopic = (tables: () => LanguageTables): HelpTopic => ({
  name: 'aggregates',
  summary: 'The functions of agg: count, sum, avg, percentile and others.',
  body: () => [
    'A result of `agg` is an expression over these functions, whose arguments are expressions over the record: ' +
      "`ks agg n='count()' mean='sum(.ms) / count()' --by .path`. Null is left out by all of them, except that `count()` without " +
      'an argument counts every record.',
    rowsOf(tables().aggregates),
  ],
})
