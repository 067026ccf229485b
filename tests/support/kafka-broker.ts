// A real Kafka for tests. `sharedBroker` is one for all test files of a run, so tests keep to topics and groups with names of
// their own (`uniqueName`); `ownBroker` is for those that stop, kill or configure it. What ks writes is read, and what it reads
// is written, by Kafka's Java clients.

import { spawn } from 'node:child_process'
import { closeSync, mkdirSync, openSync, readFileSync, utimesSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { setTimeout as delay } from 'node:timers/promises'
import { isAlive, withFileLock } from './file-lock.ts'
import { javaMissing, javaProgram, kafkaClassPath, projectRoot } from './kafka-jars.ts'
import { askJava } from './kafka-java-client.ts'
import { type KafkaNodes, type NodesOptions, scratchFolder, startNodes } from './kafka-nodes.ts'

/** A record to write; texts are UTF-8, or base64 where an option says so. */
export interface NewRecord {
  readonly key?: string | null
  readonly value?: string | null
  /** Default: by the key, as Kafka's partitioner does. */
  readonly partition?: number
  /** ms; default: now. */
  readonly timestamp?: number
  readonly headers?: readonly (readonly [name: string, value: string | null])[]
}

export interface ConsumedRecord {
  readonly partition: number
  readonly offset: number
  readonly timestamp: number
  readonly key: string | null
  readonly value: string | null
  readonly headers: readonly (readonly [name: string, value: string | null])[]
}

export interface RecordOptions {
  /** How keys, values and header values are given as text. Default: utf8. */
  readonly encoding?: 'utf8' | 'base64'
  /** Properties of Kafka's client, for a listener with security. */
  readonly client?: Readonly<Record<string, string>>
}

export interface ProduceOptions extends RecordOptions {
  /** The transactional id. Without: no transaction. */
  readonly transactional?: string
  /** Ends the transaction with an abort. */
  readonly abort?: boolean
  /** Leaves the transaction open, for the next `produce` with this transactional id or for `endTransaction`. */
  readonly open?: boolean
  /** ms; default 60000. */
  readonly transactionTimeoutMs?: number
  readonly compression?: 'none' | 'gzip' | 'snappy' | 'lz4' | 'zstd'
  /** Flush after so many records, which makes a batch of them. Default: Kafka decides. */
  readonly recordsPerBatch?: number
}

export interface ConsumeOptions extends RecordOptions {
  /** Read committed, to the last stable offset; false: everything. Default: true. */
  readonly committed?: boolean
  /** Stop after so many records. */
  readonly max?: number
}

export interface GroupOffset {
  readonly topic: string
  readonly partition: number
  readonly offset: number
  readonly metadata?: string
}

export interface GroupState {
  /** Stable, Empty, PreparingRebalance, … */
  readonly state: string
  /** The name of the assignor. */
  readonly protocol: string
  readonly members: readonly {
    readonly memberId: string
    readonly clientId: string
    readonly groupInstanceId: string | null
    readonly partitions: readonly { readonly topic: string; readonly partition: number }[]
  }[]
}

export interface PartitionState {
  readonly partition: number
  /** -1: none. */
  readonly leader: number
  readonly replicas: readonly number[]
  readonly isr: readonly number[]
}

/** Methods reject with JavaClientError, whose name is that of Kafka's exception. */
export interface TestBroker {
  /** host:port,… for bootstrap.servers. */
  readonly bootstrap: string
  /** Resolves when every partition has a leader. */
  createTopic(name: string, partitions?: number, configs?: Readonly<Record<string, string>>): Promise<void>
  deleteTopic(name: string): Promise<void>
  topics(): Promise<string[]>
  describeTopic(name: string): Promise<PartitionState[]>
  topicConfigs(name: string): Promise<Record<string, string | null>>
  /** By partition number; the last stable offsets, or with `committed` false the high watermarks. */
  endOffsets(topic: string, committed?: boolean): Promise<number[]>
  beginningOffsets(topic: string): Promise<number[]>
  /** Moves the start of a partition's log up, as retention does. */
  deleteRecords(topic: string, partition: number, beforeOffset: number): Promise<void>
  /** Resolves with the places of the records, in their order. */
  produce(topic: string, records: readonly NewRecord[], options?: ProduceOptions): Promise<RecordPlace[]>
  endTransaction(transactional: string, how: 'commit' | 'abort'): Promise<void>
  /** All records from the start to the present end, by partition and offset. Up to some 100,000: they come as one JSON text. */
  consume(topic: string, options?: ConsumeOptions): Promise<ConsumedRecord[]>
  groups(): Promise<string[]>
  group(name: string): Promise<GroupState>
  deleteGroup(name: string): Promise<void>
  /** By topic and partition. */
  committedOffsets(group: string): Promise<Required<GroupOffset>[]>
  /** As `kafka-consumer-groups --reset-offsets`: of a group without members. */
  commitOffsets(group: string, offsets: readonly GroupOffset[]): Promise<void>
  transactions(): Promise<{ transactionalId: string; producerId: number; state: string }[]>
  /** Runs a console tool by its Java class, such as org.apache.kafka.tools.TopicCommand, until it ends. */
  kafkaTool(mainClass: string, args: readonly string[], input?: string): Promise<ToolResult>
}

export interface ToolResult {
  readonly stdout: string
  readonly stderr: string
  /** null: a signal ended it. */
  readonly status: number | null
}

export interface RecordPlace {
  readonly partition: number
  readonly offset: number
}

/** A broker that its test may stop and start: the methods of KafkaNodes. */
export type OwnBroker = TestBroker & KafkaNodes

/** A name that no other test uses. */
export const uniqueName = (prefix: string): string =>
  `${prefix}-${process.pid.toString(36)}-${(nameCount++).toString(36)}${started}`

let nameCount = 0
const started = process.hrtime.bigint().toString(36).slice(-5)

/** For `test(name, { skip: brokerSkip() }, …)`: what is missing and what to install, or false. */
export const brokerSkip = (): string | false => javaMissing()

/** The broker of this test run; the first test file that asks starts it, and it ends with the run. KS_TEST_BROKER names another. */
export const sharedBroker = (): Promise<TestBroker> => (shared ??= findShared())

let shared: Promise<TestBroker> | undefined

const findShared = async (): Promise<TestBroker> => {
  const given = process.env['KS_TEST_BROKER']
  return testBroker(given || (await joinRun()))
}

// A killed node cannot come back, and its partitions get no other leader, before its session with the controller is over, which
// takes nine seconds. The shared broker keeps those, as a busy machine may delay a heartbeat.
const quickFencing = { 'broker.session.timeout.ms': '3000', 'broker.heartbeat.interval.ms': '500' }

/** A broker of one test, of one or of three nodes. The test closes it. */
export const ownBroker = async (options: NodesOptions = {}): Promise<OwnBroker> => {
  const nodes = await startNodes({ ...options, properties: { ...quickFencing, ...options.properties } })
  return { ...testBroker(nodes.bootstrap), ...nodes }
}

const heartbeatMs = 20_000

interface Registration {
  readonly pid: number
  readonly bootstrap: string
}

/** The address of the run's broker, which is started if there is none. The run is the parent: it has a process per test file. */
const joinRun = async (): Promise<string> => {
  const run = process.ppid
  mkdirSync(scratchFolder, { recursive: true })
  const file = join(scratchFolder, `run-${run}.json`)
  const { bootstrap } = await withFileLock(
    `${file}.lock`,
    async () => readRegistration(file) ?? (await startShared(run, file)),
  )
  // The broker ends when nobody has touched the file for some minutes, should the run's end go unseen.
  const touch = (): void => {
    try {
      utimesSync(file, new Date(), new Date())
    } catch {
      // It has ended, and the test will notice.
    }
  }
  touch()
  setInterval(touch, heartbeatMs).unref()
  return bootstrap
}

const readRegistration = (file: string): Registration | undefined => {
  let content: string
  try {
    content = readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
  const registration = JSON.parse(content) as Registration
  return isAlive(registration.pid) ? registration : undefined
}

const startShared = async (run: number, file: string): Promise<Registration> => {
  const logPath = file.replace(/json$/, 'log')
  const log = openSync(logPath, 'w')
  const script = join(projectRoot, 'scripts/kafka.mjs')
  const child = spawn(process.execPath, [script, '--register', file, '--until-exit', String(run)], {
    cwd: projectRoot,
    detached: true,
    stdio: ['ignore', log, log],
    env: { ...process.env, NODE_OPTIONS: '' },
  })
  closeSync(log)
  let isOver = false
  child.once('error', () => (isOver = true))
  child.once('exit', () => (isOver = true))
  child.unref()
  for (;;) {
    const registration = readRegistration(file)
    if (registration !== undefined && registration.pid === child.pid) return registration
    if (isOver) throw new Error(`no broker for the tests:\n${readFileSync(logPath, 'utf8')}`)
    await delay(50)
  }
}

const testBroker = (bootstrap: string): TestBroker => {
  const ask = async <T>(op: string, request: Readonly<Record<string, unknown>> = {}): Promise<T> =>
    (await askJava({ ...request, op, bootstrap })) as T
  return {
    bootstrap,
    createTopic: (topic, partitions = 1, configs = {}) => ask('createTopic', { topic, partitions, configs }),
    deleteTopic: (topic) => ask('deleteTopic', { topic }),
    topics: () => ask('topics'),
    describeTopic: (topic) => ask('describeTopic', { topic }),
    topicConfigs: (topic) => ask('topicConfigs', { topic }),
    endOffsets: (topic, committed = true) => ask('endOffsets', { topic, committed }),
    beginningOffsets: (topic) => ask('beginningOffsets', { topic }),
    deleteRecords: (topic, partition, beforeOffset) => ask('deleteRecords', { topic, partition, beforeOffset }),
    produce: (topic, records, options = {}) => ask('produce', { ...options, topic, records }),
    endTransaction: (transactional, how) => ask('endTransaction', { transactional, abort: how === 'abort' }),
    consume: (topic, options = {}) => ask('consume', { ...options, topic }),
    groups: () => ask('groups'),
    group: (group) => ask('group', { group }),
    deleteGroup: (group) => ask('deleteGroup', { group }),
    committedOffsets: (group) => ask('committedOffsets', { group }),
    commitOffsets: (group, offsets) => ask('commitOffsets', { group, offsets }),
    transactions: () => ask('transactions'),
    kafkaTool,
  }
}

/** See `TestBroker.kafkaTool`. */
export const kafkaTool: TestBroker['kafkaTool'] = async (mainClass, args, input = '') => {
  const classPath = await kafkaClassPath()
  const options = ['-Xmx128m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-cp', classPath]
  const child = spawn(javaProgram(), [...options, mainClass, ...args])
  child.stdin.on('error', () => undefined) // it may end before it has read everything
  child.stdin.end(input)
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', resolve)
  })
  const [stdout, stderr, status] = await Promise.all([text(child.stdout), text(child.stderr), ended])
  return { stdout, stderr, status }
}
