// The connections to the brokers of a cluster, one per broker and channel, opened when a request needs one. After a failure
// the next attempt waits: reconnect.backoff.ms, twice as long each time, up to a second.

import { setTimeout as pause } from 'node:timers/promises'
import type { Clock } from '../../tasks/clock.ts'
import { KafkaConnectionError } from '../kafka-errors.ts'
import type { BrokerNode } from '../protocol/metadata.ts'
import { BrokerConnection, type WireOptions } from './broker-connection.ts'

/** What has sockets of its own: a broker answers the requests of one connection one after another, and holds some for long. */
export type Channel = 'main' | 'group' | 'purge' | FetchChannel

/** Long polls: of what is processed, of what is restored, of copies that are kept up. */
export type FetchChannel = 'fetch' | 'restore' | 'standby'

export interface Address {
  readonly host: string
  readonly port: number
}

export interface PoolOptions extends WireOptions {
  /** Addresses to begin with, and to come back to when no broker that is known answers. */
  readonly bootstrapServers: readonly Address[]
  /** reconnect.backoff.ms */
  readonly reconnectBackoffMs: number
  readonly clock: Clock
}

const longestBackoffMs = 1_000

/** The place of one connection. */
interface Slot {
  readonly address: Address
  readonly channel: Channel
  open: BrokerConnection | undefined
  opening: Promise<BrokerConnection> | undefined
  /** Since it was open last. */
  failures: number
  /** ms since the epoch; no attempt before it. */
  notBefore: number
}

export class ConnectionPool {
  private readonly options: PoolOptions
  private readonly slots = new Map<string, Slot>()
  private nodes: ReadonlyMap<number, BrokerNode> = new Map()
  private readonly closed = new AbortController()
  private turn = 0

  constructor(options: PoolOptions) {
    this.options = options
  }

  get isClosed(): boolean {
    return this.closed.signal.aborted
  }

  /** The brokers as last heard, by node id. */
  get brokers(): readonly BrokerNode[] {
    return [...this.nodes.values()].sort((a, b) => a.nodeId - b.nodeId)
  }

  /** Takes over where the brokers are. What is under way to other places goes on. */
  setBrokers(brokers: readonly BrokerNode[]): void {
    this.nodes = new Map(brokers.map((broker) => [broker.nodeId, broker]))
  }

  /** Takes over where one broker is, if that is news. */
  addBroker(broker: BrokerNode): void {
    const known = this.nodes.get(broker.nodeId)
    if (known?.host !== broker.host || known.port !== broker.port) {
      this.nodes = new Map([...this.nodes, [broker.nodeId, broker]])
    }
  }

  /**
   * The connection to a broker; opened if need be.
   * @throws KafkaConnectionError; KsError denied or config.
   */
  async acquire(nodeId: number, channel: Channel): Promise<BrokerConnection> {
    const node = this.nodes.get(nodeId)
    if (node === undefined) throw new KafkaConnectionError(`node ${nodeId}`, 'the cluster has no broker of this number')
    return this.connectionTo(node, channel)
  }

  /**
   * A connection to some broker: those that are open have their turns, so that one that has lost touch with the rest of the
   * cluster does not answer every question; else the first that opens.
   * @throws the last error if none does.
   */
  async acquireAny(channel: Channel): Promise<BrokerConnection> {
    const usable = [...this.slots.values()].flatMap(({ open, channel: its }) =>
      its === channel && open?.isUsable === true ? [open] : [],
    )
    const next = usable[this.turn++ % usable.length]
    if (next !== undefined) return next
    const places = [...this.brokers, ...this.options.bootstrapServers]
    let lastError: unknown = new KafkaConnectionError('any', 'no broker is known')
    for (let index = 0; index < places.length; index++) {
      const place = places[this.turn++ % places.length]
      if (place === undefined) break
      try {
        return await this.connectionTo(place, channel)
      } catch (error) {
        if (!(error instanceof KafkaConnectionError) || this.isClosed) throw error
        lastError = error
      }
    }
    throw lastError
  }

  /** The connection to an address; opened if need be. */
  async connectionTo({ host, port }: Address, channel: Channel): Promise<BrokerConnection> {
    if (this.isClosed) throw clientClosed(`${host}:${port}`)
    const name = `${host}:${port} ${channel}`
    let slot = this.slots.get(name)
    if (slot === undefined) {
      slot = { address: { host, port }, channel, open: undefined, opening: undefined, failures: 0, notBefore: 0 }
      this.slots.set(name, slot)
    }
    if (slot.open?.isUsable === true) return slot.open
    const { opening = this.reopen(slot) } = slot
    slot.opening = opening
    return opening
  }

  /** Closes everything: long polls at once, the rest after what is under way, within two seconds. */
  async close(): Promise<void> {
    this.closed.abort()
    await Promise.all(
      [...this.slots.values()].map(async ({ channel, open }) => {
        if (channel === 'main' || channel === 'group') await open?.close()
        else open?.destroy()
      }),
    )
    this.slots.clear()
  }

  private async reopen(slot: Slot): Promise<BrokerConnection> {
    const { clock, reconnectBackoffMs } = this.options
    const { host, port } = slot.address
    // A connection that was open and broke counts as a failure, so that one that always breaks is not opened in a tight loop.
    if (slot.open !== undefined) slot.notBefore = clock.now() + reconnectBackoffMs
    slot.open = undefined
    try {
      const waitMs = Math.min(slot.notBefore - clock.now(), longestBackoffMs)
      if (waitMs > 0) await pause(waitMs, undefined, { signal: this.closed.signal })
      const connection = await BrokerConnection.open(host, port, this.options, this.closed.signal)
      slot.failures = 0
      slot.open = connection
      return connection
    } catch (error) {
      if (this.isClosed) throw clientClosed(`${host}:${port}`, error)
      const backoffMs = Math.min(reconnectBackoffMs * 2 ** Math.min(slot.failures++, 20), longestBackoffMs)
      slot.notBefore = clock.now() + backoffMs
      throw error
    } finally {
      slot.opening = undefined
    }
  }
}

const clientClosed = (address: string, cause?: unknown): KafkaConnectionError =>
  new KafkaConnectionError(address, 'the client is closed', { retriable: false, cause })
