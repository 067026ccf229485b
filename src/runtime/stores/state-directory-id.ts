// The identity of a stage's state directory: members of a group that share one are on one host and can take over each other's
// tasks without restoring.

import { randomUUID } from 'node:crypto'
import path from 'node:path'
import { createRecordFile, readRecordFile } from './private-files.ts'
import type { StageDirectory } from './state-directory.ts'

/** The id, made when somebody first asks. */
export const stateDirectoryId = async (stage: StageDirectory): Promise<string> => {
  const file = path.join(stage.path, 'directory.json')
  for (;;) {
    const id = (await readRecordFile(file))?.['id']
    if (typeof id === 'string') return id
    await createRecordFile(file, { id: randomUUID() })
  }
}
