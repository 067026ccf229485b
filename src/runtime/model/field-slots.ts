// Field names that compiled expressions ask for get a small number each, once per process. The scanner records where
// those fields stand in a record; compiled code asks for them by number.

import { toByteString, type ByteString } from './byte-string.ts'

const slotOfName = new Map<string, number>()
const slotOfKey = new Map<ByteString, number>()
const names: string[] = []

/** The slot of a top-level field name; a new name gets the next free one. */
export const fieldSlot = (name: string): number => {
  let slot = slotOfName.get(name)
  if (slot === undefined) {
    slot = names.length
    names.push(name)
    slotOfName.set(name, slot)
    slotOfKey.set(toByteString(name), slot)
  }
  return slot
}

/** The slot of a key as it stands in the input (UTF-8 bytes, no escapes), or -1 if nobody asked for that field. */
export const slotOfFieldKey = (key: ByteString): number => slotOfKey.get(key) ?? -1

/** The field name of a slot. */
export const fieldName = (slot: number): string => {
  const name = names[slot]
  if (name === undefined) throw new RangeError(`no field has slot ${String(slot)}`)
  return name
}

/** How many slots there are. */
export const slotCount = (): number => names.length
