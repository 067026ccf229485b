// The client and a real broker that wants TLS and log-ins, refuses rights, stops and comes back.

import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { after, before, suite, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { type ClientOptions, KafkaClient } from '../../../src/runtime/kafka/client.ts'
import { KafkaConnectionError, KafkaError } from '../../../src/runtime/kafka/kafka-errors.ts'
import { metadata } from '../../../src/runtime/kafka/protocol/metadata.ts'
import type { SaslOptions } from '../../../src/runtime/kafka/wire/sasl.ts'
import { KsError } from '../../../src/runtime/model/errors.ts'
import { brokerSkip, ownBroker, type OwnBroker, uniqueName } from '../../support/kafka-broker.ts'
import { eventually } from '../../support/kafka-ks.ts'
import { testEnvironment } from '../../support/run-ks.ts'
import { clientOptions, listen } from './client-scripted-broker.ts'

/** What a stream has brought so far. */
const collect = (stream: Readable): (() => string) => {
  let text = ''
  stream.setEncoding('utf8').on('data', (more: string) => (text += more))
  return () => text
}

const never = new AbortController().signal
const storePassword = 'store-password'

type Listener = 'PLAINTEXT' | 'CONTROLLER' | 'SASL_PLAINTEXT' | 'SASL_SSL' | 'SSL' | 'MUTUAL'
const listeners: readonly Listener[] = ['PLAINTEXT', 'CONTROLLER', 'SASL_PLAINTEXT', 'SASL_SSL', 'SSL', 'MUTUAL']

const freePorts = async (count: number): Promise<readonly number[]> => {
  const servers = Array.from({ length: count }, () => createServer())
  await Promise.all(servers.map(listen))
  const ports = servers.map((server) => {
    const address = server.address()
    return typeof address === 'object' && address !== null ? address.port : 0
  })
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))))
  return ports
}

/** A key with a certificate that signs itself. Returns the key store and the certificate. */
const makeKey = (folder: string, name: string): { readonly store: string; readonly certificate: string } => {
  const store = join(folder, `${name}.p12`)
  const keytool = (...args: readonly string[]): string => {
    const shared = ['-alias', name, '-keystore', store, '-storepass', storePassword, '-storetype', 'PKCS12']
    const { status, stdout, stderr } = spawnSync('keytool', [...args, ...shared], { encoding: 'utf8' })
    assert.equal(status, 0, stdout + stderr)
    return stdout
  }
  keytool('-genkeypair', '-keyalg', 'EC', '-dname', `CN=${name}`, '-ext', 'san=ip:127.0.0.1', '-validity', '3650')
  return { store, certificate: keytool('-exportcert', '-rfc') }
}

const plainModule = 'org.apache.kafka.common.security.plain.PlainLoginModule required user_alice="alice-secret";'
const scramModule = 'org.apache.kafka.common.security.scram.ScramLoginModule required;'
const tokenModule = 'org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule required;'

/** A token that nobody signed, which Kafka's default accepts. */
const unsignedToken = (subject: string, lifetimeMs = 3_600_000): string => {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')
  const now = Math.floor(Date.now() / 1000)
  return `${part({ alg: 'none' })}.${part({ sub: subject, iat: now - 10, exp: now + lifetimeMs / 1000 })}.`
}

const rejection = async (promise: Promise<unknown>): Promise<unknown> => {
  try {
    await promise
  } catch (error) {
    return error
  }
  assert.fail('it should have been rejected')
}

