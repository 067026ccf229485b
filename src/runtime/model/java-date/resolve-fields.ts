// Makes a date, a time of the day and a moment of the fields that were read: as Java's formatters do with their style SMART, and what
// is missing then as ksqlDB fills it in.

import { RecordError } from '../record-error.ts'
import {
  calendarDate,
  dayOf,
  fieldOf,
  isLeapYear,
  lengthOfMonth,
  msPerDay,
  type Field,
  type Moment,
} from './date-fields.ts'
import type { ReadFields } from './read-fields.ts'
import { instantOf, type Zone } from './zone.ts'

/** What the fields say, and those that say neither a date nor a time. */
interface Resolved {
  /** Since the epoch. */
  readonly day: number | undefined
  /** ms of the day. */
  readonly time: number | undefined
  /** Days to be added to the date, for 24:00. */
  readonly extraDays: number
  readonly rest: Map<Field, number>
}

type Wrong = (what: string) => RecordError

const wrongIn =
  (text: string): Wrong =>
  (what) =>
    new RecordError(`'${text}': ${what}`)

/** Milliseconds since the epoch. A zone in the text goes before `zone`; without a date it is 1970-01-01. */
export const resolveTimestamp = (read: ReadFields, zone: Zone, text: string): number => {
  const wrong = wrongIn(text)
  const offset = read.fields.get('OffsetSeconds')
  const { day, time, extraDays, rest } = resolved(read, wrong)
  const isWhole = day !== undefined && time !== undefined
  const local = fillIn(day, time, rest, wrong) + (isWhole ? extraDays * msPerDay : 0)
  if (!(Math.abs(local) <= latest)) throw wrong('it is beyond the dates that there are')
  if (offset !== undefined && (isWhole || read.zone === undefined)) return local - offset * 1000
  return instantOf(local, read.zone ?? zone)
}

const latest = 8.64e15 - msPerDay

/** Days since the epoch. RecordError if there is no whole date, or a time though `alone` is true. */
export const resolveDate = (read: ReadFields, alone: boolean, text: string): number => {
  const wrong = wrongIn(text)
  if (alone && [...read.fields.keys()].some(isTimeField)) throw wrong('there is a time in the pattern of a date')
  const { day, time, extraDays } = resolved(read, wrong)
  if (day === undefined) throw wrong('year, month and day are needed for a date')
  return time === undefined ? day : day + extraDays
}

/** Milliseconds of the day. RecordError if there is no time, or a date. */
export const resolveTime = (read: ReadFields, text: string): number => {
  const wrong = wrongIn(text)
  if ([...read.fields.keys()].some(isDateField)) throw wrong('there is a date in the pattern of a time')
  const { time } = resolved(read, wrong)
  if (time === undefined) throw wrong('an hour, and all down to the smallest part that there is, are needed for a time')
  return time
}

const ranges: Readonly<Partial<Record<Field, readonly [from: number, to: number, name: string]>>> = {
  YearOfEra: [1, 999_999_999, 'the year'],
  Year: [-999_999_999, 999_999_999, 'the year'],
  QuarterOfYear: [1, 4, 'the quarter'],
  MonthOfYear: [1, 12, 'the month'],
  DayOfMonth: [1, 31, 'the day of the month'],
  DayOfYear: [1, 366, 'the day of the year'],
  DayOfWeek: [1, 7, 'the day of the week'],
  LocalizedDayOfWeek: [1, 7, 'the day of the week'],
  HourOfDay: [0, 24, 'the hour'],
  ClockHourOfDay: [0, 24, 'the hour'],
  HourOfAmPm: [0, 11, 'the hour'],
  ClockHourOfAmPm: [0, 12, 'the hour'],
  MinuteOfHour: [0, 59, 'the minute'],
  SecondOfMinute: [0, 59, 'the second'],
  NanoOfSecond: [0, 999_999_999, 'the fraction of the second'],
  NanoOfDay: [0, msPerDay * 1_000_000 - 1, 'the nanosecond of the day'],
  MilliOfDay: [0, msPerDay - 1, 'the millisecond of the day'],
  OffsetSeconds: [-18 * 3600, 18 * 3600, 'the offset in seconds'],
}

const isTimeField = (field: Field): boolean => /^(AmPm|Hour|ClockHour|Minute|Second|Nano|Milli)/.test(field)
const isDateField = (field: Field): boolean => field !== 'OffsetSeconds' && !isTimeField(field)

