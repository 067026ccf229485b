import assert from 'node:assert/strict'
import { Readable } from 'node:stream'
import { suite, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { gunzipIfNeeded, gzipInput } from '../../../src/runtime/stdio/gzip-input.ts'
import { streamInput } from '../../../src/runtime/stdio/stream-input.ts'
import { readAll } from '../../support/read-input.ts'

const { signal } = new AbortController()

const inPieces = (bytes: Uint8Array, cuts: readonly number[]) => {
  const ends = [...new Set([...cuts.filter((cut) => cut < bytes.length), bytes.length])].sort((a, b) => a - b)
  const pieces = ends.map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end)).filter(({ length }) => length > 0)
  return streamInput(Readable.from(pieces, { objectMode: false }), 'x.gz', { signal })
}

suite('gzip', () => {
  test('gives the text of all members, however they are cut', async () => {
    const members = fc.array(fc.string({ maxLength: 50 }), { minLength: 1, maxLength: 5 })
    await fc.assert(
      fc.asyncProperty(members, fc.array(fc.nat(200), { maxLength: 20 }), async (texts, cuts) => {
        const compressed = Buffer.concat(texts.map((text) => gzipSync(text)))
        const input = gzipInput(inPieces(compressed, cuts), signal)
        assert.equal((await readAll(input, 7)).toString(), texts.join(''))
        assert.equal(input.consumedBytes, compressed.length)
        await input.close()
      }),
      { numRuns: 100 },
    )
  })

  test('is recognised by its first bytes, and other text is left as it is', async () => {
    for (const text of ['', 'x', '\x1f', '\x1fx', 'plain']) {
      for (const cuts of [[], [1], [1, 2]]) {
        const plain = gunzipIfNeeded(inPieces(Buffer.from(text), cuts), signal)
        assert.equal((await readAll(plain)).toString(), text)
        const compressed = gunzipIfNeeded(inPieces(gzipSync(text), cuts), signal)
        assert.equal((await readAll(compressed)).toString(), text)
      }
    }
  })

  test('can be looked at before it is read', async () => {
    const input = gzipInput(inPieces(gzipSync('hello world'), [5]), signal)
    assert.equal((await input.peek(5)).toString(), 'hello')
    assert.equal((await input.peek(100)).toString(), 'hello world')
    assert.equal((await readAll(input)).toString(), 'hello world')
  })

  test('that ends too early or is damaged is an error that names the file', async () => {
    const whole = gzipSync('some text that is long enough to be cut')
    const cutShort = gzipInput(inPieces(whole.subarray(0, -9), []), signal)
    await assert.rejects(readAll(cutShort), {
      name: 'KsError',
      kind: 'data',
      message: `x.gz: the gzip data end too early, after ${whole.length - 9} compressed bytes`,
    })
    const flipped = Buffer.from(whole)
    flipped[flipped.length - 6] = (flipped.at(-6) ?? 0) ^ 1
    await assert.rejects(readAll(gzipInput(inPieces(flipped, []), signal)), {
      kind: 'data',
      message: /^x\.gz: damaged gzip data \(incorrect data check\), after \d+ compressed bytes$/,
    })
    const garbage = Buffer.concat([whole, Buffer.from('garbage')])
    await assert.rejects(readAll(gzipInput(inPieces(garbage, []), signal)), { kind: 'data' })
  })

  test('passes on the error of what it reads from', async () => {
    const broken = new Readable({
      read() {
        this.destroy(Object.assign(new Error('read EIO'), { code: 'EIO', errno: -5 }))
      },
    })
    const input = gzipInput(streamInput(broken, 'disk.gz', { signal }), signal)
    await assert.rejects(readAll(input), { kind: 'io', message: 'cannot read disk.gz: i/o error (EIO)' })
  })

  test('gives nothing more once it is closed, even to a read that waits', async () => {
    const endless = new Readable({ read: () => undefined })
    const input = gunzipIfNeeded(streamInput(endless, 'pipe', { signal }), signal)
    const waiting = input.read(Buffer.alloc(10), 0, 10)
    await input.close()
    assert.equal(await waiting, 0)
    assert.equal(await input.read(Buffer.alloc(10), 0, 10), 0)
    assert.equal(endless.destroyed, true)
  })

  test('ends a read that waits with the reason of the abort', async () => {
    const controller = new AbortController()
    const endless = new Readable({ read: () => undefined })
    const input = streamInput(endless, 'pipe', { signal: controller.signal })
    const waiting = input.read(Buffer.alloc(10), 0, 10)
    controller.abort(new Error('interrupted'))
    await assert.rejects(waiting, { message: 'interrupted' })
    await assert.rejects(input.read(Buffer.alloc(10), 0, 10), { message: 'interrupted' })
  })
})
