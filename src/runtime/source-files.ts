// The files that each source of a topology reads.

import type { RunSettings } from './run-settings.ts'
import { formatOfFile, type Format } from './stdio/format.ts'
import type { RecordForm, Topology } from './topology/topology.ts'

/** A source with its files. */
export interface SourceFiles {
  readonly node: string
  /** `-` is standard input. */
  readonly names: readonly string[]
  readonly format: Format
  /** What its records are, where that has been declared. */
  readonly form: RecordForm | undefined
}

/** The first one reads what stands on the command line; others say themselves what they read. */
export const sourceFiles = (
  { nodes }: Topology,
  { inputs, inputFormat }: Pick<RunSettings, 'inputs' | 'inputFormat'>,
): readonly SourceFiles[] =>
  nodes
    .filter(({ kind }) => kind === 'source')
    .map(({ name, endpoint }, index) => {
      const names = index === 0 ? inputs : [endpoint?.kind === 'file' ? endpoint.name : '-']
      const format = (index === 0 ? inputFormat : undefined) ?? formatOfFile(names[0] ?? '') ?? 'ndjson'
      return { node: name, names, format, form: endpoint?.form }
    })
