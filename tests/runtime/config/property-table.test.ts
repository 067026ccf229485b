import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { consumerProperties, producerProperties } from '../../../src/runtime/config/client-properties.ts'
import { connectionProperties, securityProperties } from '../../../src/runtime/config/connection-properties.ts'
import { type Property, readValue } from '../../../src/runtime/config/property.ts'
import {
  findProperty,
  nameOfVariable,
  nearestProperties,
  properties,
  sharedProperty,
  topicSetting,
} from '../../../src/runtime/config/property-table.ts'
import { streamsProperties } from '../../../src/runtime/config/streams-properties.ts'

const rows: readonly (readonly [string, Property])[] = Object.entries(properties)

/** What a value becomes for a property, or what is wrong with it. */
const read = (name: string, typed: string): unknown => {
  const found = findProperty(name)
  assert.ok(found, name)
  const result = readValue(found.property, typed)
  return 'wrong' in result ? result.wrong : result.value
}

suite('the table', () => {
  test('has defaults that are valid', () => {
    for (const [name, property] of rows) {
      for (const typed of [property.default, property.exactlyOnceDefault]) {
        if (typed !== undefined) assert.ok('value' in readValue(property, typed), `${name}: ${typed}`)
      }
    }
  })

  test('has a default for each number and flag, so that asking always gives a value', () => {
    const kinds = ['number', 'duration', 'size', 'flag']
    const missing = rows.filter(([, { kind, default: value }]) => kinds.includes(kind) && value === undefined)
    assert.deepEqual(missing, [])
  })

  test('says of each property what it does or why it does nothing, in a sentence without full stop', () => {
    for (const [name, { help }] of rows) assert.match(help, /^\S[^]*[^.\s]$/, name)
  })

  test('has no name twice, not even in two of its parts', () => {
    const parts = [connectionProperties, securityProperties, streamsProperties, consumerProperties, producerProperties]
    assert.deepEqual(parts.flatMap((part) => Object.keys(part)).sort(), rows.map(([name]) => name).sort())
  })

  test('has names that stay different as variables', () => {
    const variables = rows.map(([name]) => name.replaceAll(/[.-]/g, '_').toUpperCase())
    assert.equal(new Set(variables).size, rows.length)
  })
})

suite('values', () => {
  test('durations are milliseconds, with or without unit', () => {
    assert.equal(read('commit.interval.ms', '250'), 250)
    assert.equal(read('commit.interval.ms', ' 1m30s '), 90_000)
    assert.equal(read('commit.interval.ms', 'soon'), 'not a number of milliseconds')
    assert.equal(read('commit.interval.ms', '1.5'), 'not a number of milliseconds')
    assert.equal(read('commit.interval.ms', '-1'), 'less than 0, the smallest')
    assert.equal(read('max.task.idle.ms', '-1'), -1)
    assert.equal(read('session.timeout.ms', '2147483648'), 'more than 2147483647, the largest')
  })

  test('sizes are bytes, with or without unit', () => {
    assert.equal(read('fetch.max.bytes', '1048576'), 1_048_576)
    assert.equal(read('fetch.max.bytes', '2MB'), 2_097_152)
    assert.equal(read('fetch.max.bytes', '2KiB'), 2048)
    assert.equal(read('fetch.max.bytes', '2 m/s'), 'not a number of bytes')
  })

  test("a number as large as Java's long means without end", () => {
    assert.equal(read('acceptable.recovery.lag', '9223372036854775807'), Number.MAX_SAFE_INTEGER)
    assert.equal(read('acceptable.recovery.lag', '1e3'), 'not a whole number')
    assert.equal(read('acceptable.recovery.lag', ''), 'not a whole number')
  })

  test('words are taken in any case and by their older names', () => {
    assert.equal(read('security.protocol', 'sasl_ssl'), 'SASL_SSL')
    assert.equal(read('processing.guarantee', 'exactly_once'), 'exactly_once_v2')
    assert.equal(read('processing.guarantee', 'exactly_once_beta'), 'exactly_once_v2')
    assert.equal(read('processing.guarantee', 'AT_LEAST_ONCE'), 'at_least_once')
    assert.equal(read('processing.guarantee', 'twice'), 'not one of at_least_once, exactly_once_v2')
    assert.equal(read('acks', '-1'), 'all')
    assert.equal(read('ssl.endpoint.identification.algorithm', ''), 'none')
    assert.equal(read('enable.idempotence', 'TRUE'), true)
    assert.equal(read('enable.idempotence', '1'), 'neither true nor false')
  })

  test('lists leave out white space and empty items', () => {
    assert.deepEqual(read('bootstrap.servers', ' a:1 ,, b:2,'), ['a:1', 'b:2'])
  })
})

