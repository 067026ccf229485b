// The server as its clients see it: what is refused and why, limits, streams, its end.

import assert from 'node:assert/strict'
import { statSync } from 'node:fs'
import { request as httpRequest, type IncomingHttpHeaders } from 'node:http'
import { connect } from 'node:net'
import { join } from 'node:path'
import { suite, test, type TestContext } from 'node:test'
import { AccessToken } from '../../../src/runtime/server/access-token.ts'
import { notAvailable } from '../../../src/runtime/server/http-error.ts'
import { healthRoutes } from '../../../src/runtime/server/health-routes.ts'
import { defaultLimits, HttpServer, type ServerLimits } from '../../../src/runtime/server/http-server.ts'
import type { ListenAddress } from '../../../src/runtime/model/listen-address.ts'
import { describedRoutes } from '../../../src/runtime/server/openapi.ts'
import { sendEvents } from '../../../src/runtime/server/response-stream.ts'
import type { Route } from '../../../src/runtime/server/route.ts'
import { KsError } from '../../../src/runtime/model/errors.ts'
import { temporaryDirectory } from '../../support/temporary-directory.ts'

const secret = 'a-token-of-32-letters-0123456789'
const token = new AccessToken(secret, 'test')

let written = 0

const routes: readonly Route[] = [
  ...healthRoutes(() => (written < 0 ? 'never' : undefined)),
  {
    method: 'GET',
    path: '/things/{thing}',
    access: 'read',
    summary: 'A thing.',
    query: {
      limit: { kind: 'integer', summary: 'How many.', min: 1, max: 10 },
      at: { kind: 'time', summary: 'When.' },
    },
    answers: { 200: { summary: 'It.' } },
    handle: ({ path, query }) => ({ json: { thing: path['thing'], ...Object.fromEntries(query) } }),
  },
  {
    method: 'GET',
    path: '/things/none',
    access: 'read',
    summary: 'Wins over the name.',
    answers: { 200: { summary: 'It.' } },
    handle: () => {
      throw notAvailable('it moves', 7)
    },
  },
  {
    method: 'POST',
    path: '/things',
    access: 'change',
    summary: 'Takes a thing.',
    answers: { 200: { summary: 'What came.' } },
    handle: async (request) => ({ json: { got: await request.json() } }),
  },
  {
    method: 'POST',
    path: '/questions',
    access: 'read',
    summary: 'A question with a body of its own kind of errors.',
    answers: { 200: { summary: 'What came.' } },
    errorBody: ({ message }) => ({ message }),
    handle: async (request) => ({ json: await request.json() }),
  },
  {
    method: 'GET',
    path: '/broken',
    access: 'read',
    summary: 'Fails.',
    answers: {},
    handle: () => {
      throw new Error('a mistake')
    },
  },
  {
    method: 'GET',
    path: '/slow',
    access: 'read',
    summary: 'Never answers.',
    answers: {},
    handle: () => new Promise(() => undefined),
  },
  {
    method: 'GET',
    path: '/endless',
    access: 'read',
    summary: 'A stream without end.',
    answers: {},
    handle: () => ({
      contentType: 'text/plain',
      stream: async (out) => {
        while (await out.write('x'.repeat(64 * 1024))) written++
      },
    }),
  },
  {
    method: 'GET',
    path: '/events',
    access: 'read',
    summary: 'Events.',
    answers: {},
    handle: () => ({
      contentType: 'text/event-stream',
      stream: (out) =>
        sendEvents(out, async (events) => {
          await events.send('change', '{"a":1}\nb', '1')
          await new Promise((resolve) => {
            out.signal.addEventListener('abort', resolve)
          })
        }),
    }),
  },
]

const serve = async (
  context: TestContext,
  { host = '127.0.0.1', withToken = true, limits = defaultLimits, names = [] as readonly string[] } = {},
): Promise<{ server: HttpServer; address: ListenAddress; failures: Error[] }> => {
  const failures: Error[] = []
  const server = new HttpServer({
    routes: describedRoutes('test', '1', routes),
    token: withToken ? token : undefined,
    limits,
    failed: (error) => failures.push(error),
  })
  context.after(() => server.close())
  return { server, address: await server.listen({ host, port: 0 }, names), failures }
}

interface Reply {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly text: string
}

const ask = (
  at: { readonly port: number } | { readonly socketPath: string },
  target: string,
  { method = 'GET', headers = {}, body }: { method?: string; headers?: Record<string, string>; body?: string } = {},
): Promise<Reply> =>
  new Promise((resolve, reject) => {
    const request = httpRequest(
      { ...('port' in at ? { host: '127.0.0.1', port: at.port } : at), path: target, method, headers, agent: false },
      (response) => {
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => chunks.push(chunk))
        response.on('error', reject)
        response.on('end', () => {
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            text: Buffer.concat(chunks).toString(),
          })
        })
      },
    )
    request.on('error', reject)
    request.end(body)
  })

const codeOf = ({ text }: Reply): unknown => (JSON.parse(text) as { code?: unknown }).code

