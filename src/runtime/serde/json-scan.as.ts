// The JSON scanner, in AssemblyScript: compiled to WebAssembly by the build, because a pass over every byte of the input is
// what ks spends most of its time on. It walks a block of records, accepts exactly what JSON.parse accepts (to a depth of
// 512), and writes down where each record and those of its top-level fields stand that somebody asked for.
//
// Memory, from 0 (static data lie below keyTableAddress, see --memoryBase in the build): see the constants; the block to scan lies at `inputAddress` and is followed by at least 16 readable bytes.

const keyTableAddress: usize = 1024 // per slot: u32 address, u32 length of `"key"`
export const maxSlots: i32 = 128
const keyBytesAddress: usize = 4096
const keyBytesSize: usize = 28672
const templateAddress: usize = 32768 // per ordinal: u32 length, i32 slot, then up to 56 bytes of `"key":`
const templateStride: usize = 64
const templateKeyMax: usize = 56
const maxTemplates: i32 = 128
const stackAddress: usize = 40960
export const internWantedAddress: usize = 49152 // per slot u8: its short strings get ids, because somebody reads them
const internTableAddress: usize = 65536 // 32768 cells of u32 hash, u32 id + 1
const internCells: u32 = 32768
const internEntryAddress: usize = internTableAddress + 32768 * 8 // per id: 64 bytes: u32 length, bytes
const internEntryStride: usize = 64
const internMaxBytes: usize = 56
const maxInterned: u32 = 16384
export const outputAddress: usize = internEntryAddress + 16384 * 64
export const outputSize: usize = 1048576
export const shapesAddress: usize = outputAddress + outputSize // programs of emitShape and their literals
export const shapesSize: usize = 16384
export const emittedAddress: usize = shapesAddress + shapesSize
export const emittedSize: usize = 524288
export const inputAddress: usize = emittedAddress + emittedSize + 64

const maxDepth: i32 = 512

// Kinds of values; json-scanner.ts has the same numbers.
const simpleString: i32 = 1
const otherString: i32 = 2
const plainNumber: i32 = 3
const otherNumber: i32 = 4
const literalTrue: i32 = 5
const literalFalse: i32 = 6
const literalNull: i32 = 7
const container: i32 = 8
const internedString: i32 = 9
const noValue: i32 = 10
const malformed: i32 = 11
const oddKeyFlag: i32 = 256
const nonAsciiFlag: i32 = 512
const lineBreakFlag: i32 = 1024

// What can be wrong; json-scanner.ts has the messages.
const expectedFirstKey: i32 = 1
const expectedKey: i32 = 2
const expectedColon: i32 = 3
const expectedValue: i32 = 4
const expectedCommaOrBrace: i32 = 5
const expectedCommaOrBracket: i32 = 6
const unclosedString: i32 = 7
const controlCharacter: i32 = 8
const badUnicodeEscape: i32 = 9
const badEscape: i32 = 10
const expectedDigit: i32 = 11
const tooDeep: i32 = 12
const trailingText: i32 = 13
const damagedFrame: i32 = 14

let slots: i32 = 0
let templates: i32 = 0
let interned: u32 = 0
let multiline: bool = false

let kind: i32 = 0
let number: f64 = 0
let escapes: bool = false
let sawHigh: bool = false
let oddKey: bool = false
let failure: i32 = 0
let failureAt: usize = 0
let resumeAt: usize = 0
let lineBreaks: i32 = 0

/** What was wrong with the record that stopped the last `scan`; 0 if nothing was. */
export function failureCode(): i32 {
  return failure
}
/** Address of the byte that cannot be right. */
export function failureAddress(): usize {
  return failureAt
}
/** Address where the last `scan` stopped: the end of the block, or the start of the record that failed. */
export function resumeAddress(): usize {
  return resumeAt
}

/** Sets how many fields are wanted; their keys (with quotes) have been written to the key table. */
export function setSlots(count: i32, allowLineBreaks: bool): void {
  slots = count
  multiline = allowLineBreaks
  templates = 0
}

@inline
function fail(code: i32, at: usize): usize {
  failure = code
  failureAt = at
  return 0
}

@inline
function isSpace(byte: u32): bool {
  return byte == 32 || byte == 9 || byte == 13 || (byte == 10 && multiline)
}

@inline
function skipSpace(start: usize, limit: usize): usize {
  let at = start
  while (at < limit && isSpace(load<u8>(at))) at++
  return at
}

