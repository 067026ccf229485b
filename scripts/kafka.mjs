// npm run kafka [-- --port N] [--dir DIR]: a real Apache Kafka to try ks with, in the foreground, on localhost:9092. Its data is
// gone when it ends, unless --dir says where to keep it. In this order it takes: the broker that KS_TEST_BROKER names, which it
// only looks at; Kafka's jars from Maven Central with the Java that is here; the image apache/kafka with Docker.
// Tests start it with `--register FILE --until-exit PID`: on a free port, which it writes to FILE, until that process has ended
// or nobody has touched FILE for some minutes.

import { spawn, spawnSync } from 'node:child_process'
import { mkdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { dirname, join, resolve } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { loadSupport } from './load-support.mjs'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const pollMs = 250
const idleLimitMs = 300_000
const startLimitMs = 90_000
const defaultPort = 9092
const exampleTopic = 'clicks'

const readOptions = () => {
  const text = { type: 'string' }
  const { values } = parseArgs({ options: { port: text, dir: text, register: text, 'until-exit': text } })
  const port = Number(values.port ?? defaultPort)
  if (!Number.isInteger(port) || port < 1 || port > 65_535) throw new Error(`--port ${values.port}: not a port`)
  return { port, directory: values.dir && resolve(values.dir), register: values.register, run: values['until-exit'] }
}

const explain = (address) => {
  console.log(`Kafka is at ${address}. To try it, in another terminal:

  printf '%s\\n' '{"page":"/home"}' '{"page":"/cart"}' '{"page":"/home"}' | ks cat -b ${address} --to @${exampleTopic}
  ks count -b ${address} -t ${exampleTopic} --by .page -e
`)
}

/** Whether a broker answers at a port: it is asked for its versions (ApiVersions v0), the one thing that needs no agreement. */
const answers = (host, port) =>
  new Promise((resolve) => {
    const socket = connect({ host, port })
    const end = (isUp) => () => {
      socket.destroy()
      resolve(isUp)
    }
    socket.setTimeout(5000, end(false))
    socket.once('connect', () => socket.write(Buffer.from('0000000a0012000000000001ffff', 'hex')))
    socket.once('data', end(true))
    socket.once('error', end(false))
    socket.once('close', end(false))
  })

/** Calls `isOver` until it says that it is over, or until somebody interrupts. Whether it was the latter. */
const waitUntil = async (isOver) => {
  let isInterrupted = false
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => (isInterrupted = true))
  while (!isInterrupted && !isOver()) await delay(pollMs)
  return isInterrupted
}

const useGiven = async (address) => {
  const [, host, port] = /^(.*):(\d+)$/.exec(address.split(',')[0]) ?? []
  if (port === undefined) throw new Error(`KS_TEST_BROKER is ${address}: not host:port`)
  if (!(await answers(host, Number(port))))
    throw new Error(`no broker answers at ${address}, which KS_TEST_BROKER names`)
  explain(address)
}

const runJava = async ({ startNodes, kafkaTool }, { port, directory }) => {
  console.log('Starting Kafka; the first time, Maven fetches its jars (124 MB) …')
  const nodes = await startNodes({ port, heapMb: 1024, optimize: true, ...(directory && { directory }) })
  try {
    const address = `localhost:${port}`
    const create = ['--create', '--if-not-exists', '--topic', exampleTopic, '--partitions', '3']
    const created = await kafkaTool('org.apache.kafka.tools.TopicCommand', ['--bootstrap-server', address, ...create])
    if (created.status !== 0) throw new Error(`topic ${exampleTopic}: ${created.stdout}${created.stderr}`)
    explain(address)
    if (!(await waitUntil(() => nodes.running().length === 0))) throw new Error('Kafka has ended by itself')
    if (directory) await nodes.stop() // in order; what is temporary is not worth the time
  } finally {
    await nodes.close()
  }
}

