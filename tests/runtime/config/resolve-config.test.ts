import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { inspect } from 'node:util'
import { bootstrapServers } from '../../../src/runtime/config/bootstrap-servers.ts'
import type { ConfigFile } from '../../../src/runtime/config/config-files.ts'
import { parseProperties } from '../../../src/runtime/config/properties-file.ts'
import { resolveConfig } from '../../../src/runtime/config/resolve-config.ts'
import { ksError } from '../stores/error-matchers.ts'

const file = (label: string, text: string, readableByOthers = false): ConfigFile => ({
  label,
  path: `/etc/${label}`,
  lines: parseProperties(text, label),
  readableByOthers,
})

suite('what counts', () => {
  test('is the strongest source, and its origin is told', () => {
    const named = file('prod.properties', '# c\ncommit.interval.ms=3\nlinger.ms=3\nfetch.min.bytes=3\nacks=1\n')
    const profile = file(
      'profile dev',
      'commit.interval.ms=4\nlinger.ms=4\nfetch.min.bytes=4\nacks=0\nmax.task.idle.ms=4\n',
    )
    const config = resolveConfig({
      options: [{ name: 'commit.interval.ms', value: '0', origin: '--commit-interval' }],
      typed: [['commit.interval.ms', '1'], ['linger.ms', '1']], // prettier-ignore
      environment: { KS_X_COMMIT_INTERVAL_MS: '2', KS_X_LINGER_MS: '2', KS_X_FETCH_MIN_BYTES: '2' },
      files: [named, profile],
    })
    const told = (
      ['commit.interval.ms', 'linger.ms', 'fetch.min.bytes', 'max.task.idle.ms', 'batch.size'] as const
    ).map((name) => [config.number(name), config.origin(name)])
    assert.deepEqual(told, [
      [0, '--commit-interval'],
      [1, '-X'],
      [2, 'KS_X_FETCH_MIN_BYTES'],
      [4, 'profile dev:5'],
      [524_288, 'default'],
    ])
    assert.deepEqual([config.text('acks'), config.origin('acks')], ['1', 'prod.properties:5'])
    assert.equal(config.isSet('acks'), true)
    assert.equal(config.isSet('batch.size'), false)
    assert.deepEqual(config.warnings, [])
  })

  test('is the last of the same name, and the name of today before older ones', () => {
    const text = 'statestore.cache.max.bytes=1\ncache.max.bytes.buffering=2\nlinger.ms=1\nlinger.ms=2\n'
    const config = resolveConfig({ files: [file('f', text)], typed: [['acks', '0'], ['acks', '1']] }) // prettier-ignore
    assert.equal(config.number('statestore.cache.max.bytes'), 1)
    assert.equal(config.number('linger.ms'), 2)
    assert.equal(config.text('acks'), '1')
  })

  test('is an older name from a stronger source', () => {
    const files = [file('f', 'statestore.cache.max.bytes=1')]
    const config = resolveConfig({ files, typed: [['cache.max.bytes.buffering', '2']] })
    assert.equal(config.number('statestore.cache.max.bytes'), 2)
  })

  test("is a client's own value for that client, wherever the common one comes from", () => {
    const text = 'producer.linger.ms=5\nconsumer.fetch.min.bytes=6\nrestore.consumer.fetch.min.bytes=7\n'
    const typed = [['linger.ms', '1'], ['fetch.min.bytes', '1']] as const // prettier-ignore
    const config = resolveConfig({ files: [file('f', text)], typed })
    assert.equal(config.number('linger.ms'), 5)
    assert.equal(config.origin('linger.ms'), 'f:1')
    assert.equal(config.number('fetch.min.bytes'), 6)
    assert.equal(config.number('fetch.min.bytes', 'main.consumer'), 6)
    assert.equal(config.number('fetch.min.bytes', 'restore.consumer'), 7)
    assert.equal(config.number('fetch.min.bytes', 'global.consumer'), 6)
  })

  test('has other defaults with exactly-once', () => {
    const atLeastOnce = resolveConfig({})
    const exactlyOnce = resolveConfig({ typed: [['processing.guarantee', 'exactly_once']] })
    const names = ['commit.interval.ms', 'delivery.timeout.ms', 'transaction.timeout.ms'] as const
    assert.deepEqual(names.map((name) => atLeastOnce.number(name)), [30_000, 120_000, 10_000]) // prettier-ignore
    assert.deepEqual(names.map((name) => exactlyOnce.number(name)), [100, 2 ** 31 - 1, 10_000]) // prettier-ignore
  })

  test('is nothing for a variable that is empty', () => {
    const config = resolveConfig({ environment: { KS_BROKERS: '', KS_X_LINGER_MS: '' } })
    assert.deepEqual(config.list('bootstrap.servers'), ['localhost:9092'])
    assert.equal(config.origin('linger.ms'), 'default')
  })

  test('comes from variables with short names too', () => {
    const environment = { KS_BROKERS: 'a:1', KS_X_BOOTSTRAP_SERVERS: 'b:1', KS_APP: 'clicks', KS_STATE_DIR: '/s' }
    const config = resolveConfig({ environment })
    assert.deepEqual(config.list('bootstrap.servers'), ['a:1'])
    assert.equal(config.origin('bootstrap.servers'), 'KS_BROKERS')
    assert.equal(config.text('application.id'), 'clicks')
    assert.equal(config.text('state.dir'), '/s')
  })

  test('for topics is passed on as it is', () => {
    const config = resolveConfig({
      files: [file('f', 'topic.retention.ms=1\ntopic.segment.bytes=2')],
      typed: [['topic.retention.ms', '3']],
    })
    assert.deepEqual(config.topicSettings(), { 'retention.ms': '3', 'segment.bytes': '2' })
  })
})