/** From the opening quote of a string to after its closing quote. Sets `kind`. */
function scanString(start: usize, limit: usize): usize {
  const quotes = i8x16.splat(34)
  const backslashes = i8x16.splat(92)
  const spaces = i8x16.splat(32)
  let at = start + 1
  let found = simpleString
  escapes = false
  while (true) {
    const block = v128.load(at)
    const stop = i8x16.bitmask(
      v128.or(v128.or(i8x16.eq(block, quotes), i8x16.eq(block, backslashes)), i8x16.lt_u(block, spaces)),
    )
    const high = i8x16.bitmask(block)
    if (stop == 0) {
      if (high != 0) {
        found = otherString
        sawHigh = true
      }
      at += 16
      if (at >= limit) return fail(unclosedString, limit)
      continue
    }
    const length = ctz(stop)
    if ((high & ((1 << length) - 1)) != 0) {
      found = otherString
      sawHigh = true
    }
    at += length
    if (at >= limit) return fail(unclosedString, limit)
    const byte = load<u8>(at)
    if (byte == 34) {
      kind = found
      return at + 1
    }
    if (byte != 92) return fail(byte == 10 ? unclosedString : controlCharacter, at)
    found = otherString
    escapes = true
    if (at + 1 >= limit) return fail(unclosedString, limit)
    const escaped = load<u8>(at + 1)
    if (escaped == 117) {
      for (let i: usize = 2; i < 6; i++) {
        if (at + i >= limit || !isHexDigit(load<u8>(at + i))) return fail(badUnicodeEscape, min(at + i, limit))
      }
      at += 6
    } else if (
      escaped == 34 || escaped == 92 || escaped == 47 || escaped == 98 ||
      escaped == 102 || escaped == 110 || escaped == 114 || escaped == 116
    ) {
      at += 2
    } else return fail(badEscape, at + 1)
  }
}

@inline
function isHexDigit(byte: u32): bool {
  return byte - 48 <= 9 || (byte | 32) - 97 <= 5
}

const powersOfTen: StaticArray<f64> = [
  1.0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
]

/** Where a run of digits ends. */
@inline
function skipDigits(start: usize): usize {
  const zeros = i8x16.splat(48)
  const nine = i8x16.splat(9)
  let at = start
  while (true) {
    const others = i8x16.bitmask(i8x16.gt_u(i8x16.sub(v128.load(at), zeros), nine))
    if (others != 0) return at + ctz(others)
    at += 16
  }
}

/** Checks a number that nobody reads. */
function skipNumber(start: usize, limit: usize): usize {
  let at = start
  if (load<u8>(at) == 45) at++
  let from = at
  at = min(load<u8>(at) == 48 ? at + 1 : skipDigits(at), limit)
  if (at == from) return fail(expectedDigit, at)
  if (at < limit && load<u8>(at) == 46) {
    from = at + 1
    at = min(skipDigits(from), limit)
    if (at <= from) return fail(expectedDigit, min(from, limit))
  }
  if (at < limit && (load<u8>(at) | 32) == 101) {
    at++
    if (at < limit && (load<u8>(at) == 43 || load<u8>(at) == 45)) at++
    from = at
    at = min(skipDigits(from), limit)
    if (at <= from) return fail(expectedDigit, min(from, limit))
  }
  kind = otherNumber
  return at
}

/** Sets `kind`, and `number` if the value is exact with one division (Clinger's fast path: 15 digits, no exponent). */
function scanNumber(start: usize, limit: usize): usize {
  let at = start
  const negative = load<u8>(at) == 45
  if (negative) at++
  const digitsAt = at
  let mantissa: u64 = 0
  let byte: u32 = at < limit ? load<u8>(at) : 0
  if (byte == 48) {
    at++
    byte = at < limit ? load<u8>(at) : 0
  } else if (byte - 49 <= 8) {
    do {
      mantissa = mantissa * 10 + (byte - 48)
      at++
      byte = at < limit ? load<u8>(at) : 0
    } while (byte - 48 <= 9)
  } else return fail(expectedDigit, at)
  let digits = <i32>(at - digitsAt)
  let fraction = 0
  let exact = true
  if (byte == 46) {
    at++
    const from = at
    byte = at < limit ? load<u8>(at) : 0
    while (byte - 48 <= 9) {
      mantissa = mantissa * 10 + (byte - 48)
      at++
      byte = at < limit ? load<u8>(at) : 0
    }
    fraction = <i32>(at - from)
    if (fraction == 0) return fail(expectedDigit, at)
    digits += fraction
  }
  if ((byte | 32) == 101) {
    exact = false
    at++
    byte = at < limit ? load<u8>(at) : 0
    if (byte == 43 || byte == 45) {
      at++
      byte = at < limit ? load<u8>(at) : 0
    }
    const from = at
    while (byte - 48 <= 9) {
      at++
      byte = at < limit ? load<u8>(at) : 0
    }
    if (at == from) return fail(expectedDigit, at)
  }
  if (exact && digits <= 15) {
    kind = plainNumber
    const value = fraction == 0 ? <f64>mantissa : <f64>mantissa / unchecked(powersOfTen[fraction])
    number = negative ? -value : value
  } else kind = otherNumber
  return at
}