suite('who may ask what', () => {
  const withToken = { authorization: `Bearer ${secret}` }
  const basic = { authorization: `Basic ${Buffer.from(`me:${secret}`).toString('base64')}` }
  const change = { method: 'POST', body: '{}' }

  test('on loopback', async (context) => {
    const { address } = await serve(context)
    const { port } = address
    const json = { 'content-type': 'application/json' }
    const matrix: [name: string, target: string, options: Parameters<typeof ask>[2], status: number][] = [
      ['a read', '/things/a', {}, 200],
      ['a read by localhost', '/things/a', { headers: { host: `localhost:${port}` } }, 200],
      ['a read by IPv6 loopback', '/things/a', { headers: { host: '[::1]' } }, 200],
      ['a name that points here', '/things/a', { headers: { host: 'evil.example' } }, 421],
      ['the same for the health', '/health', { headers: { host: 'evil.example' } }, 421],
      ['a name that looks like loopback', '/things/a', { headers: { host: '127.0.0.1.evil.example' } }, 421],
      ['a page elsewhere', '/things/a', { headers: { origin: 'http://evil.example' } }, 403],
      ['a page without an origin', '/things/a', { headers: { origin: 'null' } }, 403],
      ['a page of this server', '/things/a', { headers: { origin: `http://127.0.0.1:${port}` } }, 200],
      ['a page on another port', '/things/a', { headers: { origin: 'http://127.0.0.1:1' } }, 403],
      ['an image elsewhere', '/things/a', { headers: { 'sec-fetch-site': 'cross-site' } }, 403],
      ['an image on the same site', '/things/a', { headers: { 'sec-fetch-site': 'same-site' } }, 403],
      ['an address that was typed', '/things/a', { headers: { 'sec-fetch-site': 'none' } }, 200],
      ['a change without a token', '/things', change, 401],
      ['a change with another token', '/things', { ...change, headers: { authorization: `Bearer ${secret}x` } }, 401],
      ['a change with no credentials', '/things', { ...change, headers: { authorization: 'Bearer' } }, 401],
      ['a change with the token', '/things', { ...change, headers: withToken }, 200],
      ['a change with it as a password', '/things', { ...change, headers: basic }, 200],
      ['a question with a body', '/questions', { ...change, headers: json }, 200],
      ['the same as a form', '/questions', { ...change, headers: { 'content-type': 'text/plain' } }, 200],
      [
        'a form of a page',
        '/questions',
        { ...change, headers: { 'content-type': 'text/plain', origin: `http://127.0.0.1:${port}` } },
        415,
      ],
      ['what is not there', '/nothing', {}, 404],
      ['another method', '/things', {}, 405],
    ]
    for (const [name, target, options, status] of matrix) {
      const reply = await ask({ port }, target, { headers: { host: `127.0.0.1:${port}` }, ...options })
      assert.equal(reply.status, status, name)
      assert.equal(reply.headers['content-type'], 'application/json', name)
      assert.equal(reply.headers['x-content-type-options'], 'nosniff', name)
      assert.equal(reply.headers['access-control-allow-origin'], undefined, name)
    }
  })

  test('from elsewhere: nothing without the token but the health', async (context) => {
    const { address } = await serve(context, { host: '0.0.0.0', names: ['ks-1.example'] })
    const { port } = address
    const matrix: [name: string, target: string, headers: Record<string, string>, status: number][] = [
      ['a read', '/things/a', {}, 401],
      ['what is not there', '/nothing', {}, 401],
      ['a read with the token', '/things/a', withToken, 200],
      ['by the name of application.server', '/things/a', { ...withToken, host: `ks-1.example:${port}` }, 200],
      ['by another name', '/things/a', { ...withToken, host: 'evil.example' }, 421],
      ['the health', '/health', { host: 'balancer.example' }, 200],
      ['whether it is ready', '/ready', {}, 200],
      ['a page elsewhere', '/health', { origin: 'http://evil.example' }, 403],
    ]
    for (const [name, target, headers, status] of matrix) {
      assert.equal((await ask({ port }, target, { headers })).status, status, name)
    }
  })

  test('it does not listen for others without a token', async (context) => {
    const refused = serve(context, { host: '0.0.0.0', withToken: false })
    await assert.rejects(refused, (error) => error instanceof KsError && error.kind === 'config')
    const { address } = await serve(context, { withToken: false })
    assert.equal((await ask(address, '/things/a')).status, 200)
    assert.equal((await ask(address, '/things', { method: 'POST', body: '{}' })).status, 403)
    // Where nothing needs one, nothing has to be there.
    const open = new HttpServer({ routes: healthRoutes(() => undefined), token: undefined })
    context.after(() => open.close())
    assert.equal((await ask(await open.listen({ host: '0.0.0.0', port: 0 }), '/health')).status, 200)
  })

  test('through a unix socket: whoever may open it', async (context) => {
    const server = new HttpServer({ routes, token: undefined })
    context.after(() => server.close())
    const socketPath = join(temporaryDirectory(context), 's.sock')
    await server.listenUnix(socketPath)
    assert.equal(statSync(socketPath).mode & 0o777, 0o600)
    assert.equal((await ask({ socketPath }, '/things', { method: 'POST', body: '{}' })).status, 200)
  })

  test('a token must not be short', () => {
    assert.throws(() => new AccessToken('short', 'x'), KsError)
  })
})