suite('names', () => {
  test('of clients go with what a client can have for itself', () => {
    assert.equal(findProperty('producer.linger.ms')?.client, 'producer')
    assert.equal(findProperty('main.consumer.fetch.min.bytes')?.client, 'main.consumer')
    assert.equal(findProperty('linger.ms')?.client, undefined)
    assert.equal(findProperty('consumer.linger.ms'), undefined)
    assert.equal(findProperty('consumer.bootstrap.servers'), undefined)
    assert.equal(sharedProperty('consumer.bootstrap.servers'), 'bootstrap.servers')
    assert.equal(sharedProperty('producer.linger.ms'), undefined)
  })

  test('of old lead to those of today', () => {
    const names = ['cache.max.bytes.buffering', 'metadata.broker.list', 'sasl.mechanisms', 'ssl.ca.location', 'acks']
    assert.deepEqual(
      names.map((name) => [findProperty(name)?.name, findProperty(name)?.isItsName]),
      [
        ['statestore.cache.max.bytes', false],
        ['bootstrap.servers', false],
        ['sasl.mechanism', false],
        ['ssl.truststore.location', false],
        ['acks', true],
      ],
    )
  })

  test('that objects inherit are unknown', () => {
    for (const name of ['constructor', '__proto__', 'toString', 'producer.constructor']) {
      assert.equal(findProperty(name), undefined)
    }
  })

  test('of topics are passed on', () => {
    assert.equal(topicSetting('topic.retention.ms'), 'retention.ms')
    assert.equal(topicSetting('topics.retention.ms'), undefined)
    assert.equal(topicSetting('topic.metadata.refresh.interval.ms'), undefined)
  })

  test('that are nearly right are found', () => {
    assert.equal(nearestProperties('bootsrap.servers')[0], 'bootstrap.servers')
    assert.equal(nearestProperties('producer.lingerms')[0], 'producer.linger.ms')
    assert.equal(nearestProperties('producer.session.timeout.m')[0], 'session.timeout.ms')
    assert.deepEqual(nearestProperties('xyzzy'), [])
  })

  test('stand in variables with underscores', () => {
    assert.equal(nameOfVariable('KS_X_BOOTSTRAP_SERVERS'), 'bootstrap.servers')
    assert.equal(nameOfVariable('KS_X_PRODUCER_LINGER_MS'), 'producer.linger.ms')
    assert.equal(nameOfVariable('KS_X_MAIN_CONSUMER_FETCH_MIN_BYTES'), 'main.consumer.fetch.min.bytes')
    assert.equal(
      nameOfVariable('KS_X_RACK_AWARE_ASSIGNMENT_NON_OVERLAP_COST'),
      'rack.aware.assignment.non_overlap_cost',
    )
    assert.equal(nameOfVariable('KS_X_TOPIC_RETENTION_MS'), 'topic.retention.ms')
    assert.equal(nameOfVariable('KS_X_NO_SUCH_THING'), 'no.such.thing')
    assert.equal(nameOfVariable('KS_APP'), undefined)
  })
})
