// What a run answers over HTTP equals a plain model, whatever it has counted and whatever is asked. The real program reads from a
// pipe; nothing is committed while it is asked.

import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { join } from 'node:path'
import { suite, test, type TestContext } from 'node:test'
import fc from 'fast-check'
import { eventually } from '../support/kafka-ks.ts'
import { watch } from '../support/event-stream.ts'
import { startPiped, type PipedKs } from '../support/piped-ks.ts'
import { runKs } from '../support/run-ks.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'

const size = 10_000

interface Row {
  readonly k: string
  readonly window_start?: number
  readonly window_end?: number
  readonly sum: number
}

/** The text of a key: a string that could be taken for JSON stands in quotes. */
const textOf = (key: string): string => {
  try {
    JSON.parse(key)
    return JSON.stringify(key)
  } catch {
    return key
  }
}

/** The key that is meant if what was typed is JSON. */
const meantBy = (typed: string): unknown => {
  try {
    return JSON.parse(typed)
  } catch {
    return undefined
  }
}

const compareText = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b))

const inOrder = (a: Row, b: Row): number =>
  compareText(textOf(a.k), textOf(b.k)) || (a.window_start ?? 0) - (b.window_start ?? 0)

interface Question {
  readonly from?: string
  readonly to?: string
  readonly prefix?: string
  readonly limit?: number
  readonly reverse?: boolean
  readonly window_from?: number
  readonly window_to?: number
}

const answerOf = (rows: Iterable<Row>, question: Question): readonly Row[] => {
  const { from, to, prefix, limit = Infinity, reverse = false, window_from = -1, window_to = Infinity } = question
  const found = [...rows]
    .filter(({ k, window_start = 0 }) => {
      const text = textOf(k)
      const isInside =
        (from === undefined || compareText(text, from) >= 0) && (to === undefined || compareText(text, to) <= 0)
      return isInside && text.startsWith(prefix ?? '') && window_start >= window_from && window_start <= window_to
    })
    .sort(inOrder)
  return (reverse ? found.reverse() : found).slice(0, limit)
}

const someKeys = [
  '',
  'a',
  'a/b',
  'ab',
  '?a=1&b',
  '%2F',
  '..',
  '200',
  '"x"',
  'null',
  'ä',
  '\u2028',
  '\u{1F600}',
  'changed',
  'z',
]
const keys = fc.oneof(fc.constantFrom(...someKeys), fc.string({ unit: 'grapheme', maxLength: 3 }))
const updates = fc.array(fc.record({ k: keys, t: fc.nat(5 * size), v: fc.integer({ min: -9, max: 9 }) }), {
  maxLength: 30,
})
const questions = fc.record(
  { from: keys, to: keys, prefix: keys, limit: fc.integer({ min: 1, max: 20 }), reverse: fc.boolean() },
  { requiredKeys: [] },
)

const addressOf = (run: PipedKs): Promise<string> =>
  eventually('an address', () => /serving at (http:\S+)/.exec(run.stderr())?.[1])

/** As `fetch`, which would make another path of one with dots in it. */
const get = (address: string, target: string): Promise<{ status: number; body: string }> =>
  new Promise((resolve, reject) => {
    const { hostname, port } = new URL(address)
    const asked = request({ hostname, port, path: target }, (response) => {
      let body = ''
      response.setEncoding('utf8').on('data', (part: string) => (body += part))
      response.on('end', () => {
        resolve({ status: response.statusCode ?? 0, body })
      })
    })
    asked.on('error', reject)
    asked.end()
  })

const rowsIn = (body: string): Row[] =>
  body
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Row)

/** A key that is the last one, and counts the batches that have been read. */
const lastKey = '\u{10FFFF}'

const follow = (args: readonly string[], windowed: boolean) => async (t: TestContext) => {
  const env = { KS_STATE_DIR: temporaryDirectory(t) }
  const run = startPiped(
    ['agg', '--by', '.k', 'sum=sum(.v)', '-a', 'm', '--store', 's', '--serve', ':0', ...args],
    env,
    t,
  )
  const address = await addressOf(run)
  const model = new Map<string, Row>()
  const add = ({ k, t: time, v }: { k: string; t: number; v: number }): string => {
    const start = Math.floor(time / size) * size
    const window = windowed ? { window_start: start, window_end: start + size } : {}
    const id = JSON.stringify([k, window])
    model.set(id, { k, ...window, sum: (model.get(id)?.sum ?? 0) + v })
    return `${JSON.stringify({ k, t: time, v })}\n`
  }
  let batches = 0
  await fc.assert(
    fc.asyncProperty(updates, fc.array(questions, { minLength: 1, maxLength: 5 }), keys, async (batch, asked, key) => {
      run.write([...batch, { k: lastKey, t: 0, v: 1 }].map(add).join(''))
      batches++
      await eventually('the batch', async () => {
        const [row] = rowsIn((await get(address, `/stores/s/${encodeURIComponent(lastKey)}`)).body)
        return row?.sum === batches || undefined
      })
      const windows = windowed ? { window_from: size, window_to: 3 * size } : {}
      for (const question of [...asked, { ...asked[0], ...windows }]) {
        const parameters = new URLSearchParams(
          Object.entries(question).map(([name, value]): [string, string] => [name, String(value)]),
        )
        const { status, body } = await get(address, `/stores/s?${parameters.toString()}`)
        assert.equal(status, 200, body)
        assert.deepEqual(rowsIn(body), answerOf(model.values(), question))
      }
      const own = [...model.values()].filter(({ k }) => k === key || k === meantBy(key)).sort(inOrder)
      const { status, body } = await get(address, `/stores/s/${encodeURIComponent(key)}`)
      assert.equal(status, own.length === 0 ? 404 : 200, body)
      if (own.length > 0) assert.deepEqual(rowsIn(body), own)
    }),
    { numRuns: 40 },
  )
  assert.equal(await run.end(), 0)
  // The same out of the files.
  const { stdout } = await runKs(['get', 's', '-a', 'm'], { env })
  assert.deepEqual(rowsIn(stdout), answerOf(model.values(), {}))
}

