// Decimal numbers, exact: an integer and how many of its digits stand behind the point. JSON writers print all digits.

/** What becomes of digits that do not fit; halves go away from zero (HALF_UP) or to the larger number (HALF_CEILING). */
export type Rounding = 'HALF_UP' | 'HALF_CEILING' | 'DOWN' | 'FLOOR' | 'CEILING'

/** A number `unscaled / 10^scale`; the scale is not negative. */
export class Decimal {
  readonly unscaled: bigint
  readonly scale: number

  constructor(unscaled: bigint, scale: number) {
    this.unscaled = unscaled
    this.scale = scale
  }

  /** The number of a text like `-12.50` or `1.2e-3`, with the digits that it is written with; undefined if it is none. */
  static parse(text: string): Decimal | undefined {
    const match = decimalText.exec(text.trim())
    if (match === null) return undefined
    const [, sign = '', whole = '', fraction = '', exponentText = '0'] = match
    if (whole === '' && fraction === '') return undefined
    const exponent = Number(exponentText)
    if (Math.abs(exponent) > maximalExponent) return undefined
    const digits = BigInt(`${whole}${fraction}`)
    const scale = fraction.length - exponent
    const unscaled = sign === '-' ? -digits : digits
    return scale >= 0 ? new Decimal(unscaled, scale) : new Decimal(unscaled * powerOfTen(-scale), 0)
  }

  /** Of a number the digits that it is shown with; undefined for what is not finite. */
  static from(value: number | bigint): Decimal | undefined {
    if (typeof value === 'bigint') return new Decimal(value, 0)
    return Number.isFinite(value) ? Decimal.parse(String(value)) : undefined
  }

  /** -1, 0 or 1. */
  get sign(): -1 | 0 | 1 {
    return this.unscaled > 0n ? 1 : this.unscaled < 0n ? -1 : 0
  }

  /** How many digits the unscaled integer has, at least one. */
  get precision(): number {
    return String(this.unscaled).length - (this.unscaled < 0n ? 1 : 0)
  }

  /** All digits, no exponent. */
  toString(): string {
    if (this.scale === 0) return String(this.unscaled)
    const digits = String(this.unscaled < 0n ? -this.unscaled : this.unscaled).padStart(this.scale + 1, '0')
    const point = digits.length - this.scale
    return `${this.unscaled < 0n ? '-' : ''}${digits.slice(0, point)}.${digits.slice(point)}`
  }

  /** The nearest double. */
  toNumber(): number {
    return Number(this.toString())
  }

  /** Negative, zero or positive as this is below, equal to or above the other; scales do not matter. */
  compare(other: Decimal): number {
    const left = this.scale >= other.scale ? this.unscaled : this.unscaled * powerOfTen(other.scale - this.scale)
    const right = other.scale >= this.scale ? other.unscaled : other.unscaled * powerOfTen(this.scale - other.scale)
    return left < right ? -1 : left > right ? 1 : 0
  }

  negate(): Decimal {
    return new Decimal(-this.unscaled, this.scale)
  }

  abs(): Decimal {
    return this.unscaled < 0n ? this.negate() : this
  }

  add(other: Decimal): Decimal {
    const scale = Math.max(this.scale, other.scale)
    return new Decimal(this.atScale(scale) + other.atScale(scale), scale)
  }

  subtract(other: Decimal): Decimal {
    return this.add(other.negate())
  }

  multiply(other: Decimal): Decimal {
    return new Decimal(this.unscaled * other.unscaled, this.scale + other.scale)
  }

  /** The quotient with so many digits behind the point; undefined for a division by zero. */
  divide(other: Decimal, scale: number, rounding: Rounding = 'HALF_UP'): Decimal | undefined {
    if (other.unscaled === 0n) return undefined
    // this / other = unscaled · 10^(other.scale − this.scale) / other.unscaled
    const shift = scale + other.scale - this.scale
    const numerator = shift >= 0 ? this.unscaled * powerOfTen(shift) : this.unscaled
    const denominator = shift >= 0 ? other.unscaled : other.unscaled * powerOfTen(-shift)
    return new Decimal(roundedQuotient(numerator, denominator, rounding), scale)
  }

  /** What is left of a division towards zero, with the sign of this; undefined for a division by zero. */
  remainder(other: Decimal): Decimal | undefined {
    if (other.unscaled === 0n) return undefined
    const scale = Math.max(this.scale, other.scale)
    return new Decimal(this.atScale(scale) % other.atScale(scale), scale)
  }

  /** The number with so many digits behind the point; a negative scale rounds before it and leaves scale 0. */
  toScale(scale: number, rounding: Rounding = 'HALF_UP'): Decimal {
    if (scale === this.scale) return this
    if (scale > this.scale) return new Decimal(this.atScale(scale), scale)
    const rounded = roundedQuotient(this.unscaled, powerOfTen(this.scale - scale), rounding)
    return scale >= 0 ? new Decimal(rounded, scale) : new Decimal(rounded * powerOfTen(-scale), 0)
  }

  /** Without zeros at the end behind the point. */
  stripZeros(): Decimal {
    let { unscaled, scale } = this
    while (scale > 0 && unscaled % 10n === 0n) {
      unscaled /= 10n
      scale--
    }
    return new Decimal(unscaled, scale)
  }

  private atScale(scale: number): bigint {
    return scale === this.scale ? this.unscaled : this.unscaled * powerOfTen(scale - this.scale)
  }
}

const decimalText = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,4}))?$/

/** Beyond it a text of a few characters would become a number of many. */
const maximalExponent = 1000

const powersOfTen = Array.from({ length: 80 }, (_, exponent) => 10n ** BigInt(exponent))
const powerOfTen = (exponent: number): bigint => powersOfTen[exponent] ?? 10n ** BigInt(exponent)

const roundedQuotient = (numerator: bigint, denominator: bigint, rounding: Rounding): bigint => {
  const quotient = numerator / denominator
  const rest = numerator % denominator
  if (rest === 0n || rounding === 'DOWN') return quotient
  const isNegative = numerator < 0n !== denominator < 0n
  const away = isNegative ? quotient - 1n : quotient + 1n
  if (rounding === 'FLOOR') return isNegative ? away : quotient
  if (rounding === 'CEILING') return isNegative ? quotient : away
  const twice = (rest < 0n ? -rest : rest) * 2n
  const whole = denominator < 0n ? -denominator : denominator
  if (twice === whole) return isNegative && rounding === 'HALF_CEILING' ? quotient : away
  return twice > whole ? away : quotient
}
