// The words of the language that cannot be names without quotes, and those that measure time.

/**
 * Words that ksqlDB reserves and that would make a statement ambiguous, or hide a slip, if they were names. All others, such
 * as TYPE, KEY, SIZE or TOPIC, are keywords only where one can stand.
 */
const reservedWords = new Set(
  (
    'AND AS BETWEEN BY CASE CAST CREATE DELETE DESCRIBE DISTINCT DROP ELSE END EXISTS FALSE FROM FULL GROUP HAVING IN INNER ' +
    'INSERT INTO IS JOIN LEFT LIKE LIMIT NOT NULL ON OR OUTER RIGHT SELECT STREAM TABLE THEN TRUE VALUES WHEN WHERE WINDOW ' +
    'WITH WITHIN'
  ).split(' '),
)

/** True if the word, in any case, has to be quoted to be a name. */
export const isReserved = (word: string): boolean => reservedWords.has(word.toUpperCase())

/** Words that begin a clause behind a source or an item: names too, but as an alias only after AS. */
export const clauseWords: ReadonlySet<string> = new Set(['EMIT', 'OFFSET', 'ORDER', 'PARTITION', 'UNION'])

/** Keywords at places where a name could stand too. */
export const positionalWords: ReadonlySet<string> = new Set([
  ...clauseWords,
  ...'ALL ARRAY COLUMN EXTENDED FUNCTION IF MAP STREAMS STRUCT TABLES'.split(' '),
])

const unitMs: Readonly<Record<string, number>> = {
  DAYS: 86_400_000,
  HOURS: 3_600_000,
  MINUTES: 60_000,
  SECONDS: 1000,
  MILLISECONDS: 1,
}

/** The units of time, longest first. */
export const timeUnits: readonly string[] = Object.keys(unitMs)

/** All words for units, for proposals. */
export const timeUnitWords: readonly string[] = timeUnits.flatMap((unit) => [unit, unit.slice(0, -1)])

/** The unit that a word means, in its plural; undefined if it is none. */
export const timeUnit = (word: string): { readonly unit: string; readonly ms: number } | undefined => {
  const upper = word.toUpperCase()
  const unit = upper.endsWith('S') ? upper : `${upper}S`
  const ms = Object.hasOwn(unitMs, unit) ? unitMs[unit] : undefined
  return ms === undefined ? undefined : { unit, ms }
}

/** Functions whose first argument is a unit of time. */
export const unitFunctions: ReadonlySet<string> = new Set(
  'TIMESTAMPADD TIMESTAMPSUB DATEADD DATESUB TIMEADD TIMESUB'.split(' '),
)
