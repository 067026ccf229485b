import assert from 'node:assert/strict'
import { chmodSync, writeFileSync } from 'node:fs'
import { type AddressInfo } from 'node:net'
import path from 'node:path'
import { suite, test, type TestContext } from 'node:test'
import { connect, type ConnectionOptions, createServer, type TlsOptions } from 'node:tls'
import { pathToFileURL } from 'node:url'
import { type Config } from '../../../src/runtime/config/config.ts'
import { resolveConfig } from '../../../src/runtime/config/resolve-config.ts'
import { connectionSecurity, type ConnectionSecurity } from '../../../src/runtime/config/security.ts'
import { temporaryDirectory } from '../../support/temporary-directory.ts'
import { ksError } from '../stores/error-matchers.ts'
import {
  certificate,
  encryptedKey,
  javaTruststore,
  key,
  keystore,
  oldKeystore,
  otherKey,
  truststore,
} from './certificates.ts'

/** A configuration as a file of an owner only would give it. */
const configOf = (values: Readonly<Record<string, string>>): Config => {
  const lines = Object.entries(values).map(([name, value], index) => ({ name, value, line: index + 1 }))
  const config = resolveConfig({ files: [{ label: 'f', path: '/f', lines, readableByOthers: false }] })
  assert.deepEqual(config.warnings, [])
  return config
}

const write = (directory: string, files: Readonly<Record<string, string | Buffer>>): void => {
  for (const [name, content] of Object.entries(files)) {
    writeFileSync(path.join(directory, name), content, { mode: 0o600 })
  }
}

const securityOf = (
  values: Readonly<Record<string, string>>,
  currentDirectory = '/',
  askSecret = (_question: string): Promise<string | undefined> => Promise.resolve(undefined),
): Promise<ConnectionSecurity> => connectionSecurity(configOf(values), { currentDirectory, askSecret })

const plain = 'org.apache.kafka.common.security.plain.PlainLoginModule'
const scram = 'org.apache.kafka.common.security.scram.ScramLoginModule'

suite('without security', () => {
  test('connections are plain', async () => {
    assert.deepEqual(await securityOf({}), { tls: undefined, sasl: undefined, warnings: [] })
  })

  test('settings for it are a warning', async () => {
    const { tls, sasl, warnings } = await securityOf({ 'sasl.mechanism': 'PLAIN', 'ssl.truststore.location': '/x' })
    assert.deepEqual([tls, sasl], [undefined, undefined])
    assert.deepEqual(warnings, [
      'ssl.truststore.location is not used: security.protocol is PLAINTEXT',
      'sasl.mechanism is not used: security.protocol is PLAINTEXT',
    ])
  })
})

