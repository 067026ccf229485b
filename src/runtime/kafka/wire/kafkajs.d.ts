// The parts of kafkajs' inside that ks uses; its own types declare the outside only. tests/runtime/kafka/client-kafkajs.test.ts
// holds each of them to what is written here.

declare module 'kafkajs/src/network/connection.js' {
  import type { Socket } from 'node:net'
  import type { ConnectionOptions } from 'node:tls'

  /** A request that waits for its answer. */
  interface QueueEntry {
    readonly apiKey: number
    readonly apiName: string
    readonly apiVersion: number
    readonly correlationId: number
    resolve(result: { readonly payload: Buffer | null }): void
    reject(error: Error): void
  }

  interface RequestQueue {
    /** Sends at once, as long as nothing limits requests; `entry` is settled with the answer. */
    push(request: {
      readonly entry: QueueEntry
      readonly expectResponse: boolean
      readonly requestTimeout: number | null
      sendRequest(): void
    }): void
    /** Rejects everything that waits. */
    rejectAll(error: Error): void
    /** Stops its timers. */
    destroy(): void
    /** Sets a timer that comes back for ever, even with nothing to do. */
    scheduleCheckPendingRequests(): void
  }

  interface Logger {
    namespace(name: string): Logger
    debug(message: string, extra?: object): void
    info(message: string, extra?: object): void
    warn(message: string, extra?: object): void
    error(message: string, extra?: object): void
  }

  /** What a mechanism gets to talk with the broker. Bytes are framed by their length in 32 bits. */
  interface SaslExchange {
    saslAuthenticate<T>(message: {
      readonly request: { encode(): Promise<Buffer> }
      readonly response: { decode(data: Buffer): Promise<Buffer>; parse(data: Buffer): Promise<T> }
    }): Promise<T>
  }

  interface Sasl {
    readonly mechanism: string
    readonly username?: string
    readonly password?: string
    authenticationProvider?(exchange: SaslExchange): { authenticate(): Promise<void> }
  }

  interface SocketRequest {
    readonly host: string
    readonly port: number
    readonly ssl: ConnectionOptions | null
    onConnect(): void
  }

  export default class Connection {
    constructor(options: {
      readonly host: string
      readonly port: number
      readonly logger: Logger
      readonly socketFactory: (request: SocketRequest) => Socket
      readonly requestTimeout: number
      readonly connectionTimeout: number
      readonly enforceRequestTimeout: boolean
      readonly clientId: string
      readonly ssl: ConnectionOptions | null
      readonly sasl: Sasl | null
    })
    readonly requestQueue: RequestQueue
    connectionStatus: 'connected' | 'disconnecting' | 'disconnected'
    connect(): Promise<boolean>
    isConnected(): boolean
    nextCorrelationId(): number
    /** By request key; has to be set before `authenticate`. */
    setVersions(versions: Readonly<Record<number, { readonly minVersion: number; readonly maxVersion: number }>>): void
    /** Whether the broker knows SaslAuthenticate (KIP-152). */
    setSupportAuthenticationProtocol(isSupported: boolean): void
    /** false too when the session ends soon (KIP-368). */
    isAuthenticated(): boolean
    authenticate(): Promise<void>
  }
}