suite('a run that serves', () => {
  test('answers as a model does', { timeout: 60_000 }, follow([], false))

  test('with windows', { timeout: 60_000 }, follow(['--window', '10s', '--ts', '.t', '--grace', '1d'], true))

  test('says what it takes, and takes nothing from elsewhere without a token', async (t) => {
    const directory = temporaryDirectory(t)
    const env = { KS_STATE_DIR: join(directory, 'state') }
    const count = ['count', '--by', '.k', '-a', 'm', '--store', 's']
    const refused = await runKs([...count, '--serve', '0.0.0.0:0'], { env })
    assert.equal(refused.status, 78)
    assert.match(refused.stderr, /can be reached from other machines: that needs a token/)
    const token = 'a'.repeat(32)
    writeFileSync(join(directory, 'token'), token, { mode: 0o600 })
    const run = startPiped([...count, '--serve', '0.0.0.0:0', '--token-file', join(directory, 'token')], env, t)
    run.write('{"k":"a"}\n')
    const address = (await addressOf(run)).replace('0.0.0.0', '127.0.0.1')
    await eventually('the run', async () => (await fetch(`${address}/ready`)).status === 200 || undefined)
    assert.equal((await fetch(`${address}/stores/s`)).status, 401)
    const headers = { authorization: `Bearer ${token}` }
    assert.equal((await fetch(`${address}/stores`, { headers })).status, 200)
    const { paths } = (await (await fetch(`${address}/openapi.json`)).json()) as { paths: object }
    assert.deepEqual(Object.keys(paths).sort(), [
      '/health',
      '/openapi.json',
      '/ready',
      '/stores',
      '/stores/{store}',
      '/stores/{store}/changes',
      '/stores/{store}/{key}',
    ])
    const bad = async (target: string, status: number): Promise<void> => {
      assert.equal((await fetch(`${address}${target}`, { headers })).status, status, target)
    }
    await bad('/stores/nope', 404)
    await bad('/stores/s?limits=1', 400)
    await bad('/stores/s?limit=0', 400)
    await bad('/stores/s?window_from=0', 400)
    await bad('/stores/s/a?as_of=0', 400)
    assert.equal(await run.end(), 0)
  })

  test('tells what its commits change', async (t) => {
    const directory = temporaryDirectory(t)
    const env = { KS_STATE_DIR: directory }
    const table = ['agg', 'n=sum(.n)', '--by', '.k', '--ttl', '1m', '--ts', '.t', '-a', 'm', '--store', 's']
    const run = startPiped([...table, '--serve', ':0'], env, t)
    const address = await addressOf(run)
    const events = await watch(`${address}/stores/s/changes`, t)
    run.write('{"k":"a","n":1,"t":0}\n{"k":"a","n":2,"t":1}\n{"k":"changes","n":5,"t":2}\n')
    // Each row once, as the commit has it.
    await eventually('two updates', () => (events().length >= 2 ? true : undefined))
    assert.deepEqual(events(), ['update {"k":"a","n":3}', 'update {"k":"changes","n":5}'])
    // The key that is a part of the path stands for something else there, but not in the shell.
    assert.equal((await runKs(['get', 's', 'changes', '-a', 'm'], { env })).stdout, '{"k":"changes","n":5}\n')
    run.write('{"k":"b","n":1,"t":120000}\n')
    await eventually('all events', () => (events().length >= 5 ? true : undefined))
    assert.deepEqual(events().slice(2).sort(), [
      'delete {"key":"a"}',
      'delete {"key":"changes"}',
      'update {"k":"b","n":1}',
    ])
    assert.equal((await fetch(`${address}/stores/s/changes`, { method: 'HEAD' })).status, 200)
    // A reader does not keep it from ending.
    assert.equal(await run.end(), 0)
  })

  test('without an application id has what is in memory', async (t) => {
    const run = startPiped(['count', '--by', '.k', '--store', 's', '--serve', ':0'], {}, t)
    run.write('{"k":"a"}\n{"k":"a"}\n')
    const address = await addressOf(run)
    await eventually('the row', async () => {
      const { body } = await get(address, '/stores/s/a')
      return body === '{"k":"a","count":2}\n' || undefined
    })
    const { status, body } = await get(address, '/stores/s/changes')
    assert.equal(status, 400)
    assert.match(body, /without -a nothing is committed/)
    assert.equal(await run.end(), 0)
  })
})
