// One Java process per test process with Kafka's own clients (java/TestClient.java), started when it is first needed. It does
// not keep the test process from ending while nothing is asked of it, and ends with it.

import { spawn } from 'node:child_process'
import type { Socket } from 'node:net'
import { createInterface } from 'node:readline'
import { javaProgram, kafkaClassPath } from './kafka-jars.ts'

/** What Kafka's Java client had to say; the name is the simple name of Java's exception. */
export class JavaClientError extends Error {
  override readonly name: string

  constructor(name: string, message: string) {
    super(message)
    this.name = name
  }
}

interface Waiting {
  resolve(result: unknown): void
  reject(error: Error): void
}

interface Answer {
  readonly id: number
  readonly result?: unknown
  readonly error?: string
  readonly message?: string
}

type Ask = (request: Readonly<Record<string, unknown>>) => Promise<unknown>

let started: Promise<Ask> | undefined

/** Asks for one operation of TestClient.java. Rejects with JavaClientError. */
export const askJava = async (request: Readonly<Record<string, unknown>>): Promise<unknown> => {
  started ??= startClient()
  const ask = await started
  return ask(request)
}

const startClient = async (): Promise<Ask> => {
  const classPath = await kafkaClassPath()
  const child = spawn(
    javaProgram(),
    ['-Xmx256m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-cp', classPath, 'TestClient'],
    { stdio: ['pipe', 'pipe', 'pipe'] },
  )
  const waiting = new Map<number, Waiting>()
  const parts = [child, child.stdin as Socket, child.stdout as Socket, child.stderr as Socket]
  const hold = (isNeeded: boolean): void => {
    for (const part of parts) {
      if (isNeeded) part.ref()
      else part.unref()
    }
  }
  const settle = (id: number): Waiting | undefined => {
    const entry = waiting.get(id)
    waiting.delete(id)
    if (waiting.size === 0) hold(false)
    return entry
  }

  createInterface(child.stdout).on('line', (line) => {
    const { id, result, error, message } = JSON.parse(line) as Answer
    const entry = settle(id)
    if (error === undefined) entry?.resolve(result)
    else entry?.reject(new JavaClientError(error, message ?? ''))
  })
  let errors = ''
  child.stderr.on('data', (data: Buffer) => {
    errors = (errors + data.toString()).slice(-4000)
  })
  child.stdin.on('error', () => undefined) // 'close' tells
  const fail = (): void => {
    started = undefined
    for (const id of [...waiting.keys()]) settle(id)?.reject(new Error(`the Java client has ended:\n${errors}`))
  }
  child.once('error', fail)
  child.once('close', fail)

  let lastId = 0
  return (request) =>
    new Promise((resolve, reject) => {
      const id = ++lastId
      waiting.set(id, { resolve, reject })
      hold(true)
      child.stdin.write(`${JSON.stringify({ ...request, id })}\n`)
    })
}
