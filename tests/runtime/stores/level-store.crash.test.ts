// The death of a process and the end of the disk: every batch that was acknowledged is there, and no batch in part.

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { KsError } from '../../../src/runtime/model/errors.ts'
import { openLevelStore } from '../../../src/runtime/stores/level-store.ts'
import { playRole, say, startChild } from './child.ts'
import { batchesIn, numberedBatch } from './numbered-batches.ts'
import { type Cleanup, temporaryDirectory } from './temporary-directory.ts'

const options = { cacheBytes: 1 << 18, writeBufferBytes: 1 << 17 }

/** Goes on where the store ends and says the number of each batch when it is acknowledged. */
const writeBatches = async ([directory = '', last = '']: readonly string[]): Promise<void> => {
  try {
    const store = await openLevelStore(directory, options)
    for (let number = (await batchesIn(store)) + 1; number <= Number(last); number++) {
      await store.write(numberedBatch(number), false)
      say(String(number))
    }
    await store.close()
  } catch (error) {
    if (!(error instanceof KsError)) throw error
    say(`${error.kind}: ${error.message}`)
  }
}

const batchesOnDisk = async (directory: string): Promise<number> => {
  const store = await openLevelStore(directory, options)
  try {
    return await batchesIn(store)
  } finally {
    await store.close()
  }
}

if (!(await playRole({ writeBatches }))) {
  suite('a process that is killed', () => {
    test('keeps every acknowledged batch, and the next one carries on', async (context) => {
      const directory = await temporaryDirectory(context)
      let expected = 0
      // Different places in the log, before and after it became a table.
      for (const lines of [1, 3, 40, 150, 300, 77]) {
        const child = startChild(context, import.meta.url, 'writeBatches', [directory, '1000000'])
        let acknowledged = ''
        for (let line = 0; line < lines; line++) acknowledged = (await child.nextLine()) ?? ''
        child.kill('SIGKILL')
        assert.equal(await child.ended, 'SIGKILL')
        const batches = await batchesOnDisk(directory)
        assert.ok(batches >= Number(acknowledged), `${batches} batches, ${acknowledged} acknowledged`)
        assert.ok(Number(acknowledged) >= expected + lines)
        expected = batches
      }
    })
  })

  suite('a disk that takes no more', () => {
    // A limit for the size of files stands in for a full disk; the error is EFBIG instead of ENOSPC.
    const writeLimited = async (
      context: Cleanup,
      directory: string,
      last: number,
      fileKilobytes: number,
    ): Promise<string[]> => {
      // POSIX counts in units of 512 bytes.
      const prelude = `ulimit -f ${fileKilobytes * 2}`
      const child = startChild(context, import.meta.url, 'writeBatches', [directory, String(last)], prelude)
      const lines: string[] = []
      for (let line = await child.nextLine(); line !== undefined; line = await child.nextLine()) lines.push(line)
      assert.equal(await child.ended, 0)
      return lines
    }

    test('is survived if opening the store again makes room', async (context) => {
      const directory = await temporaryDirectory(context)
      // The log cannot reach the size of a write buffer, but a new one begins with every opening.
      const lines = await writeLimited(context, directory, 400, 60)
      assert.equal(lines.at(-1), '400')
      assert.equal(await batchesOnDisk(directory), 400)
    })

    test('is an error that names the reason, and costs no acknowledged batch', async (context) => {
      const directory = await temporaryDirectory(context)
      const lines = await writeLimited(context, directory, 400, 3)
      assert.match(lines.at(-1) ?? '', /^io: cannot (?:write to|open) the store .*File too large/)
      const batches = await batchesOnDisk(directory)
      assert.ok(batches >= lines.length - 1)
      assert.ok(batches < 400)
      assert.equal((await writeLimited(context, directory, 400, 1000)).at(-1), '400')
    })
  })
}