function scanScalar(at: usize, limit: usize): usize {
  const first: u32 = load<u8>(at)
  if (first == 45 || first - 48 <= 9) return scanNumber(at, limit)
  const word = load<u32>(at)
  if (word == 0x65757274 && at + 4 <= limit) {
    kind = literalTrue
    return at + 4
  }
  if (word == 0x6c6c756e && at + 4 <= limit) {
    kind = literalNull
    return at + 4
  }
  if (word == 0x736c6166 && load<u8>(at + 4) == 101 && at + 5 <= limit) {
    kind = literalFalse
    return at + 5
  }
  // A word that the end of the block cuts off may yet be one.
  const rest = limit - at
  if (rest < 5 && isWordPrefix(word, <u32>rest)) return fail(expectedValue, limit)
  return fail(expectedValue, at)
}

@inline
function isWordPrefix(word: u32, length: u32): bool {
  const mask: u32 = length >= 4 ? 0xffffffff : (1 << (length << 3)) - 1
  return ((word ^ 0x65757274) & mask) == 0 || ((word ^ 0x6c6c756e) & mask) == 0 || ((word ^ 0x736c6166) & mask) == 0
}

function scanKey(start: usize, limit: usize, code: i32): usize {
  if (start >= limit || load<u8>(start) != 34) return fail(code, min(start, limit))
  let at = scanString(start, limit)
  if (at == 0) return 0
  at = skipSpace(at, limit)
  if (at >= limit || load<u8>(at) != 58) return fail(expectedColon, at)
  return at + 1
}

/** Any value, iteratively. `outer` is the depth that it stands in. Sets `kind`. */
function scanValue(start: usize, limit: usize, outer: i32): usize {
  let at = start
  let depth = 0
  while (true) {
    at = skipSpace(at, limit)
    if (at >= limit) return fail(expectedValue, limit)
    const first: u32 = load<u8>(at)
    if (first == 123 || first == 91) {
      depth++
      if (outer + depth > maxDepth) return fail(tooDeep, at)
      store<u8>(stackAddress + depth, <u8>first)
      at = skipSpace(at + 1, limit)
      if (at >= limit) return fail(first == 123 ? expectedFirstKey : expectedValue, limit)
      if (load<u8>(at) == first + 2) {
        at++
        depth--
      } else {
        if (first == 123) {
          at = scanKey(at, limit, expectedFirstKey)
          if (at == 0) return 0
        }
        continue
      }
    } else {
      at = first == 34 ? scanString(at, limit) : scanScalar(at, limit)
      if (at == 0) return 0
      if (depth == 0) return at
    }
    // A value has ended; close what ends with it.
    while (true) {
      if (depth == 0) {
        kind = container
        return at
      }
      at = skipSpace(at, limit)
      const opened: u32 = load<u8>(stackAddress + depth)
      const code = opened == 123 ? expectedCommaOrBrace : expectedCommaOrBracket
      if (at >= limit) return fail(code, limit)
      const next: u32 = load<u8>(at)
      if (next == 44) {
        at++
        if (opened == 123) {
          at = scanKey(skipSpace(at, limit), limit, expectedKey)
          if (at == 0) return 0
        }
        break
      }
      if (next != opened + 2) return fail(code, at)
      at++
      depth--
    }
  }
}

