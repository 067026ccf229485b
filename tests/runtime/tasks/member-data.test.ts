// The bytes that members exchange: what goes in comes out, and what is not ours is said to be not ours.

import fc from 'fast-check'
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { KsError } from '../../../src/runtime/model/errors.ts'
import {
  decodeAssignment,
  decodeMember,
  encodeAssignment,
  encodeMember,
  type MemberData,
} from '../../../src/runtime/tasks/member-data.ts'

const taskIds = fc.array(fc.string(), { maxLength: 4 })

const memberFields: { [K in keyof MemberData]: fc.Arbitrary<MemberData[K]> } = {
  instance: fc.string({ unit: 'binary' }),
  stateDirectory: fc.string(),
  host: fc.string(),
  threads: fc.integer({ min: 1 }),
  owned: taskIds,
  offsetSums: fc
    .uniqueArray(fc.tuple(fc.string(), fc.integer({ min: -2, max: Number.MAX_SAFE_INTEGER })), {
      selector: ([id]) => id,
    })
    .map((entries) => new Map(entries)),
  fingerprint: fc.string(),
}
const members: fc.Arbitrary<MemberData> = fc.record(memberFields, { noNullPrototype: true })

const someMember = {
  version: 1,
  instance: 'i',
  stateDirectory: 'd',
  host: '',
  threads: 1,
  owned: ['0_0'],
  offsetSums: { '0_0': 5 },
  fingerprint: 'f',
}
const someAssignment = {
  version: 1,
  active: [],
  standby: [],
  hosts: [{ host: 'h', active: [], standby: [] }],
  refusal: null,
}

const bytes = (value: unknown): Buffer => Buffer.from(JSON.stringify(value))

const isConfigError =
  (part: string) =>
  (error: unknown): boolean =>
    error instanceof KsError && error.kind === 'config' && error.message.includes(part)

test('a member comes back as it was', () => {
  // A task called __proto__ would be lost in an object; JSON and entries keep it.
  fc.assert(fc.property(members, (member) => assert.deepEqual(decodeMember(encodeMember(member)), member)))
})

test('an assignment comes back as it was', () => {
  const hosts = fc.array(fc.record({ host: fc.string(), active: taskIds, standby: taskIds }, { noNullPrototype: true }))
  const refusal = fc.option(fc.string())
  const assignments = fc.record({ active: taskIds, standby: taskIds, hosts, refusal }, { noNullPrototype: true })
  fc.assert(fc.property(assignments, (data) => assert.deepEqual(decodeAssignment(encodeAssignment(data)), data)))
})

suite('refused as configuration errors are', () => {
  test('other versions, named', () => {
    assert.throws(() => decodeMember(bytes({ ...someMember, version: 2 })), isConfigError('version 2'))
    assert.throws(() => decodeAssignment(bytes({ ...someAssignment, version: 7 })), isConfigError('version 7'))
  })

  test('bytes of other programs', () => {
    for (const data of [Buffer.alloc(0), Buffer.from([0, 0, 0, 1]), bytes(null), bytes([1]), bytes('x'), bytes({})]) {
      assert.throws(() => decodeMember(data), isConfigError('not of ks'))
      assert.throws(() => decodeAssignment(data), isConfigError('not of ks'))
    }
  })

  test('any field that is missing or of another type', () => {
    assert.equal(decodeMember(bytes(someMember)).threads, 1)
    assert.equal(decodeAssignment(bytes(someAssignment)).refusal, null)
    for (const name of Object.keys(someMember).filter((field) => field !== 'version')) {
      for (const wrong of [undefined, null, true, [1], { x: 'y' }]) {
        assert.throws(() => decodeMember(bytes({ ...someMember, [name]: wrong })), isConfigError(''), name)
      }
    }
    for (const name of Object.keys(someAssignment).filter((field) => field !== 'version')) {
      for (const wrong of [undefined, true, [1], { x: 'y' }]) {
        assert.throws(() => decodeAssignment(bytes({ ...someAssignment, [name]: wrong })), isConfigError(''), name)
      }
    }
    for (const threads of [0, -1, 1.5]) {
      assert.throws(() => decodeMember(bytes({ ...someMember, threads })), isConfigError('a field'))
    }
  })
})
