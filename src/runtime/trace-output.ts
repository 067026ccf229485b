// What `--trace` shows: a block per record that was read, with a line for each node that it, or what was made of it, comes to;
// or a JSON object for each of these lines.

import type { CliContext } from './cli/context.ts'
import type { Style } from './cli/terminal/colour.ts'
import { escapeControls } from './cli/terminal/escape.ts'
import { Change } from './model/change.ts'
import { fromByteString } from './model/byte-string.ts'
import { LazyJson } from './model/lazy-json.ts'
import { keyValue } from './model/lazy-key.ts'
import { keyFromText } from './model/record-key.ts'
import { placeOf, type StreamRecord } from './model/stream-record.ts'
import { parseJsonText, stringifyJson } from './serde/json-parse.ts'
import { NodeTrace, type TraceStep } from './tasks/node-trace.ts'
import type { Trace } from './trace-option.ts'

/** Characters of a value in the form for people. */
const longestValue = 300

/** The trace of a run, on standard error. */
export const openTrace = async (
  { limit, format }: Trace,
  context: Pick<CliContext, 'tell' | 'errorStyle'>,
): Promise<NodeTrace> => {
  const write = format === 'json' ? jsonLine : textLines(await context.errorStyle())
  return new NodeTrace(limit, (step) => {
    context.tell(write(step))
  })
}

/** What a record shows besides its place: names and JSON texts, in order. */
const fieldsOf = ({ key, value, timestamp, window, headers }: StreamRecord): readonly (readonly [string, string])[] => {
  const isChange = value instanceof Change
  const fields: (readonly [string, string])[] = []
  const shownKey = isChange && typeof key === 'string' ? keyFromText(key, parseJsonText) : keyValue(key)
  if (shownKey !== null && shownKey !== undefined) fields.push(['key', jsonOf(shownKey)])
  if (window !== undefined) fields.push(['window', stringifyJson({ start: window.start, end: window.end })])
  if (timestamp >= 0) fields.push(['ts', String(timestamp)])
  if (headers.length > 0) {
    const named = headers.map(({ name, value: bytes }) => [name, bytes && Buffer.from(bytes).toString('utf8')])
    fields.push(['headers', stringifyJson(named)])
  }
  if (!isChange) return [...fields, ['value', jsonOf(value)]]
  fields.push(['old', jsonOf(value.oldValue)], ['new', jsonOf(value.newValue)])
  if (!value.isLatest) fields.push(['latest', 'false'])
  return fields
}

/** The JSON text of a value; what came in and was not changed as it came. */
const jsonOf = (value: unknown): string => {
  if (!(value instanceof LazyJson)) return stringifyJson(value ?? null)
  const json = fromByteString(value.json())
  // JSON in topics may have several lines.
  return /[\r\n]/.test(json) ? stringifyJson(value.plain()) : json
}

const jsonLine = ({ cause, taskId, node, depth, record, dropped }: TraceStep): string => {
  const fields = [
    ['record', cause === undefined ? 'null' : String(cause)],
    ['from', cause === undefined ? 'null' : stringifyJson(placeOf(record.origin))],
    ['task', stringifyJson(taskId)],
    ['node', stringifyJson(node)],
    ['depth', String(depth)],
    ...fieldsOf(record),
    ...(dropped === undefined ? [] : [['dropped', stringifyJson(dropped.reason)]]),
    ...(dropped?.detail === undefined ? [] : [['detail', stringifyJson(dropped.detail)]]),
  ]
  return `{${fields.map(([name, json]) => `"${name ?? ''}":${json ?? ''}`).join(',')}}\n`
}

const textLines = ({ bold, cyan, dim, yellow }: Style): ((step: TraceStep) => string) => {
  let block: string | undefined
  return ({ cause, taskId, node, depth, record, dropped }) => {
    const title =
      cause === undefined
        ? `rows that were held back (task ${taskId})`
        : `record ${String(cause)}: ${placeOf(record.origin)} (task ${taskId})`
    const begins = title !== block && (cause === undefined || depth === 0)
    if (begins) block = title
    const heading = begins ? `${bold(escapeControls(title))}\n` : ''
    const indent = '  '.repeat(depth + 1)
    if (dropped !== undefined) {
      const reason = dropped.detail === undefined ? dropped.reason : `${dropped.reason}: ${dropped.detail}`
      return `${heading}${indent}  ${yellow(`goes no further: ${escapeControls(reason)}`)}\n`
    }
    const shown = fieldsOf(record).map(([name, json]) => `${dim(`${name}=`)}${escapeControls(shorten(json))}`)
    return `${heading}${indent}${cyan(escapeControls(node))}  ${shown.join(' ')}\n`
  }
}

const shorten = (json: string): string => (json.length > longestValue ? `${json.slice(0, longestValue)}…` : json)
