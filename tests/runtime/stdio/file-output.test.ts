import assert from 'node:assert/strict'
import { execFileSync, spawn } from 'node:child_process'
import { existsSync, readFileSync, renameSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { suite, test } from 'node:test'
import { gunzipSync } from 'node:zlib'
import fc from 'fast-check'
import { openFileOutput, type FileOutputOptions } from '../../../src/runtime/stdio/file-output.ts'
import { temporaryDirectory } from '../../support/temporary-directory.ts'

const open = async (path: string, options: Partial<FileOutputOptions> = {}) => {
  const notices: string[] = []
  const output = await openFileOutput(path, {
    replace: false,
    durable: true,
    notice: (message) => notices.push(message),
    ...options,
  })
  const write = (content: string): Promise<void> => output.write(Buffer.from(content))
  return { output, write, notices }
}

suite('a sink file', () => {
  test('grows at its end, or is replaced', async (context) => {
    const path = join(temporaryDirectory(context), 'out.ndjson')
    for (const [content, replace] of [
      ['one\n', false],
      ['two\n', false],
      ['three\n', true],
    ] as const) {
      const { output, write } = await open(path, { replace })
      await write(content)
      await output.commit()
      await output.close()
    }
    assert.equal(readFileSync(path, 'utf8'), 'three\n')
    const { output, write } = await open(path, { durable: false })
    await write('four\n')
    await output.close()
    assert.equal(readFileSync(path, 'utf8'), 'three\nfour\n')
  })

  test('has everything at a commit, and keeps no reference to what it was given', async (context) => {
    const path = join(temporaryDirectory(context), 'out.ndjson')
    const { output } = await open(path)
    const bytes = Buffer.from('one\n')
    await output.write(bytes)
    bytes.fill('?')
    const mark = await output.commit()
    assert.equal(readFileSync(path, 'utf8'), 'one\n')
    assert.equal(mark, `4 ${statSync(path).ino}`)
    await output.close()
  })

  test('loses what was written after the last commit, and that is said', async (context) => {
    const path = join(temporaryDirectory(context), 'out.ndjson')
    const { output, write } = await open(path)
    await write('one\n')
    const committed = await output.commit()
    await write('two\nthr')
    await output.close()
    assert.equal(readFileSync(path, 'utf8'), 'one\ntwo\nthr')

    const next = await open(path, { committed })
    assert.equal(readFileSync(path, 'utf8'), 'one\n')
    assert.deepEqual(next.notices, [
      `${path}: 7 bytes that were written after the last commit are cut off, they will be written again`,
    ])
    await next.write('two\n')
    const again = await next.output.commit()
    await next.output.close()
    const last = await open(path, { committed: again })
    assert.deepEqual(last.notices, [])
    await last.output.close()
    assert.equal(readFileSync(path, 'utf8'), 'one\ntwo\n')
  })

  test('that was truncated or replaced is gone on with at its end, and nothing of it is cut off', async (context) => {
    const path = join(temporaryDirectory(context), 'out.ndjson')
    const { output, write } = await open(path)
    await write('one\ntwo\n')
    const committed = await output.commit()
    await output.close()

    truncateSync(path, 4)
    const truncated = await open(path, { committed })
    assert.deepEqual(truncated.notices, [`${path} was truncated (8 bytes had been written): going on at its end`])
    await truncated.output.close()

    writeFileSync(`${path}.new`, "somebody else's, and longer\n")
    renameSync(`${path}.new`, path)
    const replaced = await open(path, { committed })
    assert.deepEqual(replaced.notices, [`${path} is another file than the one written before: going on at its end`])
    await replaced.write('three\n')
    await replaced.output.close()
    assert.equal(readFileSync(path, 'utf8'), "somebody else's, and longer\nthree\n")

    renameSync(path, `${path}.1`)
    const moved = await open(path, { committed })
    assert.deepEqual(moved.notices, [])
    await moved.output.close()
    assert.equal(existsSync(path), true)
  })

  test('that ends in .gz has a gzip member for each commit, and is cut back like any other', async (context) => {
    const path = join(temporaryDirectory(context), 'out.csv.gz')
    const { output, write } = await open(path)
    await write('a,b\n1,2\n')
    await output.commit()
    await write('3,4\n')
    const committed = await output.commit()
    await write('5,')
    await output.close()
    assert.equal(gunzipSync(readFileSync(path)).toString(), 'a,b\n1,2\n3,4\n5,')
    const next = await open(path, { committed })
    assert.equal(gunzipSync(readFileSync(path)).toString(), 'a,b\n1,2\n3,4\n')
    assert.equal(next.output.firstLine()?.toString(), 'a,b')
    await next.output.close()
  })

  test('tells its first line, for a header that is there already', async (context) => {
    const path = join(temporaryDirectory(context), 'out.csv')
    const firstLine = async (content: string): Promise<string | undefined> => {
      writeFileSync(path, content)
      const { output } = await open(path)
      try {
        return output.firstLine()?.toString()
      } finally {
        await output.close()
      }
    }
    assert.equal(await firstLine('a,b\n1,2\n'), 'a,b')
    assert.equal(await firstLine(''), undefined)
    assert.equal(await firstLine('unfinished'), 'unfinished')
  })

  test('can be a device or a pipe', async (context) => {
    const path = join(temporaryDirectory(context), 'pipe')
    execFileSync('mkfifo', [path])
    const reader = spawn('cat', [path])
    const { output, write } = await open(path)
    await write('one\n')
    assert.equal(await output.commit(), '0')
    await output.close()
    assert.equal(await text(reader.stdout), 'one\n')
    const nowhere = await open('/dev/null')
    await nowhere.write('x')
    await nowhere.output.commit()
    await nowhere.output.close()
  })

  test('that cannot be written is named', async (context) => {
    const directory = temporaryDirectory(context)
    await assert.rejects(open(join(directory, 'missing/out')), {
      kind: 'io',
      message: `cannot write to ${join(directory, 'missing/out')}: no such file or directory (ENOENT)`,
    })
    await assert.rejects(open(directory), { kind: 'io', message: /illegal operation on a directory \(EISDIR\)$/ })
    const path = join(directory, 'out')
    writeFileSync(path, '')
    await assert.rejects(open(path, { committed: 'x' }), { kind: 'io', message: 'damaged file length in the state: x' })
  })

  test('has every record once, wherever runs break off', async (context) => {
    const directory = temporaryDirectory(context)
    const action = fc.constantFrom('write', 'commit', 'crash')
    await fc.assert(
      fc.asyncProperty(fc.array(action, { maxLength: 20 }), fc.boolean(), async (actions, isCompressed) => {
        const path = join(directory, isCompressed ? 'out.gz' : 'out')
        rmSync(path, { force: true })
        let durableRecords = 0
        let records = 0
        let run = await open(path)
        let committed = await run.output.commit()
        for (const one of actions) {
          if (one === 'write') await run.write(`${records++}\n`)
          else if (one === 'commit') {
            committed = await run.output.commit()
            durableRecords = records
          } else {
            // What the process had collected may or may not have reached the file.
            await run.output.close()
            records = durableRecords
            run = await open(path, { committed })
          }
        }
        await run.output.commit()
        await run.output.close()
        const content = readFileSync(path)
        const found = isCompressed && content.length > 0 ? gunzipSync(content) : content
        assert.equal(found.toString(), Array.from({ length: records }, (_, record) => `${record}\n`).join(''))
      }),
      { numRuns: 60 },
    )
  })
})
