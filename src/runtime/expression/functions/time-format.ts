// strftime and strptime: one table of directives says how each part of a time is written and read. All times are UTC.

interface DateParts {
  year: number
  month: number
  day: number
  /** Day of the year, if the text had it instead of month and day. */
  yearDay: number | undefined
  hour: number
  afternoon: boolean | undefined
  minute: number
  second: number
  millisecond: number
  offsetMinutes: number
  epochMs: number | undefined
}

interface Directive {
  /** Writes the part. */
  readonly format: (date: Date) => string
  /** What it reads, if it can be read. */
  readonly pattern?: string
  readonly read?: (parts: DateParts, text: string) => void
}

const monthNames = 'January February March April May June July August September October November December'.split(' ')
const dayNames = 'Sunday Monday Tuesday Wednesday Thursday Friday Saturday'.split(' ')
const short = (name: string): string => name.slice(0, 3)
const pad = (value: number, width: number, fill = '0'): string => String(value).padStart(width, fill)
const dayMs = 86_400_000

const yearDay = (date: Date): number => Math.floor((date.getTime() - Date.UTC(date.getUTCFullYear(), 0, 1)) / dayMs) + 1

/** Year and number of the ISO week: that of the week's Thursday. */
const isoWeek = (date: Date): { year: number; week: number } => {
  const thursday = new Date(date.getTime() + (4 - (date.getUTCDay() || 7)) * dayMs)
  return { year: thursday.getUTCFullYear(), week: Math.ceil(yearDay(thursday) / 7) }
}

const nameIndex = (names: readonly string[], text: string): number =>
  names.findIndex((name) => short(name).toLowerCase() === text.slice(0, 3).toLowerCase())

const ignored = (): void => undefined
const digits = (most: number): string => `\\d{1,${most}}`

const month: Directive['read'] = (parts, text) => {
  parts.month = nameIndex(monthNames, text) + 1
}
const hour: Directive['read'] = (parts, text) => {
  parts.hour = Number(text)
}
const monthPattern = monthNames.map((name) => `${name}|${short(name)}`).join('|')
const dayPattern = dayNames.map((name) => `${name}|${short(name)}`).join('|')

const zone: Directive['read'] = (parts, text) => {
  const match = /^([+-])(\d\d):?(\d\d)$/.exec(text)
  if (match === null) return
  parts.offsetMinutes = (match[1] === '-' ? -1 : 1) * (Number(match[2]) * 60 + Number(match[3]))
}

const directives = new Map<string, Directive>([
  [
    'Y',
    {
      format: (date) => pad(date.getUTCFullYear(), 4),
      pattern: '[+-]\\d{4,6}|\\d{1,4}',
      read: (parts, text) => {
        parts.year = Number(text)
      },
    },
  ],
  [
    'y',
    {
      format: (date) => pad(date.getUTCFullYear() % 100, 2),
      pattern: '\\d{2}',
      read: (parts, text) => {
        parts.year = Number(text) + (Number(text) < 69 ? 2000 : 1900)
      },
    },
  ],
  [
    'm',
    {
      format: (date) => pad(date.getUTCMonth() + 1, 2),
      pattern: digits(2),
      read: (parts, text) => {
        parts.month = Number(text)
      },
    },
  ],
  ['b', { format: (date) => short(monthNames[date.getUTCMonth()] ?? ''), pattern: monthPattern, read: month }],
  ['B', { format: (date) => monthNames[date.getUTCMonth()] ?? '', pattern: monthPattern, read: month }],
  [
    'd',
    {
      format: (date) => pad(date.getUTCDate(), 2),
      pattern: digits(2),
      read: (parts, text) => {
        parts.day = Number(text)
      },
    },
  ],
  [
    'j',
    {
      format: (date) => pad(yearDay(date), 3),
      pattern: digits(3),
      read: (parts, text) => {
        parts.yearDay = Number(text)
      },
    },
  ],
  ['H', { format: (date) => pad(date.getUTCHours(), 2), pattern: digits(2), read: hour }],
  ['I', { format: (date) => pad(date.getUTCHours() % 12 || 12, 2), pattern: digits(2), read: hour }],
  [
    'p',
    {
      format: (date) => (date.getUTCHours() < 12 ? 'AM' : 'PM'),
      pattern: '[AaPp][Mm]',
      read: (parts, text) => {
        parts.afternoon = /^p/i.test(text)
      },
    },
  ],
  [
    'M',
    {
      format: (date) => pad(date.getUTCMinutes(), 2),
      pattern: digits(2),
      read: (parts, text) => {
        parts.minute = Number(text)
      },
    },
  ],
  [
    'S',
    {
      format: (date) => pad(date.getUTCSeconds(), 2),
      pattern: digits(2),
      read: (parts, text) => {
        parts.second = Number(text)
      },
    },
  ],
  [
    'L',
    {
      format: (date) => pad(date.getUTCMilliseconds(), 3),
      pattern: '\\d{1,9}',
      read: (parts, text) => {
        parts.millisecond = Math.floor(Number(`0.${text}`) * 1000)
      },
    },
  ],
  ['z', { format: () => '+0000', pattern: '[+-]\\d\\d:?\\d\\d|Z', read: zone }],
  ['Z', { format: () => 'UTC', pattern: 'UTC|GMT|Z', read: ignored }],
  [
    's',
    {
      format: (date) => String(Math.floor(date.getTime() / 1000)),
      pattern: '-?\\d{1,13}',
      read: (parts, text) => {
        parts.epochMs = Number(text) * 1000
      },
    },
  ],
  ['a', { format: (date) => short(dayNames[date.getUTCDay()] ?? ''), pattern: dayPattern, read: ignored }],
  ['A', { format: (date) => dayNames[date.getUTCDay()] ?? '', pattern: dayPattern, read: ignored }],
  ['u', { format: (date) => String(date.getUTCDay() || 7), pattern: '[1-7]', read: ignored }],
  ['w', { format: (date) => String(date.getUTCDay()), pattern: '[0-6]', read: ignored }],
  ['V', { format: (date) => pad(isoWeek(date).week, 2) }],
  ['G', { format: (date) => pad(isoWeek(date).year, 4) }],
])

