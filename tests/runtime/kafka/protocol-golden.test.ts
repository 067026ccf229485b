// Requests and answers, byte by byte, in all their versions. protocol-golden.ndjson comes from Kafka 4.1's own message classes:
// they read our requests without anything left over and write them back the same, and they wrote the answers from `json`.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite, test } from 'node:test'
import type { ApiRequest } from '../../../src/runtime/kafka/protocol/api-request.ts'
import { leaveGroup } from '../../../src/runtime/kafka/protocol/leave-group.ts'
import { produce } from '../../../src/runtime/kafka/protocol/produce.ts'
import { ByteReader } from '../../../src/runtime/kafka/wire/byte-reader.ts'
import { ByteWriter } from '../../../src/runtime/kafka/wire/byte-writer.ts'
import { projectRoot } from '../../support/kafka-jars.ts'
import { protocolCases } from './protocol-cases.ts'
import { answerOf, type KafkaJson } from './protocol-shape.ts'

interface Golden {
  readonly api: string
  readonly version: number
  /** Hexadecimal; one for each case, null if it needs another version. */
  readonly requests: readonly (string | null)[]
  /** Hexadecimal. */
  readonly answer: string
  readonly json: KafkaJson
}

const golden = readFileSync(join(projectRoot, 'tests/runtime/kafka/protocol-golden.ndjson'), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as Golden)

const isFlexible = ({ flexibleFrom }: ApiRequest<unknown>, version: number): boolean =>
  flexibleFrom !== undefined && version >= flexibleFrom

const speaks = ({ minVersion, maxVersion }: ApiRequest<unknown>, version: number): boolean =>
  version >= minVersion && version <= maxVersion

suite('requests and answers are those of Kafka:', () => {
  for (const { api, version, requests, answer: bytes, json } of golden) {
    test(`${api} version ${version}`, () => {
      const cases = protocolCases[api] ?? []
      assert.equal(cases.length, requests.length)
      for (const [index, { request, answer }] of cases.entries()) {
        assert.equal(request.name, api)
        assert.equal(requests[index] === null, !speaks(request, version))
        if (!speaks(request, version)) continue

        const writer = new ByteWriter(isFlexible(request, version))
        request.encode(writer, version)
        assert.equal(writer.toBuffer().toString('hex'), requests[index])

        const reader = new ByteReader(Buffer.from(bytes, 'hex'), isFlexible(request, version))
        assert.deepEqual(request.decode(reader, version), answerOf(json, answer))
        assert.equal(reader.remaining, 0)
      }
    })
  }

  test('in every version that a request knows', () => {
    const wanted = Object.entries(protocolCases).flatMap(([api, cases]) =>
      cases.flatMap(({ request: { minVersion, maxVersion } }) =>
        Array.from({ length: maxVersion - minVersion + 1 }, (_, index) => `${api} ${minVersion + index}`),
      ),
    )
    const there = golden.map(({ api, version }) => `${api} ${version}`)
    assert.deepEqual([...new Set(wanted)].sort(), there.sort())
  })
})

test('a member that cannot leave says so where the group has no error', () => {
  const writer = new ByteWriter()
  writer.int32(0)
  writer.int16(0)
  writer.array([25], (code) => {
    writer.string('m')
    writer.nullableString(null)
    writer.int16(code)
  })
  const request = leaveGroup({ groupId: 'g', memberId: 'm', groupInstanceId: null })
  assert.deepEqual(request.decode(new ByteReader(writer.toBuffer()), 3), { errorCode: 25 })
})

test('nobody answers to acks 0', () => {
  const request = produce({ transactionalId: null, acks: 0, timeoutMs: 1, topics: [] })
  assert.equal(request.expectsResponse, false)
  assert.deepEqual(request.decode(new ByteReader(Buffer.alloc(0)), 8), { throttleMs: 0, topics: [] })
})
