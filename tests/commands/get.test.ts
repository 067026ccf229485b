// ks get with the real program: the process that has the state is asked while it runs, its files afterwards.

import assert from 'node:assert/strict'
import { existsSync, lstatSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite, test, type TestContext } from 'node:test'
import { eventually } from '../support/kafka-ks.ts'
import { startPiped, type PipedKs } from '../support/piped-ks.ts'
import { runKs, type KsResult } from '../support/run-ks.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'

/** An application with a state directory of its own. */
const application = (t: TestContext, below = '') => {
  const directory = temporaryDirectory(t)
  const state = join(directory, below, 'state')
  const env = { KS_STATE_DIR: state, TMPDIR: directory }
  const get = (...args: string[]): Promise<KsResult> => runKs(['get', ...args], { env, cwd: directory })
  return {
    directory,
    state,
    get,
    run: (args: readonly string[], stdin = ''): Promise<KsResult> => runKs(args, { env, cwd: directory, stdin }),
    start: (...args: string[]): PipedKs => startPiped(args, env, t, directory),
    /** Asks until this comes out. */
    until: (stdout: string, ...args: string[]): Promise<true> =>
      eventually(stdout, async () => (await get(...args)).stdout === stdout || undefined),
  }
}

const count = ['count', '--by', '.page', '-a', 'pages', '--store', 'page-counts'] as const
const lines = (...pages: string[]): string => pages.map((page) => `{"page":${JSON.stringify(page)}}\n`).join('')
const rowOf = (page: string, n: number): string => `{"page":${JSON.stringify(page)},"count":${String(n)}}\n`