suite('wrong names', () => {
  test('in -X are errors that say what comes near', () => {
    assert.throws(
      () => resolveConfig({ typed: [['bootsrap.servers', 'a:1']] }),
      (error: unknown) => {
        ksError('usage', /^-X bootsrap\.servers: no such property$/)(error)
        assert.deepEqual((error as { didYouMean: unknown }).didYouMean, ['bootstrap.servers'])
        return true
      },
    )
  })

  test('in a file are one warning, without values', () => {
    const text = 'bootsrap.servers=a:1\nlinger.ms=1\nxyzzy=hunter2\nconsumer.client.id=c\n'
    const { warnings } = resolveConfig({ files: [file('prod.properties', text)] })
    assert.deepEqual(warnings, [
      'prod.properties: 3 unknown properties: bootsrap.servers (line 1): did you mean bootstrap.servers?, ' +
        'xyzzy (line 3), consumer.client.id (line 4): client.id is the same for all clients',
    ])
  })

  test('in the environment are a warning', () => {
    const { warnings } = resolveConfig({ environment: { KS_X_BOOTSRAP_SERVERS: 'a:1', PATH: '/bin' } })
    assert.deepEqual(warnings, [
      'environment: unknown property: KS_X_BOOTSRAP_SERVERS: did you mean bootstrap.servers?',
    ])
  })

  test('that only Java has are errors in -X and fine in files', () => {
    const name = 'default.key.serde'
    assert.throws(() => resolveConfig({ typed: [[name, 'x']] }), ksError('usage', /no effect in ks: a Java class/))
    const config = resolveConfig({ files: [file('f', `${name}=x`)] })
    assert.deepEqual(config.warnings, [])
    assert.equal(config.entries().find((entry) => entry.name === name)?.used, 'java')
  })

  test('without effect are told about in -X', () => {
    const { warnings } = resolveConfig({ typed: [['max.poll.records', '5']] })
    assert.match(warnings.join(), /^-X max\.poll\.records: has no effect in ks: /)
  })

  test('of one client are refused for what is the same for all', () => {
    const typed = [['producer.client.id', 'x']] as const
    assert.throws(() => resolveConfig({ typed }), ksError('usage', /client\.id is the same for all clients$/))
  })
})

suite('wrong values', () => {
  test('say where they come from', () => {
    const name = 'commit.interval.ms'
    const wrong = { name, value: 'soon', origin: '--every' } as const
    assert.throws(
      () => resolveConfig({ typed: [[name, 'soon']] }),
      ksError('usage', /^-X commit\.interval\.ms=soon: not a number of milliseconds$/),
    )
    assert.throws(() => resolveConfig({ options: [wrong] }), ksError('usage', /^--every=soon: not a number/))
    assert.throws(
      () => resolveConfig({ files: [file('prod.properties', `\n${name}=soon`)] }),
      ksError('config', /^prod\.properties:2: commit\.interval\.ms=soon: not a number/),
    )
    assert.throws(
      () => resolveConfig({ environment: { KS_X_COMMIT_INTERVAL_MS: 'soon' } }),
      ksError('config', /^KS_X_COMMIT_INTERVAL_MS=soon: not a number/),
    )
  })

  test('that asks for expansion is an error, not taken as it stands', () => {
    const files = [file('f', 'sasl.password=${file:/etc/kafka:password}')]
    assert.throws(() => resolveConfig({ files }), ksError('config', /^f:1: sasl\.password: ks does not expand/))
  })

  test('that do not go together are errors that say who set them', () => {
    const together = (...typed: readonly (readonly [string, string])[]): (() => unknown) => {
      return () => resolveConfig({ typed, files: [file('f', 'session.timeout.ms=9000')] })
    }
    const exactlyOnce = ['processing.guarantee', 'exactly_once_v2'] as const
    const heartbeat = /^heartbeat\.interval\.ms=9000 \(-X\) must be less than session\.timeout\.ms=9000 \(f:1\)$/
    assert.throws(together(['heartbeat.interval.ms', '9000']), ksError('config', heartbeat))
    assert.throws(together(exactlyOnce, ['acks', '1']), ksError('config', /needs acks=all, not acks=1 \(-X\)$/))
    assert.throws(
      together(exactlyOnce, ['commit.interval.ms', '1h']),
      ksError('config', /must be less than transaction/),
    )
    assert.throws(together(exactlyOnce, ['enable.idempotence', 'false']), ksError('config', /does not go with/))
    assert.throws(together(exactlyOnce, ['isolation.level', 'read_uncommitted']), ksError('config', /does not go with/))
    assert.throws(together(['acks', '1'], ['enable.idempotence', 'true']), ksError('config', /needs acks=all/))
    assert.throws(together(['delivery.timeout.ms', '100']), ksError('config', /must not be less than linger\.ms \+/))
    assert.doesNotThrow(together(['acks', '1'], ['heartbeat.interval.ms', '8999']))
  })
})

