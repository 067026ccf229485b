// The encoder of each output format.

import { envelopeJson } from '../serde/envelope.ts'
import { csvEncoder, tsvEncoder } from './csv-encoder.ts'
import type { FileOutput } from './file-output.ts'
import type { Format } from './format.ts'
import { appendNdjson } from './ndjson-encoder.ts'
import { prettyJsonEncoder } from './pretty-json-encoder.ts'
import type { RecordEncoder } from './record-encoder.ts'
import { tableEncoder } from './table-encoder.ts'
import { textEncoder } from './text-encoder.ts'

/**
 * @param file what is written to, if it is a file: rows that are appended need no second header.
 * @param envelopes whether records leave in envelopes; asked when the first record comes.
 */
export const createEncoder = (
  format: Format,
  file: FileOutput | undefined,
  envelopes: () => boolean,
): RecordEncoder => {
  switch (format) {
    case 'ndjson':
      return ndjsonEncoder(envelopes)
    case 'json':
      return prettyJsonEncoder()
    case 'csv':
      return csvEncoder({ firstLine: file?.firstLine() })
    case 'tsv':
      return tsvEncoder({ firstLine: file?.firstLine() })
    case 'text':
      return textEncoder()
    case 'table':
      return tableEncoder()
  }
}

const ndjsonEncoder = (envelopes: () => boolean): RecordEncoder => {
  let enveloped: boolean | undefined
  return {
    encode: (record, out) => {
      enveloped ??= envelopes()
      if (enveloped) out.append(`${envelopeJson(record)}\n`)
      else appendNdjson(record.value, out)
    },
    finish: () => undefined,
  }
}
