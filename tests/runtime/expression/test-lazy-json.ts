// A LazyJson over a value that is there already, which counts what is asked of it.

import { toByteString, type ByteString } from '../../../src/runtime/model/byte-string.ts'
import { fieldName } from '../../../src/runtime/model/field-slots.ts'
import { LazyJson } from '../../../src/runtime/model/lazy-json.ts'
import { stringifyJson } from '../../../src/runtime/serde/json-parse.ts'

export class TestLazyJson extends LazyJson {
  fieldReads = 0
  wholeReads = 0
  private readonly value: unknown
  private readonly texts: Readonly<Record<string, string>>

  /** @param texts the spelling of some fields, where it is not that of stringifyJson */
  constructor(value: unknown, texts: Readonly<Record<string, string>> = {}) {
    super()
    this.value = value
    this.texts = texts
  }

  override field(slot: number): unknown {
    this.fieldReads++
    return this.own(fieldName(slot))
  }

  override fieldJson(slot: number): ByteString | undefined {
    const name = fieldName(slot)
    const field = this.own(name)
    if (field === undefined) return undefined
    return toByteString(Object.hasOwn(this.texts, name) ? (this.texts[name] ?? '') : stringifyJson(field))
  }

  override plain(): unknown {
    this.wholeReads++
    return this.value
  }

  override json(): ByteString {
    return toByteString(stringifyJson(this.value))
  }

  private own(name: string): unknown {
    const { value } = this
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
    return Object.hasOwn(value, name) ? (value as Record<string, unknown>)[name] : undefined
  }
}
