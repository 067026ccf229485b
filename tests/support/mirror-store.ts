// Two bytes stores that must always agree. Whatever is asked goes to both, and a difference fails the test.

import assert from 'node:assert/strict'
import type { BytesStore, StoredPair } from '../../src/runtime/stores/bytes-store.ts'

/** A store that compares every answer of `left` with that of `right`. */
export const createMirrorStore = (left: BytesStore, right: BytesStore): BytesStore => ({
  persistent: left.persistent && right.persistent,

  get(key) {
    const value = left.get(key)
    const other = right.get(key)
    assert.deepEqual(asText(value), asText(other), `value of ${asText(key)}`)
    return value
  },

  async write(writes, sync) {
    await Promise.all([left.write(writes, sync), right.write(writes, sync)])
  },

  async *scan(from, to, backwards) {
    // Pages may be cut differently.
    const pages = await pagesOf(left.scan(from, to, backwards))
    const others = await pagesOf(right.scan(from, to, backwards))
    assert.deepEqual(pages.flat().map(rowText), others.flat().map(rowText))
    yield* pages
  },

  approximateBytes: (from, to) => right.approximateBytes(from, to),

  async close() {
    await Promise.all([left.close(), right.close()])
  },
})

const pagesOf = async (scan: AsyncIterable<readonly StoredPair[]>): Promise<readonly (readonly StoredPair[])[]> => {
  const pages: (readonly StoredPair[])[] = []
  for await (const page of scan) pages.push(page)
  return pages
}

const asText = (bytes: Uint8Array | undefined): string | undefined =>
  bytes === undefined ? undefined : Buffer.from(bytes).toString('hex')

const rowText = ([key, value]: StoredPair): string => `${asText(key)} ${asText(value)}`
