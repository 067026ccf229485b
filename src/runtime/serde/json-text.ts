// A JSON value that exists as text of its own: made by ks, or copied out of an input block to be kept.

import type { ByteString } from '../model/byte-string.ts'
import { fieldName } from '../model/field-slots.ts'
import { LazyJson } from '../model/lazy-json.ts'
import { visitJsonFields } from './json-fields.ts'
import { parseJson } from './json-parse.ts'

/** Valid JSON text, parsed when somebody asks. Unlike values of a scanner it stays valid. */
export class JsonText extends LazyJson {
  private readonly text: ByteString
  private parsed: unknown
  private hasParsed = false

  constructor(text: ByteString) {
    super()
    this.text = text
  }

  override field(slot: number): unknown {
    const value = this.plain()
    if (typeof value !== 'object' || value === null) return undefined
    const name = fieldName(slot)
    return Object.hasOwn(value, name) ? (value as Record<string, unknown>)[name] : undefined
  }

  override fieldJson(slot: number): ByteString | undefined {
    const wanted = fieldName(slot)
    let found: ByteString | undefined
    visitJsonFields(this.text, (name, json) => {
      if (name === wanted) found = json
    })
    return found
  }

  override plain(): unknown {
    if (!this.hasParsed) {
      this.parsed = parseJson(this.text)
      this.hasParsed = true
    }
    return this.parsed
  }

  override json(): ByteString {
    return this.text
  }
}