suite('ks get', () => {
  test('asks the process while it runs, and the files when it has ended', async (t) => {
    const app = application(t)
    const run = app.start(...count)
    run.write(lines('/home', '/cart', '/home', '/z'))
    await app.until(rowOf('/home', 2), 'page-counts', '/home', '-a', 'pages')
    const check = async (): Promise<void> => {
      const rows = async (...args: string[]): Promise<string> => {
        const { stdout, stderr, status } = await app.get('page-counts', '-a', 'pages', ...args)
        assert.deepEqual({ stderr, status }, { stderr: '', status: 0 })
        return stdout
      }
      const [cart, home, z] = [rowOf('/cart', 1), rowOf('/home', 2), rowOf('/z', 1)]
      assert.equal(await rows(), cart + home + z)
      assert.equal(await rows('--reverse', '--limit', '2'), z + home)
      assert.equal(await rows('--from', '/d', '--to', '/home'), home)
      assert.equal(await rows('--prefix', '/c'), cart)
      assert.equal(await rows('--from', '/zz'), '')
      assert.equal(await rows('-O', 'csv', '--limit', '1'), 'page,count\n/cart,1\n')
      assert.equal((await rows('--limit', '1', '-O', 'table')).split('\n')[2], '/cart      1')
      const missing = await app.get('page-counts', '/nope', '-a', 'pages')
      assert.deepEqual(missing, { stdout: '', stderr: '', status: 1 })
      const list = await app.get('-a', 'pages', '-O', 'ndjson')
      assert.match(list.stdout, /^\{"stage":"count","store":"page-counts","kind":"key-value","rows":3\}\n/)
    }
    await check()
    const pidsOf = async (): Promise<unknown> => {
      const { stdout } = await app.run(['apps', '-O', 'ndjson'])
      const { app: name, stages, pids } = JSON.parse(stdout) as Record<string, unknown>
      return { name, stages, pids }
    }
    assert.deepEqual(await pidsOf(), { name: 'pages', stages: ['count'], pids: [run.pid] })
    const socket = lstatSync(join(app.state, 'pages/count/run.sock'))
    assert.equal(socket.isSocket(), true)
    assert.equal(socket.mode & 0o777, 0o600)
    assert.equal(await run.end(), 0)
    assert.deepEqual(await pidsOf(), { name: 'pages', stages: ['count'], pids: [] })
    const before = readdirSync(join(app.state, 'pages/count'))
    assert.deepEqual(
      before.filter((name) => name.includes('sock') || name.includes('snapshot')),
      [],
    )
    await check()
    assert.deepEqual(readdirSync(join(app.state, 'pages/count')), before)
    // Reading has left everything as it was: the next run goes on.
    assert.equal((await app.run(count, lines('/z'))).stdout, rowOf('/z', 2))
  })

  test('reads what a killed process has committed, next to the socket that it has left', async (t) => {
    const app = application(t)
    const run = app.start(...count, '-X', 'commit.interval.ms=100')
    run.write(lines('/home', '/home'))
    // Silence commits.
    await eventually('a commit', async () => {
      const { stdout } = await app.run(['state', 'ls', '--json'])
      return /"last_commit":\d/.test(stdout) && run.stderr() === '' ? true : undefined
    })
    await app.until(rowOf('/home', 2), 'page-counts', '/home', '-a', 'pages')
    await new Promise((resolve) => setTimeout(resolve, 1500))
    assert.equal(await run.kill('SIGKILL'), 137)
    assert.ok(readdirSync(join(app.state, 'pages/count')).includes('run.sock'))
    assert.equal((await app.get('page-counts', '/home', '-a', 'pages')).stdout, rowOf('/home', 2))
    // The next run takes the place of the socket.
    const next = app.start(...count)
    next.write(lines('/home'))
    await app.until(rowOf('/home', 3), 'page-counts', '/home', '-a', 'pages')
    assert.equal(await next.end(), 0)
    assert.ok(!readdirSync(join(app.state, 'pages/count')).includes('run.sock'))
  })

  test('gives up after a while where somebody has the state and does not answer', async (t) => {
    const app = application(t)
    await app.run(count, lines('/home'))
    const run = app.start(...count)
    const socket = join(app.state, 'pages/count/run.sock')
    await eventually('the socket', () => existsSync(socket) || undefined)
    rmSync(socket)
    const { stdout, stderr, status } = await app.get('page-counts', '/home', '-a', 'pages')
    assert.deepEqual([stdout, status], ['', 75])
    assert.match(stderr, new RegExp(`held by process ${String(run.pid)} `))
    assert.equal(await run.end(), 0)
  })

  test('finds a socket whose path would be too long', async (t) => {
    const app = application(t, 'a'.repeat(90))
    mkdirSync(app.state, { recursive: true, mode: 0o700 })
    const run = app.start(...count)
    run.write(lines('/home'))
    await app.until(rowOf('/home', 1), 'page-counts', '/home', '-a', 'pages')
    const inTemporary = (): string[] => readdirSync(app.directory).filter((name) => name.startsWith('ks-'))
    assert.equal(inTemporary().length, 1)
    await run.kill('SIGKILL')
    const [left] = inTemporary()
    assert.notEqual(left, undefined)
    const next = app.start(...count)
    // What the killed one has left goes when the next one opens a socket of its own.
    await eventually('another socket', () => {
      const [only, second] = inTemporary()
      return only !== undefined && second === undefined && only !== left ? true : undefined
    })
    assert.equal(await next.end(), 0)
    assert.deepEqual(inTemporary(), [])
  })

  test('shows windows with their bounds, and takes a part of them', async (t) => {
    const app = application(t)
    const args = ['count', '--by', '.u', '--window', '1m', '--ts', '.t', '-a', 'w', '--store', 'c', '--grace', '1d']
    await app.run(args, '{"u":"a","t":1000}\n{"u":"a","t":61000}\n{"u":"b","t":62000}\n{"u":"a","t":120000}\n')
    const row = (u: string, start: number): string =>
      `{"u":"${u}","window_start":${String(start)},"window_end":${String(start + 60_000)},"count":1}\n`
    const rows = async (...more: string[]): Promise<string> => (await app.get('c', '-a', 'w', ...more)).stdout
    assert.equal(await rows(), row('a', 0) + row('a', 60_000) + row('a', 120_000) + row('b', 60_000))
    assert.equal(await rows('a', '--reverse', '--limit', '2'), row('a', 120_000) + row('a', 60_000))
    assert.equal(
      await rows('--window-from', '1', '--window-to', '1970-01-01T00:01'),
      row('a', 60_000) + row('b', 60_000),
    )
    assert.equal((await app.get('c', '-a', 'w', '--as-of', '5')).status, 2)
  })

  test('reads the files of a query, of a processor in JavaScript, and of a table', async (t) => {
    const app = application(t)
    const module = `export const stores = { last: { type: 'key-value' } }
export default () => {
  let store
  return { init(context) { store = context.getStateStore('last') }, process({ value }) { store.put(value.u, value.n) } }
}
`
    writeFileSync(join(app.directory, 'last.mjs'), module)
    const input = '{"u":"a","n":1}\n{"u":"b","n":2}\n{"u":"a","n":3}\n'
    await app.run(['sql', 'SELECT u, SUM(n) AS total FROM stdin GROUP BY u', '-a', 'q'], input)
    await app.run(['process', './last.mjs', '-a', 'p'], input)
    await app.run(['table', '--by', '.u', '-a', 't', '--store', 'latest'], input)
    const list = (await app.get('-a', 'q', '-O', 'ndjson')).stdout.split('\n')
    const { store } = JSON.parse(list[0] ?? '') as { store: string }
    assert.equal((await app.get(store, 'a', '-a', 'q')).stdout, '{"u":"a","total":4}\n')
    assert.equal((await app.get('last', '-a', 'p')).stdout, '{"key":"a","value":3}\n{"key":"b","value":2}\n')
    // From wherever it is asked: the module is looked for where the run has found it.
    const elsewhere = await runKs(['get', 'last', 'b', '-a', 'p'], { env: { KS_STATE_DIR: app.state } })
    assert.equal(elsewhere.stdout, '{"key":"b","value":2}\n')
    assert.equal((await app.get('latest', 'a', '-a', 't')).stdout, '{"u":"a","n":3}\n')
  })

  test('tells numbers and strings apart where it matters, and neither where it does not', async (t) => {
    const app = application(t)
    await app.run(['count', '--by', '.k,.l', '-a', 'two'], '{"k":1,"l":"x"}\n')
    await app.run(['count', '--by', '.k', '-a', 'one'], '{"k":200}\n{"k":"200"}\n{"k":"200"}\n{"k":"a/b?c%d é"}\n')
    assert.equal((await app.get('count', '200', '-a', 'one')).stdout, '{"k":"200","count":2}\n{"k":200,"count":1}\n')
    assert.equal((await app.get('count', '"200"', '-a', 'one')).stdout, '{"k":"200","count":2}\n')
    assert.equal((await app.get('count', 'a/b?c%d é', '-a', 'one')).stdout, '{"k":"a/b?c%d é","count":1}\n')
    assert.equal((await app.get('count', '{"k": 1, "l": "x"}', '-a', 'two')).stdout, '{"k":1,"l":"x","count":1}\n')
  })

  test('says what there is instead of what is not', async (t) => {
    const app = application(t)
    const nothing = await app.get('x', '-a', 'pages')
    assert.match(nothing.stderr, /there is no application 'pages' in .*state\n {2}= help: there is none at all yet\n$/)
    await app.run(count, lines('/home'))
    await app.run([...count, '--name', 'other'], lines('/home'))
    await app.run(['filter', '.page', '-a', 'plain'], lines('/home'))
    const told = async (status: number, pattern: RegExp, ...args: string[]): Promise<void> => {
      const result = await app.get(...args)
      assert.deepEqual([result.status, result.stdout], [status, ''], result.stderr)
      assert.match(result.stderr, pattern)
    }
    await told(2, /did you mean pages\?\n.*there are pages, plain/, 'x', '-a', 'page')
    await told(2, /there is no store page-count\n {2}= did you mean page-counts/, 'page-count', '-a', 'pages')
    await told(2, /several stages have a store page-counts: count, other/, 'page-counts', '-a', 'pages')
    await told(2, /has no stage 'couns'\n {2}= did you mean count\?/, 'page-counts', '-a', 'pages', '--name', 'couns')
    await told(2, /the application keeps none/, 'x', '-a', 'plain')
    await told(2, /-a APP is missing/, 'x')
    await told(2, /no windows/, 'page-counts', '--name', 'other', '--window-from', '0', '-a', 'pages')
  })
})
