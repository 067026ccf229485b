// Group keys: what `--by` says, how a key is made of a record, and what fields a key prints as.

import { splitAssignment, splitList } from '../model/argument-lists.ts'
import { toByteString } from '../model/byte-string.ts'
import { KsError } from '../model/errors.ts'
import { keyFromText } from '../model/record-key.ts'
import type { StreamRecord } from '../model/stream-record.ts'
import type { Expression } from '../expression/compile.ts'
import { parseJsonText, setField, stringifyJson } from '../serde/json-parse.ts'
import { JsonText } from '../serde/json-text.ts'

/** One expression of `--by`, with the name of its field in results. */
export interface GroupPart {
  readonly name: string
  readonly expression: Expression
}

/** The text of the key of records that have none, when all of them form one group. */
export const noKey = '\0'

/** How records are grouped and what a group prints. */
export interface Grouping {
  /** The key of a record. */
  select(record: StreamRecord): unknown
  /** Sets the fields that a group key prints as. */
  writeFields(row: object, keyText: string): void
}

/** Groups by expressions: the value itself for one, an object with a field for each otherwise. */
export const groupByParts = (parts: readonly GroupPart[]): Grouping => {
  const [only] = parts
  if (only !== undefined && parts.length === 1) {
    const { expression, name } = only
    return {
      select: (record) => expression.evaluate(record),
      writeFields: (row, key) => {
        setField(row, name, keyFromText(key, parseJsonText))
      },
    }
  }
  const heads = parts.map(({ name }, index) => `${index === 0 ? '{' : ','}${JSON.stringify(name)}:`)
  return {
    select: (record) => {
      let text = ''
      for (let i = 0; i < parts.length; i++) {
        text += (heads[i] as string) + stringifyJson((parts[i] as GroupPart).expression.evaluate(record))
      }
      return new JsonText(toByteString(`${text}}`))
    },
    writeFields: (row, key) => {
      const fields: unknown = parseJsonText(key)
      if (typeof fields === 'object' && fields !== null) {
        for (const [name, value] of Object.entries(fields)) setField(row, name, value)
      }
    },
  }
}

/**
 * What `--by` says: lists of expressions, each with its own name or one that is assigned; none groups by the key of the record.
 * @throws KsError usage if two fields have one name.
 */
export const groupingBy = (by: readonly string[], compile: (text: string) => Expression): Grouping => {
  const parts = by
    .flatMap((list) => splitList(list))
    .map((text) => {
      const assigned = splitAssignment(text)
      const expression = compile(assigned?.expression ?? text)
      return { name: assigned?.name ?? expression.name ?? 'key', expression }
    })
  const names = parts.map(({ name }) => name)
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  if (twice !== undefined) {
    throw new KsError('usage', `--by names two fields "${twice}"`, {
      hint: `give one a name: --by other_${twice}=EXPR`,
    })
  }
  return parts.length === 0 ? groupByRecordKey : groupByParts(parts)
}

/** Groups by the key that records have; those without one form a group of their own that prints no key. */
export const groupByRecordKey: Grouping = {
  select: (record) => record.key ?? noKey,
  writeFields: (row, key) => {
    if (key !== noKey) setField(row, 'key', keyFromText(key, parseJsonText))
  },
}