/** The slot of a key `"…"` of so many bytes, or -1. */
function findSlot(key: usize, length: usize): i32 {
  for (let slot = 0; slot < slots; slot++) {
    const entry = keyTableAddress + (<usize>slot << 3)
    if (load<u32>(entry, 4) == <u32>length && memory.compare(load<u32>(entry), key, length) == 0) return slot
  }
  return -1
}

/** The id of a short string; a new string gets the next id while there is room. -1 if it has none. */
function intern(text: usize, length: usize): i32 {
  let hash: u32 = <u32>length * 0x9e3779b1
  for (let i: usize = 0; i < length; i += 4) {
    let word = load<u32>(text + i)
    const rest = length - i
    if (rest < 4) word &= (1 << (<u32>rest << 3)) - 1
    hash = (hash ^ word) * 0x85ebca6b
    hash ^= hash >>> 15
  }
  let cell = (hash * 0xc2b2ae35) >>> 17 // 32768 cells
  for (let probes = 0; probes < 8; probes++) {
    const address = internTableAddress + (<usize>cell << 3)
    const id = load<u32>(address, 4)
    if (id == 0) {
      if (interned == maxInterned) return -1
      const entry = internEntryAddress + <usize>interned * internEntryStride
      store<u32>(entry, <u32>length)
      memory.copy(entry + 4, text, length)
      store<u32>(address, hash)
      store<u32>(address, interned + 1, 4)
      interned++
      return <i32>(interned - 1)
    }
    if (load<u32>(address) == hash) {
      const entry = internEntryAddress + <usize>(id - 1) * internEntryStride
      if (load<u32>(entry) == <u32>length && memory.compare(entry + 4, text, length) == 0) return <i32>(id - 1)
    }
    cell = (cell + 1) & (internCells - 1)
  }
  return -1
}

// What a record takes in the output: i32 start, end, kind, line breaks before it, then per slot i32 start, i32 end | kind << 28
// and eight bytes: the number of a plainNumber, the id of an internedString.
function scanTopObject(start: usize, limit: usize, record: usize): usize {
  let at = start
  let ordinal = 0
  while (true) {
    let slot = -1
    let matched = false
    const template = templateAddress + <usize>ordinal * templateStride
    if (ordinal < templates) {
      const length: usize = load<u32>(template)
      if (length <= 16) {
        const same = i8x16.bitmask(i8x16.eq(v128.load(at), v128.load(template + 8)))
        matched = (~same & ((1 << <i32>length) - 1)) == 0
      } else matched = memory.compare(at, template + 8, length) == 0
      if (matched) {
        slot = load<i32>(template, 4)
        at += length
        if (at > limit) return fail(expectedValue, limit)
      }
    }
    if (!matched) {
      at = skipSpace(at, limit)
      if (at < limit && load<u8>(at) == 125 && ordinal == 0) return at + 1
      const code = ordinal == 0 ? expectedFirstKey : expectedKey
      const keyAt = at
      if (at >= limit || load<u8>(at) != 34) return fail(code, min(at, limit))
      at = scanString(at, limit)
      if (at == 0) return 0
      const keyEnd = at
      // A key with escapes is left to JavaScript: rare.
      if (escapes) oddKey = true
      else slot = findSlot(keyAt, keyEnd - keyAt)
      // A template of ASCII only: a key that it matches need not be looked at for its encoding.
      const plainKey = !escapes && kind == simpleString
      at = skipSpace(at, limit)
      if (at >= limit || load<u8>(at) != 58) return fail(expectedColon, at)
      at++
      const length = at - keyAt
      if (plainKey && at == keyEnd + 1 && length <= templateKeyMax && ordinal < maxTemplates && ordinal <= templates) {
        store<u32>(template, <u32>length)
        store<i32>(template, slot, 4)
        memory.copy(template + 8, keyAt, length)
        if (ordinal == templates) templates++
      }
    }
    ordinal++
    if (load<u8>(at) <= 32) at = skipSpace(at, limit)
    if (at >= limit) return fail(expectedValue, limit)
    const valueAt = at
    const first: u32 = load<u8>(at)
    if (first == 34) at = scanString(at, limit)
    else if (first == 123 || first == 91) at = scanValue(at, limit, 1)
    else if (slot < 0 && (first == 45 || first - 48 <= 9)) at = skipNumber(at, limit)
    else at = scanScalar(at, limit)
    if (at == 0) return 0
    if (slot >= 0) {
      const field = record + 16 + (<usize>slot << 4)
      let fieldKind = kind
      if (kind == simpleString) {
        const length = at - valueAt - 2
        if (length <= internMaxBytes && load<u8>(internWantedAddress + <usize>slot) != 0) {
          const id = intern(valueAt + 1, length)
          if (id >= 0) {
            fieldKind = internedString
            store<i32>(field, id, 8)
          }
        }
      } else if (kind == plainNumber) store<f64>(field, number, 8)
      store<i32>(field, <i32>(valueAt - inputAddress))
      store<i32>(field, <i32>(at - inputAddress) | (fieldKind << 28), 4)
    }
    if (at < limit && load<u8>(at) <= 32) at = skipSpace(at, limit)
    if (at >= limit) return fail(expectedCommaOrBrace, limit)
    const next: u32 = load<u8>(at)
    if (next == 44) {
      at++
      continue
    }
    if (next == 125) return at + 1
    return fail(expectedCommaOrBrace, at)
  }
}

