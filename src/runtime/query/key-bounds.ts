// Bounds of keys as bytes, for stores that are read in the order of their bytes; texts and their UTF-8 bytes have one order.

import { compareText } from '../model/text-order.ts'
import { prefixEnd } from '../stores/row-format.ts'
import type { StoreQuery } from './store-query.ts'

/** From the first one to, not including, the second one; undefined is the end of the store. */
interface ByteBounds {
  readonly from: Buffer
  readonly to: Buffer | undefined
}

const bytesOf = (text: string): Buffer => Buffer.from(text, 'utf8')

/** What comes right behind a key. */
const behind = (text: string): Buffer => Buffer.from(`${text}\0`, 'utf8')

/** The bytes that a question can find. @param lead what stands in front of every key. */
export const byteBounds = ({ from, to, prefix, after, reverse }: StoreQuery, lead = ''): ByteBounds => {
  const lows = [from, prefix].filter((text) => text !== undefined)
  const low = lows.reduce((highest, text) => (compareText(text, highest) > 0 ? text : highest), '')
  const start = after !== undefined && !reverse ? behind(lead + after.key) : bytesOf(lead + low)
  const ends = [
    ...(to === undefined ? [] : [behind(lead + to)]),
    ...(prefix === undefined || prefix === '' ? [] : [prefixEnd(bytesOf(lead + prefix))]),
    ...(after !== undefined && reverse ? [bytesOf(lead + after.key)] : []),
    ...(lead === '' ? [] : [prefixEnd(bytesOf(lead))]),
  ]
  const [end] = ends.sort((a, b) => a.compare(b))
  return { from: start.compare(bytesOf(lead + low)) > 0 ? start : bytesOf(lead + low), to: end }
}
