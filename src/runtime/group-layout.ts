// What an application consists of on a broker: its parts, how many partitions everything has, the topics that ks makes, and
// the tasks that follow from it.

import { KsError } from './model/errors.ts'
import type { KafkaConnection } from './kafka-connection.ts'
import {
  changelogConfigs,
  ensureInternalTopics,
  repartitionConfigs,
  windowChangelogConfigs,
  type InternalTopic,
} from './kafka/internal-topics.ts'
import { changelogTopic, resolvePartitions, splitTopology, type SubTopology } from './topology/sub-topology.ts'
import type { StoreDeclaration, Topology } from './topology/topology.ts'
import { noEndMs } from './windows/unlimited-windows.ts'

export interface GroupLayout {
  readonly parts: readonly SubTopology[]
  /** Number of partitions of every topic that is read. */
  readonly counts: ReadonlyMap<string, number>
  /** Everything that is read. */
  readonly topics: readonly string[]
  /** Topics that ks makes to bring records together. */
  readonly repartitions: ReadonlySet<string>
}

/** How many tasks a part has: one per partition of its topics. */
export const taskCount = ({ sources }: SubTopology, counts: ReadonlyMap<string, number>): number =>
  Math.max(0, ...sources.map(({ topic }) => counts.get(topic) ?? 0))

/** Finds out what is there, and makes the internal topics that are missing. KsError config, denied or broker. */
export const openLayout = async (
  connection: KafkaConnection,
  topology: Topology,
  prefix: string,
): Promise<GroupLayout> => {
  const { client, config } = connection
  const parts = splitTopology(topology, prefix)
  const sources = parts.flatMap((part) => part.sources)
  const external = [
    ...new Set(sources.filter(({ repartition }) => repartition === undefined).map(({ topic }) => topic)),
  ]
  const known = await client.topics(external, true)
  const counts = resolvePartitions(parts, (topic) => known.get(topic)?.partitions.length)
  const repartitions = new Set(parts.flatMap((part) => part.repartitions))
  const custom = config.topicSettings()
  const wanted: InternalTopic[] = [...repartitions].map((name) => ({
    name,
    partitions: counts.get(name) ?? 1,
    configs: { ...repartitionConfigs, ...custom },
  }))
  for (const part of parts) {
    for (const store of part.topology.stores) {
      if (store.log !== 'changelog') continue
      wanted.push({
        name: changelogTopic(prefix, store.name),
        partitions: taskCount(part, counts),
        configs: { ...configsOf(store, config.number('windowstore.changelog.additional.retention.ms')), ...custom },
      })
    }
  }
  if (wanted.some(({ partitions }) => partitions === 0)) throw new KsError('config', 'an input topic has no partitions')
  await ensureInternalTopics(client, wanted, config.number('replication.factor'))
  return { parts, counts, topics: [...new Set(sources.map(({ topic }) => topic))], repartitions }
}

const configsOf = ({ kind, retentionMs = 0 }: StoreDeclaration, additionalMs: number): InternalTopic['configs'] =>
  kind === 'key-value'
    ? changelogConfigs
    : windowChangelogConfigs(retentionMs === noEndMs ? undefined : retentionMs + additionalMs)
