// One connection to one broker. kafkajs has the socket, SASL and the queue of requests that wait for answers; bytes, versions,
// time limits and errors are ours. A connection that failed once is of no use any more: no late answer can be taken for
// another one, and every request that was sent before says that it may have been processed.

import net from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import tls, { type ConnectionOptions } from 'node:tls'
import type Connection from 'kafkajs/src/network/connection.js'
import type { Logger, SocketRequest } from 'kafkajs/src/network/connection.js'
import { KsError } from '../../model/errors.ts'
import { KafkaConnectionError, throwIfError } from '../kafka-errors.ts'
import type { ApiRequest } from '../protocol/api-request.ts'
import { apiVersions, type ApiVersionRange } from '../protocol/api-versions.ts'
import { ByteReader } from './byte-reader.ts'
import { ByteWriter } from './byte-writer.ts'
import { closedInHandshake, loginProblem, socketProblem, strangerProblem } from './connection-problems.ts'
import { type SaslOptions, toKafkaJsSasl } from './sasl.ts'

/** What a connection needs to know. */
export interface WireOptions {
  readonly clientId: string
  /** undefined: plain text. */
  readonly tls: ConnectionOptions | undefined
  readonly sasl: SaslOptions | undefined
  /** request.timeout.ms */
  readonly requestTimeoutMs: number
  /** socket.connection.setup.timeout.ms: until TCP and TLS stand. */
  readonly connectionTimeoutMs: number
}

/** Key of SaslAuthenticate. */
const saslAuthenticateKey = 36
/** Keys of Produce, which every broker takes, and of Vote, which controllers have among themselves. */
const produceKey = 0
const voteKey = 52
const keepAliveMs = 60_000
const closePatienceMs = 2_000
/** A request up to so many bytes goes out as one buffer. */
const joinedBytes = 4096

const silent = (): void => undefined
const logger: Logger = { namespace: () => logger, debug: silent, info: silent, warn: silent, error: silent }

export class BrokerConnection {
  /** `host:port` */
  readonly address: string
  private readonly options: WireOptions
  private readonly connection: Connection
  private readonly failed: Promise<never>
  private rejectFailed: (error: Error) => void = silent
  private failure: Error | undefined
  private socket: net.Socket | undefined
  private versions: ReadonlyMap<number, ApiVersionRange> = new Map()
  private inFlight = 0
  private closing: Promise<void> | undefined
  private becameIdle: () => void = silent

  /**
   * Connects, asks for versions, logs in; gives up when the signal aborts.
   * @throws KafkaConnectionError; KsError denied if one side does not accept the other, config if nobody speaks Kafka there.
   */
  static async open(host: string, port: number, options: WireOptions, signal?: AbortSignal): Promise<BrokerConnection> {
    const { default: KafkaJsConnection } = await import('kafkajs/src/network/connection.js')
    const opened = new BrokerConnection(KafkaJsConnection, host, port, options)
    const giveUp = (): void => {
      opened.destroy()
    }
    if (signal?.aborted === true) giveUp()
    signal?.addEventListener('abort', giveUp, { once: true })
    try {
      await opened.establish()
      return opened
    } finally {
      signal?.removeEventListener('abort', giveUp)
    }
  }

  private constructor(KafkaJsConnection: typeof Connection, host: string, port: number, options: WireOptions) {
    this.address = net.isIPv6(host) ? `[${host}]:${port}` : `${host}:${port}`
    this.options = options
    this.failed = new Promise((_resolve, reject) => (this.rejectFailed = reject))
    this.failed.catch(silent)
    this.connection = new KafkaJsConnection({
      host,
      port,
      logger,
      socketFactory: (request) => this.createSocket(request),
      requestTimeout: options.requestTimeoutMs,
      connectionTimeout: options.connectionTimeoutMs,
      enforceRequestTimeout: false,
      clientId: options.clientId,
      ssl: options.tls ?? null,
      sasl: options.sasl === undefined ? null : toKafkaJsSasl(options.sasl),
    })
    // Nothing limits requests here, so that none waits in the queue. kafkajs would look all the same, every millisecond.
    this.connection.requestQueue.scheduleCheckPendingRequests = silent
  }

  /** Takes requests. */
  get isUsable(): boolean {
    return this.failure === undefined && this.closing === undefined
  }

  /**
   * One request, one attempt.
   * @throws KafkaConnectionError; KsError broker if there is no common version or the answer cannot be read, denied if a
   * new log-in is refused.
   */
  async request<T>(request: ApiRequest<T>): Promise<T> {
    const version = this.versionFor(request)
    if (this.options.sasl !== undefined && !this.connection.isAuthenticated()) await this.logIn()
    return this.exchange(request, version)
  }

