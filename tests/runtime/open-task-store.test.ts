import assert from 'node:assert/strict'
import { mkdirSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { suite, test, type TestContext } from 'node:test'
import { openTaskStore } from '../../src/runtime/open-task-store.ts'
import { createStageDirectory, createStateRoot, type StageDirectory } from '../../src/runtime/stores/state-directory.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'

const newStage = async (context: TestContext): Promise<StageDirectory> => {
  const root = await createStateRoot(join(temporaryDirectory(context), 'state'), process.getuid?.())
  return createStageDirectory(root, 'app', 'count')
}

const key = Buffer.from('k')

/** Opens the store of the task, puts a row into it, and returns its directory. */
const fill = async (stage: StageDirectory): Promise<string> => {
  const store = await openTaskStore(stage, '0_0', 'i', () => undefined)
  await store.write([{ key, value: Buffer.from('v') }], true)
  await store.close()
  return join(stage.path, '0_0')
}

const remove = (directory: string, part: string): void => {
  for (const name of readdirSync(directory)) if (name.startsWith(part)) rmSync(join(directory, name))
}

suite('the store of a task', () => {
  test('is put aside when it is damaged, as often as that happens', async (context) => {
    const stage = await newStage(context)
    const notices: string[] = []
    for (const round of [1, 2]) {
      remove(await fill(stage), 'MANIFEST')
      const store = await openTaskStore(stage, '0_0', 'i', (message) => notices.push(message))
      assert.equal(store.get(key), undefined)
      await store.close()
      assert.equal(notices.length, round)
      assert.match(notices[round - 1] ?? '', /damaged.*put aside/)
      assert.equal(readdirSync(stage.path).filter((name) => name.startsWith('0_0.broken.')).length, round)
    }
  })

  test('stays where it is when it only cannot be read', async (context) => {
    const stage = await newStage(context)
    const directory = await fill(stage)
    remove(directory, 'CURRENT')
    mkdirSync(join(directory, 'CURRENT'))
    const opening = openTaskStore(stage, '0_0', 'i', (message) => assert.fail(message))
    await assert.rejects(opening, { name: 'KsError', kind: 'io', message: /cannot open the store/ })
    assert.deepEqual(readdirSync(stage.path), ['0_0'])
  })
})
