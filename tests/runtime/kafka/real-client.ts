// A client of a real broker, as the tests of what is above it need one.

import type { TestContext } from 'node:test'
import { KafkaClient, type ClientOptions } from '../../../src/runtime/kafka/client.ts'
import { systemClock } from '../../../src/runtime/tasks/clock.ts'

/** @param bootstrap HOST:PORT, several with commas. The client is closed when the test is over. */
export const connectReal = async (
  context: TestContext,
  bootstrap: string,
  options: Partial<ClientOptions> = {},
): Promise<KafkaClient> => {
  const bootstrapServers = bootstrap.split(',').map((address) => {
    const colon = address.lastIndexOf(':')
    return { host: address.slice(0, colon), port: Number(address.slice(colon + 1)) }
  })
  const client = await KafkaClient.connect(
    {
      bootstrapServers,
      clientId: 'ks-test',
      tls: undefined,
      sasl: undefined,
      requestTimeoutMs: 30_000,
      connectionTimeoutMs: 10_000,
      metadataMaxAgeMs: 300_000,
      retryBackoffMs: 50,
      reconnectBackoffMs: 50,
      clock: systemClock,
      ...options,
    },
    10_000,
    new AbortController().signal,
  )
  context.after(() => client.close())
  return client
}
