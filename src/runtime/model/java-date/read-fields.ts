// Reads the fields of a text that is as a pattern says. Letters may be in whatever case.

import { RecordError } from '../record-error.ts'
import type { Field } from './date-fields.ts'
import type { NumberNode, OffsetBody, PatternNode } from './pattern-nodes.ts'
import { findZone, fixedZone, type Zone } from './zone.ts'
import { zoneNameAt } from './zone-names.ts'

/** What has been read. */
export interface ReadFields {
  readonly fields: Map<Field, number>
  zone: Zone | undefined
}

/** RecordError, which names the position, if the text is not as the pattern says. */
export const readFields = (nodes: readonly PatternNode[], text: string, pattern: string): ReadFields => {
  const read: ReadFields = { fields: new Map(), zone: undefined }
  let position = 0
  for (const node of nodes) {
    const next = readNode(node, text, position, read)
    if (next < 0) {
      throw new RecordError(`'${text}' is not as '${pattern}' says: ${node.source} is wanted at character ${~next + 1}`)
    }
    position = next
  }
  if (position < text.length) {
    throw new RecordError(`'${text}' is not as '${pattern}' says: nothing is wanted at character ${position + 1}`)
  }
  return read
}

/** The position behind what was read, or `~` of that where it is wrong. */
const readNode = (node: PatternNode, text: string, position: number, read: ReadFields): number => {
  switch (node.kind) {
    case 'literal':
      return startsWith(text, node.text, position) ? position + node.text.length : ~position
    case 'number':
      return node.as === 'fraction' ? readFraction(node, text, position, read) : readNumber(node, text, position, read)
    case 'text': {
      const value = valueOfText(node.texts, text, position)
      if (value === undefined) return ~position
      return set(read, node.field, value, position, position + (node.texts[value] as string).length)
    }
    case 'offset':
      return readOffset(node, text, position, read)
    case 'offset of GMT':
      return readOffsetOfGmt(text, position, node.isFull, read)
    case 'zone':
      return readZone(text, position, read, false)
    case 'zone name':
      return readZone(text, position, read, true)
    case 'optional':
      return readOptional(node.nodes, text, position, read)
    case 'padded': {
      const end = position + node.width
      if (end > text.length) return ~position
      let start = position
      while (start < end && text.charAt(start) === ' ') start++
      const next = readNode(node.node, text.slice(0, end), start, read)
      return next === end || next < 0 ? next : ~position
    }
  }
}

const startsWith = (text: string, wanted: string, position: number): boolean =>
  text.startsWith(wanted, position) ||
  text.slice(position, position + wanted.length).toLowerCase() === wanted.toLowerCase()

/** A field that is there twice has to be the same. */
const set = (read: ReadFields, field: Field, value: number, position: number, end: number): number => {
  const before = read.fields.get(field)
  read.fields.set(field, value)
  return before === undefined || before === value ? end : ~position
}

const readOptional = (nodes: readonly PatternNode[], text: string, position: number, read: ReadFields): number => {
  const fields = new Map(read.fields)
  const { zone } = read
  let next = position
  for (const node of nodes) {
    next = readNode(node, text, next, read)
    if (next >= 0) continue
    read.fields.clear()
    for (const [field, value] of fields) read.fields.set(field, value)
    read.zone = zone
    return position
  }
  return next
}

/** The longest text that fits; of equal ones the last, as Java has it for the letters of months. */
const valueOfText = (texts: readonly string[], text: string, position: number): number | undefined => {
  let best: number | undefined
  for (const [value, candidate] of texts.entries()) {
    if (candidate === '' || !startsWith(text, candidate, position)) continue
    if (best === undefined || candidate.length >= (texts[best] as string).length) best = value
  }
  return best
}

const isDigit = (text: string, position: number): boolean => {
  const code = text.charCodeAt(position)
  return code >= 48 && code <= 57
}

/** The end of the digits from a position on, of which there may be so many. */
const endOfDigits = (text: string, position: number, most: number): number => {
  let end = position
  while (end < position + most && isDigit(text, end)) end++
  return end
}

const readNumber = (node: NumberNode, text: string, from: number, read: ReadFields): number => {
  const { minWidth, maxWidth, sign, following } = node
  const mark = text.charAt(from)
  const isNegative = mark === '-'
  const isPositive = mark === '+'
  if ((isNegative && sign === 'none') || (isPositive && sign !== 'exceeds')) return ~from
  const position = isNegative || isPositive ? from + 1 : from
  if (position + minWidth > text.length) return ~position
  let end = endOfDigits(text, position, maxWidth + following)
  // Digits that belong to the next fields are given back.
  if (following > 0) end = Math.min(end, position + Math.max(minWidth, end - position - following))
  if (end - position < minWidth) return ~position
  let value = Number(text.slice(position, end))
  if (isNegative) {
    if (value === 0) return ~from
    value = -value
  } else if (sign === 'exceeds') {
    if (isPositive && end - position <= minWidth) return ~from
    if (!isPositive && end - position > minWidth) return ~from
  }
  if (node.as === 'year') value += 2000
  return set(read, node.field, value, position, end)
}

