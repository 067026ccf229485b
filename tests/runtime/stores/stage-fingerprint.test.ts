import assert from 'node:assert/strict'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { suite, test } from 'node:test'
import { claimStage, readFingerprint } from '../../../src/runtime/stores/stage-fingerprint.ts'
import {
  createStageDirectory,
  createStateRoot,
  fingerprintFile,
  type StageDirectory,
} from '../../../src/runtime/stores/state-directory.ts'
import { ksError } from './error-matchers.ts'
import { type Cleanup, temporaryDirectory } from './temporary-directory.ts'

const newStage = async (context: Cleanup): Promise<StageDirectory> =>
  createStageDirectory(await createStateRoot(await temporaryDirectory(context), process.getuid?.()), 'clicks', 'count')

const byPage = { command: 'ks count --by .page', fingerprint: 'abc', created: 1000 }
const byUser = { command: 'ks count --by .user', fingerprint: 'def', created: 2000 }

suite('fingerprint of a stage', () => {
  test('the first program claims the stage and keeps it', async (context) => {
    const stage = await newStage(context)
    assert.equal(await readFingerprint(stage), undefined)
    await claimStage(stage, byPage)
    await claimStage(stage, { ...byPage, command: 'ks count   --by .page', created: 5000 })
    assert.deepEqual(await readFingerprint(stage), byPage)
    assert.deepEqual(JSON.parse(await readFile(fingerprintFile(stage), 'utf8')), { format: 1, ...byPage })
  })

  test('another program is shown both command lines and a way out', async (context) => {
    const stage = await newStage(context)
    await claimStage(stage, byPage)
    await assert.rejects(
      claimStage(stage, byUser),
      ksError('config', /ks count --by \.page\n.*ks count --by \.user/, /--name.*`ks state rm clicks`/),
    )
    assert.deepEqual(await readFingerprint(stage), byPage)
  })

  test('of two programs that claim a stage at once one gets it', async (context) => {
    const stage = await newStage(context)
    const claims = Array.from({ length: 20 }, (_, number) => claimStage(stage, number % 2 === 0 ? byPage : byUser))
    const results = await Promise.allSettled(claims)
    const owner = await readFingerprint(stage)
    for (const [number, result] of results.entries()) {
      const isOwner = (number % 2 === 0 ? byPage : byUser).fingerprint === owner?.fingerprint
      assert.equal(result.status, isOwner ? 'fulfilled' : 'rejected')
    }
    assert.deepEqual(await readdir(stage.path), ['fingerprint.json'])
  })

  test('a file of another format or without sense is refused and kept', async (context) => {
    const stage = await newStage(context)
    const file = fingerprintFile(stage)
    await writeFile(file, JSON.stringify({ format: 2, program: 'x' }))
    await assert.rejects(
      claimStage(stage, byPage),
      ksError('config', /has format 2, this version of ks reads format 1/),
    )
    for (const text of ['', '{', 'null', '[]', '{"format":1,"command":"x"}']) {
      await writeFile(file, text)
      await assert.rejects(claimStage(stage, byPage), ksError('io', /is damaged/, /ks state rm clicks/))
      assert.equal(await readFile(file, 'utf8'), text)
    }
  })
})
