import assert from 'node:assert/strict'
import { mkdir, readdir, rm, utimes, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { suite, test } from 'node:test'
import { openLevelStore } from '../../../src/runtime/stores/level-store.ts'
import { claimStage } from '../../../src/runtime/stores/stage-fingerprint.ts'
import {
  createStageDirectory,
  createStateRoot,
  createTaskDirectory,
  type StateRoot,
} from '../../../src/runtime/stores/state-directory.ts'
import { acquireStage } from '../../../src/runtime/stores/state-lock.ts'
import { removeState, reportApplication, reportApplications } from '../../../src/runtime/stores/state-report.ts'
import { put } from './bytes-store-suite.ts'
import { ksError } from './error-matchers.ts'
import { temporaryDirectory } from './temporary-directory.ts'

const options = { cacheBytes: 1 << 16, writeBufferBytes: 1 << 16 }
const holder = { pid: process.pid, command: 'ks state rm', started: 5 }
const running = { endless: true, holder, lockWaitMs: 0, signal: new AbortController().signal }
const firstLetter = (key: Uint8Array): string => String.fromCharCode(key[0] ?? 0)

/** Two applications: clicks (count with two tasks, top with one) and orders (join without any). */
const exampleState = async (directory: string): Promise<StateRoot> => {
  const root = await createStateRoot(path.join(directory, 'state'), process.getuid?.())
  const count = await createStageDirectory(root, 'clicks', 'count')
  await claimStage(count, { command: 'ks count -a clicks', fingerprint: 'abc', created: 77 })
  for (const [task, rows] of [
    ['0_0', 3],
    ['0_1', 1500],
  ] as const) {
    const store = await openLevelStore(await createTaskDirectory(count, task), options)
    await store.write([put('mposition', '1')], true)
    await store.write(
      Array.from({ length: rows }, (_, number) => put(`s${number}`, 'x'.repeat(20))),
      true,
    )
    await store.close()
  }
  const top = await createStageDirectory(root, 'clicks', 'top')
  await (await openLevelStore(await createTaskDirectory(top, '0_0'), options)).close()
  await createStageDirectory(root, 'orders', 'join')
  return root
}

/** Makes all files of a directory as old as that. */
const setTimes = async (directory: string, seconds: number): Promise<void> => {
  for (const name of await readdir(directory)) await utimes(path.join(directory, name), seconds, seconds)
}

suite('state report', () => {
  test('lists applications with their stages and tasks', async (context) => {
    const root = await exampleState(await temporaryDirectory(context))
    await setTimes(path.join(root.path, 'clicks/count/0_0'), 1_000_000)
    await setTimes(path.join(root.path, 'clicks/count/0_1'), 2_000_000)
    const reports = await reportApplications(root)
    assert.deepEqual(
      reports.map(({ applicationId, stages }) => [applicationId, stages.map(({ stage }) => stage)]),
      [
        ['clicks', ['count', 'top']],
        ['orders', ['join']],
      ],
    )
    const [count] = reports[0]?.stages ?? []
    assert.equal(count?.lastCommit, 2_000_000_000)
    assert.deepEqual(
      count?.tasks.map(({ task, lastCommit }) => [task, lastCommit]),
      [
        ['0_0', 1_000_000_000],
        ['0_1', 2_000_000_000],
      ],
    )
    const [small, large] = count?.tasks ?? []
    assert.ok(small && large && small.sizeBytes > 0 && large.sizeBytes > small.sizeBytes + 30_000)
    assert.ok(count && count.sizeBytes > small.sizeBytes + large.sizeBytes)
    assert.deepEqual(reports[1]?.stages, [
      { stage: 'join', sizeBytes: 0, lastCommit: undefined, holders: [], tasks: [] },
    ])
  })

  test('an empty root has nothing to report', async (context) => {
    const root = await createStateRoot(path.join(await temporaryDirectory(context), 'state'), process.getuid?.())
    assert.deepEqual(await reportApplications(root), [])
    await mkdir(path.join(root.path, 'stray'))
    assert.deepEqual(await reportApplications(root), [])
  })

  test('shows who has a stage', async (context) => {
    const root = await exampleState(await temporaryDirectory(context))
    const lock = await acquireStage(await createStageDirectory(root, 'clicks', 'count'), running)
    const holders = (await reportApplications(root)).flatMap(({ stages }) => stages.map((stage) => stage.holders))
    assert.deepEqual(holders, [[holder], [], []])
    await lock.release()
  })

  test('shows the program of a stage and the rows of its stores', async (context) => {
    const root = await exampleState(await temporaryDirectory(context))
    const stages = await reportApplication(root, 'clicks', firstLetter)
    assert.deepEqual(
      stages.map(({ program }) => program),
      [{ command: 'ks count -a clicks', fingerprint: 'abc', created: 77 }, undefined],
    )
    assert.deepEqual(
      stages.map(({ tasks }) => tasks.map(({ rows }) => [...(rows ?? [])])),
      [
        [
          [
            ['m', 1],
            ['s', 3],
          ],
          [
            ['m', 1],
            ['s', 1500],
          ],
        ],
        [[]],
      ],
    )
  })

  test('looking does not change the time of the last commit', async (context) => {
    const root = await exampleState(await temporaryDirectory(context))
    await setTimes(path.join(root.path, 'clicks/count/0_1'), 2_000_000)
    await reportApplication(root, 'clicks', firstLetter)
    const [count] = await reportApplication(root, 'clicks', firstLetter)
    assert.equal(count?.tasks[1]?.lastCommit, 2_000_000_000)
  })

  test('a database that is in use or damaged says so, the others are shown', async (context) => {
    const root = await exampleState(await temporaryDirectory(context))
    const tasks = path.join(root.path, 'clicks/count')
    const store = await openLevelStore(path.join(tasks, '0_0'), options)
    const [count] = await reportApplication(root, 'clicks', firstLetter)
    assert.match(count?.tasks[0]?.problem ?? '', /already open/)
    assert.equal(count?.tasks[0]?.rows, undefined)
    assert.equal(count?.tasks[1]?.rows?.get('s'), 1500)
    await store.close()
    await rm(path.join(tasks, '0_1', 'CURRENT'))
    await writeFile(path.join(tasks, 'fingerprint.json'), 'x')
    const [damaged] = await reportApplication(root, 'clicks', firstLetter)
    assert.match(damaged?.tasks[1]?.problem ?? '', /is damaged/)
    assert.equal(damaged?.tasks[0]?.rows?.get('s'), 3)
    assert.equal(damaged?.program, undefined)
  })

  test('an application without state is an error that knows the near ones', async (context) => {
    const root = await exampleState(await temporaryDirectory(context))
    await assert.rejects(reportApplication(root, 'cliks', firstLetter), (error) => {
      ksError('failed', /application 'cliks' has no state in/)(error)
      assert.deepEqual((error as { didYouMean?: unknown }).didYouMean, ['clicks'])
      return true
    })
  })
})

suite('state removal', () => {
  test('removes an application and says what was there', async (context) => {
    const root = await exampleState(await temporaryDirectory(context))
    const removed = await removeState(root, 'clicks', 'all', holder)
    assert.deepEqual(
      removed.map(({ stage, tasks, holders }) => [stage, tasks.length, holders]),
      [
        ['count', 2, []],
        ['top', 1, []],
      ],
    )
    assert.deepEqual(await readdir(root.path), ['orders'])
    await assert.rejects(removeState(root, 'clicks', 'all', holder), ksError('failed', /has no state/))
  })

  test('removes only the stages named', async (context) => {
    const root = await exampleState(await temporaryDirectory(context))
    await assert.rejects(removeState(root, 'clicks', ['top', 'cuont'], holder), ksError('failed', /no stage 'cuont'/))
    assert.equal((await removeState(root, 'clicks', ['top'], holder)).length, 1)
    assert.deepEqual(await readdir(path.join(root.path, 'clicks')), ['count'])
  })

  test('removes nothing while any stage is in use', async (context) => {
    const root = await exampleState(await temporaryDirectory(context))
    const top = await createStageDirectory(root, 'clicks', 'top')
    for (const endless of [true, false]) {
      const lock = await acquireStage(top, { ...running, endless })
      await assert.rejects(
        removeState(root, 'clicks', 'all', holder),
        ksError('busy', /stage 'top' .* is held by process/),
      )
      await lock.release()
    }
    assert.deepEqual((await readdir(path.join(root.path, 'clicks'))).sort(), ['count', 'top'])
    assert.equal((await removeState(root, 'clicks', 'all', holder)).length, 2)
  })

  test('a damaged store can be removed, and the name used again', async (context) => {
    const root = await exampleState(await temporaryDirectory(context))
    await rm(path.join(root.path, 'clicks/count/0_1/CURRENT'))
    await removeState(root, 'clicks', 'all', holder)
    const stage = await createStageDirectory(root, 'clicks', 'count')
    const store = await openLevelStore(await createTaskDirectory(stage, '0_1'), options)
    await store.close()
  })
})
