// What tools on Kafka have in common: a connection for as long as they work, and an end as soon as they are interrupted.

import type { CliContext } from './cli/context.ts'
import { KafkaConnection } from './kafka-connection.ts'
import { loadConfig, type ConfigOptions } from './load-config.ts'

/** The options that say where the cluster is. */
export type ConnectionOptions = Pick<ConfigOptions, 'brokers' | 'config' | 'profile' | 'property'>

/** Connects, works, closes. Throws KsError usage and config for options, broker and denied for connections. */
export const withKafka = async <T>(
  options: ConnectionOptions,
  context: CliContext,
  work: (connection: KafkaConnection) => Promise<T>,
): Promise<T> => {
  const config = await loadConfig({ ...options, eos: false }, context)
  const connection = await KafkaConnection.open(config, context)
  try {
    return await unlessInterrupted(work(connection), context.signal)
  } finally {
    await connection.close()
  }
}

/** Throws the reason of the signal once it aborts. */
const unlessInterrupted = async <T>(work: Promise<T>, signal: AbortSignal): Promise<T> => {
  let stop = (): void => undefined
  const interrupted = new Promise<void>((resolve) => {
    stop = resolve
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', stop)
  }).then(() => {
    signal.throwIfAborted()
    throw new Error('not interrupted')
  })
  try {
    return await Promise.race([work, interrupted])
  } finally {
    signal.removeEventListener('abort', stop)
  }
}