const resolved = ({ fields }: ReadFields, wrong: Wrong): Resolved => {
  for (const [field, value] of fields) {
    const range = ranges[field]
    if (range === undefined) continue
    const [from, to, name] = range
    if (!(value >= from && value <= to)) throw wrong(`${name} is from ${from} to ${to}, not ${value}`)
  }
  const rest = new Map(fields)
  rest.delete('OffsetSeconds')
  const day = dateOf(rest, wrong)
  const time = timeOf(rest, wrong)
  if (time !== undefined) {
    return { day, time: time % msPerDay, extraDays: Math.floor(time / msPerDay), rest: checked(rest, day, time, wrong) }
  }
  return { day, time, extraDays: 0, rest: checked(rest, day, time, wrong) }
}

const taken = (fields: Map<Field, number>, field: Field): number | undefined => {
  const value = fields.get(field)
  fields.delete(field)
  return value
}

const put = (fields: Map<Field, number>, field: Field, value: number, wrong: Wrong): void => {
  const before = fields.get(field)
  if (before !== undefined && before !== value) throw wrong(`it says ${before} and ${value} for one thing (${field})`)
  fields.set(field, value)
}

/** The day, if there are fields enough for one, which are then taken out. */
const dateOf = (fields: Map<Field, number>, wrong: Wrong): number | undefined => {
  const localDay = taken(fields, 'LocalizedDayOfWeek')
  if (localDay !== undefined) put(fields, 'DayOfWeek', ((localDay + 5) % 7) + 1, wrong)
  const yearOfEra = taken(fields, 'YearOfEra')
  if (yearOfEra !== undefined) {
    const era = taken(fields, 'Era')
    const year = fields.get('Year')
    const isBefore = era === undefined ? year !== undefined && year <= 0 : era === 0
    put(fields, 'Year', isBefore ? 1 - yearOfEra : yearOfEra, wrong)
  }
  const year = fields.get('Year')
  if (year === undefined) return undefined
  const month = fields.get('MonthOfYear')
  const dayOfMonth = fields.get('DayOfMonth')
  const dayOfYear = fields.get('DayOfYear')
  if (month !== undefined && dayOfMonth !== undefined) {
    for (const field of ['Year', 'MonthOfYear', 'DayOfMonth'] as const) fields.delete(field)
    // The 31st of April is the 30th.
    return dayOf(year, month, Math.min(dayOfMonth, lengthOfMonth(year, month)))
  }
  if (dayOfYear === undefined) return undefined
  if (dayOfYear === 366 && !isLeapYear(year)) throw wrong(`the year ${year} has no day 366`)
  for (const field of ['Year', 'DayOfYear'] as const) fields.delete(field)
  return dayOf(year, 1, 1) + dayOfYear - 1
}

/** The milliseconds of the day, 24:00 being a whole day, if there are fields enough, which are then taken out. */
const timeOf = (fields: Map<Field, number>, wrong: Wrong): number | undefined => {
  const clockHour = taken(fields, 'ClockHourOfDay')
  if (clockHour !== undefined) put(fields, 'HourOfDay', clockHour % 24, wrong)
  const clockHourOfAmPm = taken(fields, 'ClockHourOfAmPm')
  if (clockHourOfAmPm !== undefined) put(fields, 'HourOfAmPm', clockHourOfAmPm % 12, wrong)
  const half = fields.get('AmPmOfDay')
  const hourOfHalf = fields.get('HourOfAmPm')
  if (half !== undefined && hourOfHalf !== undefined) {
    for (const field of ['AmPmOfDay', 'HourOfAmPm'] as const) fields.delete(field)
    put(fields, 'HourOfDay', half * 12 + hourOfHalf, wrong)
  }
  const nanoOfDay = taken(fields, 'NanoOfDay')
  const milliOfDay = taken(fields, 'MilliOfDay')
  const milli = nanoOfDay === undefined ? milliOfDay : Math.floor(nanoOfDay / 1_000_000)
  if (nanoOfDay !== undefined) {
    if (milliOfDay !== undefined && milliOfDay !== milli) throw wrong('it says two times of the day')
    put(fields, 'NanoOfSecond', nanoOfDay % 1_000_000_000, wrong)
  }
  if (milli !== undefined) {
    put(fields, 'HourOfDay', Math.floor(milli / 3_600_000), wrong)
    put(fields, 'MinuteOfHour', Math.floor(milli / 60_000) % 60, wrong)
    put(fields, 'SecondOfMinute', Math.floor(milli / 1000) % 60, wrong)
    // A fraction of the second may say more than the milliseconds of the day.
    const nano = fields.get('NanoOfSecond')
    const isFiner = nano !== undefined && Math.floor(nano / 1_000_000) === milli % 1000
    if (!isFiner) put(fields, 'NanoOfSecond', (milli % 1000) * 1_000_000, wrong)
  }
  const hour = fields.get('HourOfDay')
  const minute = fields.get('MinuteOfHour')
  const second = fields.get('SecondOfMinute')
  const nano = fields.get('NanoOfSecond')
  const hasGap =
    (minute === undefined && (second !== undefined || nano !== undefined)) ||
    (second === undefined && nano !== undefined)
  if (hour === undefined || hasGap) {
    if (hour === 24) throw wrong('the hour is from 0 to 23, not 24')
    return undefined
  }
  for (const field of ['HourOfDay', 'MinuteOfHour', 'SecondOfMinute', 'NanoOfSecond'] as const) fields.delete(field)
  const ms = Math.floor((nano ?? 0) / 1_000_000)
  const time = hour * 3_600_000 + (minute ?? 0) * 60_000 + (second ?? 0) * 1000 + ms
  if (hour === 24 && (time > msPerDay || (nano ?? 0) > 0)) throw wrong('after 24:00 there is no time of the day')
  return time
}

