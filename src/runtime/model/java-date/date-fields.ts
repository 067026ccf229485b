// The fields of dates and times by Java's names, and the date of a day. Dates are those of the Gregorian calendar at all times.

import type { Zone } from './zone.ts'

/** A field that a pattern may show or read. */
export type DateField =
  | 'Era'
  | 'YearOfEra'
  | 'Year'
  | 'QuarterOfYear'
  | 'MonthOfYear'
  | 'DayOfMonth'
  | 'DayOfYear'
  | 'DayOfWeek'
  | 'LocalizedDayOfWeek'
  | 'WeekBasedYear'
  | 'WeekOfWeekBasedYear'
  | 'WeekOfMonth'

/** Fields of the time of the day. */
export type TimeField =
  | 'AmPmOfDay'
  | 'HourOfDay'
  | 'ClockHourOfDay'
  | 'HourOfAmPm'
  | 'ClockHourOfAmPm'
  | 'MinuteOfHour'
  | 'SecondOfMinute'
  | 'NanoOfSecond'
  | 'NanoOfDay'
  | 'MilliOfDay'

export type Field = DateField | TimeField | 'OffsetSeconds'

/** What is shown: a date, a time of the day, or both with a zone. */
export interface Moment {
  /** What SQL calls it. */
  readonly type: 'DATE' | 'TIME' | 'TIMESTAMP'
  readonly date: CalendarDate | undefined
  /** ms of the day. */
  readonly time: number | undefined
  readonly zone: ZoneAtMoment | undefined
}

export interface ZoneAtMoment {
  readonly zone: Zone
  /** ms since the epoch. */
  readonly timestamp: number
  /** Seconds ahead of UTC. */
  readonly offset: number
}

export interface CalendarDate {
  /** Since the epoch. */
  readonly day: number
  readonly year: number
  /** From 1 on, as all that follow. */
  readonly month: number
  readonly dayOfMonth: number
  readonly dayOfYear: number
  /** Monday is 1. */
  readonly dayOfWeek: number
}

export const msPerDay = 86_400_000

const floorMod = (value: number, by: number): number => value - Math.floor(value / by) * by

export const isLeapYear = (year: number): boolean => year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)

export const lengthOfMonth = (year: number, month: number): number =>
  month === 2 ? (isLeapYear(year) ? 29 : 28) : [4, 6, 9, 11].includes(month) ? 30 : 31

/** The day since the epoch of a date, which need not be one: the 32nd of January is the 1st of February. */
export const dayOf = (year: number, month: number, dayOfMonth: number): number => {
  const date = new Date(0)
  date.setUTCFullYear(year, month - 1, dayOfMonth)
  return date.getTime() / msPerDay
}

/** The date of a day since the epoch. */
export const calendarDate = (day: number): CalendarDate => {
  const date = new Date(day * msPerDay)
  const year = date.getUTCFullYear()
  return {
    day,
    year,
    month: date.getUTCMonth() + 1,
    dayOfMonth: date.getUTCDate(),
    dayOfYear: day - dayOf(year, 1, 1) + 1,
    dayOfWeek: floorMod(day + 3, 7) + 1,
  }
}

/** The value of a field; undefined if the moment has no such field. */
export const fieldOf = (field: Field, moment: Moment): number | undefined => {
  if (field === 'OffsetSeconds') return moment.zone?.offset
  const { date, time } = moment
  if (field in dateFields) return date && dateFields[field as DateField](date)
  return time === undefined ? undefined : timeFields[field as TimeField](time)
}

const dateFields: Readonly<Record<DateField, (date: CalendarDate) => number>> = {
  Era: ({ year }) => (year > 0 ? 1 : 0),
  YearOfEra: ({ year }) => (year > 0 ? year : 1 - year),
  Year: ({ year }) => year,
  QuarterOfYear: ({ month }) => Math.ceil(month / 3),
  MonthOfYear: ({ month }) => month,
  DayOfMonth: ({ dayOfMonth }) => dayOfMonth,
  DayOfYear: ({ dayOfYear }) => dayOfYear,
  DayOfWeek: ({ dayOfWeek }) => dayOfWeek,
  LocalizedDayOfWeek: (date) => dayFromSunday(date),
  WeekBasedYear: (date) => weekOfYear(date).year,
  WeekOfWeekBasedYear: (date) => weekOfYear(date).week,
  WeekOfMonth: (date) => weekAt(date.dayOfMonth, weekOffset(date.dayOfMonth, date)),
}

const timeFields: Readonly<Record<TimeField, (time: number) => number>> = {
  AmPmOfDay: (time) => (time < msPerDay / 2 ? 0 : 1),
  HourOfDay: (time) => Math.floor(time / 3_600_000),
  ClockHourOfDay: (time) => Math.floor(time / 3_600_000) || 24,
  HourOfAmPm: (time) => Math.floor(time / 3_600_000) % 12,
  ClockHourOfAmPm: (time) => Math.floor(time / 3_600_000) % 12 || 12,
  MinuteOfHour: (time) => Math.floor(time / 60_000) % 60,
  SecondOfMinute: (time) => Math.floor(time / 1000) % 60,
  NanoOfSecond: (time) => (time % 1000) * 1_000_000,
  NanoOfDay: (time) => time * 1_000_000,
  MilliOfDay: (time) => time,
}

// ---- weeks as in the United States: from Sunday on, the first one having the first day of the year ----

const dayFromSunday = ({ dayOfWeek }: CalendarDate): number => (dayOfWeek % 7) + 1

/** How much the weeks of a period are shifted against its days. */
const weekOffset = (dayOfPeriod: number, date: CalendarDate): number => {
  const start = floorMod(dayOfPeriod - dayFromSunday(date), 7)
  return start > 0 ? 7 - start : 0
}

const weekAt = (dayOfPeriod: number, offset: number): number => Math.floor((7 + offset + dayOfPeriod - 1) / 7)

const weekOfYear = (date: CalendarDate): { readonly year: number; readonly week: number } => {
  const offset = weekOffset(date.dayOfYear, date)
  const week = weekAt(date.dayOfYear, offset)
  const first = weekAt((isLeapYear(date.year) ? 366 : 365) + 1, offset)
  return week >= first ? { year: date.year + 1, week: week - first + 1 } : { year: date.year, week }
}