const runDocker = async ({ kafkaVersion }, { port, directory }) => {
  if (directory) throw new Error('--dir needs Java: Docker is used without it here')
  const settings = {
    NODE_ID: 1,
    PROCESS_ROLES: 'broker,controller',
    LISTENERS: `PLAINTEXT://:${port},CONTROLLER://:${port === 9093 ? 9094 : 9093}`,
    ADVERTISED_LISTENERS: `PLAINTEXT://localhost:${port}`,
    LISTENER_SECURITY_PROTOCOL_MAP: 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
    CONTROLLER_LISTENER_NAMES: 'CONTROLLER',
    CONTROLLER_QUORUM_VOTERS: `1@localhost:${port === 9093 ? 9094 : 9093}`,
    OFFSETS_TOPIC_REPLICATION_FACTOR: 1,
    TRANSACTION_STATE_LOG_REPLICATION_FACTOR: 1,
    TRANSACTION_STATE_LOG_MIN_ISR: 1,
    SHARE_COORDINATOR_STATE_TOPIC_REPLICATION_FACTOR: 1,
    SHARE_COORDINATOR_STATE_TOPIC_MIN_ISR: 1,
    GROUP_INITIAL_REBALANCE_DELAY_MS: 0,
  }
  const environment = Object.entries(settings).flatMap(([name, value]) => ['-e', `KAFKA_${name}=${value}`])
  const name = `ks-kafka-${process.pid}`
  const image = `apache/kafka:${kafkaVersion}`
  console.log(`Starting Kafka with Docker, since there is no Java; the first time it fetches the image ${image} …`)
  // In a group of its own, so that Ctrl-C reaches it by way of `docker stop` only.
  const child = spawn('docker', ['run', '--rm', '--name', name, '-p', `${port}:${port}`, ...environment, image], {
    stdio: ['ignore', 'ignore', 'inherit'],
    detached: true,
  })
  let isOver = false
  child.once('exit', () => (isOver = true))
  try {
    for (const deadline = performance.now() + 10 * startLimitMs; !(await answers('localhost', port));) {
      if (isOver || performance.now() > deadline) throw new Error('Kafka does not start with Docker')
      await delay(pollMs)
    }
    const topics = '/opt/kafka/bin/kafka-topics.sh'
    const create = [topics, '--bootstrap-server', `localhost:${port}`, '--create', '--topic', exampleTopic]
    spawnSync('docker', ['exec', name, ...create, '--partitions', '3'], { stdio: ['ignore', 'ignore', 'inherit'] })
    explain(`localhost:${port}`)
    if (!(await waitUntil(() => isOver))) throw new Error('Kafka has ended by itself')
  } finally {
    spawnSync('docker', ['stop', name], { stdio: 'ignore' })
  }
}

const runForTests = async ({ startNodes, isAlive }, { register, run }) => {
  const nodes = await startNodes()
  try {
    writeFileSync(`${register}.new`, JSON.stringify({ pid: process.pid, bootstrap: nodes.bootstrap }))
    renameSync(`${register}.new`, register)
    const isIdle = () => Date.now() - statSync(register).mtimeMs > idleLimitMs
    await waitUntil(() => !isAlive(Number(run)) || isIdle() || nodes.running().length === 0)
  } finally {
    await nodes.close()
    for (const path of [register, register.replace(/json$/, 'log')]) rmSync(path, { force: true })
  }
}

const main = async () => {
  const options = readOptions()
  const given = process.env.KS_TEST_BROKER
  if (given) return useGiven(given)
  mkdirSync(join(root, 'build/kafka'), { recursive: true })
  const support = await loadSupport(`export { javaMissing, kafkaVersion } from './kafka-jars.ts'
        export { startNodes } from './kafka-nodes.ts'
        export { kafkaTool } from './kafka-broker.ts'
        export { isAlive } from './file-lock.ts'`)
  const missing = support.javaMissing()
  if (options.register) return runForTests(support, options)
  if (await answers('localhost', options.port)) throw new Error(`there is a broker at port ${options.port} already`)
  if (!missing) return runJava(support, options)
  const hasDocker = spawnSync('docker', ['info'], { stdio: 'ignore' }).status === 0
  if (!hasDocker) throw new Error(`${missing}; or start Docker; or set KS_TEST_BROKER to the address of a broker`)
  return runDocker(support, options)
}

try {
  await main()
} catch (error) {
  console.error(`kafka: ${error instanceof Error ? error.message : error}`)
  process.exitCode = 1
}
