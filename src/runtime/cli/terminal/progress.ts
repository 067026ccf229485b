// One line on stderr that says how far a run over files has come. It shows up only if the run takes longer than a second, is
// redrawn at most five times a second, never wraps, and leaves nothing behind.

import type { Terminal } from './detect-terminal.ts'
import { formatBytes, formatCount, formatDuration } from './human-format.ts'
import { displayWidth } from './width.ts'

/** How far a run has come. */
export interface ProgressAmount {
  readonly readBytes: number
  /** The size of the input that is being read; undefined if it does not tell, such as a pipe. */
  readonly totalBytes: number | undefined
  readonly records: number
}

/** What the line says. */
export interface ProgressState extends ProgressAmount {
  readonly elapsedMs: number
  readonly recordsPerSecond: number
  readonly bytesPerSecond: number
}

/** A status line. All methods are cheap enough for every batch. */
export interface Progress {
  /** Says how far the run is; draws if it is time. */
  update(amount: ProgressAmount): void
  /** Erases the line until resume(), so that something else can be written. Calls do not nest. */
  pause(): void
  resume(): void
  /** Erases the line for good. */
  finish(): void
}

/** What createProgress needs. */
export interface ProgressOptions {
  /** The terminal behind stderr, if it is one. */
  readonly terminal: Terminal | undefined
  /** True if the user wants no messages (`-q`). */
  readonly quiet: boolean
  /** Writes to stderr; must not throw when stderr is closed. */
  readonly write: (text: string) => void
  /** Monotonic milliseconds. */
  readonly now: () => number
}

const silenceMs = 1000
const intervalMs = 200
/** Rates follow the last few seconds. */
const rateMemoryMs = 3000

const eraseLine = '\r\u001b[K'

const silent: Progress = { update: () => {}, pause: () => {}, resume: () => {}, finish: () => {} }

/**
 * A status line; one that does nothing if stderr is no terminal that can redraw, or the user wants quiet. If rows go to
 * the same terminal, whoever writes them calls pause() before and resume() after.
 */
export const createProgress = ({ terminal, quiet, write, now }: ProgressOptions): Progress => {
  if (terminal?.obeysEscapes !== true || quiet) return silent
  const startMs = now()
  let lastMs = startMs
  let last: ProgressAmount = { readBytes: 0, totalBytes: undefined, records: 0 }
  let rates = { recordsPerSecond: 0, bytesPerSecond: 0 }
  let line = ''
  let paused = false
  let finished = false

  const draw = (state: ProgressState): void => {
    // One column stays free: a full line would wrap on some terminals.
    const next = formatProgress(state, terminal.columns() - 1)
    if (next !== line) write(next.length >= line.length ? `\r${next}` : `${eraseLine}${next}`)
    line = next
  }
  const erase = (): void => {
    if (line !== '') write(eraseLine)
    line = ''
  }

  return {
    update(amount) {
      if (paused || finished) return
      const timeMs = now()
      const elapsedMs = timeMs - startMs
      if (elapsedMs < silenceMs || (lastMs !== startMs && timeMs - lastMs < intervalMs)) return
      const stepMs = timeMs - lastMs
      const weight = lastMs === startMs ? 1 : 1 - Math.exp(-stepMs / rateMemoryMs)
      const blend = (rate: number, amountBefore: number, amountNow: number): number =>
        rate + weight * (((amountNow - amountBefore) * 1000) / stepMs - rate)
      rates = {
        recordsPerSecond: blend(rates.recordsPerSecond, last.records, amount.records),
        bytesPerSecond: blend(rates.bytesPerSecond, last.readBytes, amount.readBytes),
      }
      lastMs = timeMs
      last = { ...amount }
      draw({ ...amount, ...rates, elapsedMs })
    },
    pause() {
      erase()
      paused = true
    },
    resume() {
      paused = false
    },
    finish() {
      erase()
      finished = true
    },
  }
}

/**
 * The status line in at most so many columns: `[█████▌    ]  55%  1.2 GiB of 2.2 GiB  4.5M records  1.2M/s  ETA 12s`.
 * What does not fit is left out, the bar first.
 */
export const formatProgress = (state: ProgressState, columns: number): string => {
  const parts = [...sizeParts(state), { text: `${formatCount(state.records)} ${plural(state.records)}`, worth: 3 }]
  parts.push({ text: `${formatCount(state.recordsPerSecond)}/s`, worth: 4 })
  parts.push(timePart(state))
  while (parts.length > 0 && widthOf(parts) > columns) parts.splice(leastWorth(parts), 1)
  const text = parts.map((part) => part.text).join(gap)
  const fraction = fractionOf(state)
  const barColumns = Math.min(30, columns - displayWidth(text) - gap.length - '[]'.length)
  return fraction === undefined || barColumns < 10 ? text : `[${bar(fraction, barColumns)}]${gap}${text}`
}

interface Part {
  readonly text: string
  /** The part of the lowest worth is the first to go. */
  readonly worth: number
}

const gap = '  '

const sizeParts = (state: ProgressState): Part[] => {
  const fraction = fractionOf(state)
  if (fraction === undefined || state.totalBytes === undefined)
    return [{ text: formatBytes(state.readBytes), worth: 2 }]
  return [
    // Only what is complete is 100 %.
    { text: `${String(Math.floor(fraction * 100)).padStart(3)}%`, worth: 6 },
    { text: `${formatBytes(state.readBytes)} of ${formatBytes(state.totalBytes)}`, worth: 2 },
  ]
}

/** How much has been read, 0 to 1; undefined if nobody knows. A file may have grown since its size was asked. */
const fractionOf = ({ readBytes, totalBytes }: ProgressState): number | undefined =>
  totalBytes === undefined || totalBytes <= 0 ? undefined : Math.min(1, readBytes / totalBytes)

const timePart = ({ readBytes, totalBytes, bytesPerSecond, elapsedMs }: ProgressState): Part => {
  if (totalBytes === undefined || totalBytes <= 0 || bytesPerSecond <= 0) {
    return { text: formatDuration(elapsedMs), worth: 1 }
  }
  const leftMs = (Math.max(0, totalBytes - readBytes) / bytesPerSecond) * 1000
  return { text: `ETA ${formatDuration(leftMs)}`, worth: 5 }
}

const plural = (records: number): string => (records === 1 ? 'record' : 'records')

const widthOf = (parts: readonly Part[]): number => displayWidth(parts.map((part) => part.text).join(gap))

const leastWorth = (parts: readonly Part[]): number => {
  const least = Math.min(...parts.map((part) => part.worth))
  return parts.findIndex((part) => part.worth === least)
}

const eighths = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉']

const bar = (fraction: number, columns: number): string => {
  const filled = Math.floor(fraction * columns * 8)
  return ('█'.repeat(Math.floor(filled / 8)) + (eighths[filled % 8] ?? '')).padEnd(columns)
}
