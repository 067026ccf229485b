import assert from 'node:assert/strict'
import { access, readFile, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { suite, test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { KsError } from '../../../src/runtime/model/errors.ts'
import { lockDirectory } from '../../../src/runtime/stores/level-database.ts'
import {
  claimedLockPlaces,
  createRunLockPlace,
  createStageDirectory,
  createStateRoot,
  type StageDirectory,
} from '../../../src/runtime/stores/state-directory.ts'
import { acquireStage, stageHolders, type StageLock } from '../../../src/runtime/stores/state-lock.ts'
import { type Child, playRole, say, startChild, told } from './child.ts'
import { ksError } from './error-matchers.ts'
import { type Cleanup, temporaryDirectory } from './temporary-directory.ts'

const openStage = async (directory: string): Promise<StageDirectory> =>
  createStageDirectory(await createStateRoot(directory, process.getuid?.()), 'clicks', 'count')

const newStage = async (context: Cleanup): Promise<StageDirectory> => openStage(await temporaryDirectory(context))

const acquire = (
  stage: StageDirectory,
  kind: string,
  { command = 'ks here', lockWaitMs = 0, signal = new AbortController().signal } = {},
): Promise<StageLock> => {
  const holder = { pid: process.pid, command, started: 1000 }
  return acquireStage(stage, { endless: kind === 'endless', holder, lockWaitMs, signal })
}

/** In another process: takes the stage, says how that went, and keeps it until told to let go. */
const hold = async ([directory = '', kind = '', lockWaitMs = '0']: readonly string[]): Promise<void> => {
  try {
    const lock = await acquire(await openStage(directory), kind, {
      command: 'ks there',
      lockWaitMs: Number(lockWaitMs),
    })
    say('held')
    await told()
    await lock.release()
    say('released')
  } catch (error) {
    say(error instanceof KsError ? error.kind : String(error))
  }
}

const startHolder = async (context: Cleanup, stage: StageDirectory, kind: string): Promise<Child> => {
  const child = startChild(context, import.meta.url, 'hold', [stage.root.path, kind])
  assert.equal(await child.nextLine(), 'held')
  return child
}

if (!(await playRole({ hold }))) {
  suite('lock of a stage', () => {
    test('runs and instances exclude each other, instances do not', async (context) => {
      const stage = await newStage(context)
      const run = await acquire(stage, 'run')
      await assert.rejects(acquire(stage, 'run'), ksError('busy', /./))
      await assert.rejects(acquire(stage, 'endless'), ksError('busy', /./))
      await run.release()

      const instances = [await acquire(stage, 'endless'), await acquire(stage, 'endless')]
      await assert.rejects(acquire(stage, 'run'), ksError('busy', /./))
      await instances[0]?.release()
      await assert.rejects(acquire(stage, 'run'), ksError('busy', /./))
      await instances[1]?.release()
      await (await acquire(stage, 'run')).release()
    })

    for (const [first, second, isAllowed] of [
      ['run', 'run', false],
      ['run', 'endless', false],
      ['endless', 'run', false],
      ['endless', 'endless', true],
    ] as const) {
      test(`between processes: ${first}, then ${second}`, async (context) => {
        const stage = await newStage(context)
        const child = await startHolder(context, stage, first)
        if (isAllowed) await (await acquire(stage, second)).release()
        else {
          const message = new RegExp(
            `'count' of application 'clicks' is held by process ${child.pid} \\(ks there\\) since 1970-`,
          )
          await assert.rejects(acquire(stage, second), ksError('busy', message, /--lock-wait/))
        }
        child.tell()
        assert.equal(await child.nextLine(), 'released')
        assert.equal(await child.ended, 0)
        await (await acquire(stage, second)).release()
      })

      test(`after ${first} was killed, ${second} gets the stage`, async (context) => {
        const stage = await newStage(context)
        const child = await startHolder(context, stage, first)
        child.kill('SIGKILL')
        await child.ended
        await (await acquire(stage, second)).release()
        assert.deepEqual(await stageHolders(stage), [])
      })
    }

    test('a failed attempt of this process does not open the stage to another one', async (context) => {
      const stage = await newStage(context)
      for (const kind of ['run', 'endless']) {
        const lock = await acquire(stage, kind)
        await assert.rejects(acquire(stage, 'run'), ksError('busy', /./))
        const child = startChild(context, import.meta.url, 'hold', [stage.root.path, 'run'])
        assert.equal(await child.nextLine(), 'busy')
        await lock.release()
      }
    })

    test('many instances may start at once, also after a run that died', async (context) => {
      const stage = await newStage(context)
      const dead = await startHolder(context, stage, 'run')
      dead.kill('SIGKILL')
      await dead.ended
      const children = Array.from({ length: 4 }, () =>
        startChild(context, import.meta.url, 'hold', [stage.root.path, 'endless']),
      )
      for (const child of children) assert.equal(await child.nextLine(), 'held')
      assert.equal((await stageHolders(stage)).length, 4)
      await assert.rejects(acquire(stage, 'run'), ksError('busy', /ks there/))
      for (const child of children) child.tell()
      for (const child of children) assert.equal(await child.ended, 0)
      await (await acquire(stage, 'run')).release()
    })

    test('of many runs that start at once at most one gets the stage', async (context) => {
      const stage = await newStage(context)
      const children = Array.from({ length: 4 }, () =>
        startChild(context, import.meta.url, 'hold', [stage.root.path, 'run']),
      )
      const lines = await Promise.all(children.map((child) => child.nextLine()))
      assert.deepEqual(lines.toSorted(), ['busy', 'busy', 'busy', 'held'])
      for (const child of children) child.tell()
      for (const child of children) assert.equal(await child.ended, 0)
    })

    test('a waiting run gets the stage when it is released', async (context) => {
      const stage = await newStage(context)
      const lock = await acquire(stage, 'endless')
      const child = startChild(context, import.meta.url, 'hold', [stage.root.path, 'run', '600000'])
      const waiting = acquire(stage, 'run', { lockWaitMs: 600_000 })
      const waitingElsewhere = child.nextLine()
      await lock.release()
      // One after the other, in whichever order.
      const first = await Promise.race([waiting, waitingElsewhere])
      if (typeof first === 'object') await first.release()
      else child.tell()
      assert.equal(await waitingElsewhere, 'held')
      child.tell()
      await (await waiting).release()
      assert.equal(await child.ended, 0)
    })

    test('waiting comes to an end, by itself or by the signal', async (context) => {
      const stage = await newStage(context)
      const lock = await acquire(stage, 'run')
      await assert.rejects(acquire(stage, 'run', { lockWaitMs: 250 }), ksError('busy', /./))
      const controller = new AbortController()
      const waiting = acquire(stage, 'endless', { lockWaitMs: 600_000, signal: controller.signal })
      // What main makes an exit status of.
      controller.abort(130)
      await assert.rejects(waiting, (error) => error === 130)
      await lock.release()
      assert.deepEqual(await stageHolders(stage), [])
      await (await acquire(stage, 'run')).release()
    })

    test('the holders of a stage are known while they have it', async (context) => {
      const stage = await newStage(context)
      const lock = await acquire(stage, 'endless')
      const child = await startHolder(context, stage, 'endless')
      const here = { pid: process.pid, command: 'ks here', started: 1000 }
      assert.deepEqual(await stageHolders(stage), [here, { pid: child.pid, command: 'ks there', started: 1000 }])
      await lock.release()
      child.kill('SIGKILL')
      await child.ended
      assert.deepEqual(await stageHolders(stage), [])
    })

    test('a holder file that says nothing does not matter', async (context) => {
      const stage = await newStage(context)
      const child = await startHolder(context, stage, 'run')
      const { run } = await claimedLockPlaces(stage)
      assert.ok(run !== undefined)
      await writeFile(run.holderFile, '{"pid":')
      await assert.rejects(acquire(stage, 'endless'), ksError('busy', /is held by another process$/))
      child.kill('SIGKILL')
      await child.ended
      await (await acquire(stage, 'endless')).release()
    })

    test('somebody who only looks whether a lock is held is waited for', async (context) => {
      const stage = await newStage(context)
      const { directory } = await createRunLockPlace(stage)
      const looked = await lockDirectory(directory)
      assert.ok(looked !== undefined)
      const waiting = acquire(stage, 'run')
      assert.equal(await Promise.race([waiting, setTimeout(100, 'still waiting')]), 'still waiting')
      await looked()
      await (await waiting).release()
    })

    test('a lock that a power failure damaged is made anew', async (context) => {
      const stage = await newStage(context)
      await (await acquire(stage, 'run')).release()
      const current = path.join(stage.path, 'run', 'CURRENT')
      await writeFile(current, '')
      await (await acquire(stage, 'run')).release()
      assert.match(await readFile(current, 'utf8'), /^MANIFEST-/)
      await rm(path.join(stage.path, 'run'), { recursive: true })
      const lock = await acquire(stage, 'run')
      await access(current)
      await lock.release()
    })
  })
}