const readFraction = ({ field, minWidth }: NumberNode, text: string, position: number, read: ReadFields): number => {
  const end = endOfDigits(text, position, minWidth)
  if (end - position < minWidth) return ~position
  return set(read, field, Number(text.slice(position, end).padEnd(9, '0')), position, end)
}

const readOffset = (node: OffsetBody, text: string, position: number, read: ReadFields): number => {
  const { colon, minutes, seconds, zero } = node
  if (startsWith(text, zero, position)) return set(read, 'OffsetSeconds', 0, position, position + zero.length)
  const mark = text.charAt(position)
  if (mark !== '+' && mark !== '-') return ~position
  const parts = [twoDigitsAt(text, position + 1, '')]
  let end = position + 3
  if (parts[0] === undefined) return ~position
  for (const wanted of [minutes, seconds]) {
    if (wanted === 'never') break
    const part = twoDigitsAt(text, end, colon)
    if (part === undefined && wanted === 'always') return ~position
    if (part === undefined) break
    parts.push(part)
    end += colon.length + 2
  }
  const [hour = 0, minute = 0, second = 0] = parts
  if (hour > 23) return ~position
  const offset = hour * 3600 + minute * 60 + second
  return set(read, 'OffsetSeconds', mark === '-' ? -offset : offset, position, end)
}

/** The value of two digits below 60 behind a separator. */
const twoDigitsAt = (text: string, position: number, separator: string): number | undefined => {
  const start = position + separator.length
  if (!text.startsWith(separator, position) || endOfDigits(text, start, 2) < start + 2) return undefined
  const value = Number(text.slice(start, start + 2))
  return value > 59 ? undefined : value
}

const readOffsetOfGmt = (text: string, position: number, isFull: boolean, read: ReadFields): number => {
  if (!startsWith(text, 'GMT', position)) return ~position
  const pattern = isFull ? /^([+-])(\d\d):(\d\d)(?::(\d\d))?/ : /^([+-])(\d\d?)(?::(\d\d)(?::(\d\d))?)?/
  const rest = text.slice(position + 3)
  const match = pattern.exec(rest)
  if (match === null) {
    return /^[+-]/.test(rest) ? ~position : set(read, 'OffsetSeconds', 0, position, position + 3)
  }
  const [whole, mark, hour, minute = '0', second = '0'] = match
  const offset = Number(hour) * 3600 + Number(minute) * 60 + Number(second)
  return set(read, 'OffsetSeconds', mark === '-' ? -offset : offset, position, position + 3 + whole.length)
}

const idOffset: OffsetBody = { kind: 'offset', colon: ':', minutes: 'always', seconds: 'some', zero: 'Z' }

const readZone = (text: string, position: number, read: ReadFields, isName: boolean): number => {
  const rest = text.slice(position)
  if (/^[+-]/.test(rest)) return readZoneOffset(text, position, position, read)
  const [prefix = ''] = /^(UTC|GMT|UT)/i.exec(rest) ?? []
  if (prefix !== '' && !/^GMT0/i.test(rest)) return readZoneOffset(text, position, position + prefix.length, read)
  const id = regionIdAt(rest)
  const named = isName ? zoneNameAt(text, position) : undefined
  const [found, length] =
    named !== undefined && named.name.length >= id.length ? [named.id, named.name.length] : [id, id.length]
  const zone = found === '' ? undefined : findZone(found)
  if (zone !== undefined) {
    read.zone = zone
    return position + length
  }
  if (!/^z/i.test(rest)) return ~position
  read.zone = fixedZone(0)
  return position + 1
}

/** `+02:00`, perhaps with `UTC` in front, from `position` to `behind`. */
const readZoneOffset = (text: string, position: number, behind: number, read: ReadFields): number => {
  const prefix = text.slice(position, behind).toUpperCase()
  const inner: ReadFields = { fields: new Map(), zone: undefined }
  const next = /^[+-]/.test(text.slice(behind)) ? readOffset(idOffset, text, behind, inner) : ~behind
  const offset = next < 0 ? undefined : inner.fields.get('OffsetSeconds')
  if (offset === undefined ? prefix === '' : Math.abs(offset) > 18 * 3600) return ~position
  read.zone = fixedZone(offset ?? 0, prefix)
  return offset === undefined ? behind : next
}

/** The longest id of a region at the start of a text; '' if there is none. */
const regionIdAt = (text: string): string => {
  let id = /^[a-z][a-z0-9~/._+-]*/i.exec(text)?.[0] ?? ''
  while (id !== '' && findZone(id) === undefined) id = id.slice(0, -1)
  return id
}