  /** Waits for what is under way, up to two seconds, and closes. */
  close(): Promise<void> {
    return (this.closing ??= this.closeInTime())
  }

  /** Drops the socket at once; what is under way is rejected. */
  destroy(): void {
    this.fail(new KafkaConnectionError(this.address, 'the connection was closed by ks', { uncertain: true }))
  }

  private async closeInTime(): Promise<void> {
    const limit = new AbortController()
    const idle = this.inFlight === 0 ? Promise.resolve() : new Promise<void>((resolve) => (this.becameIdle = resolve))
    const finished = idle.then(() => new Promise<void>((resolve) => this.socket?.end(resolve) ?? resolve()))
    await Promise.race([finished, pause(closePatienceMs, undefined, { signal: limit.signal }).catch(silent)])
    limit.abort()
    this.destroy()
  }

  private async establish(): Promise<void> {
    const { connection, options } = this
    if (!this.isUsable) throw this.unusable()
    try {
      await Promise.race([connection.connect(), this.failed])
    } catch (error) {
      // kafkajs has errors of its own only for what the socket did not notice.
      const text = `no connection within ${options.connectionTimeoutMs} ms`
      this.fail(new KafkaConnectionError(this.address, text, { cause: error }))
      throw this.failure ?? error
    }
    try {
      const { errorCode, apis } = await this.exchange(apiVersions(), 0)
      throwIfError(errorCode, 'ApiVersions')
      this.versions = new Map(apis.map((api) => [api.key, api]))
    } catch (error) {
      this.fail(error as Error)
      throw error
    }
    if (options.sasl === undefined) return
    connection.setVersions(Object.fromEntries(this.versions))
    connection.setSupportAuthenticationProtocol(this.versions.has(saslAuthenticateKey))
    await this.logIn()
  }

  private async logIn(): Promise<void> {
    const limitMs = this.options.requestTimeoutMs
    const timer = setTimeout(() => {
      this.fail(new KafkaConnectionError(this.address, `no answer to the log-in within ${limitMs} ms`))
    }, limitMs)
    try {
      await Promise.race([this.connection.authenticate(), this.failed])
    } catch (error) {
      // A lost connection is no refusal, whatever kafkajs makes of it.
      this.fail(loginProblem(this.address, error as Error))
      throw this.unusable()
    } finally {
      clearTimeout(timer)
    }
  }

  private versionFor<T>(request: ApiRequest<T>): number {
    const theirs = this.versions.get(request.key)
    const version = Math.min(request.maxVersion, theirs?.maxVersion ?? -1)
    if (theirs !== undefined && version >= Math.max(request.minVersion, theirs.minVersion)) return version
    if (!this.isUsable) throw this.unusable()
    if (!this.versions.has(produceKey) && this.versions.has(voteKey)) {
      throw new KsError('config', `${this.address} is the listener of a KRaft controller, which takes no clients`, {
        hint: 'use the address of a broker, see listeners and controller.listener.names in the configuration of the server',
      })
    }
    const range = (minVersion: number, maxVersion: number): string =>
      minVersion === maxVersion ? String(minVersion) : `${minVersion}–${maxVersion}`
    const spoken =
      theirs === undefined ? `no ${request.name}` : `${request.name} ${range(theirs.minVersion, theirs.maxVersion)}`
    const ours = range(request.minVersion, request.maxVersion)
    const isNewer = theirs !== undefined && theirs.minVersion > request.maxVersion
    throw new KsError('broker', `broker ${this.address} speaks ${spoken}, this ks ${ours}: no version in common`, {
      hint: isNewer ? 'the broker is too new: use a newer ks' : 'the broker is too old: use a newer one, 2.5 at least',
    })
  }

  private async exchange<T>(request: ApiRequest<T>, version: number): Promise<T> {
    if (!this.isUsable) throw this.unusable()
    const isFlexible = request.flexibleFrom !== undefined && version >= request.flexibleFrom
    const correlationId = this.connection.nextCorrelationId()
    const message = this.encode(request, version, isFlexible, correlationId)
    const payload = await this.transmit(request, version, correlationId, message)
    try {
      const reader = new ByteReader(payload, isFlexible)
      if (payload.length > 0) reader.tags() // of the header
      return request.decode(reader, version)
    } catch (error) {
      if (!(error instanceof RangeError)) throw error
      const text = `the answer of broker ${this.address} to ${request.name} version ${version} cannot be read`
      throw new KsError('broker', `${text}: ${error.message}`, { hint: 'look at the logs of the broker', cause: error })
    }
  }

