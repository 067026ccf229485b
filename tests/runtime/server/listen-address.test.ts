// HOST:PORT of something that listens.

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { addressText, isLoopback, parseListenAddress } from '../../../src/runtime/server/listen-address.ts'

suite('an address to listen at', () => {
  test('is this machine unless a host is given', () => {
    assert.deepEqual(parseListenAddress('--x', ':9464'), { host: '127.0.0.1', port: 9464 })
    assert.deepEqual(parseListenAddress('--x', '9464'), { host: '127.0.0.1', port: 9464 })
    assert.deepEqual(parseListenAddress('--x', '0.0.0.0:0'), { host: '0.0.0.0', port: 0 })
    assert.deepEqual(parseListenAddress('--x', '[::1]:80'), { host: '::1', port: 80 })
    assert.equal(addressText(parseListenAddress('--x', '[::1]:80')), '[::1]:80')
    assert.equal(addressText(parseListenAddress('--x', ':80')), '127.0.0.1:80')
  })

  test('is refused if it is none', () => {
    for (const typed of ['', ':', 'host', 'host:', 'host:99999', '::1:80', 'a b:1', 'http://host:80', ':-1']) {
      assert.throws(() => parseListenAddress('--x', typed), { kind: 'usage' }, typed)
    }
  })

  test('is on loopback by name or number only', () => {
    for (const host of ['localhost', '127.0.0.1', '127.1.2.3', '127.255.0.10', '::1']) assert.ok(isLoopback(host), host)
    for (const host of ['0.0.0.0', '::', 'localhost.example', '127.0.0.1.example', '127.0.0.256', '127.0.0', '']) {
      assert.ok(!isLoopback(host), host)
    }
  })
})
