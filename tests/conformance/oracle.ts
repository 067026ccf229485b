// Kafka Streams as the judge: java/Oracle.java in a process of its own, which answers case after case.

import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { withFileLock } from '../support/file-lock.ts'
import { javaProgram, kafkaClassPath, projectRoot } from '../support/kafka-jars.ts'
import type { Answer, Case } from './cases.ts'

export interface Oracle {
  /** What Kafka Streams makes of a case. Several may be asked at once; they are answered in order. */
  ask(testCase: Case, stores: Stores): Promise<Answer>
  close(): Promise<void>
}

/**
 * Where Kafka Streams has its stores. RocksDB is the default and the judge, but some twenty times slower. Those in memory differ
 * from it in a few cases: sessions that are emitted when they close are never found there, and what is about to expire may be.
 */
export type Stores = 'memory' | 'rocksdb'

const source = join(projectRoot, 'tests/conformance/java/Oracle.java')
const compiled = join(projectRoot, 'build/conformance')

/** Compiles what has not been compiled yet, and starts the process. */
export const startOracle = async (): Promise<Oracle> => {
  const jars = await kafkaClassPath()
  const classPath = [await compile(jars), jars].join(delimiter)
  const stateDirectory = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'ks-oracle-'))
  // Short runs: what the better compiler and a big heap would gain is not worth its start.
  const options = ['-XX:TieredStopAtLevel=1', '-Xshare:auto', '-XX:+UseSerialGC', '-Xmx512m']
  const quiet = '-Dorg.apache.logging.log4j.level=OFF'
  const child = spawn(javaProgram(), [...options, quiet, '-cp', classPath, 'Oracle', stateDirectory], {
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  let complaints = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    if (complaints.length < 10_000) complaints += text
  })
  const waiting: { resolve: (answer: Answer) => void; reject: (error: Error) => void }[] = []
  const ended = new Promise<void>((resolve) => {
    const end = (why: string): void => {
      for (const { reject } of waiting.splice(0)) reject(new Error(`${why}\n${complaints}`))
      resolve()
    }
    child.once('error', (error) => {
      end(String(error))
    })
    child.once('close', (status) => {
      end(`the oracle has ended with status ${String(status)}`)
    })
  })
  child.stdin.on('error', () => {
    // It has ended, and `close` says so.
  })
  createInterface({ input: child.stdout }).on('line', (line) => {
    waiting.shift()?.resolve(JSON.parse(line) as Answer)
  })

  return {
    ask: (testCase, stores) =>
      new Promise((resolve, reject) => {
        if (child.exitCode !== null) {
          reject(new Error(`the oracle has ended\n${complaints}`))
          return
        }
        waiting.push({ resolve, reject })
        child.stdin.write(`${JSON.stringify({ ...testCase, stores })}\n`)
      }),
    close: async () => {
      child.stdin.end()
      await ended
      rmSync(stateDirectory, { recursive: true, force: true })
    },
  }
}

/** The folder with the classes of the source as it is now: complete or not there. Several test files share it. */
const compile = async (jars: string): Promise<string> => {
  const hash = createHash('sha256').update(readFileSync(source)).digest('hex').slice(0, 12)
  const folder = join(compiled, hash)
  if (existsSync(folder)) return folder
  mkdirSync(compiled, { recursive: true })
  await withFileLock(`${folder}.lock`, () => {
    if (existsSync(folder)) return Promise.resolve()
    const unfinished = mkdtempSync(`${folder}.`)
    try {
      const javac = join(dirname(javaProgram()), 'javac')
      const { status, stderr, error } = spawnSync(
        javaProgram() === 'java' ? 'javac' : javac,
        ['-nowarn', '-encoding', 'UTF-8', '-cp', jars, '-d', unfinished, source],
        { encoding: 'utf8' },
      )
      if (status !== 0) throw error ?? new Error(`javac ended with status ${String(status)}:\n${stderr}`)
      renameSync(unfinished, folder)
    } finally {
      rmSync(unfinished, { recursive: true, force: true })
    }
    return Promise.resolve()
  })
  return folder
}