  private encode<T>(request: ApiRequest<T>, version: number, isFlexible: boolean, correlationId: number): Buffer[] {
    const body = new ByteWriter(isFlexible)
    body.tags() // of the header
    request.encode(body, version)
    const { clientId } = this.options
    const header = new ByteWriter()
    header.int32(2 + 2 + 4 + 2 + Buffer.byteLength(clientId) + body.sizeBytes)
    header.int16(request.key)
    header.int16(version)
    header.int32(correlationId)
    header.string(clientId) // not compact in any version
    const parts = [...header.finish(), ...body.finish()]
    return body.sizeBytes > joinedBytes ? parts : [Buffer.concat(parts)]
  }

  /** Sends a request and waits for the bytes of its answer; none if no answer is expected. */
  private async transmit<T>(
    request: ApiRequest<T>,
    version: number,
    correlationId: number,
    message: readonly Buffer[],
  ): Promise<Buffer> {
    if (request.abandoned?.aborted === true) {
      throw new KafkaConnectionError(this.address, `${request.name} was given up before it was sent`)
    }
    const limitMs = Math.max(this.options.requestTimeoutMs, request.timeoutMs ?? 0)
    const giveUp = (why: string): void => {
      this.fail(new KafkaConnectionError(this.address, `no answer to ${request.name} ${why}`, { uncertain: true }))
    }
    const timer = setTimeout(() => {
      giveUp(`within ${limitMs} ms`)
    }, limitMs)
    const abandon = (): void => {
      giveUp('came, and none will come')
    }
    request.abandoned?.addEventListener('abort', abandon)
    this.inFlight++
    try {
      if (request.expectsResponse === false) {
        // There is nothing else to wait for; without this, memory would take all that the network does not.
        await Promise.race([this.written(message), this.failed])
        return Buffer.alloc(0)
      }
      const { payload } = await new Promise<{ readonly payload: Buffer | null }>((resolve, reject) => {
        this.connection.requestQueue.push({
          entry: { apiKey: request.key, apiName: request.name, apiVersion: version, correlationId, resolve, reject },
          expectResponse: true,
          requestTimeout: null,
          sendRequest: () => {
            this.write(message)
          },
        })
      })
      return payload ?? Buffer.alloc(0)
    } finally {
      clearTimeout(timer)
      request.abandoned?.removeEventListener('abort', abandon)
      if (--this.inFlight === 0) this.becameIdle()
    }
  }

  /** @param done called when the operating system has taken all of it, or with an error. */
  private write(message: readonly Buffer[], done?: (error?: Error | null) => void): void {
    const { socket } = this
    if (socket === undefined) throw this.unusable()
    socket.cork()
    for (const [index, part] of message.entries()) socket.write(part, index === message.length - 1 ? done : undefined)
    socket.uncork()
  }

  private written(message: readonly Buffer[]): Promise<void> {
    return new Promise((resolve, reject) => {
      this.write(message, (error) => {
        if (error === undefined || error === null) resolve()
        else reject(new KafkaConnectionError(this.address, error.message, { uncertain: true, cause: error }))
      })
    })
  }

  // kafkajs' own listeners come after these, and find nothing left to do.
  private createSocket({ host, port, ssl, onConnect }: SocketRequest): net.Socket {
    const servername = net.isIP(host) === 0 ? { servername: host } : {}
    const socket =
      ssl === null
        ? net.connect({ host, port }, onConnect)
        : tls.connect({ host, port, ...servername, ...ssl }, onConnect)
    this.socket = socket
    socket.setNoDelay(true)
    socket.setKeepAlive(true, keepAliveMs)
    socket.once('error', (error: Error) => {
      this.fail(socketProblem(this.address, error, ssl !== null, this.connection.isConnected()))
    })
    const closed = (): void => {
      const isUp = this.connection.isConnected()
      const text = isUp || ssl === null ? 'the broker closed the connection' : closedInHandshake
      this.fail(new KafkaConnectionError(this.address, text, { uncertain: isUp }))
    }
    socket.once('end', closed)
    socket.once('close', closed)
    socket.once('data', (bytes: Buffer) => {
      const problem = strangerProblem(this.address, bytes)
      if (problem !== undefined) this.fail(problem)
    })
    return socket
  }

  /** The first failure is the last: everything that waits is rejected with it. */
  private fail(error: Error): void {
    if (this.failure !== undefined) return
    this.failure = error
    this.connection.connectionStatus = 'disconnected'
    this.connection.requestQueue.rejectAll(error)
    this.connection.requestQueue.destroy()
    // With an error, so that kafkajs hears of it and clears its timer.
    this.socket?.destroy(error)
    this.rejectFailed(error)
  }

  /** Why nothing is sent any more. */
  private unusable(): Error {
    const { failure, address } = this
    if (failure === undefined) return new KafkaConnectionError(address, 'the connection is being closed')
    if (!(failure instanceof KafkaConnectionError)) return failure
    return new KafkaConnectionError(address, failure.message, { cause: failure })
  }
}
