// What every bytes store must do. Each back end runs it.

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import type { BytesStore, StoreWrite } from '../../../src/runtime/stores/bytes-store.ts'
import { temporaryDirectory } from './temporary-directory.ts'

/** Key or value of a text, byte for character. */
export const bytes = (text: string): Buffer => Buffer.from(text, 'latin1')

/** A row to write; null deletes. */
export const put = (key: string, value: string | null): StoreWrite => ({
  key: bytes(key),
  value: value === null ? null : bytes(value),
})

/** All rows of a range, as text. */
export const rowsOf = async (store: BytesStore, from = '', to?: string): Promise<[string, string][]> => {
  const rows: [string, string][] = []
  for await (const page of store.scan(bytes(from), to === undefined ? undefined : bytes(to))) {
    assert.ok(page.length > 0, 'pages are not empty')
    for (const [key, value] of page) rows.push([text(key), text(value)])
  }
  return rows
}

/** The value of a key, as text. */
export const valueOf = (store: BytesStore, key: string): string | undefined => {
  const value = store.get(bytes(key))
  return value === undefined ? undefined : text(value)
}

const text = (value: Uint8Array): string => Buffer.from(value).toString('latin1')

/** Runs the suite for a back end. `open` opens a store in an empty directory, or the same one again. */
export const bytesStoreSuite = (name: string, open: (directory: string) => Promise<BytesStore>): void => {
  const storeTest = (title: string, run: (store: BytesStore, directory: string) => Promise<void>): void => {
    test(title, async (context) => {
      const directory = await temporaryDirectory(context)
      const store = await open(directory)
      try {
        await run(store, directory)
      } finally {
        await store.close()
      }
    })
  }

  suite(name, () => {
    storeTest('a new store is empty', async (store) => {
      assert.equal(store.get(bytes('a')), undefined)
      assert.deepEqual(await rowsOf(store), [])
    })

    storeTest('a batch stores, replaces and deletes', async (store) => {
      await store.write([put('a', '1'), put('b', '2'), put('c', '3')], false)
      await store.write([put('b', '20'), put('c', null), put('never', null)], true)
      assert.deepEqual(await rowsOf(store), [
        ['a', '1'],
        ['b', '20'],
      ])
      assert.equal(valueOf(store, 'b'), '20')
      assert.equal(valueOf(store, 'c'), undefined)
    })

    storeTest('the last write to a key in a batch wins', async (store) => {
      await store.write(
        [put('a', '1'), put('a', null), put('b', null), put('b', '2'), put('c', '3'), put('c', '4')],
        false,
      )
      assert.deepEqual(await rowsOf(store), [
        ['b', '2'],
        ['c', '4'],
      ])
    })

    storeTest('batches that are not awaited take effect in order', async (store) => {
      const pending = Array.from({ length: 50 }, (_, number) => store.write([put('a', String(number))], false))
      await Promise.all(pending)
      assert.equal(valueOf(store, 'a'), '49')
    })

    storeTest('an empty batch and an empty value are fine', async (store) => {
      await store.write([], true)
      await store.write([put('a', '')], false)
      assert.equal(valueOf(store, 'a'), '')
      assert.deepEqual(await rowsOf(store), [['a', '']])
    })

    storeTest('keys are ordered as unsigned bytes, a prefix before what it begins', async (store) => {
      const keys = [
        '\x01',
        '\x01\x00',
        '\x01\xff',
        'a',
        'a\x00',
        'aa',
        'b',
        '\x7f',
        '\x80',
        '\xff',
        '\xff\x00',
        '\xff\xff',
      ]
      await store.write(
        keys.toReversed().map((key) => put(key, key)),
        false,
      )
      assert.deepEqual(
        await rowsOf(store),
        keys.map((key) => [key, key]),
      )
    })

    storeTest('a scan includes its start and excludes its end', async (store) => {
      await store.write(
        ['a', 'b', 'c', 'd'].map((key) => put(key, '')),
        false,
      )
      const keys = async (from: string, to?: string): Promise<string> =>
        (await rowsOf(store, from, to)).map(([key]) => key).join('')
      assert.equal(await keys('b', 'd'), 'bc')
      assert.equal(await keys('b'), 'bcd')
      assert.equal(await keys('', 'c'), 'ab')
      assert.equal(await keys('aa', 'cc'), 'bc')
      assert.equal(await keys('b', 'b'), '')
      assert.equal(await keys('d', 'a'), '')
      assert.equal(await keys('a', ''), '')
      assert.equal(await keys('e'), '')
    })

    storeTest('a scan gives all rows of a store that is larger than a page', async (store) => {
      const rows = Array.from({ length: 3210 }, (_, number) => put(`k${String(number).padStart(6, '0')}`, `v${number}`))
      await store.write(rows, false)
      const found = await rowsOf(store)
      assert.equal(found.length, rows.length)
      assert.deepEqual(found[3209], ['k003209', 'v3209'])
      assert.deepEqual((await rowsOf(store, 'k001000', 'k002500')).length, 1500)
    })

    storeTest('a scan backwards gives the same rows from the last one', async (store) => {
      const rows = Array.from({ length: 3210 }, (_, number) => put(`k${String(number).padStart(6, '0')}`, `v${number}`))
      await store.write(rows, false)
      for (const [from, to] of [
        ['', undefined],
        ['k001000', 'k002500'],
        ['x', undefined],
      ] as const) {
        const keys: string[] = []
        for await (const page of store.scan(bytes(from), to && bytes(to), true)) {
          for (const [key] of page) keys.push(text(key))
        }
        assert.deepEqual(
          keys.reverse(),
          (await rowsOf(store, from, to)).map(([key]) => key),
        )
      }
    })

    storeTest('a scan sees the rows as they were when it began', async (store) => {
      const rows = Array.from({ length: 2500 }, (_, number) => put(`k${String(number).padStart(6, '0')}`, 'old'))
      await store.write(rows, false)
      const values = new Set<string>()
      let count = 0
      for await (const page of store.scan(bytes('k'), bytes('l'))) {
        for (const [, value] of page) values.add(text(value))
        count += page.length
        await store.write([put('k002499', 'new'), put('k002498', null), put('k9', 'new')], false)
      }
      assert.deepEqual([...values], ['old'])
      assert.equal(count, 2500)
    })

    storeTest('a scan may be left early', async (store) => {
      const rows = Array.from({ length: 2500 }, (_, number) => put(`k${number}`, ''))
      await store.write(rows, false)
      const scan = store.scan(bytes('k'), bytes('l'))[Symbol.asyncIterator]()
      const first = await scan.next()
      assert.ok(first.done !== true && first.value.length < 2500)
      await scan.return?.()
      await store.write([put('a', '1')], false)
      assert.equal(valueOf(store, 'a'), '1')
    })

    storeTest('rows that come and go between scans stay in order', async (store) => {
      for (let round = 0; round < 20; round++) {
        const writes = Array.from({ length: 100 }, (_, number) =>
          put(`k${(number * 37 + round * 11) % 200}`, (number + round) % 3 === 0 ? null : String(round)),
        )
        await store.write(writes, false)
        const keys = (await rowsOf(store)).map(([key]) => key)
        assert.deepEqual(keys, [...new Set(keys)].sort())
        for (const key of keys) assert.notEqual(valueOf(store, key), undefined)
      }
    })

    storeTest('bytes that come out are the own copy of who asked', async (store) => {
      const value = bytes('value')
      await store.write([{ key: bytes('a'), value }], false)
      value.fill(0)
      store.get(bytes('a'))?.fill(0)
      for await (const page of store.scan(bytes('a'), bytes('b'))) page[0]?.[1].fill(0)
      assert.equal(valueOf(store, 'a'), 'value')
    })

    storeTest('keys may be views of larger arrays and of any typed array', async (store) => {
      const large = bytes('xxkeyxx')
      await store.write([{ key: new Uint8Array(large.buffer, large.byteOffset + 2, 3), value: bytes('1') }], false)
      assert.equal(valueOf(store, 'key'), '1')
      assert.deepEqual(await rowsOf(store), [['key', '1']])
    })

    storeTest('the keys of the store itself can be neither written nor read', async (store) => {
      for (const key of ['', '\x00', '\x00h', '\x00f']) {
        await assert.rejects(store.write([put('a', '1'), put(key, 'x')], false), RangeError)
        assert.equal(store.get(bytes(key)), undefined)
      }
      assert.deepEqual(await rowsOf(store, ''), [])
      assert.deepEqual(await rowsOf(store, '\x00'), [])
    })

    storeTest('a closed store refuses everything but closing', async (store) => {
      await store.write([put('a', '1')], false)
      await Promise.all([store.close(), store.close()])
      assert.throws(() => store.get(bytes('a')), /closed/)
      await assert.rejects(store.write([put('a', '1')], false), /closed/)
      await assert.rejects(rowsOf(store), /closed/)
    })

    storeTest('closing waits for the writes before it', async (store, directory) => {
      const pending = Array.from({ length: 20 }, (_, number) => store.write([put(`k${number}`, '')], false))
      await store.close()
      await Promise.all(pending)
      const again = await open(directory)
      assert.equal((await rowsOf(again)).length, store.persistent ? 20 : 0)
      await again.close()
    })
  })
}