suite('a broker with security', { skip: brokerSkip() }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'ks-test-'))
  let broker: OwnBroker
  let ports: Readonly<Record<Listener, number>>
  let serverCertificate: string
  let clientStore: Buffer

  before(async () => {
    const server = makeKey(folder, 'broker')
    const client = makeKey(folder, 'client')
    serverCertificate = server.certificate
    clientStore = readFileSync(client.store)
    const free = await freePorts(listeners.length)
    const portOf = (listener: Listener): number => free[listeners.indexOf(listener)] ?? 0
    ports = Object.fromEntries(listeners.map((listener) => [listener, portOf(listener)])) as typeof ports
    const addresses = listeners.map((listener) => `${listener}://127.0.0.1:${portOf(listener)}`)
    broker = await ownBroker({
      port: ports.PLAINTEXT,
      properties: {
        listeners: addresses.join(','),
        'advertised.listeners': addresses.filter((address) => !address.startsWith('CONTROLLER')).join(','),
        'controller.quorum.voters': `1@127.0.0.1:${ports.CONTROLLER}`,
        'listener.security.protocol.map':
          'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,SASL_PLAINTEXT:SASL_PLAINTEXT,SASL_SSL:SASL_SSL,SSL:SSL,MUTUAL:SSL',
        'ssl.keystore.type': 'PKCS12',
        'ssl.keystore.location': server.store,
        'ssl.keystore.password': storePassword,
        'ssl.truststore.type': 'PKCS12',
        'ssl.truststore.location': client.store,
        'ssl.truststore.password': storePassword,
        'listener.name.mutual.ssl.client.auth': 'required',
        'listener.name.sasl_plaintext.sasl.enabled.mechanisms': 'PLAIN,SCRAM-SHA-256,SCRAM-SHA-512,OAUTHBEARER',
        'listener.name.sasl_plaintext.plain.sasl.jaas.config': plainModule,
        'listener.name.sasl_plaintext.scram-sha-256.sasl.jaas.config': scramModule,
        'listener.name.sasl_plaintext.scram-sha-512.sasl.jaas.config': scramModule,
        'listener.name.sasl_plaintext.oauthbearer.sasl.jaas.config': tokenModule,
        // kafkajs logs in anew ten seconds before a session ends.
        'listener.name.sasl_plaintext.connections.max.reauth.ms': '10300',
        'listener.name.sasl_ssl.sasl.enabled.mechanisms': 'PLAIN',
        'listener.name.sasl_ssl.plain.sasl.jaas.config': plainModule,
        'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
        'super.users': 'User:ANONYMOUS',
      },
    })
    for (const mechanism of ['SCRAM-SHA-256', 'SCRAM-SHA-512']) {
      const { status, stderr } = await broker.kafkaTool('kafka.admin.ConfigCommand', [
        ...['--bootstrap-server', broker.bootstrap, '--alter', '--add-config', `${mechanism}=[password=alice-secret]`],
        ...['--entity-type', 'users', '--entity-name', 'alice'],
      ])
      assert.equal(status, 0, stderr)
    }
  })
  after(async () => {
    await broker.close()
    rmSync(folder, { recursive: true })
  })

  const connect = (listener: Listener, more: Partial<ClientOptions>, host = '127.0.0.1'): Promise<KafkaClient> =>
    KafkaClient.connect(
      clientOptions([], { bootstrapServers: [{ host, port: ports[listener] }], requestTimeoutMs: 30_000, ...more }),
      20_000,
      never,
    )

  const refused = async (connecting: Promise<KafkaClient>): Promise<KsError> => {
    const error = await rejection(connecting.then((client) => client.close()))
    assert.ok(error instanceof KsError, String(error))
    return error
  }

  const alice = { username: 'alice', password: 'alice-secret' } as const
  const token = (): Promise<string> => Promise.resolve(unsignedToken('alice'))
  const logins: readonly SaslOptions[] = [
    { mechanism: 'plain', ...alice },
    { mechanism: 'scram-sha-256', ...alice },
    { mechanism: 'scram-sha-512', ...alice },
    { mechanism: 'oauthbearer', token },
  ]

  for (const sasl of logins) {
    test(`lets a user in with ${sasl.mechanism}, who may do what there are rights for`, async () => {
      const topic = uniqueName('secret')
      await broker.createTopic(topic, 1)
      const client = await connect('SASL_PLAINTEXT', { sasl })
      try {
        assert.equal(client.brokers()[0]?.port, ports.SASL_PLAINTEXT)
        const denied = await rejection(client.topics([topic]))
        assert.ok(denied instanceof KsError)
        assert.deepEqual([denied.kind, /TOPIC_AUTHORIZATION_FAILED/.test(denied.message)], ['denied', true])
        const group = await rejection(client.coordinator('group', 'g'))
        assert.ok(group instanceof KafkaError)
        assert.equal(group.name, 'GROUP_AUTHORIZATION_FAILED')
      } finally {
        await client.close()
      }
    })
  }

  test('asks for a password on the terminal, and does not show it', async (t) => {
    const login = ['-X security.protocol=SASL_PLAINTEXT -X sasl.mechanism=PLAIN -X sasl.username=alice']
    const line = `exec ks topics -b 127.0.0.1:${String(ports.SASL_PLAINTEXT)} ${login.join(' ')}`
    // script(1) gives its child a terminal, and types there what it reads.
    const child = spawn('script', ['-qec', line, '/dev/null'], { env: testEnvironment() })
    t.after(() => child.kill('SIGKILL'))
    const seen = collect(child.stdout)
    await eventually('the question', () => seen().endsWith('Password of alice: ') || undefined)
    child.stdin.write('alice-sech\u007fret\r')
    const [status] = (await once(child, 'close')) as [number]
    assert.equal(status, 0, seen())
    // Alice is let in, and may see no topic.
    assert.match(seen(), /^Password of alice: \r\n/)
    assert.doesNotMatch(seen(), /sec/)
  })

  for (const [what, sasl, message] of [
    [
      'a wrong password (plain)',
      { mechanism: 'plain', username: 'alice', password: 'x' },
      /Invalid username or password/,
    ],
    [
      'a wrong password (scram)',
      { mechanism: 'scram-sha-512', username: 'alice', password: 'x' },
      /invalid credentials/,
    ],
    [
      'a token that has ended',
      { mechanism: 'oauthbearer', token: () => Promise.resolve(unsignedToken('alice', -60_000)) },
      /token is refused: .*invalid_token/,
    ],
    [
      'no token',
      { mechanism: 'oauthbearer', token: () => Promise.reject(new Error('no token file')) },
      /no token file/,
    ],
  ] as readonly (readonly [string, SaslOptions, RegExp])[]) {
    test(`lets nobody in with ${what}`, async () => {
      const start = performance.now()
      const error = await refused(connect('SASL_PLAINTEXT', { sasl }))
      assert.equal(error.kind, 'denied')
      assert.match(error.message, /^broker 127\.0\.0\.1:\d+ does not let this user in: /)
      assert.match(error.message, message)
      assert.match(error.hint ?? '', /sasl\.mechanism/)
      // Not tried again until the deadline.
      assert.ok(performance.now() - start < 10_000)
    })
  }

  test('that has another mechanism says so', async () => {
    const tls = { ca: serverCertificate }
    const error = await refused(connect('SASL_SSL', { tls, sasl: { mechanism: 'scram-sha-256', ...alice } }))
    assert.equal(error.kind, 'denied')
    assert.match(error.message, /mechanism/)
  })

  test('asks for a new token before the session ends', async () => {
    let tokens = 0
    const sasl: SaslOptions = {
      mechanism: 'oauthbearer',
      token: () => {
        tokens++
        return token()
      },
    }
    const client = await connect('SASL_PLAINTEXT', { sasl })
    await client.request('any', metadata([]))
    const first = tokens
    await pause(500)
    await Promise.all([client.request('any', metadata([])), client.request('any', metadata([]))])
    assert.equal(tokens, first + 1)
    await client.close()
  })

  test('speaks TLS, with a log-in and without', async () => {
    const tls = { ca: serverCertificate }
    for (const [listener, sasl] of [
      ['SSL', undefined],
      ['SASL_SSL', { mechanism: 'plain', ...alice }],
    ] as readonly (readonly [Listener, SaslOptions | undefined])[]) {
      const client = await connect(listener, { tls, sasl })
      assert.equal((await client.request(client.brokers()[0]?.nodeId ?? 'any', metadata([]))).brokers.length, 1)
      await client.close()
    }
  })

  test('whose certificate nobody knows is not trusted', async () => {
    const error = await refused(connect('SSL', { tls: {} }))
    assert.equal(error.kind, 'denied')
    assert.match(error.message, /^broker 127\.0\.0\.1:\d+: TLS: .*self-signed certificate/)
    assert.match(error.hint ?? '', /ssl\.truststore\.location/)
  })

  test('is not trusted under a name that is not in its certificate', async () => {
    const error = await refused(connect('SSL', { tls: { ca: serverCertificate } }, 'localhost'))
    assert.equal(error.kind, 'denied')
    assert.match(error.message, /altnames|does not match/i)
    assert.match(error.hint ?? '', /name that is in the certificate/)
  })

  test('wants to know the certificate of the client', async () => {
    const tls = { ca: serverCertificate }
    const client = await connect('MUTUAL', { tls: { ...tls, pfx: clientStore, passphrase: storePassword } })
    await client.close()
    const error = await refused(connect('MUTUAL', { tls }))
    assert.equal(error.kind, 'denied')
    assert.match(error.hint ?? '', /ssl\.keystore\.location/)
  })

  for (const [what, listener, more, kind, message, hint] of [
    ['plain text to TLS', 'SSL', {}, 'config|broker', /speaks TLS|closed/, /SSL/],
    ['TLS to plain text', 'PLAINTEXT', { tls: {} }, 'broker|config', /TLS/, /security\.protocol/],
    ['plain text to a port with log-in', 'SASL_PLAINTEXT', {}, 'broker', /closed/, /SASL_PLAINTEXT/],
    [
      'a log-in to a port without',
      'PLAINTEXT',
      { sasl: { mechanism: 'plain', ...alice } },
      'denied',
      /not let this user in/,
      /security\.protocol/,
    ],
  ] as readonly (readonly [string, Listener, Partial<ClientOptions>, string, RegExp, RegExp])[]) {
    test(`is spoken to in the wrong way: ${what}`, async () => {
      const options = clientOptions([ports[listener]], more)
      const error = await refused(KafkaClient.connect(options, 1_500, never))
      assert.match(error.kind, new RegExp(`^(${kind})$`))
      assert.match(error.message, message)
      assert.match(error.hint ?? '', hint)
    })
  }

  test('that stands still loses the request, one that comes back is found again', async () => {
    const topic = uniqueName('restart')
    await broker.createTopic(topic, 1)
    const client = await connect('PLAINTEXT', { requestTimeoutMs: 1_000, retryBackoffMs: 50 })
    await client.topics([topic])
    broker.pause()
    const lost = await rejection(client.request(1, metadata([topic])))
    broker.resume()
    assert.ok(lost instanceof KafkaConnectionError)
    assert.deepEqual([lost.uncertain, lost.message], [true, 'no answer to Metadata within 1000 ms'])
    assert.equal((await client.request(1, metadata([topic]))).topics.length, 1)

    await broker.stop()
    const gone = await rejection(client.request(1, metadata([topic])))
    assert.ok(gone instanceof KafkaConnectionError)
    assert.ok(!gone.uncertain)
    await client.refreshMetadata([topic])
    assert.equal(client.leader(topic, 0), 1)
    const unreachable = await rejection(client.topics([topic], true))
    assert.ok(unreachable instanceof KsError)
    assert.deepEqual(
      [unreachable.kind, unreachable.message.startsWith(`cannot look up ${topic}: broker 127.0.0.1:`)],
      ['broker', true],
    )
    await broker.start()
    assert.ok((await client.topics([topic], true)).has(topic))
    assert.match(
      String(await client.coordinator('transaction', 'tx').catch((error: unknown) => (error as Error).name)),
      /^(1|COORDINATOR_NOT_AVAILABLE)$/,
    )
    await client.close()
  })
})
