// The sink of an aggregation on a terminal: a table that is redrawn.

import type { CliContext } from './cli/context.ts'
import { createLiveTable } from './cli/terminal/live-table.ts'
import { restoreSequence } from './cli/terminal/frame.ts'
import { Change } from './model/change.ts'
import { plainValue, type StreamRecord } from './model/stream-record.ts'
import { presentRecord, type Tombstone } from './present.ts'
import { stringifyJson } from './serde/json-parse.ts'

/** A sink that shows rows instead of writing them. */
export interface LiveSink {
  process(record: StreamRecord): void
  render(): void
  /** Leaves the final table behind. */
  finish(): void
  /** Restores the terminal after an error. */
  abandon(): void
}

/** Opens the view on standard output. */
export const liveSink = async (
  context: CliContext,
  colour: 'auto' | 'always' | 'never',
  tombstone: Tombstone | undefined,
): Promise<LiveSink> => {
  const terminal = context.outputTerminal
  const write = (text: string): void => {
    // A terminal that has gone: its signal ends the run.
    context.print(text).catch(() => undefined)
  }
  const table = createLiveTable({
    write,
    columns: () => terminal?.columns() ?? 80,
    rows: () => terminal?.rows() ?? 24,
    style: await context.style(colour),
    windowed: true,
  })
  const resize = (): void => {
    table.resize()
  }
  const offResize = context.onResize(resize)
  let rows = 0
  return {
    process: (record) => {
      const presented = presentRecord(record, tombstone)
      if (presented === undefined) return
      const isChange = record.value instanceof Change
      // Rows of a table replace each other; other records are rows of their own.
      const windowPart = record.window === undefined ? '' : `\0${String(record.window.start)}`
      const key = isChange && typeof record.key === 'string' ? record.key + windowPart : String(rows++)
      if (isChange && record.value.newValue === null) {
        table.remove(key)
        return
      }
      const value = plainValue(presented.value)
      table.update(key, typeof value === 'object' && value !== null ? value : { value: stringifyJson(value) })
    },
    render: () => {
      table.render()
    },
    finish: () => {
      offResize()
      table.finish()
    },
    abandon: () => {
      offResize()
      write(restoreSequence)
    },
  }
}
