// Metrics and health over HTTP.

import assert from 'node:assert/strict'
import { request } from 'node:http'
import { suite, test, type TestContext } from 'node:test'
import { text } from 'node:stream/consumers'
import { openMetricsEndpoint, type Health, type Observed } from '../../../src/runtime/metrics/metrics-endpoint.ts'

interface Answer {
  readonly status: number
  readonly type: string | undefined
  readonly body: string
}

const endpoint = async (context: TestContext, observed: Observed) => {
  const open = await openMetricsEndpoint({ host: '127.0.0.1', port: 0 }, observed)
  context.after(() => open.close())
  const { port } = open.address
  const ask = (path: string, method = 'GET', host = `localhost:${String(port)}`): Promise<Answer> =>
    new Promise((resolve, reject) => {
      request({ port, path, method, headers: { host } }, (response) => {
        const { statusCode = 0, headers } = response
        text(response).then((body) => {
          resolve({ status: statusCode, type: headers['content-type'], body })
        }, reject)
      })
        .on('error', reject)
        .end()
    })
  return { ask, port }
}

const good: Health = { state: 'RUNNING', isHealthy: true, isReady: true }
const observed = (health: Health = good): Observed => ({
  exposition: () => Promise.resolve('a 1\n'),
  health: () => Promise.resolve(health),
})

suite('the metrics endpoint', () => {
  test('has metrics, health and readiness, and nothing else', async (context) => {
    const { ask } = await endpoint(context, observed())
    const metrics = await ask('/metrics?x=1')
    assert.deepEqual(metrics, { status: 200, type: 'text/plain; version=0.0.4; charset=utf-8', body: 'a 1\n' })
    assert.deepEqual(JSON.parse((await ask('/health')).body), good)
    assert.equal((await ask('/ready')).status, 200)
    assert.equal((await ask('/')).status, 404)
    assert.deepEqual(await ask('/metrics', 'HEAD'), { ...metrics, body: '' })
    assert.equal((await ask('/metrics', 'POST')).status, 405)
  })

  test('says with its status when a run is not ready, though healthy', async (context) => {
    const { ask } = await endpoint(context, observed({ state: 'REBALANCING', isHealthy: true, isReady: false }))
    assert.equal((await ask('/health')).status, 200)
    assert.equal((await ask('/ready')).status, 503)
  })

  test('on loopback answers only to names of loopback', async (context) => {
    const { ask } = await endpoint(context, observed())
    assert.equal((await ask('/metrics', 'GET', 'evil.example')).status, 421)
    assert.equal((await ask('/metrics', 'GET', '127.0.0.1')).status, 200)
    assert.equal((await ask('/metrics', 'GET', '[::1]:80')).status, 200)
  })

  test('a failure is an answer', async (context) => {
    const { ask } = await endpoint(context, { ...observed(), exposition: () => Promise.reject(new Error('no')) })
    assert.deepEqual(await ask('/metrics'), { status: 500, type: 'text/plain', body: 'no\n' })
  })

  test('a port that is taken is said to be', async (context) => {
    const { port } = await endpoint(context, observed())
    await assert.rejects(openMetricsEndpoint({ host: '127.0.0.1', port }, observed()), {
      kind: 'busy',
      message: `cannot listen on 127.0.0.1:${String(port)}: somebody else listens there`,
    })
    await assert.rejects(openMetricsEndpoint({ host: '192.0.2.1', port: 0 }, observed()), { kind: 'config' })
  })
})
