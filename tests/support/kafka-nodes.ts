// Kafka nodes as child processes: one, or three that replicate, each broker and controller (KRaft combined mode). None outlives
// its parent: the Java side ends when the pipe from the parent does (java/KafkaNode.java).

import { type ChildProcess, type ChildProcessByStdio, spawn } from 'node:child_process'
import { closeSync, mkdirSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import { isAlive } from './file-lock.ts'
import { javaProgram, kafkaClassPath, projectRoot } from './kafka-jars.ts'

export interface NodesOptions {
  /** Three nodes have replication factor 3 and min.insync.replicas 2. Default: 1. */
  readonly nodes?: 1 | 3
  /** The port of the one node. Default: free ones. */
  readonly port?: number
  /** Where the data is kept. Default: a folder of its own that `close` removes. */
  readonly directory?: string
  /** The most Java heap of a node. Default: 512 MB, of three 384 MB each. */
  readonly heapMb?: number
  /** Compile as for a long run: faster later, slower to start; for measurements. */
  readonly optimize?: boolean
  /** Server properties on top of those set here. */
  readonly properties?: Readonly<Record<string, string>>
}

/** Each method without a node is for all nodes; nodes count from 1. */
export interface KafkaNodes {
  /** host:port,… for bootstrap.servers. */
  readonly bootstrap: string
  /** Starts those that do not run, on the same port and data. Resolves when clients can connect; rejects with the log's end. */
  start(node?: number): Promise<void>
  /** SIGTERM: a controlled shutdown. Resolves when the process is gone. */
  stop(node?: number): Promise<void>
  /** SIGKILL. Resolves when the process is gone. */
  kill(node?: number): Promise<void>
  /** SIGSTOP: connections stay open and nothing answers. */
  pause(node?: number): void
  /** SIGCONT. */
  resume(node?: number): void
  /** The nodes whose process is there. */
  running(): readonly number[]
  /** Kills all and removes what is temporary. */
  close(): Promise<void>
}

const clusterId = 'a3MtdGVzdC1jbHVzdGVyMA'
const host = '127.0.0.1'
const startTimeoutMs = 90_000
const portAttempts = 3

/** Where processes of this repository leave the data and the logs of their brokers. */
export const scratchFolder = join(projectRoot, 'build/kafka')

interface Node {
  readonly id: number
  readonly port: number
  readonly controllerPort: number
  readonly directory: string
  child: ChildProcess | undefined
}

/** Starts nodes; resolves when all are ready. Rejects with the end of a log. */
export const startNodes = async (options: NodesOptions = {}): Promise<KafkaNodes> => {
  for (let attempt = 1; ; attempt++) {
    const nodes = await createNodes(options)
    try {
      await nodes.start()
      return nodes
    } catch (error) {
      await nodes.close()
      // Between the choice of a port and its use somebody else may have taken it.
      const isTaken = options.port === undefined && /Address already in use/.test(String(error))
      if (!isTaken || attempt === portAttempts) throw error
    }
  }
}

const createNodes = async (options: NodesOptions): Promise<KafkaNodes> => {
  const count = options.nodes ?? 1
  const folder = options.directory ?? temporaryFolder()
  const nodes: Node[] = []
  for (let id = 1; id <= count; id++) {
    const used = nodes.flatMap(({ port, controllerPort }) => [port, controllerPort])
    const port = options.port ?? (await freePort(used))
    const controllerPort = await freePort([...used, port])
    nodes.push({ id, port, controllerPort, directory: join(folder, `node-${id}`), child: undefined })
  }
  const voters = nodes.map(({ id, controllerPort }) => `${id}@${host}:${controllerPort}`).join(',')
  for (const node of nodes) writeSettings(node, voters, count, options.properties ?? {})

  const chosen = (id: number | undefined): Node[] => nodes.filter((node) => id === undefined || node.id === id)
  const signalAll = async (id: number | undefined, signal: NodeJS.Signals): Promise<void> => {
    await Promise.all(chosen(id).map((node) => endNode(node, signal)))
  }
  const signalRunning = (id: number | undefined, signal: NodeJS.Signals): void => {
    for (const { child } of chosen(id)) child?.kill(signal)
  }
  const onExit = (): void => {
    signalRunning(undefined, 'SIGKILL')
    if (options.directory === undefined) rmSync(folder, { recursive: true, force: true })
  }
  process.on('exit', onExit)

  return {
    bootstrap: nodes.map(({ port }) => `${host}:${port}`).join(','),
    async start(id) {
      const classPath = await kafkaClassPath()
      const heapMb = options.heapMb ?? (count === 1 ? 512 : 384)
      const starting = chosen(id).filter(({ child }) => child === undefined)
      await Promise.all(starting.map((node) => startNode(node, classPath, heapMb, options.optimize === true)))
    },
    stop: (id) => signalAll(id, 'SIGTERM'),
    kill: (id) => signalAll(id, 'SIGKILL'),
    pause: (id) => signalRunning(id, 'SIGSTOP'),
    resume: (id) => signalRunning(id, 'SIGCONT'),
    running: () => nodes.filter(({ child }) => child !== undefined).map(({ id }) => id),
    async close() {
      await signalAll(undefined, 'SIGKILL')
      process.off('exit', onExit)
      if (options.directory === undefined) rmSync(folder, { recursive: true, force: true })
    },
  }
}

const startNode = async (node: Node, classPath: string, heapMb: number, optimize: boolean): Promise<void> => {
  const logPath = join(node.directory, 'server.log')
  const log = openSync(logPath, 'a')
  const compiler = optimize ? [] : ['-XX:TieredStopAtLevel=1']
  const logging = `-Dlog4j2.configurationFile=${join(node.directory, 'log4j2.properties')}`
  const child = spawn(
    javaProgram(),
    [
      ...[`-Xmx${heapMb}m`, '-Xms64m', '-XX:+UseSerialGC', ...compiler, logging],
      ...['-cp', classPath, 'KafkaNode', join(node.directory, 'server.properties'), clusterId],
    ],
    { stdio: ['pipe', 'pipe', log] },
  ) as ChildProcessByStdio<Writable, Readable, null>
  closeSync(log)
  node.child = child
  child.once('exit', () => {
    if (node.child === child) node.child = undefined
  })
  child.stdin.on('error', () => undefined) // it is there to end, not to be written to
  await new Promise<void>((resolve, reject) => {
    const fail = (what: string): void => {
      clearTimeout(timer)
      reject(new Error(`Kafka node ${node.id} ${what}:\n${readFileSync(logPath, 'utf8').slice(-4000)}`))
    }
    const timer = setTimeout(() => {
      fail(`is not ready after ${startTimeoutMs / 1000} s`)
    }, startTimeoutMs)
    createInterface(child.stdout).once('line', () => {
      clearTimeout(timer)
      resolve()
    })
    child.once('error', (error) => {
      fail(`does not start (${error.message})`)
    })
    child.once('exit', (code, signal) => {
      fail(`ended with ${signal ?? `status ${String(code)}`}`)
    })
  })
  // From here on a node does not keep its parent from ending.
  for (const part of [child, child.stdin as Socket, child.stdout as Socket]) part.unref()
}

const endNode = async (node: Node, signal: NodeJS.Signals): Promise<void> => {
  const { child } = node
  if (child === undefined) return
  const ended = new Promise((resolve) => child.once('exit', resolve))
  child.ref()
  child.kill(signal)
  child.kill('SIGCONT') // a stopped process does not see SIGTERM
  await ended
}

/** A folder of this process; what processes and test runs left that are gone without cleaning up goes. */
const temporaryFolder = (): string => {
  mkdirSync(scratchFolder, { recursive: true })
  for (const name of readdirSync(scratchFolder)) {
    const owner = /^(?:run-)?(\d+)[-.]/.exec(name)?.[1]
    if (owner !== undefined && !isAlive(Number(owner))) {
      rmSync(join(scratchFolder, name), { recursive: true, force: true })
    }
  }
  return mkdtempSync(join(scratchFolder, `${process.pid}-`))
}

/**
 * A free port below those that the system gives to outgoing connections: on one of those, a client that keeps connecting to a
 * stopped broker can end up connected to itself, and the broker could not come back.
 */
const freePort = async (used: readonly number[]): Promise<number> => {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 10_000)
    if (!used.includes(port) && (await isFree(port))) return port
  }
}

