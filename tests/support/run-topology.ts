// A topology of the library in its test driver, and records of clicks for it.

import { StreamsBuilder, TopologyTestDriver, type TestRecord } from '../../src/runtime/index.ts'

export interface Click {
  readonly user: string
  readonly page: string
  readonly ms?: number
}

/** Runs records, each for the topic of its name, and returns what `out` got as `[key, value, timestamp]`. */
export const run = async (
  describe: (builder: StreamsBuilder) => void,
  inputs: readonly (readonly [topic: string, record: TestRecord])[],
  options: ConstructorParameters<typeof StreamsBuilder>[0] = {},
): Promise<unknown[]> => {
  const builder = new StreamsBuilder(options)
  describe(builder)
  const driver = await TopologyTestDriver.create(builder.build())
  for (const [topic, record] of inputs) driver.pipe(topic, record)
  return driver
    .read('out')
    .map(({ key, value, timestamp, window }) => [
      window === undefined ? key : `${String(key)}@${window.start}-${window.end}`,
      value,
      timestamp,
    ])
}

export const clicks = (...lines: readonly (readonly [user: string, page: string, timestamp: number])[]) =>
  lines.map(([user, page, timestamp]) => ['clicks', { key: user, value: { user, page }, timestamp }] as const)
