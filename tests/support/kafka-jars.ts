// The jars of Apache Kafka, fetched once by Maven into a cache outside of the clone, and the test programs in ./java, compiled
// beside them. A folder of the cache is either complete or not there: each is made under another name and renamed.

import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { accessSync, constants, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs'
import { renameSync, rmSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { withFileLock } from './file-lock.ts'

/** The version of the broker, the console tools, the Java clients and Kafka Streams. */
export const kafkaVersion = '4.1.1'

const dependencies = [
  ...['kafka_2.13', 'kafka-tools', 'kafka-streams', 'kafka-streams-test-utils'].map(
    (artifact) => `org.apache.kafka:${artifact}:${kafkaVersion}`,
  ),
  'org.apache.logging.log4j:log4j-slf4j-impl:2.24.3', // without it the broker logs nothing
]
const dependencyPlugin = 'org.apache.maven.plugins:maven-dependency-plugin:3.6.1'
const minimumJava = 17

/** The root of the repository. Tests run from a bundle, so it is looked for upwards. */
export const projectRoot = ((): string => {
  let directory = dirname(fileURLToPath(import.meta.url))
  while (!existsSync(join(directory, 'tests/support/java'))) directory = dirname(directory)
  return directory
})()

const cache = join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'ks', `kafka-${kafkaVersion}`)
const libraries = join(cache, 'libs')

/** The path of a program of the JDK: in JAVA_HOME if that is set, else on the PATH. Undefined if it is missing. */
const findProgram = (name: string): string | undefined => {
  const home = process.env['JAVA_HOME']
  const folders = (process.env['PATH'] ?? '').split(delimiter)
  if (home !== undefined && name !== 'mvn') folders.unshift(join(home, 'bin'))
  return folders
    .map((folder) => join(folder, name))
    .find((path) => {
      try {
        accessSync(path, constants.X_OK)
        return true
      } catch {
        return false
      }
    })
}

/** The path of `java`; its presence is `javaMissing`'s business. */
export const javaProgram = (): string => findProgram('java') ?? 'java'

let missing: string | false | undefined

/** What a broker or a Java client lacks here and how to install it, or false if it can run. */
export const javaMissing = (): string | false => (missing ??= findMissing())

const findMissing = (): string | false => {
  const absent = ['java', 'javac', ...(existsSync(libraries) ? [] : ['mvn'])].filter((name) => !findProgram(name))
  const install = `a JDK ${minimumJava} or later and Maven (on Debian and Ubuntu: apt-get install openjdk-${minimumJava}-jdk-headless maven)`
  if (absent.length > 0) return `no ${absent.join(', ')} here: Apache Kafka needs ${install}`
  const { stderr } = spawnSync(javaProgram(), ['-version'], { encoding: 'utf8' })
  const version = Number(/version "(\d+)/.exec(stderr)?.[1])
  return version >= minimumJava ? false : `${javaProgram()} is Java ${version}: Apache Kafka needs ${install}`
}

let classPath: Promise<string> | undefined

/** The Java class path of Kafka and of the test programs. Rejects with Maven's or javac's words. */
export const kafkaClassPath = (): Promise<string> =>
  (classPath ??= (async () => {
    await makeOnce(libraries, copyJars)
    const programs = join(cache, `classes-${sourceHash()}`)
    await makeOnce(programs, compile)
    return [programs, join(libraries, '*')].join(delimiter)
  })())

/** Makes a folder of the cache if it is not there yet; two processes at once do it once. */
const makeOnce = async (folder: string, make: (folder: string) => Promise<void>): Promise<void> => {
  if (existsSync(folder)) return
  mkdirSync(cache, { recursive: true })
  await withFileLock(`${folder}.lock`, async () => {
    if (existsSync(folder)) return
    const unfinished = mkdtempSync(`${folder}.`)
    try {
      await make(unfinished)
      renameSync(unfinished, folder)
    } finally {
      rmSync(unfinished, { recursive: true, force: true })
    }
  })
}

const copyJars = async (folder: string): Promise<void> => {
  const pom = join(cache, 'pom.xml')
  const dependency = (coordinates: string): string => {
    const [group, artifact, version] = coordinates.split(':')
    return `<dependency><groupId>${group}</groupId><artifactId>${artifact}</artifactId><version>${version}</version></dependency>`
  }
  writeFileSync(
    pom,
    `<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>
<groupId>ks</groupId><artifactId>kafka-jars</artifactId><version>1</version><packaging>pom</packaging>
<dependencies>${dependencies.map(dependency).join('')}</dependencies></project>`,
  )
  const goal = `${dependencyPlugin}:copy-dependencies`
  await run('mvn', ['-B', '-q', '-f', pom, goal, `-DoutputDirectory=${folder}`, '-DincludeScope=runtime'])
}

const sourceFolder = join(projectRoot, 'tests/support/java')

const javaSources = (): string[] =>
  readdirSync(sourceFolder)
    .filter((name) => name.endsWith('.java'))
    .map((name) => join(sourceFolder, name))
    .sort()

const sourceHash = (): string => {
  const hash = createHash('sha256')
  for (const path of javaSources()) hash.update(path.slice(sourceFolder.length)).update('\0').update(readFileSync(path))
  return hash.digest('hex').slice(0, 12)
}

const compile = (folder: string): Promise<void> =>
  run(findProgram('javac') ?? 'javac', ['-nowarn', '-cp', join(libraries, '*'), '-d', folder, ...javaSources()])

const run = async (command: string, args: readonly string[]): Promise<void> => {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', resolve)
  })
  const [status, stdout, stderr] = await Promise.all([ended, text(child.stdout), text(child.stderr)])
  if (status !== 0) throw new Error(`${command} ended with status ${String(status)}:\n${stdout}${stderr}`)
}
