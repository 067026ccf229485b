// The options of tools that print rows in any format of a chain.

import { sharedOptions } from '../runtime/shared-options.ts'
import { formatOfName, type Format } from '../runtime/stdio/format.ts'

const { outputFormat, ocsv, otsv, rawOutput, color } = sharedOptions

export const formatOptions = { outputFormat, ocsv, otsv, rawOutput, color }

/** The format that was chosen; undefined if none was. */
export const chosenFormat = (values: {
  readonly outputFormat: string | undefined
  readonly ocsv: boolean
  readonly otsv: boolean
  readonly rawOutput: boolean
}): Format | undefined => {
  if (values.rawOutput) return 'text'
  if (values.ocsv) return 'csv'
  if (values.otsv) return 'tsv'
  return values.outputFormat === undefined ? undefined : formatOfName(values.outputFormat)
}
