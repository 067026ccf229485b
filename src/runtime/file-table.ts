// Reads a table in a file completely.

import type { StreamRecord } from './model/stream-record.ts'
import { createDecoder } from './stdio/create-decoder.ts'
import { formatOfFile } from './stdio/format.ts'
import type { Fault } from './stdio/input-faults.ts'
import { openInputs } from './stdio/open-inputs.ts'
import { RecordSource } from './stdio/sources.ts'
import type { GlobalSource } from './topology/topology.ts'

export interface FileTableOptions {
  readonly maxRecordBytes: number
  readonly signal: AbortSignal
  /** Says something about the file on standard error. */
  notice(message: string): void
  /** A line that cannot be read. Throws to end the run; false if nothing more is wanted. */
  fault(fault: Fault): boolean
}

/** Takes all rows of a file, in order. KsError io if it cannot be read. */
export const readFileTable = async (table: GlobalSource, options: FileTableOptions): Promise<void> => {
  const { notice, fault, signal, maxRecordBytes } = options
  const { endpoint } = table
  const decoder = createDecoder(formatOfFile(endpoint.name) ?? 'ndjson', { notice })
  const source = new RecordSource(decoder, {
    timestamps: undefined,
    clock: () => 0,
    needsTime: false,
    maxRecordBytes,
    fault,
    stopped: () => false,
  })
  const take = (record: StreamRecord): void => {
    table.add(record.key, record.value)
  }
  for await (const opened of openInputs([endpoint.name], { notice, signal })) {
    source.open(opened)
    while (source.decode(await source.fill(), take));
  }
}
