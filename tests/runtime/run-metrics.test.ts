// --metrics of a run over a pipe: what its server answers, to whom, and what happens if it cannot listen.

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { request } from 'node:http'
import { createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { suite, test, type TestContext } from 'node:test'
import { eventually } from '../support/kafka-ks.ts'
import { parsePrometheusText, valueOf } from '../support/prometheus-text.ts'
import { repositoryRoot, runKs, testEnvironment } from '../support/run-ks.ts'

interface Reply {
  readonly status: number
  readonly type: string | undefined
  readonly body: string
}

/** A run whose input stays open. */
const start = async (context: TestContext, address: string) => {
  const child = spawn(process.execPath, [join(repositoryRoot, 'bin/ks'), 'cat', '--metrics', address], {
    env: testEnvironment(),
  })
  const ended = once(child, 'close')
  context.after(async () => {
    child.kill('SIGKILL')
    await ended
  })
  let told = ''
  child.stderr.setEncoding('utf8').on('data', (part: string) => (told += part))
  child.stdout.resume()
  const port = Number(await eventually('an address', () => /metrics are at http:\S+:(\d+)\/metrics\n/.exec(told)?.[1]))
  const ask = (path: string, { method = 'GET', host = `localhost:${String(port)}` } = {}): Promise<Reply> =>
    new Promise((resolve, reject) => {
      request({ port, path, method, headers: { host }, agent: false }, (response) => {
        const { statusCode = 0, headers } = response
        text(response).then((body) => {
          resolve({ status: statusCode, type: headers['content-type'], body })
        }, reject)
      })
        .on('error', reject)
        .end()
    })
  return { child, ended, port, ask }
}

suite('--metrics', () => {
  test('shows metrics, health and readiness until the run ends', async (context) => {
    const { child, ended, ask } = await start(context, ':0')
    child.stdin.write('{"a":1}\n{"a":2}\n')
    const consumed = 'kafka_streams_stream_topic_metrics_records_consumed_total'
    await eventually('two records', async () => {
      const { status, type, body } = await ask('/metrics')
      assert.deepEqual([status, type], [200, 'text/plain; version=0.0.4; charset=utf-8'])
      return valueOf(parsePrometheusText(body), consumed, { topic_name: '-' }) === 2 ? true : undefined
    })
    assert.deepEqual(await ask('/health'), { status: 200, type: 'application/json', body: '{"status":"ok"}\n' })
    assert.deepEqual(await ask('/ready'), { status: 200, type: 'application/json', body: '{"status":"ready"}\n' })
    assert.equal((await ask('/metrics', { method: 'HEAD' })).body, '')
    assert.equal((await ask('/metrics', { method: 'POST' })).status, 405)
    assert.equal((await ask('/')).status, 404)
    child.stdin.end()
    assert.deepEqual(await ended, [0, null])
  })

  test('answers only to names of this machine, unless it listens for others', async (context) => {
    const here = await start(context, ':0')
    assert.equal((await here.ask('/metrics', { host: 'ks.example' })).status, 421)
    const everywhere = await start(context, '0.0.0.0:0')
    assert.equal((await everywhere.ask('/metrics', { host: 'ks.example' })).status, 200)
  })

  test('says that an address is taken, or is none', async (context) => {
    const other = createServer().listen(0, '127.0.0.1')
    context.after(() => other.close())
    await once(other, 'listening')
    const { port } = other.address() as AddressInfo
    const taken = await runKs(['cat', '--metrics', `:${String(port)}`])
    assert.equal(taken.status, 74)
    assert.match(taken.stderr, new RegExp(`cannot listen at 127\\.0\\.0\\.1:${String(port)}: address already in use`))
    assert.match(taken.stderr, /choose another port; 0 takes a free one/)
    assert.equal((await runKs(['cat', '--metrics', 'x'])).status, 2)
  })
})