/** What the date and the time say too must agree with them: `Tue` has to be a Tuesday. The others stay. */
const checked = (
  fields: Map<Field, number>,
  day: number | undefined,
  time: number | undefined,
  wrong: Wrong,
): Map<Field, number> => {
  const date = day === undefined ? undefined : calendarDate(day)
  const moment: Moment = {
    type: 'TIMESTAMP',
    date,
    time: time === undefined ? undefined : time % msPerDay,
    zone: undefined,
  }
  for (const [field, value] of fields) {
    const actual = fieldOf(field, moment)
    if (actual === undefined) continue
    if (actual !== value) throw wrong(`${field} is ${value}, but ${actual} by the other fields`)
    fields.delete(field)
  }
  return fields
}

/**
 * Milliseconds of the local time, with what is missing as on 1970-01-01 at 00:00. Single fields change it one after the other,
 * smaller ones first, and a day that the month does not have becomes its last.
 */
const fillIn = (
  day: number | undefined,
  time: number | undefined,
  fields: ReadonlyMap<Field, number>,
  wrong: Wrong,
): number => {
  let ms = time ?? 0
  if (time === undefined) {
    const nano = fields.get('NanoOfSecond') ?? 0
    const second = fields.get('SecondOfMinute') ?? 0
    const minute = fields.get('MinuteOfHour') ?? 0
    const hour = fields.get('HourOfDay') ?? (fields.get('HourOfAmPm') ?? 0) + (fields.get('AmPmOfDay') ?? 0) * 12
    ms = hour * 3_600_000 + minute * 60_000 + second * 1000 + Math.floor(nano / 1_000_000)
  }
  return (day ?? filledDay(fields, wrong)) * msPerDay + ms
}

const filledDay = (fields: ReadonlyMap<Field, number>, wrong: Wrong): number => {
  let date = calendarDate(0)
  const dayOfWeek = fields.get('DayOfWeek')
  if (dayOfWeek !== undefined) date = calendarDate(date.day + dayOfWeek - date.dayOfWeek)
  const change = (year: number, month: number, dayOfMonth: number): void => {
    date = calendarDate(dayOf(year, month, Math.min(dayOfMonth, lengthOfMonth(year, month))))
  }
  const dayOfMonth = fields.get('DayOfMonth')
  if (dayOfMonth !== undefined) change(date.year, date.month, dayOfMonth)
  const dayOfYear = fields.get('DayOfYear')
  if (dayOfYear === 366) throw wrong('day 366 needs a year')
  if (dayOfYear !== undefined) date = calendarDate(dayOf(date.year, 1, 1) + dayOfYear - 1)
  const month = fields.get('MonthOfYear')
  if (month !== undefined) change(date.year, month, date.dayOfMonth)
  const year = fields.get('Year')
  if (year !== undefined) change(year, date.month, date.dayOfMonth)
  return date.day
}