suite('secrets', () => {
  const jaas = 'org.apache.kafka.common.security.plain.PlainLoginModule required username="me" password="hunter2";'
  const withSecrets = `sasl.jaas.config=${jaas}\nsasl.password=hunter2\n`

  test('on the command line are refused without showing them', () => {
    for (const name of ['sasl.password', 'sasl.jaas.config', 'ssl.key.password', 'ssl.keystore.key']) {
      assert.throws(
        () => resolveConfig({ typed: [[name, 'hunter2']] }),
        (error: unknown) => {
          ksError('usage', /what is on a command line/, /a file that only you can read.*KS_X_/)(error)
          assert.doesNotMatch(inspect(error), /hunter2/)
          return true
        },
      )
    }
  })

  test('come out hidden, and whole when asked for by name', () => {
    const config = resolveConfig({ files: [file('f', withSecrets)], environment: { KS_X_SSL_KEY_PASSWORD: 'hunter3' } })
    const shown = [
      inspect(config, { depth: 9 }),
      JSON.stringify(config.entries()),
      String(config.secret('sasl.password')),
    ]
    assert.doesNotMatch(shown.join(), /hunter/)
    assert.doesNotMatch(inspect(config.secret('sasl.password'), { showHidden: true }), /hunter/)
    assert.equal(JSON.stringify({ password: config.secret('sasl.password') }), '{"password":"***"}')
    assert.equal(config.secret('sasl.password')?.reveal(), 'hunter2')
    assert.equal(config.secret('ssl.key.password')?.reveal(), 'hunter3')
    assert.equal(config.secret('ssl.truststore.password'), undefined)
  })

  test('in a file that others can read are a warning; certificates are none', () => {
    const { warnings } = resolveConfig({ files: [file('f', withSecrets, true)] })
    assert.deepEqual(warnings, ['f: it contains secrets and others can read it: chmod 600 /etc/f'])
    const harmless = 'sasl.username=me\nssl.truststore.certificates=x\nsasl.password=\n'
    assert.deepEqual(resolveConfig({ files: [file('f', harmless, true)] }).warnings, [])
    assert.deepEqual(resolveConfig({ files: [file('f', withSecrets, false)] }).warnings, [])
  })
})

suite('entries', () => {
  test('have all that is set and all defaults, in order', () => {
    const config = resolveConfig({
      typed: [['producer.linger.ms', '5ms'], ['topic.retention.ms', '1']], // prettier-ignore
      files: [file('f', 'sasl.password=hunter2\nretries=3')],
    })
    const entries = config.entries()
    const names = entries.map(({ name }) => name)
    assert.deepEqual(names, [...names].sort())
    const shown = (name: string): unknown => {
      const { value, origin, used } = entries.find((entry) => entry.name === name) ?? {}
      return [value, origin, used]
    }
    assert.deepEqual(shown('producer.linger.ms'), ['5ms', '-X', true])
    assert.deepEqual(shown('linger.ms'), ['100', 'default', true])
    assert.deepEqual(shown('sasl.password'), ['***', 'f:1', true])
    assert.deepEqual(shown('retries'), ['3', 'f:2', 'accepted'])
    assert.deepEqual(shown('topic.retention.ms'), ['1', '-X', true])
    assert.deepEqual(shown('sasl.username'), ['', 'default', true])
    assert.equal(names.includes('check.crcs'), false)
  })
})

suite('addresses of brokers', () => {
  const addresses = (typed: string): unknown => bootstrapServers(resolveConfig({ environment: { KS_BROKERS: typed } }))

  test('are host and port', () => {
    assert.deepEqual(addresses('kafka-1.example.com:9093, b'), [
      { host: 'kafka-1.example.com', port: 9093 },
      { host: 'b', port: 9092 },
    ])
    assert.deepEqual(addresses('SASL_SSL://b:1,[::1]:2,[fe80::1%eth0]'), [
      { host: 'b', port: 1 },
      { host: '::1', port: 2 },
      { host: 'fe80::1%eth0', port: 9092 },
    ])
  })

  test('that are none are errors', () => {
    for (const typed of ['a:b', 'a:0', 'a:65536', 'a b:1', '::1', 'a:1:2', ',']) {
      assert.throws(() => addresses(typed), ksError('config', /^bootstrap\.servers \(KS_BROKERS\): /), typed)
    }
  })
})
