// What an application that goes on reads of files that grow, are truncated, replaced, rotated, compressed.

import assert from 'node:assert/strict'
import {
  appendFileSync,
  mkdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { suite, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { PositionTable } from '../../../src/runtime/stdio/position-table.ts'
import { readInputs, type ReadInput } from '../../support/read-input.ts'
import { temporaryDirectory } from '../../support/temporary-directory.ts'

/** Runs one after another, each with what the one before has stored. */
const application = () => {
  const stored = new Map<string, string>()
  return {
    stored,
    run: async (...names: string[]) => {
      const positions = new PositionTable(stored.values())
      const result = await readInputs(names, { positions })
      for (const { key, json } of positions.takeChanges()) {
        if (json === undefined) stored.delete(key)
        else stored.set(key, json)
      }
      assert.deepEqual(positions.takeChanges(), [])
      return result
    },
  }
}

const textOf = ({ inputs }: { readonly inputs: readonly ReadInput[] }): string =>
  inputs.map(({ text }) => text).join('')

const long = (name: string, lines = 200): string =>
  Array.from({ length: lines }, (_, line) => `${name} line ${line}\n`).join('')

suite('positions', () => {
  test('each line is read once while a file grows', async (context) => {
    const path = join(temporaryDirectory(context), 'a.log')
    const { run } = application()
    let written = ''
    let seen = ''
    for (const more of ['', 'one\n', 'two\nthree\n', '', long('x'), long('y')]) {
      appendFileSync(path, more)
      written += more
      const result = await run(path)
      assert.deepEqual(result.notices, [])
      assert.equal(textOf(result), more)
      seen += textOf(result)
    }
    assert.equal(seen, written)
  })

  test('a last line without its end waits for it', async (context) => {
    const path = join(temporaryDirectory(context), 'a.log')
    const { run } = application()
    writeFileSync(path, 'one\ntw')
    assert.equal(textOf(await run(path)), 'one\n')
    assert.equal(textOf(await run(path)), '')
    appendFileSync(path, 'o\n')
    const result = await run(path)
    assert.equal(textOf(result), 'two\n')
    assert.deepEqual(
      result.inputs.map(({ startPosition, holdPartialLine }) => ({ startPosition, holdPartialLine })),
      [{ startPosition: 4, holdPartialLine: true }],
    )
  })

  test('without them a last line without its end is a line', async (context) => {
    const path = join(temporaryDirectory(context), 'a.log')
    writeFileSync(path, 'one\ntw')
    const { inputs } = await readInputs([path])
    assert.deepEqual(
      inputs.map(({ text, holdPartialLine }) => ({ text, holdPartialLine })),
      [{ text: 'one\ntw', holdPartialLine: false }],
    )
  })

  test('a truncated file is read from its start, and that is said', async (context) => {
    const path = join(temporaryDirectory(context), 'a.log')
    const { run } = application()
    writeFileSync(path, 'one\ntwo\n')
    await run(path)
    truncateSync(path, 4)
    const first = await run(path)
    assert.equal(textOf(first), 'one\n')
    assert.deepEqual(first.notices, [
      `${path} was truncated or replaced (8 bytes of it had been read): reading it from its start`,
    ])
    const second = await run(path)
    assert.deepEqual([textOf(second), second.notices], ['', []])
  })

  test('a file that was written anew under the same inode is read from its start, even if it is longer', async (context) => {
    const path = join(temporaryDirectory(context), 'a.log')
    const { run } = application()
    writeFileSync(path, 'one\ntwo\n')
    await run(path)
    writeFileSync(path, 'three\nfour\nfive\n')
    const result = await run(path)
    assert.equal(textOf(result), 'three\nfour\nfive\n')
    assert.equal(result.notices.length, 1)
  })

  test('after a rotation the rest of the old file is read first', async (context) => {
    const directory = temporaryDirectory(context)
    const path = join(directory, 'a.log')
    const { run } = application()
    writeFileSync(path, 'one\n')
    await run(path)
    appendFileSync(path, 'two\nthree')
    renameSync(path, `${path}.1`)
    writeFileSync(path, 'four\n')
    const result = await run(path)
    assert.deepEqual(
      result.inputs.map(({ name, text, startPosition, holdPartialLine }) => ({
        name,
        text,
        startPosition,
        holdPartialLine,
      })),
      [
        { name: `${path}.1`, text: 'two\nthree', startPosition: 4, holdPartialLine: false },
        { name: path, text: 'four\n', startPosition: 0, holdPartialLine: true },
      ],
    )
    assert.deepEqual(result.notices, [])
    // A writer may go on with the old file for a while.
    appendFileSync(`${path}.1`, '\nfive\n')
    appendFileSync(path, 'six\n')
    assert.equal(textOf(await run(path)), '\nfive\nsix\n')
    // The next rotation moves both, and the oldest is deleted.
    appendFileSync(path, 'seven\n')
    rmSync(`${path}.1`)
    renameSync(path, `${path}.1`)
    writeFileSync(path, 'eight\n')
    const next = await run(path)
    assert.deepEqual([textOf(next), next.notices], ['seven\neight\n', []])
  })

  test('several rotations between two runs are read in their order', async (context) => {
    const path = join(temporaryDirectory(context), 'a.log')
    const { run } = application()
    writeFileSync(path, 'one\n')
    await run(path)
    renameSync(path, `${path}.1`)
    writeFileSync(path, 'two\n')
    await run(path)
    appendFileSync(`${path}.1`, 'late\n')
    renameSync(`${path}.1`, `${path}.2`)
    appendFileSync(path, 'three\n')
    renameSync(path, `${path}.1`)
    writeFileSync(path, 'four\n')
    const result = await run(path)
    assert.deepEqual(
      result.inputs.map(({ text }) => text),
      ['late\n', 'three\n', 'four\n'],
    )
  })

  test('a file that came and went between two runs is said to be unread', async (context) => {
    const path = join(temporaryDirectory(context), 'a.log')
    const { run } = application()
    writeFileSync(path, 'one\n')
    await run(path)
    renameSync(path, `${path}.2`)
    utimesSync(`${path}.2`, 1000, 1000)
    writeFileSync(`${path}.1`, 'two\n')
    writeFileSync(path, 'three\n')
    const result = await run(path)
    assert.equal(textOf(result), 'three\n')
    assert.deepEqual(result.notices, [
      `${path} was rotated more than once since it was last read: ${path}.1 has not been read`,
    ])
    assert.deepEqual((await run(path)).notices, [])
  })

  test('a rotated file that is named too is not read twice', async (context) => {
    const path = join(temporaryDirectory(context), 'a.log')
    const { run } = application()
    writeFileSync(path, 'one\n')
    await run(path)
    appendFileSync(path, 'two\n')
    renameSync(path, `${path}.1`)
    writeFileSync(path, 'three\n')
    assert.equal(textOf(await run(path, `${path}.1`)), 'two\nthree\n')
    assert.equal(textOf(await run(`${path}.1`, path)), '')
  })

  test('what was lost with a rotated file is said', async (context) => {
    const path = join(temporaryDirectory(context), 'a.log')
    const rotateAway = (): void => {
      // The new file exists first, so that it does not get the old one's inode.
      writeFileSync(`${path}.new`, 'new\n')
      rmSync(path)
      renameSync(`${path}.new`, path)
    }
    const read = application()
    writeFileSync(path, 'one\n')
    await read.run(path)
    rotateAway()
    assert.deepEqual((await read.run(path)).notices, [
      `${path} was rotated and its old file is gone: what was added to it after byte 4 was not read`,
    ])
    assert.deepEqual((await read.run(path)).notices, [])

    const partial = application()
    writeFileSync(path, 'one\nunfinished')
    await partial.run(path)
    rotateAway()
    const { notices } = await partial.run(path)
    assert.deepEqual(notices, [`${path} was rotated and its old file is gone: at least 10 bytes of it were not read`])
  })

  test('a link that has moved on to another file leads back to the old one', async (context) => {
    const directory = temporaryDirectory(context)
    mkdirSync(join(directory, 'logs'))
    const link = join(directory, 'current.log')
    const { run } = application()
    writeFileSync(join(directory, 'logs/monday.log'), 'one\n')
    symlinkSync('logs/monday.log', link)
    await run(link)
    appendFileSync(join(directory, 'logs/monday.log'), 'two\n')
    writeFileSync(join(directory, 'logs/tuesday.log'), 'three\n')
    rmSync(link)
    symlinkSync('logs/tuesday.log', link)
    const result = await run(link)
    assert.deepEqual([textOf(result), result.notices], ['two\nthree\n', []])
  })

  test('a compressed file is gone on with at the byte of its text', async (context) => {
    const path = join(temporaryDirectory(context), 'a.log.gz')
    const { run } = application()
    writeFileSync(path, gzipSync(long('x')))
    assert.equal(textOf(await run(path)), long('x'))
    appendFileSync(path, gzipSync(long('y')))
    const second = await run(path)
    assert.deepEqual([textOf(second), second.notices], [long('y'), []])
    writeFileSync(path, gzipSync(long('x', 100)))
    const third = await run(path)
    assert.equal(textOf(third), long('x', 100))
    assert.equal(third.notices.length, 1)
    assert.equal(textOf(await run(path)), '')
  })

  test('a file keeps its position when the number of its device changes', async (context) => {
    const path = join(temporaryDirectory(context), 'a.log')
    const { run, stored } = application()
    writeFileSync(path, 'one\n')
    await run(path)
    const [[key, json]] = [...stored] as [[string, string]]
    stored.delete(key)
    stored.set(key.replace(/^\d+/, '999999'), json.replace(/"device":"\d+"/, '"device":"999999"'))
    appendFileSync(path, 'two\n')
    const result = await run(path)
    assert.deepEqual([textOf(result), result.notices], ['two\n', []])
    assert.deepEqual([...stored.keys()], [key])
  })

  test('line numbers and header go with the position', async (context) => {
    const path = join(temporaryDirectory(context), 'a.csv')
    writeFileSync(path, 'id\n1\n')
    const positions = new PositionTable()
    const { inputs } = await readInputs([path], { positions })
    assert.equal(inputs[0]?.resume, undefined)
    const [change] = positions.takeChanges()
    const row = JSON.parse(change?.json ?? '') as { readonly device: string; readonly inode: string }
    positions.advance({ ...row, head: Buffer.from('id\n1\n') }, 5, { line: 2, header: 'id' })
    const next = new PositionTable(positions.takeChanges().map(({ json = '' }) => json))
    appendFileSync(path, '2\n')
    const { inputs: resumed } = await readInputs([path], { positions: next })
    const { line, header } = resumed[0]?.resume ?? {}
    assert.deepEqual({ line, header, text: resumed[0]?.text }, { line: 2, header: 'id', text: '2\n' })
  })

  test('rows that are damaged are an error', () => {
    for (const row of ['', 'null', '{}', '{"device":"1"']) {
      assert.throws(() => new PositionTable([row]), { kind: 'io', message: /damaged file position in the state/ })
    }
  })

  test('every line is read once, whatever happens to the files between runs', async (context) => {
    const directory = temporaryDirectory(context)
    let folder = 0
    type Step = { readonly kind: 'write' | 'rotate' | 'run' | 'part'; readonly lines: number }
    const step: fc.Arbitrary<Step> = fc.record({
      kind: fc.constantFrom('write', 'rotate', 'run', 'part'),
      lines: fc.integer({ min: 1, max: 60 }),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 14 }), async (steps) => {
        const path = join(directory, String(folder++))
        mkdirSync(path)
        const file = join(path, 'a.log')
        const { run } = application()
        let written = 0
        let rotations = 0
        let unfinished = ''
        const expected: string[] = []
        const seen: string[] = []
        const write = (lines: number): void => {
          for (let i = 0; i < lines; i++) {
            const line = unfinished === '' ? `this is line ${written++}` : unfinished
            appendFileSync(file, `${line.slice(unfinished.length)}\n`)
            expected.push(`${line}\n`)
            unfinished = ''
          }
        }
        const runOnce = async (): Promise<void> => {
          const { inputs, notices } = await run(file)
          assert.deepEqual(notices, [])
          for (const { text } of inputs) seen.push(...(text.match(/[^\n]*\n/g) ?? []))
        }
        write(1)
        await runOnce()
        for (const { kind, lines } of steps) {
          if (kind === 'write') write(lines)
          else if (kind === 'run') await runOnce()
          else if (kind === 'part' && unfinished === '') {
            unfinished = `this is line ${written++}`
            appendFileSync(file, unfinished)
          } else if (kind === 'rotate') {
            // A writer finishes its line first, and a file that comes and goes between two runs cannot be known.
            write(1)
            await runOnce()
            write(lines)
            renameSync(file, `${file}.${++rotations}`)
            writeFileSync(file, '')
          }
        }
        if (unfinished !== '') write(1)
        await runOnce()
        assert.deepEqual(seen, expected)
      }),
      { numRuns: 60 },
    )
  })
})
