import assert from 'node:assert/strict'
import { chmod, chown, lstat, mkdir, readdir, realpath, symlink, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { suite, test } from 'node:test'
import fc from 'fast-check'
import { openLevelStore } from '../../../src/runtime/stores/level-store.ts'
import { claimStage } from '../../../src/runtime/stores/stage-fingerprint.ts'
import {
  createStageDirectory,
  createStateRoot,
  createTaskDirectory,
  findStateRoot,
  listApplicationIds,
  listStages,
  listTasks,
  removeStage,
  type StateRoot,
  stateRootPath,
} from '../../../src/runtime/stores/state-directory.ts'
import { acquireStage } from '../../../src/runtime/stores/state-lock.ts'
import { playRole, startChild } from './child.ts'
import { ksError } from './error-matchers.ts'
import { temporaryDirectory } from './temporary-directory.ts'

const userId = process.getuid?.()

const rootIn = async (directory: string): Promise<StateRoot> => createStateRoot(path.join(directory, 'state'), userId)

const holder = { pid: process.pid, command: 'ks count', started: 0 }
const endless = { endless: true, holder, lockWaitMs: 0, signal: new AbortController().signal }

/** Makes one of everything, below a state root that does not exist yet. */
const makeAll = async ([directory = '']: readonly string[]): Promise<void> => {
  const root = await createStateRoot(path.join(directory, 'deep', 'state'), userId)
  const stage = await createStageDirectory(root, 'app', 'count')
  await claimStage(stage, { command: 'ks count', fingerprint: 'f', created: 0 })
  await (await acquireStage(stage, { ...endless, endless: false })).release()
  await acquireStage(stage, endless)
  await openLevelStore(await createTaskDirectory(stage, '0_0'), { cacheBytes: 1 << 16, writeBufferBytes: 1 << 16 })
}

const makeDirectories = async ([directory = '']: readonly string[]): Promise<void> => {
  await createStageDirectory(await createStateRoot(path.join(directory, 'deep', 'state'), userId), 'app', 'count')
}

if (!(await playRole({ makeAll, makeDirectories }))) {
  suite('place of the state root', () => {
    const noHome = (): string => {
      throw new Error('unknown user')
    }
    const rootPath = (
      environment: Record<string, string>,
      option?: string,
      homeDirectory: () => string = noHome,
    ): string => stateRootPath({ option, environment, homeDirectory })

    test('what is asked for comes first, then the environment from the special to the general', () => {
      const environment = { KS_STATE_DIR: '/a', KS_STATE: '/b', XDG_STATE_HOME: '/c', HOME: '/d' }
      assert.equal(rootPath(environment, '/o'), '/o')
      assert.equal(rootPath(environment), '/a')
      assert.equal(rootPath({ ...environment, KS_STATE_DIR: '' }), '/b')
      assert.equal(rootPath({ XDG_STATE_HOME: '/c', HOME: '/d' }), '/c/ks')
      assert.equal(rootPath({ XDG_STATE_HOME: 'relative', HOME: '/d' }), '/d/.local/state/ks')
      assert.equal(rootPath({ HOME: '/d' }), '/d/.local/state/ks')
      assert.equal(
        rootPath({}, undefined, () => '/e'),
        '/e/.local/state/ks',
      )
    })

    test('a relative place is made absolute', () => {
      assert.equal(rootPath({}, 'state'), path.resolve('state'))
      assert.equal(rootPath({ KS_STATE: './x' }), path.resolve('x'))
    })

    test('without a home there is no place', () => {
      assert.throws(() => rootPath({}), ksError('config', /HOME is not set/, /KS_STATE/))
      assert.throws(() => rootPath({ HOME: '' }), ksError('config', /HOME is not set/))
    })
  })

  suite('state directories', () => {
    test('everything is for its user alone, whatever the umask', async (context) => {
      for (const umask of ['000', '022', '077']) {
        const directory = await temporaryDirectory(context)
        const child = startChild(context, import.meta.url, 'makeAll', [directory], `umask ${umask}`)
        assert.equal(await child.ended, 0)
        const seen: string[] = []
        for (const entry of await readdir(directory, { recursive: true })) {
          const status = await lstat(path.join(directory, entry))
          if (status.isDirectory()) assert.equal(status.mode & 0o777, 0o700, `${entry} under umask ${umask}`)
          if (entry.endsWith('.json')) assert.equal(status.mode & 0o177, 0, `${entry} under umask ${umask}`)
          seen.push(entry)
        }
        for (const part of ['run', 'instances/0', 'instances/0.json', '0_0', 'fingerprint.json']) {
          assert.ok(seen.includes(`deep/state/app/count/${part}`), `${part} under umask ${umask}`)
        }
      }
    })

    test('a umask that takes bits of the owner away does not matter', async (context) => {
      const directory = await temporaryDirectory(context)
      const child = startChild(context, import.meta.url, 'makeDirectories', [directory], 'umask 777')
      assert.equal(await child.ended, 0)
      const entries = await readdir(directory, { recursive: true })
      assert.deepEqual(entries.sort(), ['deep', 'deep/state', 'deep/state/app', 'deep/state/app/count'])
      for (const entry of entries) assert.equal((await lstat(path.join(directory, entry))).mode & 0o777, 0o700, entry)
    })

    test('a root that others can write to is refused with the command that helps', async (context) => {
      const directory = await temporaryDirectory(context)
      for (const mode of [0o770, 0o707, 0o777]) {
        await chmod(directory, mode)
        await assert.rejects(
          createStateRoot(directory, userId),
          ksError('config', /others can write to/, new RegExp(`^chmod 700 ${directory}$`)),
        )
      }
      await chmod(directory, 0o755)
      assert.deepEqual(await createStateRoot(directory, userId), { path: directory, userId })
    })

    test('the command that helps survives spaces and quotes', async (context) => {
      const directory = path.join(await temporaryDirectory(context), "it's here")
      await mkdir(directory)
      await chmod(directory, 0o777)
      await assert.rejects(createStateRoot(directory, userId), ksError('config', /./, /^chmod 700 '.*it'\\''s here'$/))
    })

    test('a root of another user is refused', async (context) => {
      const directory = await temporaryDirectory(context)
      if (userId === 0) await chown(directory, 12345, 12345)
      const other = userId === 0 ? 0 : 12345
      await assert.rejects(createStateRoot(directory, other), ksError('config', /belongs to user \d+, not to \d+/))
    })

    test('parts of it that others can write to are refused as well', async (context) => {
      const root = await rootIn(await temporaryDirectory(context))
      const stage = await createStageDirectory(root, 'app', 'count')
      await chmod(path.dirname(stage.path), 0o770)
      await assert.rejects(createStageDirectory(root, 'app', 'count'), ksError('config', /others can write to .*app$/))
    })

    test('the root may be a symbolic link, what is below may not', async (context) => {
      const directory = await temporaryDirectory(context)
      const root = await rootIn(directory)
      await symlink(root.path, path.join(directory, 'link'))
      assert.equal((await createStateRoot(path.join(directory, 'link'), userId)).path, root.path)

      const outside = path.join(directory, 'outside')
      await mkdir(outside, { mode: 0o700 })
      await symlink(outside, path.join(root.path, 'app'))
      await assert.rejects(createStageDirectory(root, 'app', 'count'), ksError('config', /app is a symbolic link/))
      const stage = await createStageDirectory(root, 'other', 'count')
      await symlink(outside, path.join(stage.path, '0_0'))
      await assert.rejects(createTaskDirectory(stage, '0_0'), ksError('config', /0_0 is a symbolic link/))
      await symlink(outside, path.join(stage.path, 'run'))
      await assert.rejects(
        acquireStage(stage, { ...endless, endless: false }),
        ksError('config', /run is a symbolic link/),
      )
      assert.deepEqual(await readdir(outside), [])
    })

    test('a file in the place of a directory is refused', async (context) => {
      const directory = await temporaryDirectory(context)
      await writeFile(path.join(directory, 'file'), '')
      await assert.rejects(createStateRoot(path.join(directory, 'file'), userId), ksError('config', /is no directory/))
      await assert.rejects(createStateRoot(path.join(directory, 'file', 'x'), userId), ksError('io', /cannot create/))
    })

    test('looking for a root does not make one', async (context) => {
      const directory = await temporaryDirectory(context)
      assert.equal(await findStateRoot(path.join(directory, 'state'), userId), undefined)
      assert.deepEqual(await readdir(directory), [])
    })
  })

  suite('names', () => {
    const bad = ['', '.', '..', '../x', 'a/b', '/a', 'a\\b', 'a\0', 'a\n', 'ä', 'a b', '*', 'x'.repeat(201)]

    test('bad names are usage errors', async (context) => {
      const root = await rootIn(await temporaryDirectory(context))
      const stage = await createStageDirectory(root, 'app', 'count')
      for (const name of bad) {
        await assert.rejects(createStageDirectory(root, name, 'count'), ksError('usage', /is no application id/))
        await assert.rejects(createStageDirectory(root, 'app', name), ksError('usage', /is no stage name/))
        await assert.rejects(createTaskDirectory(stage, name), ksError('usage', /is no task name/))
        await assert.rejects(createTaskDirectory(stage, '0_0', name), ksError('usage', /is no instance id/))
        await assert.rejects(listStages(root, name), ksError('usage', /is no application id/))
      }
      await assert.rejects(createStageDirectory(root, 'app', 'a-b'), ksError('usage', /"a-b" is no stage name/))
      for (const name of ['run', 'instances']) {
        await assert.rejects(createTaskDirectory(stage, name), ksError('usage', /is no task name/))
      }
    })

    test('no text leads out of the root', async (context) => {
      const root = await rootIn(await temporaryDirectory(context))
      const part = fc.constantFrom('.', '..', '/', '\\', 'a', '%2e', '~', '\0', ' ', 'C:', '-')
      const name = fc.array(part, { maxLength: 5 }).map((parts) => parts.join(''))
      await fc.assert(
        fc.asyncProperty(name, name, async (applicationId, stage) => {
          const created = await createStageDirectory(root, applicationId, stage).catch(() => undefined)
          if (created === undefined) return
          assert.equal(await realpath(created.path), path.join(root.path, applicationId, stage))
          assert.equal(path.dirname(path.dirname(created.path)), root.path)
        }),
        { numRuns: 200 },
      )
    })

    test('names may be long and have dots, and nothing is special about JavaScript names', async (context) => {
      const root = await rootIn(await temporaryDirectory(context))
      for (const name of ['x'.repeat(200), '...', '.a', 'a..b', '__proto__', 'constructor', 'toString']) {
        const stage = await createStageDirectory(root, name, name)
        await createTaskDirectory(stage, name, name.slice(0, 50))
        assert.deepEqual(
          (await listStages(root, name)).map(({ path: stagePath }) => stagePath),
          [stage.path],
        )
      }
    })
  })

  suite('lists and removal', () => {
    test('applications, stages and tasks are listed in order', async (context) => {
      const root = await rootIn(await temporaryDirectory(context))
      assert.deepEqual(await listApplicationIds(root), [])
      assert.deepEqual(await listStages(root, 'none'), [])
      for (const stageName of ['join', 'count']) {
        const stage = await createStageDirectory(root, 'b-app', stageName)
        await createTaskDirectory(stage, '0_1')
        await createTaskDirectory(stage, '0_0')
        await createTaskDirectory(stage, '0_1', 'host-1')
        await (await acquireStage(stage, { ...endless, endless: false })).release()
        await (await acquireStage(stage, endless)).release()
      }
      await createStageDirectory(root, 'a', 'x')
      await writeFile(path.join(root.path, 'a file'), '')
      assert.deepEqual(await listApplicationIds(root), ['a', 'b-app'])
      const stages = await listStages(root, 'b-app')
      assert.deepEqual(
        stages.map(({ stage }) => stage),
        ['count', 'join'],
      )
      for (const stage of stages) assert.deepEqual([...(await listTasks(stage)).keys()], ['0_0', '0_1', '0_1@host-1'])
    })

    test('removing the last stage removes the application, with what an interrupted removal left', async (context) => {
      const root = await rootIn(await temporaryDirectory(context))
      const first = await createStageDirectory(root, 'app', 'a')
      const second = await createStageDirectory(root, 'app', 'b')
      await createTaskDirectory(first, '0_0')
      await removeStage(first)
      assert.deepEqual(await readdir(path.join(root.path, 'app')), ['b'])
      await mkdir(path.join(root.path, 'app', 'removed-1', 'x'), { recursive: true })
      assert.equal((await listStages(root, 'app')).length, 1)
      await removeStage(second)
      assert.deepEqual(await readdir(root.path), [])
    })
  })
}
