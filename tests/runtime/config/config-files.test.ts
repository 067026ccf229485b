import assert from 'node:assert/strict'
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { suite, test } from 'node:test'
import { type FileChoice, listProfiles, readConfigFiles } from '../../../src/runtime/config/config-files.ts'
import { configDirectory } from '../../../src/runtime/config/config-directory.ts'
import { temporaryDirectory } from '../../support/temporary-directory.ts'
import { ksError } from '../stores/error-matchers.ts'

/** A home with the files given, by path below it; relative paths start there too. */
const homeWith = (directory: string, files: Readonly<Record<string, string>>): FileChoice => {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(directory, name)), { recursive: true })
    writeFileSync(path.join(directory, name), text, { mode: 0o600 })
  }
  return {
    file: undefined,
    profile: undefined,
    environment: { HOME: directory },
    currentDirectory: directory,
    homeDirectory: () => assert.fail('HOME is set'),
  }
}

const all = {
  'prod.properties': 'acks=1',
  '.config/ks/config': 'acks=all',
  '.config/ks/profiles/dev.properties': 'acks=0',
  '.config/ks/profiles/test-2.properties': 'acks=0',
  '.config/ks/profiles/notes.txt': '',
}

const labels = async (choice: FileChoice): Promise<readonly string[]> =>
  (await readConfigFiles(choice)).map(({ label }) => label)

suite('which files are read', () => {
  test('the own one after the profile, and not when another is named', async (t) => {
    const home = temporaryDirectory(t)
    const choice = homeWith(home, all)
    const own = path.join(home, '.config/ks/config')
    assert.deepEqual(await labels(choice), [own])
    assert.deepEqual(await labels({ ...choice, profile: 'dev' }), ['profile dev', own])
    assert.deepEqual(await labels({ ...choice, file: 'prod.properties' }), ['prod.properties'])
    assert.deepEqual(await labels({ ...choice, file: 'prod.properties', profile: 'dev' }), [
      'prod.properties',
      'profile dev',
    ])
  })

  test('what the environment names, unless something else is typed', async (t) => {
    const choice = homeWith(temporaryDirectory(t), all)
    const environment = { ...choice.environment, KS_CONFIG: 'prod.properties', KS_PROFILE: 'dev' }
    assert.deepEqual(await labels({ ...choice, environment }), ['prod.properties', 'profile dev'])
    assert.deepEqual(await labels({ ...choice, environment, profile: 'test-2' }), ['prod.properties', 'profile test-2'])
    assert.deepEqual(await labels({ ...choice, environment: { ...environment, KS_CONFIG: '', KS_PROFILE: '' } }), [
      path.join(choice.currentDirectory, '.config/ks/config'),
    ])
  })

  test('none where there is none, and never one of the current directory', async (t) => {
    const choice = homeWith(temporaryDirectory(t), { config: 'acks=1', 'ks/config': 'acks=1', '.ks': 'acks=1' })
    assert.deepEqual(await labels(choice), [])
  })

  test('lines, values and the name of the place come from the file', async (t) => {
    const choice = homeWith(temporaryDirectory(t), { 'a.properties': '# c\nlinger.ms = 5\n' })
    const [file] = await readConfigFiles({ ...choice, file: 'a.properties' })
    assert.deepEqual(file?.lines, [{ name: 'linger.ms', value: '5', line: 2 }])
    assert.equal(file.readableByOthers, false)
  })

  test("kcat's file is read as kcat does", async (t) => {
    const choice = homeWith(temporaryDirectory(t), { 'kcat.conf': 'sasl.password=a\\tb', 'c.properties': 'a=a\\tb' })
    const value = async (file: string): Promise<unknown> =>
      (await readConfigFiles({ ...choice, file }))[0]?.lines[0]?.value
    assert.equal(await value('kcat.conf'), 'a\\tb')
    assert.equal(await value('c.properties'), 'a\tb')
  })

  test('a file that others can read is noticed', async (t) => {
    const choice = homeWith(temporaryDirectory(t), { 'a.properties': 'acks=1' })
    for (const [mode, expected] of [
      [0o600, false],
      [0o640, true],
      [0o604, true],
      [0o711, false],
    ] as const) {
      // prettier-ignore
      chmodSync(path.join(choice.currentDirectory, 'a.properties'), mode)
      const [file] = await readConfigFiles({ ...choice, file: 'a.properties' })
      assert.equal(file?.readableByOthers, expected, mode.toString(8))
    }
  })
})

suite('what cannot be read', () => {
  test('a file that is missing or a directory', async (t) => {
    const choice = homeWith(temporaryDirectory(t), all)
    await assert.rejects(labels({ ...choice, file: 'nothing' }), ksError('config', /^nothing: there is no such/))
    await assert.rejects(labels({ ...choice, file: '.config' }), ksError('config', /^\.config: it is a directory/))
  })

  test('a profile that is missing: those there are are named', async (t) => {
    const choice = homeWith(temporaryDirectory(t), all)
    await assert.rejects(
      labels({ ...choice, profile: 'dve' }),
      ksError('config', /^there is no profile dve$/, /^there are dev, test-2$/),
    )
    const empty = homeWith(temporaryDirectory(t), {})
    await assert.rejects(
      labels({ ...empty, profile: 'dev' }),
      ksError('config', /no profile dev/, /write it to .*\/\.config\/ks\/profiles\/dev\.properties$/),
    )
  })

  test('a profile with a name that leads elsewhere', async (t) => {
    const choice = homeWith(temporaryDirectory(t), all)
    for (const profile of ['../config', '..', '.', '', 'a/b', 'a\\b', '.hidden', 'a\n']) {
      await assert.rejects(labels({ ...choice, profile }), ksError('config', /not a name of a profile/), profile)
    }
  })
})

test('the configuration directory is where XDG says', () => {
  const homeDirectory = (): string => '/home/looked-up'
  const directory = (environment: Record<string, string>): unknown => configDirectory({ environment, homeDirectory })
  assert.equal(directory({ XDG_CONFIG_HOME: '/x', HOME: '/h' }), '/x/ks')
  assert.equal(directory({ XDG_CONFIG_HOME: 'x', HOME: '/h' }), '/h/.config/ks')
  assert.equal(directory({ HOME: '/h' }), '/h/.config/ks')
  assert.equal(directory({}), '/home/looked-up/.config/ks')
  const nobody = (): string => {
    throw new Error('no such user')
  }
  assert.equal(configDirectory({ environment: {}, homeDirectory: nobody }), undefined)
})

test('profiles are listed by name, none where there is no directory', async (t) => {
  const home = temporaryDirectory(t)
  homeWith(home, all)
  assert.deepEqual(await listProfiles(path.join(home, '.config/ks')), ['dev', 'test-2'])
  assert.deepEqual(await listProfiles(path.join(home, 'nowhere')), [])
})
