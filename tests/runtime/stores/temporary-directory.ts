// Directories for tests, gone when the test ends.

import { mkdtemp, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'

/** What a test context offers for tidying up. */
export interface Cleanup {
  after(action: () => Promise<void>): void
}

/** An empty directory for one test. */
export const temporaryDirectory = async (test: Cleanup): Promise<string> => {
  const directory = await realpath(await mkdtemp(path.join(tmpdir(), 'ks-test-')))
  test.after(() => rm(directory, { recursive: true, force: true }))
  return directory
}
