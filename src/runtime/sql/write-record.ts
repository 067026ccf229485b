// The last step of a query whose results others read: makes the key and the value of a record of its columns.

import type { Expression } from '../expression/compile.ts'
import type { Node } from '../expression/ast.ts'
import type { ProcessorSupplier } from '../operators/processor.ts'
import { keyValue } from '../model/lazy-key.ts'
import type { StreamRecord } from '../model/stream-record.ts'
import { plainValue } from '../model/stream-record.ts'
import { setField } from '../serde/json-parse.ts'
import { asDeleted } from '../topology/row-forms.ts'
import { joinDelimited } from './delimited.ts'
import type { HalfPlan, SinkPlan } from './plan.ts'

type Compile = (node: Node) => Expression

/** The node before a sink. */
export const writeRecord = (sink: SinkPlan, isTable: boolean, compile: Compile): ProcessorSupplier => {
  const write = recordWriter(sink, isTable, compile)
  return (context) => ({
    process: (record) => {
      context.forward(write(record))
    },
  })
}

/** Makes the records of a sink. @param isTable a record without a value deletes; its key is all that is known of it. */
export const recordWriter = (
  { key, value, place }: SinkPlan,
  isTable: boolean,
  compile: Compile,
): ((record: StreamRecord) => StreamRecord) => {
  const makeValue = value === undefined ? undefined : halfWriter(value, compile)
  const makeKey = key === undefined ? undefined : isTable ? rowKeyWriter(key) : halfWriter(key, compile)
  const deleted = place.kind === 'topic' ? undefined : deletedRow(value)
  return (record) => {
    const made =
      record.value === null ? (deleted?.(record) ?? null) : makeValue === undefined ? record.value : makeValue(record)
    const written = record.withValue(made)
    return makeKey === undefined ? written : written.withKey(makeKey(record))
  }
}

const halfWriter = (half: HalfPlan, compile: Compile): ((record: StreamRecord) => unknown) => {
  const parts = half.fields.map(({ name, node }) => ({ name, expression: compile(node) }))
  const write = partsWriter(half)
  return (record) => write(parts.map(({ expression }) => plainValue(expression.evaluate(record))))
}

/** The key of a row of a table is its key columns, whatever its value says. */
const rowKeyWriter = (half: HalfPlan): ((record: StreamRecord) => unknown) => {
  const write = partsWriter(half)
  return ({ key }) => write(keyParts(key, half.fields.length))
}

const keyParts = (key: unknown, count: number): readonly unknown[] => {
  const plain = plainValue(keyValue(key))
  return count === 1 ? [plain] : Object.values(plain as object)
}

const partsWriter = ({ fields, form }: HalfPlan): ((values: readonly unknown[]) => unknown) => {
  if (fields.length === 0) return () => null
  if (form === 'bare') return ([only]) => only
  if (form !== 'object') return (values) => joinDelimited(values, form.delimiter)
  return (values) => {
    const object = {}
    for (let index = 0; index < fields.length; index++) setField(object, fields[index]?.name ?? '', values[index])
    return object
  }
}

/** The row of a file that says that another one is gone. */
const deletedRow =
  (value: HalfPlan | undefined) =>
  ({ key, window }: StreamRecord): object => {
    const plain = plainValue(keyValue(key))
    const isRow = typeof plain === 'object' && plain !== null
    const row = {}
    for (const [name, part] of isRow ? Object.entries(plain) : [[value?.fields[0]?.name ?? 'key', plain] as const]) {
      setField(row, name, part)
    }
    return asDeleted(row, window)
  }