const isFree = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => {
      resolve(false)
    })
    server.listen(port, host, () => server.close(() => resolve(true)))
  })

const writeSettings = (node: Node, voters: string, count: number, more: Readonly<Record<string, string>>): void => {
  const replicas = String(count)
  const inSync = String(count === 1 ? 1 : 2)
  const settings: Record<string, string> = {
    'process.roles': 'broker,controller',
    'node.id': String(node.id),
    'controller.quorum.voters': voters,
    listeners: `PLAINTEXT://${host}:${node.port},CONTROLLER://${host}:${node.controllerPort}`,
    'advertised.listeners': `PLAINTEXT://${host}:${node.port}`,
    'listener.security.protocol.map':
      'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,SSL:SSL,SASL_PLAINTEXT:SASL_PLAINTEXT,SASL_SSL:SASL_SSL',
    'controller.listener.names': 'CONTROLLER',
    'inter.broker.listener.name': 'PLAINTEXT',
    'log.dirs': join(node.directory, 'data'),
    'auto.create.topics.enable': 'false',
    'auto.leader.rebalance.enable': 'false',
    'default.replication.factor': replicas,
    'min.insync.replicas': inSync,
    'offsets.topic.num.partitions': '3',
    'offsets.topic.replication.factor': replicas,
    'transaction.state.log.num.partitions': '3',
    'transaction.state.log.replication.factor': replicas,
    'transaction.state.log.min.isr': inSync,
    'share.coordinator.state.topic.num.partitions': '1',
    'share.coordinator.state.topic.replication.factor': replicas,
    'share.coordinator.state.topic.min.isr': inSync,
    // Every join would wait three seconds for further members.
    'group.initial.rebalance.delay.ms': '0',
    'group.min.session.timeout.ms': '1000',
    // Tests write records of 1970.
    'log.message.timestamp.before.max.ms': '9223372036854775807',
    'log.message.timestamp.after.max.ms': '9223372036854775807',
    'log.retention.ms': '-1',
    // What happens in minutes elsewhere happens in a second: compaction, the abort of transactions that time out.
    'log.initial.task.delay.ms': '500',
    'log.cleaner.backoff.ms': '500',
    'log.cleaner.dedupe.buffer.size': '4194304',
    'log.segment.delete.delay.ms': '1000',
    'log.index.size.max.bytes': '1048576',
    'transaction.abort.timed.out.transaction.cleanup.interval.ms': '500',
    ...more,
  }
  mkdirSync(node.directory, { recursive: true })
  const lines = Object.entries(settings).map(([name, value]) => `${name}=${value.replaceAll('\\', '\\\\')}\n`)
  writeFileSync(join(node.directory, 'server.properties'), lines.join(''))
  writeFileSync(join(node.directory, 'log4j2.properties'), logSettings)
}

const logSettings = `rootLogger.level=warn
rootLogger.appenderRef.err.ref=err
appender.err.type=Console
appender.err.name=err
appender.err.target=SYSTEM_ERR
appender.err.layout.type=PatternLayout
appender.err.layout.pattern=%d{HH:mm:ss.SSS} %p %c{1}: %m%n
`
