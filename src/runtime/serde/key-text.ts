// Keys as texts, in the two forms that they have in topics: plain, as other programs write them, and typed, as ks writes them
// into topics of its own, where 200 and "200" must stay two keys.

import { fromByteString, toByteString, type ByteString } from '../model/byte-string.ts'
import { keyFromText, keyText } from '../model/record-key.ts'
import { LazyKey, keyValue } from '../model/lazy-key.ts'
import { parseJsonText, stringifyJson } from './json-parse.ts'
import { KeySlice } from './key-slice.ts'
import { stringBytes } from './primitive-serde.ts'

/** The text of a key as it stands in topics: strings as they are, everything else as JSON. Null if there is none. */
export const plainKeyText = (key: unknown): string | null => {
  if (typeof key === 'string') return key
  if (key === null || key === undefined) return null
  if (key instanceof KeySlice) return key.buffer.toString('utf8', key.start, key.end)
  const bytes = stringBytes(keyValue(key))
  return typeof bytes === 'string' ? fromByteString(bytes) : bytes.toString('utf8')
}

/** The bytes of the text of a key from which the same key can be made again (see `keyText`). Null if there is none. */
export const typedKeyBytes = (key: unknown): ByteString | null => {
  const text = keyText(key, stringifyJson)
  return text === null ? null : toByteString(text)
}

/** A key that `typedKeyBytes` has written, as it is read again. One object serves all records of a partition. */
export class TypedKey extends LazyKey {
  private known: string | undefined
  private source = new KeySlice('string')

  set(source: KeySlice): void {
    this.source = source
    this.known = undefined
  }

  override text(): string {
    const { buffer, start, end } = this.source
    this.known ??= buffer.toString('utf8', start, end)
    return this.known
  }

  override value(): unknown {
    return keyFromText(this.text(), parseJsonText)
  }
}
