// Quantities for people: short, rounded, the same in every locale. Not for output that programs read.

/** An integer with commas between groups of three digits: `1,234,567`. */
export const formatInteger = (value: number | bigint): string => value.toString().replace(/\B(?=(\d{3})+$)/g, ',')

/** A count in at most five characters: `999`, `1.23k`, `45.6M`. Not negative. */
export const formatCount = (count: number): string => scaled(count, 1000, ['', 'k', 'M', 'G', 'T', 'P'], '')

/** A size: `999 B`, `1.23 KiB`, `45.6 MiB`. Not negative. */
export const formatBytes = (sizeBytes: number): string =>
  scaled(sizeBytes, 1024, ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'], ' ')

// Three significant digits. A value that would round up to the next unit is shown in that unit.
const scaled = (value: number, step: number, units: readonly string[], space: string): string => {
  const [base = ''] = units
  let rest = Math.max(0, Math.round(value))
  let unit = 0
  while (unit < units.length - 1 && Math.round(rest) >= step) {
    rest /= step
    unit++
  }
  const digits = unit === 0 || rest >= 99.95 ? 0 : rest >= 9.995 ? 1 : 2
  return `${rest.toFixed(digits)}${space}${units[unit] ?? base}`
}

/** A duration in its two largest units: `450ms`, `12s`, `2m05s`, `1h02m`, `3d04h`. Not negative. */
export const formatDuration = (durationMs: number): string => {
  if (durationMs < 999.5) return `${String(Math.max(0, Math.round(durationMs)))}ms`
  const seconds = Math.round(durationMs / 1000)
  if (seconds < 60) return `${String(seconds)}s`
  if (seconds < 3600) return twoUnits(seconds, 60, 'm', 's')
  const minutes = Math.round(durationMs / 60_000)
  if (minutes < 1440) return twoUnits(minutes, 60, 'h', 'm')
  return twoUnits(Math.round(durationMs / 3_600_000), 24, 'd', 'h')
}

const twoUnits = (value: number, step: number, large: string, small: string): string =>
  `${String(Math.floor(value / step))}${large}${String(value % step).padStart(2, '0')}${small}`