/**
 * Scans records from `start` to `limit`, at most as many as the output holds.
 * One record a line, or (with line breaks allowed) one after another. Stops at a record that fails.
 * @returns how many records were written to the output.
 */
export function scan(start: usize, limit: usize): i32 {
  const stride: usize = 16 + (<usize>slots << 4)
  const outputEnd = outputAddress + outputSize - stride
  let record = outputAddress
  let count = 0
  let at = start
  failure = 0
  lineBreaks = 0
  while (record <= outputEnd) {
    // To the next record, over blank lines.
    while (at < limit) {
      const byte = load<u8>(at)
      if (byte == 10) lineBreaks++
      else if (byte != 32 && byte != 13 && byte != 9) break
      at++
    }
    if (at >= limit) break
    resumeAt = at
    const recordAt = at
    if (slots > 0) memory.fill(record + 16, 0, <usize>slots << 4)
    oddKey = false
    if (load<u8>(at) == 123) {
      at = scanTopObject(at + 1, limit, record)
      kind = container
    } else at = scanValue(at, limit, 0)
    if (at == 0) return count
    const end = at
    if (!multiline) {
      at = skipSpace(at, limit)
      if (at < limit && load<u8>(at) != 10) {
        fail(trailingText, at)
        return count
      }
    }
    store<i32>(record, <i32>(recordAt - inputAddress))
    store<i32>(record, <i32>(end - inputAddress), 4)
    store<i32>(record, kind | (oddKey ? oddKeyFlag : 0), 8)
    store<i32>(record, lineBreaks, 12)
    lineBreaks = 0
    if (multiline) {
      for (let i = recordAt; i < end; i++) if (load<u8>(i) == 10) lineBreaks++
    }
    record += stride
    count++
  }
  resumeAt = at
  return count
}

let frameAt: usize = 0

/** A zig-zag varint; `frameAt` moves behind it. */
function readVarint(): i64 {
  let byte: u64 = load<u8>(frameAt++)
  let value: u64 = byte & 127
  let shift: u64 = 7
  while (byte > 127 && shift < 64) {
    byte = load<u8>(frameAt++)
    value |= (byte & 127) << shift
    shift += 7
  }
  return <i64>(value >>> 1) ^ -(<i64>(value & 1))
}

/**
 * Scans the records of a batch in Kafka's format v2, framed by lengths. The value of each is scanned as JSON if `parse` is
 * true. A value that is no JSON does not stop the scan: its record says what is wrong. Behind what `scan` writes of a record
 * stand f64 timestamp delta, i32 offset delta, i32 start (-1 for null) and end of the key, i32 start of the headers (-1 if
 * there are none), i32 the byte that cannot be right.
 * @returns how many records were written to the output; `failureCode` is set if a frame is damaged.
 */
