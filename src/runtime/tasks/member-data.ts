// What members of a group tell each other in the bytes that Kafka carries for them: who they are and what they have on the way
// to the leader, what they have to do on the way back. JSON with a version number, so that a later version of ks is told apart
// from damage; each field is checked once, here.

import { KsError } from '../model/errors.ts'
import type { AssignorMember } from './assignor.ts'

/** A member without the id that the coordinator gives it. */
export type MemberData = Omit<AssignorMember, 'id'>

/** The tasks of a process, for those who look for the host of a key. */
export interface HostTasks {
  /** `application.server`. */
  readonly host: string
  readonly active: readonly string[]
  readonly standby: readonly string[]
}

/** What the leader tells a member. */
export interface AssignmentData {
  readonly active: readonly string[]
  readonly standby: readonly string[]
  /** The hosts that can be asked. */
  readonly hosts: readonly HostTasks[]
  /** Why the member gets no task and has to end, a text for its user; null if it does not have to. */
  readonly refusal: string | null
}

const version = 1

/** A member's own description as subscription user data. */
export const encodeMember = (member: MemberData): Buffer => {
  const { instance, stateDirectory, host, threads, owned, fingerprint } = member
  const offsetSums = Object.fromEntries(member.offsetSums)
  return encode({ instance, stateDirectory, host, threads, owned, offsetSums, fingerprint })
}

/** Throws a `KsError` of kind `config` if another version of ks, or another program, wrote the bytes. */
export const decodeMember = (data: Buffer): MemberData => {
  const { instance, stateDirectory, host, threads, owned, offsetSums, fingerprint } = decode(data)
  if (
    !isText(instance) ||
    !isText(stateDirectory) ||
    !isText(host) ||
    !isText(fingerprint) ||
    !isCount(threads) ||
    !isTexts(owned) ||
    !isObject(offsetSums)
  ) {
    throw foreignData('lacks a field of a member')
  }
  const sums = Object.entries(offsetSums).map(([task, sum]) => {
    if (!Number.isSafeInteger(sum)) throw foreignData(`has no position for task ${task}`)
    return [task, Number(sum)] as const
  })
  return { instance, stateDirectory, host, threads, owned, offsetSums: new Map(sums), fingerprint }
}

/** A member's part of the assignment as assignment user data. */
export const encodeAssignment = ({ active, standby, hosts, refusal }: AssignmentData): Buffer =>
  encode({ active, standby, hosts, refusal })

/** Throws a `KsError` of kind `config` if another version of ks, or another program, wrote the bytes. */
export const decodeAssignment = (data: Buffer): AssignmentData => {
  const { active, standby, hosts, refusal } = decode(data)
  if (!isTexts(active) || !isTexts(standby) || !Array.isArray(hosts) || !(refusal === null || isText(refusal))) {
    throw foreignData('lacks a field of an assignment')
  }
  return { active, standby, hosts: hosts.map(hostTasks), refusal }
}

const hostTasks = (value: unknown): HostTasks => {
  const { host, active, standby } = isObject(value) ? value : {}
  if (!isText(host) || !isTexts(active) || !isTexts(standby)) throw foreignData('has a host without tasks')
  return { host, active, standby }
}

const encode = (fields: object): Buffer => Buffer.from(JSON.stringify({ version, ...fields }))

const decode = (data: Buffer): Readonly<Record<string, unknown>> => {
  const fields = parse(data)
  if (!isObject(fields) || typeof fields['version'] !== 'number') throw foreignData('is not of ks')
  if (fields['version'] !== version) {
    throw new KsError(
      'config',
      `a member of the group speaks version ${fields['version']} of the assignment protocol, this one ${version}`,
      { hint: 'run the same version of ks everywhere' },
    )
  }
  return fields
}

const parse = (data: Buffer): unknown => {
  try {
    return JSON.parse(data.toString())
  } catch {
    return undefined
  }
}

const foreignData = (fault: string): KsError =>
  new KsError('config', `the group has a member whose data ${fault}`, {
    hint: 'another program may use the same group; give this one another --name',
  })

const isText = (value: unknown): value is string => typeof value === 'string'

const isTexts = (value: unknown): value is readonly string[] => Array.isArray(value) && value.every(isText)

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) > 0

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
