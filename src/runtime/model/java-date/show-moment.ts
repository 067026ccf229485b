// Shows a date, a time or both as a pattern says.

import { RecordError } from '../record-error.ts'
import { fieldOf, type Moment, type ZoneAtMoment } from './date-fields.ts'
import type { NumberNode, OffsetBody, PatternNode } from './pattern-nodes.ts'
import { isSummerTime, offsetId } from './zone.ts'
import { zoneNamesOf } from './zone-names.ts'

/** The text. RecordError if the pattern has something that the moment has not, unless it is optional. */
export const showMoment = (nodes: readonly PatternNode[], moment: Moment, pattern: string): string => {
  let text = ''
  for (const node of nodes) {
    const shown = showNode(node, moment, pattern)
    if (shown === undefined) {
      throw new RecordError(`the pattern '${pattern}' has ${lettersOf(node)}, which a ${moment.type} has not`)
    }
    text += shown
  }
  return text
}

const lettersOf = (node: PatternNode): string => (node.kind === 'padded' ? node.node.source : node.source)

/** undefined if the moment has no such field. */
const showNode = (node: PatternNode, moment: Moment, pattern: string): string | undefined => {
  switch (node.kind) {
    case 'literal':
      return node.text
    case 'number': {
      const value = fieldOf(node.field, moment)
      return value === undefined ? undefined : showNumber(node, value, pattern)
    }
    case 'text': {
      const value = fieldOf(node.field, moment)
      return value === undefined ? undefined : node.texts[value]
    }
    case 'offset': {
      const offset = moment.zone?.offset
      return offset === undefined ? undefined : showOffset(offset, node)
    }
    case 'offset of GMT': {
      const offset = moment.zone?.offset
      return offset === undefined ? undefined : showOffsetOfGmt(offset, node.isFull)
    }
    case 'zone':
      return moment.zone?.zone.id
    case 'zone name':
      return moment.zone && showZoneName(moment.zone, node.isLong)
    case 'optional': {
      let text = ''
      for (const inner of node.nodes) {
        const shown = showNode(inner, moment, pattern)
        if (shown === undefined) return ''
        text += shown
      }
      return text
    }
    case 'padded': {
      const shown = showNode(node.node, moment, pattern)
      if (shown !== undefined && shown.length > node.width) {
        throw new RecordError(`the pattern '${pattern}' has no room for ${shown} in ${node.source}`)
      }
      return shown?.padStart(node.width, ' ')
    }
  }
}

const showNumber = (node: NumberNode, value: number, pattern: string): string => {
  const { minWidth, maxWidth, sign } = node
  const size = Math.abs(value)
  if (node.as === 'year') return String(size % 100).padStart(2, '0')
  if (node.as === 'fraction') return String(size).padStart(9, '0').slice(0, maxWidth)
  const digits = String(size)
  if (digits.length > maxWidth) {
    throw new RecordError(`the pattern '${pattern}' has no room for ${value} in ${node.source}`)
  }
  const mark = value < 0 ? '-' : sign === 'exceeds' && digits.length > minWidth ? '+' : ''
  return mark + digits.padStart(minWidth, '0')
}

const twoDigits = (value: number): string => String(value).padStart(2, '0')

interface Parts {
  readonly sign: string
  readonly hours: number
  readonly minutes: number
  readonly seconds: number
}

const partsOf = (offset: number): Parts => {
  const size = Math.abs(offset)
  return {
    sign: offset < 0 ? '-' : '+',
    hours: Math.floor(size / 3600),
    minutes: Math.floor(size / 60) % 60,
    seconds: size % 60,
  }
}

const showOffset = (
  offset: number,
  { colon, minutes: shownMinutes, seconds: shownSeconds, zero }: OffsetBody,
): string => {
  const { sign, hours, minutes, seconds } = partsOf(offset)
  const hasMinutes = shownMinutes === 'always' || minutes > 0
  const hasSeconds = shownSeconds === 'some' && seconds > 0
  // Seconds that are not shown do not make it something else than zero.
  if (hours === 0 && minutes === 0 && !hasSeconds) return zero
  return `${sign}${twoDigits(hours)}${hasMinutes ? colon + twoDigits(minutes) : ''}${hasSeconds ? colon + twoDigits(seconds) : ''}`
}

const showOffsetOfGmt = (offset: number, isFull: boolean): string => {
  if (offset === 0) return 'GMT'
  const { sign, hours, minutes, seconds } = partsOf(offset)
  const rest = seconds === 0 ? `:${twoDigits(minutes)}` : `:${twoDigits(minutes)}:${twoDigits(seconds)}`
  if (isFull) return `GMT${sign}${twoDigits(hours)}${rest}`
  return `GMT${sign}${hours}${minutes === 0 && seconds === 0 ? '' : rest}`
}

const showZoneName = ({ zone, timestamp, offset }: ZoneAtMoment, isLong: boolean): string => {
  const names = zoneNamesOf(zone.id)
  if (names === undefined) return zone.kind === 'offset' ? zone.id : `GMT${offset === 0 ? '' : offsetId(offset)}`
  if (isSummerTime(zone, timestamp)) return isLong ? names.longSummer : names.shortSummer
  return isLong ? names.longStandard : names.shortStandard
}