export function scanFrames(start: usize, limit: usize, parse: bool): i32 {
  const fieldsSize: usize = <usize>slots << 4
  const stride: usize = 48 + fieldsSize
  const outputEnd = outputAddress + outputSize - stride
  let record = outputAddress
  let count = 0
  let at = start
  failure = 0
  while (record <= outputEnd && at < limit) {
    resumeAt = at
    frameAt = at
    const length = readVarint()
    const end: usize = frameAt + <usize>length
    if (length < 0 || end > limit) return damaged(count, at)
    frameAt++ // attributes, which have no meaning yet
    const extra = record + 16 + fieldsSize
    store<f64>(extra, <f64>readVarint())
    store<i32>(extra, <i32>readVarint(), 8)
    const keyLength = <i32>readVarint()
    const keyAt = frameAt
    if (keyLength > 0) frameAt += keyLength
    if (frameAt > end) return damaged(count, at)
    store<i32>(extra, keyLength < 0 ? -1 : <i32>(keyAt - inputAddress), 12)
    store<i32>(extra, <i32>(frameAt - inputAddress), 16)
    const valueLength = <i32>readVarint()
    const valueAt = frameAt
    const valueEnd = valueLength > 0 ? valueAt + valueLength : valueAt
    if (valueEnd > end) return damaged(count, at)
    frameAt = valueEnd
    const headers = load<u8>(valueEnd)
    store<i32>(extra, headers == 0 ? -1 : <i32>(valueEnd - inputAddress), 20)
    let from = valueAt
    let to = valueEnd
    let flags = 0
    let code = 0
    if (valueLength < 0) kind = noValue
    else if (parse) {
      if (fieldsSize > 0) memory.fill(record + 16, 0, fieldsSize)
      oddKey = false
      sawHigh = false
      from = skipSpace(valueAt, valueEnd)
      if (from < valueEnd && load<u8>(from) == 123) {
        to = scanTopObject(from + 1, valueEnd, record)
        kind = container
      } else to = scanValue(from, valueEnd, 0)
      if (to != 0) {
        const behind = skipSpace(to, valueEnd)
        if (behind < valueEnd) {
          fail(trailingText, behind)
          to = 0
        }
      }
      if (to == 0) {
        kind = malformed
        code = failure
        store<i32>(extra, <i32>(failureAt - inputAddress), 24)
        failure = 0
        from = valueAt
        to = valueEnd
      } else {
        flags = (oddKey ? oddKeyFlag : 0) | (sawHigh ? nonAsciiFlag : 0) | (hasLineBreak(from, to) ? lineBreakFlag : 0)
      }
    } else kind = container
    store<i32>(record, <i32>(from - inputAddress))
    store<i32>(record, <i32>(to - inputAddress), 4)
    store<i32>(record, kind | flags, 8)
    store<i32>(record, code, 12)
    record += stride
    count++
    at = end
  }
  resumeAt = at
  return count
}

function hasLineBreak(from: usize, to: usize): bool {
  const breaks = i8x16.splat(10)
  for (let at = from; at < to; at += 16) {
    let found = i8x16.bitmask(i8x16.eq(v128.load(at), breaks))
    if (to - at < 16) found &= (1 << <i32>(to - at)) - 1
    if (found != 0) return true
  }
  return false
}

function damaged(count: i32, at: usize): i32 {
  failure = damagedFrame
  failureAt = at
  return count
}

/** Line breaks passed since the last record of the last `scan` began (multi-line values) and after it. */
export function trailingLineBreaks(): i32 {
  return lineBreaks
}

@inline
function copy(to: usize, from: usize, length: usize): void {
  if (length > 48) {
    memory.copy(to, from, length)
    return
  }
  // Sixteen bytes at a time, past the end: what comes next overwrites it.
  v128.store(to, v128.load(from))
  if (length > 16) v128.store(to, v128.load(from, 16), 16)
  if (length > 32) v128.store(to, v128.load(from, 32), 32)
}

/**
 * Writes a JSON text made of literals and of fields of a record, as they stand in the input.
 * @param record address of the record in the output of `scan`.
 * @param program u32 count of pieces, then per piece u32 slot or 0xffffffff, u32 address and u32 length of a literal.
 * @returns where it ends, or 0 if there is no room.
 */
export function emitShape(record: usize, program: usize, to: usize): usize {
  const pieces = load<u32>(program)
  const limit = emittedAddress + emittedSize
  let at = to
  let piece = program + 4
  for (let i: u32 = 0; i < pieces; i++) {
    const slot = load<u32>(piece)
    let from: usize = load<u32>(piece, 4)
    let length: usize = load<u32>(piece, 8)
    if (slot != 0xffffffff) {
      const field = record + 16 + (<usize>slot << 4)
      const end = load<u32>(field, 4)
      if (end >>> 28 != 0) {
        from = inputAddress + load<u32>(field)
        length = inputAddress + (end & 0xfffffff) - from
      }
    }
    if (at + length > limit) return 0
    copy(at, from, length)
    at += length
    piece += 12
  }
  return at
}
