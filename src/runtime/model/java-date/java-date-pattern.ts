// Patterns of dates and times in the syntax of java.time.format.DateTimeFormatter, which is that of ksqlDB: what they show and
// read. Texts are English, weeks those of the United States; what cannot be read (Y, w, W) is said when the pattern is made.

import { RecordError } from '../record-error.ts'
import { calendarDate, msPerDay } from './date-fields.ts'
import { patternNodes, type PatternNode } from './pattern-nodes.ts'
import { readFields, type ReadFields } from './read-fields.ts'
import { resolveDate, resolveTime, resolveTimestamp } from './resolve-fields.ts'
import { showMoment } from './show-moment.ts'
import type { Zone } from './zone.ts'

/** A compiled pattern. Everything throws RecordError for what does not fit. */
export interface JavaDatePattern {
  /** Throws if the pattern has what can only be shown; so does all that reads. */
  checkReading(): void
  /** @param timestamp ms since the epoch */
  formatTimestamp(timestamp: number, zone: Zone): string
  /** @param day days since the epoch */
  formatDate(day: number): string
  /** @param time ms of the day */
  formatTime(time: number): string
  /** Milliseconds since the epoch. A zone in the text goes before `zone`; what is missing is as on 1970-01-01 at 00:00. */
  parseTimestamp(text: string, zone: Zone): number
  /** Days since the epoch. */
  parseDate(text: string): number
  /** As `parseDate`; a time in the text does not matter. */
  parseDatePart(text: string): number
  /** Milliseconds of the day. */
  parseTime(text: string): number
}

/** RecordError for what is no pattern; it names the position. */
export const compileJavaDatePattern = (pattern: string): JavaDatePattern => {
  const nodes = patternNodes(pattern)
  const unreadable = nodes.flatMap(withoutReading)[0]
  const checkReading = (): void => {
    if (unreadable !== undefined) throw new RecordError(unreadableMessage(pattern, unreadable))
  }
  const read = (text: string): ReadFields => {
    checkReading()
    return readFields(nodes, text, pattern)
  }
  return {
    checkReading,
    formatTimestamp: (timestamp, zone) => {
      const offset = zone.offsetAt(timestamp)
      const local = timestamp + offset * 1000
      const day = Math.floor(local / msPerDay)
      return showMoment(
        nodes,
        {
          type: 'TIMESTAMP',
          date: calendarDate(day),
          time: local - day * msPerDay,
          zone: { zone, timestamp, offset },
        },
        pattern,
      )
    },
    formatDate: (day) =>
      showMoment(nodes, { type: 'DATE', date: calendarDate(day), time: undefined, zone: undefined }, pattern),
    formatTime: (time) => showMoment(nodes, { type: 'TIME', date: undefined, time, zone: undefined }, pattern),
    parseTimestamp: (text, zone) => resolveTimestamp(read(text), zone, text),
    parseDate: (text) => resolveDate(read(text), true, text),
    parseDatePart: (text) => resolveDate(read(text), false, text),
    parseTime: (text) => resolveTime(read(text), text),
  }
}

/** The elements that only show something. */
const withoutReading = (node: PatternNode): PatternNode[] => {
  if (node.kind === 'optional') return node.nodes.flatMap(withoutReading)
  if (node.kind === 'padded') return withoutReading(node.node)
  const isOfWeeks = node.kind === 'number' && /^Week/.test(node.field)
  return isOfWeeks ? [node] : []
}

const unreadableMessage = (pattern: string, { source }: PatternNode): string => {
  const meant = source.startsWith('Y') ? `: the year of a date is ${source.toLowerCase()}` : ''
  return `the pattern '${pattern}' has ${source}, which counts weeks and cannot be read${meant}`
}
