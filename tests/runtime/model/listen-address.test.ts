// HOST:PORT of something that listens.

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { isLoopback, listenAddressText, parseListenAddress } from '../../../src/runtime/model/listen-address.ts'

suite('an address to listen on', () => {
  test('is this machine unless a host is given', () => {
    assert.deepEqual(parseListenAddress(':9464'), { host: '127.0.0.1', port: 9464 })
    assert.deepEqual(parseListenAddress('9464'), { host: '127.0.0.1', port: 9464 })
    assert.deepEqual(parseListenAddress('0.0.0.0:0'), { host: '0.0.0.0', port: 0 })
    assert.deepEqual(parseListenAddress('[::1]:80'), { host: '::1', port: 80 })
    assert.equal(listenAddressText(parseListenAddress('[::1]:80')), '[::1]:80')
  })

  test('is refused if it is none', () => {
    for (const typed of ['', ':', 'host', 'host:', 'host:99999', '::1:80', 'a b:1', 'http://host:80', ':-1']) {
      assert.throws(() => parseListenAddress(typed), { kind: 'usage' }, typed)
    }
  })

  test('is on loopback by name or number only', () => {
    for (const host of ['localhost', '127.0.0.1', '127.1.2.3', '::1']) assert.ok(isLoopback(host), host)
    for (const host of ['0.0.0.0', '::', 'localhost.example', '127.0.0.1.example', ''])
      assert.ok(!isLoopback(host), host)
  })
})
