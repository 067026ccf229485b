// INTEGER and BIGINT: 32 and 64 bits, which wrap around as Java's do.

/** A number as long as it is exact, otherwise a bigint: how BIGINT values are held. */
export const bigintValue = (value: bigint): number | bigint => {
  const number = Number(value)
  return Number.isSafeInteger(number) ? number : value
}

export const smallestLong = -(2n ** 63n)
export const largestLong = 2n ** 63n - 1n
export const smallestInt = -(2 ** 31)
export const largestInt = 2 ** 31 - 1

/** The lowest 64 bits. */
export const wrapLong = (value: bigint): number | bigint => bigintValue(BigInt.asIntN(64, value))

/** The lowest 32 bits of an integer. */
export const wrapInt = (value: number | bigint): number => Number(BigInt.asIntN(32, BigInt(value)))

/** The integer part of a double, the nearest INTEGER if it is beyond; 0 for NaN. */
export const doubleToInt = (value: number): number =>
  Number.isNaN(value) ? 0 : Math.min(largestInt, Math.max(smallestInt, Math.trunc(value))) + 0

/** The integer part of a double, the nearest BIGINT if it is beyond; 0 for NaN. */
export const doubleToLong = (value: number): number | bigint => {
  if (Number.isNaN(value)) return 0
  if (value >= 2 ** 63) return largestLong
  if (value <= -(2 ** 63)) return smallestLong
  return bigintValue(BigInt(Math.trunc(value)))
}
