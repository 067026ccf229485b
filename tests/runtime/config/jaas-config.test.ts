import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { parseJaasConfig } from '../../../src/runtime/config/jaas-config.ts'
import { KsError } from '../../../src/runtime/model/errors.ts'

const loginModule = 'org.apache.kafka.common.security.plain.PlainLoginModule'
const options = (text: string): unknown => {
  const entry = parseJaasConfig(`${loginModule} ${text}`, 'f:1')
  assert.equal(entry.loginModule, loginModule)
  return Object.fromEntries(entry.options)
}

suite('sasl.jaas.config', () => {
  // The same as JaasConfig of Kafka's clients reads.
  test('has options in quotes, in single quotes and without', () => {
    assert.deepEqual(options('required username="alice" password="p\\"w\\\\x\\n;";'), {
      username: 'alice',
      password: 'p"w\\x\n;',
    })
    assert.deepEqual(options("required username=alice password='a b';"), { username: 'alice', password: 'a b' })
    assert.deepEqual(options('required username = a.b-c ;'), { username: 'a.b-c' })
    assert.deepEqual(options('required username="\\101\\d";'), { username: 'Ad' })
    assert.deepEqual(options('required ;'), {})
  })

  test('may have comments and line ends', () => {
    const text = 'REQUIRED // who\n  username=alice /* a\n b */ password=x;'
    assert.deepEqual(options(text), { username: 'alice', password: 'x' })
    assert.deepEqual(options('required password="a//b/*c";'), { password: 'a//b/*c' })
  })

  test('that is wrong is an error without the text', () => {
    const wrong: readonly (readonly [string, RegExp])[] = [
      ['required password="hunter2"', /does not end with a semicolon/],
      ['required password="hunter2', /a quote is not closed/],
      ['required password=;', /not NAME="VALUE"/],
      ['required hunter2;', /not NAME="VALUE"/],
      ['maybe password=hunter2;', /not followed by `required`/],
      [`required password=hunter2; ${loginModule} required;`, /more than one login module/],
      ['', /not followed by `required`/],
    ]
    for (const [text, expected] of wrong) {
      assert.throws(
        () => options(text),
        (error: unknown) => {
          assert.ok(error instanceof KsError)
          assert.equal(error.kind, 'config')
          assert.match(error.message, expected)
          assert.match(error.message, /^f:1: /)
          assert.doesNotMatch(`${error.stack} ${error.hint}`, /hunter2/)
          return true
        },
        text,
      )
    }
    assert.throws(() => parseJaasConfig('', 'f:1'), /does not begin with a login module/)
  })
})
