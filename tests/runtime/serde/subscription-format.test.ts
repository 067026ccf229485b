// The messages of foreign-key joins, byte for byte as Kafka Streams' own serializers write them.

import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { suite, test } from 'node:test'
import { toByteString } from '../../../src/runtime/model/byte-string.ts'
import { plainValue } from '../../../src/runtime/model/stream-record.ts'
import { hash128 } from '../../../src/runtime/serde/murmur3-128.ts'
import {
  decodeResponse,
  decodeSubscription,
  encodeResponse,
  encodeSubscription,
  Subscription,
  SubscriptionResponse,
  type Instruction,
} from '../../../src/runtime/serde/subscription-format.ts'
import { javaMissing, javaProgram, kafkaClassPath } from '../../support/kafka-jars.ts'

/** What Kafka Streams makes of lines, see java/ForeignKeyBytes.java. */
const kafkaBytes = async (lines: readonly string[]): Promise<readonly string[]> => {
  const main = 'org.apache.kafka.streams.kstream.internals.foreignkeyjoin.ForeignKeyBytes'
  const options = ['-XX:TieredStopAtLevel=1', '-cp', await kafkaClassPath(), main]
  const { status, stdout, stderr } = spawnSync(javaProgram(), options, { input: lines.join('\n'), encoding: 'utf8' })
  assert.equal(status, 0, stderr)
  return stdout.trimEnd().split('\n')
}

const hashOf = (text: string): string | null => (text === '-' ? null : hash128(toByteString(text)))

const texts = [
  ...Array.from({ length: 40 }, (_, length) => 'The quick brown fox jumps over the lazy dog'.slice(0, length + 1)),
  '{"name":"Zoë","city":"Łódź"}',
  '\u00ff\u00fe\u0080'.repeat(11),
]

suite('messages of a foreign-key join', () => {
  test('as Kafka Streams writes them', { skip: javaMissing() }, async () => {
    const expected: [line: string, bytes: string][] = texts.map((text) => [`hash\t${text}`, hashOf(text) ?? ''])
    for (const instruction of [0, 1, 2, 3] satisfies Instruction[]) {
      for (const [value, key, partition] of [
        ['{"a":1}', 'k', 0],
        ['-', 'clé', 7],
        ['"x"', '', 70_000],
        ['[]', 'old', null],
        ['-', 'old', null],
      ] as const) {
        const message = new Subscription(instruction, hashOf(value), key, partition)
        const bytes = encodeSubscription(message)
        expected.push([`subscription\t${instruction}\t${value}\t${key}\t${partition ?? '-'}`, bytes.toString('hex')])
        assert.deepEqual(decodeSubscription(bytes), message)
      }
    }
    for (const [value, right] of [
      ['{"a":1}', '{"b":"ü"}'],
      ['-', '{"b":2}'],
      ['"x"', '-'],
      ['-', '-'],
    ] as const) {
      const found: unknown = right === '-' ? null : JSON.parse(right)
      const bytes = encodeResponse(new SubscriptionResponse(hashOf(value), found, 3))
      expected.push([`response\t${value}\t${right}`, bytes.toString('hex')])
      const { hash, value: decoded } = decodeResponse(bytes)
      assert.deepEqual([hash, plainValue(decoded)], [hashOf(value), found])
    }
    const actual = await kafkaBytes(expected.map(([line]) => line))
    assert.deepEqual(
      expected.map(([line, bytes]) => [line, bytes]),
      expected.map(([line], index) => [line, actual[index]]),
    )
  })

  test('what is none is refused', () => {
    for (const bytes of [[], [1], [2, 0], [0x81, 4, 0, 0, 0, 0], [1, 2, 3], [0x81, 0, 0, 0]]) {
      assert.throws(() => decodeSubscription(Buffer.from(bytes)), { name: 'RecordError' }, JSON.stringify(bytes))
    }
    for (const bytes of [[], [1], [0, 1, 2], [0x81]]) {
      assert.throws(() => decodeResponse(Buffer.from(bytes)), { name: 'RecordError' }, JSON.stringify(bytes))
    }
  })
})