suite('SASL', () => {
  const sasl = { 'security.protocol': 'SASL_PLAINTEXT' }

  test('user name and password from a login module', async () => {
    const jaas = `${plain} required username="me" password="p w";`
    const security = await securityOf({ ...sasl, 'sasl.mechanism': 'PLAIN', 'sasl.jaas.config': jaas })
    assert.deepEqual(security.sasl, { mechanism: 'plain', username: 'me', password: 'p w' })
    assert.equal(security.tls, undefined)
  })

  test('by name, which counts more than the login module', async () => {
    const jaas = `${scram} required username="me" password="old";`
    const values = { ...sasl, 'sasl.mechanism': 'scram-sha-512', 'sasl.jaas.config': jaas, 'sasl.password': 'new' }
    const security = await securityOf(values)
    assert.deepEqual(security.sasl, { mechanism: 'scram-sha-512', username: 'me', password: 'new' })
  })

  test('the password from a file, without its line end; others must not read it', async (t) => {
    const directory = temporaryDirectory(t)
    write(directory, { password: ' p w \n' })
    const values = {
      ...sasl,
      'sasl.mechanism': 'SCRAM-SHA-256',
      'sasl.username': 'me',
      'sasl.password.file': 'password',
    }
    const security = await securityOf(values, directory)
    assert.deepEqual(security.sasl, { mechanism: 'scram-sha-256', username: 'me', password: ' p w ' })
    assert.deepEqual(security.warnings, [])
    chmodSync(path.join(directory, 'password'), 0o644)
    assert.match((await securityOf(values, directory)).warnings.join(), /^sasl\.password\.file: others can read it/)
  })

  test('the password of who can be asked', async () => {
    const asked: string[] = []
    const ask = (question: string): Promise<string> => {
      asked.push(question)
      return Promise.resolve('typed')
    }
    const values = { ...sasl, 'sasl.mechanism': 'PLAIN', 'sasl.username': 'me' }
    assert.deepEqual((await securityOf(values, '/', ask)).sasl, {
      mechanism: 'plain',
      username: 'me',
      password: 'typed',
    })
    assert.deepEqual(asked, ['Password of me: '])
    await securityOf({ ...values, 'sasl.password': 'p' }, '/', ask)
    assert.equal(asked.length, 1)
  })

  test('a token from a file is read for each connection', async (t) => {
    const directory = temporaryDirectory(t)
    write(directory, { token: 'first\n' })
    const url = pathToFileURL(path.join(directory, 'token')).href
    const bearer = { ...sasl, 'sasl.mechanism': 'OAUTHBEARER' }
    for (const values of [{ 'sasl.oauthbearer.token.file': 'token' }, { 'sasl.oauthbearer.token.endpoint.url': url }]) {
      write(directory, { token: 'first\n' })
      const security = await securityOf({ ...bearer, ...values }, directory)
      assert.ok(security.sasl?.mechanism === 'oauthbearer')
      assert.equal(await security.sasl.token(), 'first')
      write(directory, { token: 'second\n' })
      assert.equal(await security.sasl.token(), 'second')
    }
    const security = await securityOf({ ...bearer, 'sasl.oauthbearer.token': 'third' })
    assert.ok(security.sasl?.mechanism === 'oauthbearer')
    assert.equal(await security.sasl.token(), 'third')
  })

  test('what is missing or not supported is said', async (t) => {
    const directory = temporaryDirectory(t)
    write(directory, { empty: '\n' })
    const mechanism = (name: string): Record<string, string> => ({ 'sasl.mechanism': name })
    const wrong: readonly (readonly [Record<string, string>, RegExp, RegExp?])[] = [
      [{}, /^security\.protocol=SASL_PLAINTEXT \(f:1\) needs sasl\.mechanism$/, /SCRAM-SHA-256/],
      [mechanism('PLAIN'), /no user name/, /sasl\.username/],
      [{ ...mechanism('PLAIN'), 'sasl.username': 'me' }, /no password for the user me/, /sasl\.password\.file/],
      [{ ...mechanism('PLAIN'), 'sasl.jaas.config': `${scram} required;` }, /does not go with sasl\.mechanism=PLAIN/],
      [
        { ...mechanism('SCRAM-SHA-256'), 'sasl.jaas.config': `${scram} required tokenauth=true;` },
        /delegation tokens .* not supported/,
      ],
      [mechanism('OAUTHBEARER'), /no token/, /sasl\.oauthbearer\.token\.file/],
      [
        { ...mechanism('OAUTHBEARER'), 'sasl.oauthbearer.token.endpoint.url': 'https://id.example/token' },
        /asks no token service/,
      ],
      [{ ...mechanism('OAUTHBEARER'), 'sasl.oauthbearer.token.file': 'nothing' }, /nothing: there is no such file/],
      [{ ...mechanism('OAUTHBEARER'), 'sasl.oauthbearer.token.file': 'empty' }, /there is no token in it/],
      [
        { ...mechanism('PLAIN'), 'sasl.username': 'me', 'sasl.password.file': 'nothing' },
        /^sasl\.password\.file: .*nothing: there is no such file/,
      ],
    ]
    for (const [values, message, hint] of wrong) {
      await assert.rejects(securityOf({ ...sasl, ...values }, directory), ksError('config', message, hint))
    }
  })
})

