// What can be said of a chain over topics with an application id before anything is opened.

import { KsError } from './model/errors.ts'
import type { Durability, RunSettings, TopicSettings } from './run-settings.ts'
import type { Topology } from './topology/topology.ts'

/** @throws KsError usage for what cannot be. */
export const checkGroupChain = (topology: Topology, settings: RunSettings, topics: TopicSettings): void => {
  if (topics.exactlyOnce) {
    checkTransactional(topology)
    if ((settings.lateFile ?? settings.asideFile) !== undefined) {
      throw new KsError('usage', '--eos puts late and bad records into topics only', {
        hint: '--late @TOPIC, --on-error @TOPIC',
      })
    }
  }
  if (topics.partition !== undefined) {
    throw new KsError('usage', '-p cannot be said with -a: the group decides who reads which partition')
  }
  if (topics.range?.to !== undefined || settings.limit !== undefined) {
    const option = settings.limit === undefined ? 'the end of -o' : '-c'
    throw new KsError('usage', `${option} cannot be said with -a, which goes on where the last run ended`, {
      hint: '-e ends where the topics end now; without -a any part can be read',
    })
  }
  if (topology.nodes.some(({ name }) => name.startsWith('KSTREAM-HEAD'))) {
    throw new KsError('usage', 'head has no meaning with -a over topics, whose partitions are read apart', {
      hint: 'leave -a out',
    })
  }
}

/** Exactly once, everything that a chain writes must be part of a transaction. */
export const checkTransactional = (topology: Topology): void => {
  if (writesTopicsOnly(topology)) return
  throw new KsError('usage', '--eos needs topics to write to: a pipe or a file is no part of a transaction', {
    hint: 'write to a topic (--to TOPIC), or leave --eos out',
  })
}

/** Transactions belong to an application. @throws KsError usage for a run without one. */
export const checkApplication = (topics: TopicSettings, durability: Durability | undefined): void => {
  if (!topics.exactlyOnce || durability !== undefined) return
  throw new KsError('usage', '--eos needs an application id, which its transactions belong to', {
    hint: 'add -a APP',
  })
}

const writesTopicsOnly = ({ nodes }: Topology): boolean =>
  nodes.every(({ kind, endpoint }) => kind !== 'sink' || endpoint?.kind === 'topic')

/** Why a chain has to do with one thread; undefined if it may have more. */
export const needsOneThread = (
  topology: Topology,
  settings: RunSettings,
  topics: TopicSettings,
): string | undefined => {
  if (settings.durability === undefined) return 'a run without -a has no tasks to share'
  if (topics.exit) return 'a run that ends (-e) has one'
  if (settings.maxErrors !== undefined) return '--max-errors counts in one'
  if (writesTopicsOnly(topology) && settings.lateFile === undefined && settings.asideFile === undefined)
    return undefined
  return 'standard output and files are written by one'
}
