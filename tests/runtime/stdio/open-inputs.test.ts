import assert from 'node:assert/strict'
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { suite, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { openInputs } from '../../../src/runtime/stdio/open-inputs.ts'
import { readAll, readInputs } from '../../support/read-input.ts'
import { temporaryDirectory } from '../../support/temporary-directory.ts'

const textsOf = async (names: readonly string[], standardInput?: Readable): Promise<readonly string[]> => {
  const { inputs } = await readInputs(names, standardInput === undefined ? {} : { standardInput })
  return inputs.map(({ name, text }) => `${name}: ${text}`)
}

suite('inputs', () => {
  test('are read one after another, standard input in its place, gzip files decompressed', async (context) => {
    const directory = temporaryDirectory(context)
    const [plain, compressed, disguised] = ['a.txt', 'b.txt.gz', 'c.txt'].map((name) => join(directory, name)) as [
      string,
      string,
      string,
    ]
    writeFileSync(plain, 'one\n')
    writeFileSync(compressed, Buffer.concat([gzipSync('two\n'), gzipSync('three\n')]))
    writeFileSync(disguised, gzipSync('four'))
    assert.deepEqual(await textsOf([plain, '-', compressed, disguised], Readable.from([gzipSync('piped')])), [
      `${plain}: one\n`,
      '<stdin>: piped',
      `${compressed}: two\nthree\n`,
      `${disguised}: four`,
    ])
    assert.deepEqual(await textsOf([], Readable.from([Buffer.from('alone')])), ['<stdin>: alone'])
  })

  test('tell their size and how much of it has been read', async (context) => {
    const path = join(temporaryDirectory(context), 'a.txt')
    writeFileSync(path, 'x'.repeat(1000))
    for await (const { input } of openInputs([path], { notice: assert.fail, signal: new AbortController().signal })) {
      assert.equal(input.sizeBytes, 1000)
      assert.equal(await input.read(Buffer.alloc(300), 0, 300), 300)
      assert.equal(input.consumedBytes, 300)
      assert.notEqual(input.identity, undefined)
    }
  })

  test('may be empty', async (context) => {
    const directory = temporaryDirectory(context)
    writeFileSync(join(directory, 'a.gz'), '')
    assert.deepEqual(await textsOf([join(directory, 'a.gz'), '/dev/null']), [
      `${join(directory, 'a.gz')}: `,
      '/dev/null: ',
    ])
  })

  test('that cannot be opened are named before any is read', async (context) => {
    const directory = temporaryDirectory(context)
    const good = join(directory, 'good.txt')
    writeFileSync(good, 'x\n')
    writeFileSync(join(directory, 'bad.gz'), 'no gzip')
    mkdirSync(join(directory, 'folder'))
    const failure = async (...names: string[]) => {
      const { notice, signal } = { notice: assert.fail, signal: new AbortController().signal }
      for await (const { input } of openInputs(names, { notice, signal }))
        assert.equal((await readAll(input)).length, 0)
      return undefined
    }
    await assert.rejects(failure(good, join(directory, 'missing.ndjson')), {
      kind: 'io',
      message: `cannot open ${join(directory, 'missing.ndjson')}: no such file or directory (ENOENT)`,
      hint: undefined,
    })
    await assert.rejects(failure(good, join(directory, 'folder')), {
      kind: 'io',
      message: `${join(directory, 'folder')} is a directory`,
      hint: `name the files in it: ${join(directory, 'folder', '*')}`,
    })
    await assert.rejects(failure('no-such-orders'), {
      kind: 'io',
      hint: 'if no-such-orders is a topic: -t no-such-orders',
    })
    await assert.rejects(failure('@no.such.orders'), {
      kind: 'io',
      hint: 'if no.such.orders is a topic: -t no.such.orders',
    })
    await assert.rejects(failure('.status'), { kind: 'io', hint: 'an expression is one argument: put it in quotes' })
    await assert.rejects(failure('=='), { kind: 'io', hint: 'an expression is one argument: put it in quotes' })
    await assert.rejects(failure('-', '-'), { kind: 'usage', message: 'standard input (-) can be read only once' })
    await assert.rejects(failure(join(directory, 'bad.gz')), {
      kind: 'data',
      message: `${join(directory, 'bad.gz')} is not gzip data although its name says so`,
    })
  })

  test('can be named pipes, and nobody waits for one that nothing is written to', async (context) => {
    const directory = temporaryDirectory(context)
    const path = join(directory, 'pipe')
    execFileSync('mkfifo', [path])
    const writer = spawn('sh', ['-c', 'printf "from a pipe\\n" > "$0"', path])
    const closed = once(writer, 'close')
    assert.deepEqual(await textsOf([path]), [`${path}: from a pipe\n`])
    await closed

    const controller = new AbortController()
    const { signal } = controller
    await assert.rejects(
      async () => {
        for await (const { input } of openInputs([path], { notice: assert.fail, signal })) {
          const waiting = input.read(Buffer.alloc(10), 0, 10)
          controller.abort(new Error('interrupted'))
          await waiting
        }
      },
      { message: 'interrupted' },
    )
  })
})
