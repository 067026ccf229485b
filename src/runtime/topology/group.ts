// Group keys: what `--by` says, how a key is made of a record, and what fields a key prints as.

import { toByteString } from '../model/byte-string.ts'
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

/** Groups by the key that records have; those without one form a group of their own that prints no key. */
export const groupByRecordKey: Grouping = {
  select: (record) => record.key ?? noKey,
  writeFields: (row, key) => {
    if (key !== noKey) setField(row, 'key', keyFromText(key, parseJsonText))
  },
}
