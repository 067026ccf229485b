// A directory of its own for a test, gone when the test is over.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'

/** Makes an empty directory and removes it, with all that is in it, after the test. */
export const temporaryDirectory = (context: TestContext): string => {
  const directory = mkdtempSync(join(tmpdir(), 'ks-test-'))
  context.after(() => {
    rmSync(directory, { recursive: true, force: true })
  })
  return directory
}
