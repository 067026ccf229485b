// A record key that is still bytes. Most records pass on without anybody looking at their key.

/** A key that becomes a value when somebody asks. Like values of a source it is valid only while the record is processed. */
export abstract class LazyKey {
  /** Plain JSON data or a LazyJson; never undefined. */
  abstract value(): unknown

  /** Its text as `keyText` would make it of the value, where that is at hand. */
  text(): string | undefined {
    return undefined
  }
}

/** The key as a value that stays valid. */
export const keyValue = (key: unknown): unknown => (key instanceof LazyKey ? key.value() : key)