suite('requests', () => {
  test('paths and parameters are decoded and checked', async (context) => {
    const { address } = await serve(context)
    const at = async (target: string): Promise<string> => (await ask(address, target)).text
    assert.equal(
      await at('/things/%2Fhome%20x?limit=3&at=1970-01-01T00:00:01Z'),
      '{"thing":"/home x","limit":"3","at":"1000"}\n',
    )
    for (const query of ['limit=0', 'limit=11', 'limit=x', 'limit=1&limit=2', 'limt=1', 'at=soon']) {
      assert.equal((await ask(address, `/things/a?${query}`)).status, 400, query)
    }
    assert.match(await at('/things/a?limt=1'), /did you mean limit\?/)
    assert.equal((await ask(address, '/things/%E0%A4%A')).status, 404)
  })

  test('what cannot be answered now says when to ask again', async (context) => {
    const { address } = await serve(context)
    const reply = await ask(address, '/things/none')
    assert.deepEqual([reply.status, reply.headers['retry-after'], codeOf(reply)], [503, '7', 'not_available'])
  })

  test('a mistake of the server is told to both sides', async (context) => {
    const { address, failures } = await serve(context)
    assert.equal((await ask(address, '/broken')).status, 500)
    assert.equal(failures.length, 1)
  })

  test('errors may have the shape of another protocol', async (context) => {
    const { address } = await serve(context)
    const reply = await ask(address, '/questions', { method: 'POST', body: '{' })
    assert.equal(reply.status, 400)
    assert.deepEqual(Object.keys(JSON.parse(reply.text) as object), ['message'])
  })

  test('numbers keep all of their digits', async (context) => {
    const { address } = await serve(context)
    const body = '{"id":12345678901234567890}'
    assert.equal((await ask(address, '/questions', { method: 'POST', body })).text, `${body}\n`)
  })
})

suite('limits', () => {
  const small: ServerLimits = { ...defaultLimits, bodyBytes: 100, headMs: 300, requestMs: 300 }

  test('of bodies, with a length and without', async (context) => {
    const { address } = await serve(context, { limits: small })
    const body = `"${'x'.repeat(200)}"`
    assert.equal((await ask(address, '/questions', { method: 'POST', body })).status, 413)
    const headers = { 'transfer-encoding': 'chunked' }
    assert.equal((await ask(address, '/questions', { method: 'POST', body, headers })).status, 413)
  })

  test('of heads', async (context) => {
    const { address } = await serve(context)
    assert.equal((await ask(address, `/things/${'x'.repeat(20_000)}`)).status, 431)
  })

  test('of the time that a head may take to come', async (context) => {
    const { address } = await serve(context, { limits: small })
    const socket = connect(address.port, '127.0.0.1')
    context.after(() => socket.destroy())
    socket.write('GET /things/a HTTP/1.1\r\nhost: 127.0.0.1\r\n')
    const answer = await new Promise<string>((resolve) => {
      let text = ''
      socket.on('data', (data) => (text += data.toString()))
      socket.on('close', () => {
        resolve(text)
      })
    })
    assert.match(answer, /^HTTP\/1.1 408/)
  })

  test('of the time that an answer may take', async (context) => {
    const { address } = await serve(context, { limits: small })
    assert.equal((await ask(address, '/slow')).status, 503)
  })
})

suite('streams', () => {
  test('wait for a reader that is slow, and end when it goes', async (context) => {
    const { address } = await serve(context)
    written = 0
    const socket = connect(address.port, '127.0.0.1')
    socket.pause()
    socket.write(`GET /endless HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n`)
    let before = -1
    while (written !== before || written === 0) {
      before = written
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
    // What fits into the buffers of both sockets, and no more.
    assert.ok(written < 1000, String(written))
    socket.destroy()
  })

  test('of events end when the server closes', async (context) => {
    const { server, address } = await serve(context)
    const reply = ask(address, '/events')
    await new Promise((resolve) => setTimeout(resolve, 50))
    await server.close()
    const { text, headers } = await reply
    assert.equal(headers['content-type'], 'text/event-stream')
    assert.equal(text, 'retry: 1000\n\nid: 1\nevent: change\ndata: {"a":1}\ndata: b\n\n')
  })
})

test('the description has every route and its parameters', async (context) => {
  const { address } = await serve(context)
  const document = JSON.parse((await ask(address, '/openapi.json')).text) as {
    paths: Record<string, Record<string, { parameters: { name: string; in: string }[] }>>
  }
  const described = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  )
  const declared = [...routes.map(({ method, path }) => `${method} ${path}`), 'GET /openapi.json']
  assert.deepEqual(described.sort(), declared.sort())
  const parameters = document.paths['/things/{thing}']?.['get']?.parameters.map(({ name, in: place }) => [name, place])
  assert.deepEqual(parameters, [
    ['thing', 'path'],
    ['limit', 'query'],
    ['at', 'query'],
  ])
})