/** Directives that stand for several others. */
const abbreviations = new Map([
  ['F', '%Y-%m-%d'],
  ['T', '%H:%M:%S'],
  ['R', '%H:%M'],
  ['D', '%m/%d/%y'],
  ['c', '%a %b %e %H:%M:%S %Y'],
  ['e', '%d'],
  ['f', '%L'],
  ['h', '%b'],
  ['n', '\n'],
  ['t', '\t'],
])

/** Formats are short texts that recur: what was made of the last ones is kept. */
const maximalCacheSize = 100

/** The text of a time in a format; undefined and the directive if the format has one that does not exist. */
export const formatTime = (timestamp: number, format: string): string | { readonly unknown: string } => {
  const date = new Date(timestamp)
  let unknown: string | undefined
  const write = (text: string): string =>
    text.replace(/%(.?)/gs, (_, letter: string) => {
      if (letter === '%') return '%'
      if (letter === 'e') return pad(date.getUTCDate(), 2, ' ')
      if (letter === 'f') return `${pad(date.getUTCMilliseconds(), 3)}000`
      const abbreviation = abbreviations.get(letter)
      if (abbreviation !== undefined) return write(abbreviation)
      const directive = directives.get(letter)
      if (directive === undefined) unknown ??= `%${letter}`
      return directive?.format(date) ?? ''
    })
  const text = write(format)
  return unknown === undefined ? text : { unknown }
}

/** Reads a part of a text from a position on; gives the position behind it, -1 if it is not there. */
type Step = (text: string, position: number, parts: DateParts) => number

const stepsOfFormat = new Map<string, readonly Step[]>()

/** The steps of a format; the directive if the format has one that cannot be read. */
const stepsOf = (format: string): readonly Step[] | { readonly unknown: string } => {
  const known = stepsOfFormat.get(format)
  if (known !== undefined) return known
  const steps: Step[] = []
  for (const [token, letter] of expandFormat(format).matchAll(/%(.?)|\s+|[^%\s]+/gs)) {
    const directive = letter === undefined ? undefined : directives.get(letter)
    if (letter === undefined) steps.push(/^\s/.test(token) ? skipSpace : literalStep(token))
    else if (letter === '%') steps.push(literalStep('%'))
    else if (directive?.pattern === undefined) return { unknown: token }
    else steps.push(directiveStep(directive.pattern, directive.read ?? ignored))
  }
  if (stepsOfFormat.size >= maximalCacheSize) stepsOfFormat.clear()
  stepsOfFormat.set(format, steps)
  return steps
}

const expandFormat = (format: string): string =>
  format.replace(/%(.)/gs, (token, letter: string) => {
    const abbreviation = abbreviations.get(letter)
    if (abbreviation === undefined) return token
    return letter === 'e' ? ` ${abbreviation}` : expandFormat(abbreviation)
  })

// As in C, no step takes back what the one before it has read: whatever the format is, reading takes linear time.
const directiveStep = (pattern: string, read: NonNullable<Directive['read']>): Step => {
  const expression = new RegExp(pattern, 'iy')
  return (text, position, parts) => {
    expression.lastIndex = position
    const match = expression.exec(text)
    if (match === null) return -1
    read(parts, match[0])
    return position + match[0].length
  }
}

const literalStep =
  (literal: string): Step =>
  (text, position) =>
    text.startsWith(literal, position) ? position + literal.length : -1

const skipSpace: Step = (text, position) => {
  let end = position
  while (end < text.length && /\s/.test(text.charAt(end))) end++
  return end
}

/**
 * Milliseconds since the epoch of a text in a format; undefined if the text is not in it, the directive if the format has
 * one that cannot be read.
 */
export const parseTime = (text: string, format: string): number | undefined | { readonly unknown: string } => {
  const steps = stepsOf(format)
  if ('unknown' in steps) return steps
  const parts: DateParts = {
    year: 1970,
    month: 1,
    day: 1,
    yearDay: undefined,
    hour: 0,
    afternoon: undefined,
    minute: 0,
    second: 0,
    millisecond: 0,
    offsetMinutes: 0,
    epochMs: undefined,
  }
  let position = skipSpace(text, 0, parts)
  for (const step of steps) {
    position = step(text, position, parts)
    if (position === -1) return undefined
  }
  return skipSpace(text, position, parts) === text.length ? timeOf(parts) : undefined
}

const timeOf = (parts: DateParts): number | undefined => {
  const { year, month, day, minute, second, millisecond } = parts
  if (parts.epochMs !== undefined) return parts.epochMs + millisecond
  const hour = parts.afternoon === undefined ? parts.hour : (parts.hour % 12) + (parts.afternoon ? 12 : 0)
  // A leap second counts as the next second.
  if (hour > 23 || minute > 59 || second > 60) return undefined
  const date = new Date(0)
  if (parts.yearDay === undefined) {
    date.setUTCFullYear(year, month - 1, day)
    if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return undefined
  } else {
    date.setUTCFullYear(year, 0, parts.yearDay)
    if (date.getUTCFullYear() !== year || parts.yearDay < 1) return undefined
  }
  date.setUTCHours(hour, minute - parts.offsetMinutes, second, millisecond)
  const time = date.getTime()
  return Number.isNaN(time) ? undefined : time
}