/** Connects with the options to a server for localhost; resolves with what each side saw, rejects like the client. */
const handshake = async (
  t: TestContext,
  client: ConnectionOptions | undefined,
  server: TlsOptions = {},
  servername = 'localhost',
): Promise<{ readonly protocol: string | null; readonly clientName: unknown }> => {
  const listening = createServer({ cert: certificate, key, ...server })
  t.after(() => listening.close())
  const greeted = new Promise<unknown>((resolve, reject) => {
    listening.once('secureConnection', (socket) => {
      resolve(socket.getPeerCertificate().subject?.CN)
      socket.on('error', () => undefined).end()
    })
    listening.once('tlsClientError', reject)
  })
  greeted.catch(() => undefined)
  await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve))
  const { port } = listening.address() as AddressInfo
  const socket = connect({ host: '127.0.0.1', port, servername, ...client })
  try {
    await new Promise((resolve, reject) => socket.once('secureConnect', resolve).once('error', reject))
    return { protocol: socket.getProtocol(), clientName: await greeted }
  } finally {
    socket.on('error', () => undefined).destroy()
  }
}

suite('TLS', () => {
  const ssl = { 'security.protocol': 'SSL' }
  const trusting = { ...ssl, 'ssl.truststore.certificates': certificate }

  test('trusts who is in the PEM file, whatever stands around it, and nobody else', async (t) => {
    const directory = temporaryDirectory(t)
    write(directory, { 'ca.pem': `Alias name: ca\n\n${certificate}\nmore\n` })
    const { tls } = await securityOf({ ...ssl, 'ssl.truststore.location': 'ca.pem' }, directory)
    assert.equal((await handshake(t, tls)).protocol, 'TLSv1.3')
    await assert.rejects(handshake(t, (await securityOf(ssl)).tls), /self-signed certificate/)
  })

  test('takes certificates in the value itself, also on one line', async (t) => {
    for (const text of [certificate, certificate.replaceAll('\n', ' ')]) {
      const { tls } = await securityOf({ ...ssl, 'ssl.truststore.certificates': text })
      await handshake(t, tls)
    }
  })

  test('checks the host name unless told not to', async (t) => {
    const { tls } = await securityOf(trusting)
    await assert.rejects(handshake(t, tls, {}, 'kafka.example.com'), /kafka\.example\.com/)
    for (const algorithm of ['', 'none']) {
      const relaxed = await securityOf({ ...trusting, 'ssl.endpoint.identification.algorithm': algorithm })
      assert.deepEqual(relaxed.warnings, [])
      await handshake(t, relaxed.tls, {}, 'kafka.example.com')
    }
  })

  test('verifies the certificate unless told not to, which is a warning', async (t) => {
    const { tls, warnings } = await securityOf({ ...ssl, 'enable.ssl.certificate.verification': 'false' })
    await handshake(t, tls)
    assert.match(warnings.join(), /^the broker can be anybody: enable\.ssl\.certificate\.verification=false \(f:2\)$/)
  })

  test('uses the versions and ciphers that are enabled', async (t) => {
    const old = await securityOf({ ...trusting, 'ssl.enabled.protocols': 'TLSv1.2' })
    assert.equal((await handshake(t, old.tls)).protocol, 'TLSv1.2')
    const ciphers = await securityOf({ ...trusting, 'ssl.cipher.suites': 'TLS_AES_128_GCM_SHA256' })
    await assert.rejects(handshake(t, ciphers.tls, { ciphers: 'TLS_AES_256_GCM_SHA384', minVersion: 'TLSv1.3' }))
    await handshake(t, ciphers.tls, { ciphers: 'TLS_AES_128_GCM_SHA256', minVersion: 'TLSv1.3' })
  })

  test('shows the certificate of the client, in each form', async (t) => {
    const directory = temporaryDirectory(t)
    write(directory, {
      'client.pem': key + certificate,
      'client.p12': keystore,
      'cert.pem': certificate,
      'key.pem': encryptedKey,
      password: 'storepass\n',
    })
    const forms: readonly Record<string, string>[] = [
      { 'ssl.keystore.location': 'client.pem', 'ssl.keystore.type': 'PEM' },
      { 'ssl.keystore.location': 'client.p12', 'ssl.keystore.password': 'storepass' },
      { 'ssl.keystore.location': 'client.p12', 'ssl.keystore.password.file': 'password' },
      { 'ssl.certificate.location': 'cert.pem', 'ssl.key.location': 'key.pem', 'ssl.key.password': 'keypass' },
      {
        'ssl.keystore.key': encryptedKey,
        'ssl.keystore.certificate.chain': certificate,
        'ssl.key.password': 'keypass',
      },
    ]
    for (const form of forms) {
      const { tls } = await securityOf({ ...trusting, ...form }, directory)
      const { clientName } = await handshake(t, tls, { requestCert: true, ca: certificate })
      assert.equal(clientName, 'localhost', JSON.stringify(form))
    }
    const { tls } = await securityOf(trusting)
    const without = handshake(t, tls, { requestCert: true, ca: certificate })
    await assert.rejects(without, /did not return a certificate/)
  })

  test('goes together with SASL', async () => {
    const { tls, sasl } = await securityOf({
      ...trusting,
      'security.protocol': 'SASL_SSL',
      'sasl.mechanism': 'PLAIN',
      'sasl.username': 'me',
      'sasl.password': 'p',
    })
    assert.deepEqual(tls?.ca, [certificate.trim()])
    assert.equal(sasl?.mechanism, 'plain')
  })

  test('what is missing, damaged or not supported is said', async (t) => {
    const directory = temporaryDirectory(t)
    write(directory, {
      'ca.jks': javaTruststore,
      'ca.p12': truststore,
      'client.p12': keystore,
      'old.p12': oldKeystore,
      'client.pem': certificate + encryptedKey,
      'cert.pem': certificate,
      'other.pem': certificate + otherKey,
      'damaged.pem': certificate.replace('MIIB', 'MIIC'),
      'text.pem': 'hello',
    })
    const at = (name: string, file: string, more: Record<string, string> = {}): Record<string, string> => ({
      [name]: file,
      ...more,
    })
    const trust = 'ssl.truststore.location'
    const store = 'ssl.keystore.location'
    const wrong: readonly (readonly ['config' | 'denied', Record<string, string>, RegExp, RegExp?])[] = [
      ['config', at(trust, 'ca.jks'), /ca\.jks is a Java keystore \(JKS\)/, /^keytool -list -rfc -keystore .*ca\.jks > ca\.pem/],
      ['config', at(trust, 'ca.p12'), /ca\.p12 is a PKCS12 file/, /^keytool -list -rfc/],
      ['config', at(trust, 'nothing.pem'), /^ssl\.truststore\.location: .*nothing\.pem: there is no such file/],
      ['config', at(trust, 'text.pem'), /text\.pem is neither PEM nor a keystore/],
      ['config', at(trust, 'damaged.pem'), /^ssl\.truststore\.location \(f:2\): certificate 1 in it is damaged/],
      ['config', at(store, 'ca.jks'), /Java keystore/, /-deststoretype PKCS12/],
      ['denied', at(store, 'client.p12', { 'ssl.keystore.password': 'x' }), /keystore does not open/, /ssl\.keystore\.password/],
      ['config', at(store, 'old.p12', { 'ssl.keystore.password': 'storepass' }), /no longer supported/, /write it anew/],
      ['config', at(store, 'ca.p12', { 'ssl.keystore.password': 'storepass' }), /the keystore has no key/],
      ['config', at(store, 'client.pem'), /the key needs a password/, /ssl\.key\.password\.file/],
      ['denied', at(store, 'client.pem', { 'ssl.key.password': 'x' }), /key does not open/, /ssl\.key\.password/],
      ['config', at(store, 'other.pem'), /the key is not that of the certificate/],
      ['config', at(store, 'cert.pem'), /there is no PEM key in it/],
      ['config', at('ssl.key.location', 'client.pem'), /ssl\.certificate\.location is missing/],
      ['config', { 'ssl.enabled.protocols': 'SSLv3' }, /SSLv3: not versions of TLS/],
      ['config', { 'ssl.enabled.protocols': 'TLSv1.2,TLSv9' }, /not versions of TLS/],
      ['config', { 'ssl.cipher.suites': 'FOO' }, /none of them is known/],
    ] // prettier-ignore
    for (const [kind, values, message, hint] of wrong) {
      await assert.rejects(securityOf({ ...ssl, ...values }, directory), ksError(kind, message, hint))
    }
  })
})
