// The decoder of each input format.

import { csvDecoder } from './csv-decoder.ts'
import type { Format } from './format.ts'
import { JsonDecoder } from './json-decoder.ts'
import type { DecoderNotes, RecordDecoder } from './record-decoder.ts'
import { textDecoder } from './text-decoder.ts'
import { tsvDecoder } from './tsv-decoder.ts'

/** A decoder for a format that can be read. */
export const createDecoder = (format: Format, notes: DecoderNotes): RecordDecoder => {
  switch (format) {
    case 'ndjson':
      return new JsonDecoder(false)
    case 'json':
      return new JsonDecoder(true)
    case 'csv':
      return csvDecoder(notes)
    case 'tsv':
      return tsvDecoder(notes)
    case 'text':
      return textDecoder()
    case 'table':
      throw new Error('tables cannot be read')
  }
}
