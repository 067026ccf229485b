import assert from 'node:assert/strict'
import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { after, before, suite, test } from 'node:test'
import { buildSync } from 'esbuild'
import { ReaderGone, streamOutput } from '../../../src/runtime/stdio/byte-output.ts'
import { repositoryRoot } from '../../support/run-ks.ts'
import { temporaryDirectory } from '../../support/temporary-directory.ts'

/** A program that writes so many lines of 100 bytes and says on standard error how it ended. */
const program = `
import { sharedStandardOutput, ReaderGone } from './src/runtime/stdio/byte-output.ts'
try {
  const output = sharedStandardOutput()
  const line = Buffer.from('x'.repeat(99) + '\\n')
  const block = Buffer.alloc(100 * 1000)
  for (let lines = Number(process.argv[2]); lines > 0; lines -= 1000) {
    const bytes = block.subarray(0, Math.min(lines, 1000) * 100)
    bytes.fill(line)
    await output.write(bytes)
    bytes.fill('?')
  }
  await output.commit()
  await output.close()
  console.error('delivered')
} catch (error) {
  console.error(error instanceof ReaderGone ? 'reader gone' : error.kind + ': ' + error.message)
}
`

suite('standard output', () => {
  const directory = join(repositoryRoot, 'build', `byte-output-${process.pid}`)
  const writer = join(directory, 'writer.mjs')
  before(() => {
    mkdirSync(directory, { recursive: true })
    buildSync({
      stdin: { contents: program, resolveDir: repositoryRoot, loader: 'ts' },
      bundle: true,
      platform: 'node',
      format: 'esm',
      outfile: writer,
    })
  })
  after(() => {
    rmSync(directory, { recursive: true })
  })

  /** Runs a shell command in which $writer is the program; what it printed on both streams. */
  const shell = (command: string): { readonly out: string; readonly said: string } => {
    const { stdout, stderr } = spawnSync(
      'sh',
      ['-c', command.replaceAll('$writer', `'${process.execPath}' '${writer}'`)],
      {
        encoding: 'utf8',
        maxBuffer: 1e9,
      },
    )
    return { out: stdout.trim(), said: stderr.trim() }
  }

  test('gives a pipe everything, however slow its reader is', () => {
    assert.deepEqual(shell('$writer 200000 | (sleep 0.3; cksum)'), {
      out: execFileSync('sh', ['-c', `yes ${'x'.repeat(99)} | head -n 200000 | cksum`], { encoding: 'utf8' }).trim(),
      said: 'delivered',
    })
  })

  test('ends quietly when the reader has enough', () => {
    assert.deepEqual(shell('$writer 200000 | head -n 1'), { out: 'x'.repeat(99), said: 'reader gone' })
  })

  test('writes files and devices', (context) => {
    const path = join(temporaryDirectory(context), 'out')
    assert.deepEqual(shell(`echo first > '${path}'; $writer 2500 >> '${path}'`), { out: '', said: 'delivered' })
    assert.equal(readFileSync(path, 'latin1'), `first\n${`${'x'.repeat(99)}\n`.repeat(2500)}`)
    assert.deepEqual(shell('$writer 2500 > /dev/null'), { out: '', said: 'delivered' })
  })

  test('says why the system does not take it', { skip: process.platform !== 'linux' && 'needs /dev/full' }, () => {
    assert.deepEqual(shell('$writer 1 > /dev/full'), {
      out: '',
      said: 'io: cannot write to standard output: no space left on device (ENOSPC)',
    })
  })

  test(
    'does not lose what it writes where there is none',
    { skip: process.platform !== 'linux' && 'needs /proc' },
    () => {
      assert.deepEqual(shell('$writer 1 >&-'), { out: '', said: 'io: standard output is closed' })
      assert.deepEqual(shell('$writer 0 >&-'), { out: '', said: 'io: standard output is closed' })
    },
  )
})

suite('an output stream', () => {
  /** A stream whose reader takes a chunk only when told. */
  const slowStream = () => {
    const taken: Buffer[] = []
    const waiting: (() => void)[] = []
    const stream = new Writable({
      write(chunk: Buffer, _, done) {
        waiting.push(() => {
          taken.push(chunk)
          done()
        })
      },
    })
    return { stream, taken, waiting }
  }
  const settled = async (promise: Promise<unknown>): Promise<boolean> => {
    let isSettled = false
    void promise.finally(() => (isSettled = true))
    await new Promise((resolve) => setImmediate(resolve))
    return isSettled
  }

  test('makes the writer wait when four megabytes are on their way', async () => {
    const { stream, waiting } = slowStream()
    const output = streamOutput(stream, 'a pipe')
    const megabyte = Buffer.alloc(1024 * 1024)
    for (let i = 0; i < 4; i++) await output.write(megabyte)
    const fifth = output.write(megabyte)
    assert.equal(await settled(fifth), false)
    waiting.shift()?.()
    assert.equal(await settled(fifth), true)
  })

  test('has delivered everything when a commit is done, and keeps no reference to what it was given', async () => {
    const { stream, taken, waiting } = slowStream()
    const output = streamOutput(stream, 'a pipe')
    const bytes = Buffer.from('one')
    await output.write(bytes)
    bytes.fill('?')
    await output.write(Buffer.from('two'))
    const committed = output.commit()
    waiting.shift()?.()
    assert.equal(await settled(committed), false)
    waiting.shift()?.()
    await committed
    assert.equal(Buffer.concat(taken).toString(), 'onetwo')
  })

  test('tells a reader that has gone from an error, and does not say the same twice', async () => {
    const child = spawn('head', ['-n', '1'], { stdio: ['pipe', 'pipe', 'inherit'] })
    const output = streamOutput(child.stdin, 'head')
    const writeForever = async (): Promise<void> => {
      for (;;) await output.write(Buffer.alloc(1024 * 1024, 'x\n'))
    }
    await assert.rejects(writeForever(), ReaderGone)
    await assert.rejects(output.commit(), ReaderGone)
    await output.close()

    const broken = new Writable({
      write(_chunk, _encoding, done) {
        done(Object.assign(new Error('write EIO'), { code: 'EIO', errno: -5 }))
      },
    })
    const failing = streamOutput(broken, 'a disk')
    const failure = { kind: 'io', message: 'cannot write to a disk: i/o error (EIO)' }
    await failing.write(Buffer.from('x')).catch(() => undefined)
    await assert.rejects(failing.commit(), failure)
    await failing.close()
    const unnoticed = streamOutput(
      new Writable({ write: (_chunk, _encoding, done) => setImmediate(done, new Error('EIO')) }),
      'a disk',
    )
    await unnoticed.write(Buffer.from('x'))
    await assert.rejects(unnoticed.close(), { kind: 'io' })
  })
})
