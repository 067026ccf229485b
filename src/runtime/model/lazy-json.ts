// A record value that is still text. Operators pass it on untouched; expressions read single fields of it; only what
// needs the whole value pays for parsing it.

import type { ByteString } from './byte-string.ts'

/** A JSON value that has not been parsed (yet). Values from a source are valid only while the record is being processed. */
export abstract class LazyJson {
  /** The JavaScript value of a top-level field; undefined if the value is no object or lacks the field. */
  abstract field(slot: number): unknown
  /** The JSON text of a top-level field, or undefined as for `field`. */
  abstract fieldJson(slot: number): ByteString | undefined
  /** The whole value as plain JavaScript data: objects with own properties only, integers beyond 2^53 as bigint. */
  abstract plain(): unknown
  /** The JSON text of the whole value, as it came in. */
  abstract json(): ByteString
}
