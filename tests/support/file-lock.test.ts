// The lock that keeps two test processes from starting two brokers.

import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { test } from 'node:test'
import { withFileLock } from './file-lock.ts'
import { temporaryDirectory } from './temporary-directory.ts'

test('one at a time is inside, also after a failure', async (context) => {
  const path = join(temporaryDirectory(context), 'lock')
  let inside = 0
  const enter = async (fails: boolean): Promise<void> =>
    withFileLock(path, async () => {
      assert.equal(++inside, 1)
      await setImmediate()
      inside--
      if (fails) throw new Error('inside')
    })
  const results = await Promise.allSettled([enter(false), enter(true), enter(false)])
  assert.deepEqual(
    results.map((result) => (result.status === 'rejected' ? String(result.reason) : 'done')),
    ['done', 'Error: inside', 'done'],
  )
  assert.ok(!existsSync(path))
})

test('the lock of a dead process is taken over', async (context) => {
  const path = join(temporaryDirectory(context), 'lock')
  writeFileSync(path, String(spawnSync(process.execPath, ['-e', '']).pid))
  assert.equal(await withFileLock(path, () => Promise.resolve('mine')), 'mine')
})
