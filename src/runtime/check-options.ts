// Options that would mean nothing in the chain at hand are refused, and say what they need: nothing that is typed is ignored.

import { KsError } from './model/errors.ts'
import type { SharedValues } from './shared-options.ts'
import type { Format } from './stdio/format.ts'

/** What a chain has to do with topics, and how its results leave. */
export interface ChainTraits {
  /** Some topic is read or written. */
  readonly usesTopics: boolean
  /** `-t`. */
  readonly readsTopics: boolean
  /** The results go to a topic. */
  readonly writesTopic: boolean
  /** The format of the results, as far as it was said by an option or the name of a file. */
  readonly outputFormat: Format | undefined
}

/** @throws KsError usage for the first option that means nothing. */
export const checkOptions = (shared: SharedValues, traits: ChainTraits): void => {
  const { usesTopics, readsTopics, writesTopic, outputFormat } = traits
  const refuse = (option: string, what: string, hint: string): never => {
    throw new KsError('usage', `${option} ${what}`, { hint })
  }
  const eitherWay = '-t TOPIC reads a topic, --to TOPIC writes one'
  if (shared.offset !== undefined && !readsTopics)
    refuse('-o', 'says what part of topics is read', '-t TOPIC reads one')
  if (shared.keyExpression !== undefined && !writesTopic) {
    refuse(
      '-k',
      'is the key of records that are written to a topic',
      '--to TOPIC writes one; `then key EXPR` changes keys',
    )
  }
  const onlyTopics: readonly (readonly [option: string, isGiven: boolean, what: string])[] = [
    ['-p', shared.partition !== undefined, 'is a partition of a topic'],
    ['-H', shared.header.length > 0, 'adds headers to records of topics'],
    ['-z', shared.compression !== undefined, 'compresses what is written to topics'],
    ['--eos', shared.eos, 'is about topics'],
    ['--key', shared.key !== undefined, 'is the format of keys in topics'],
    ['--value', shared.value.read !== 'json' || shared.value.write !== 'json', 'is the format of values in topics'],
  ]
  for (const [option, isGiven, what] of onlyTopics) if (isGiven && !usesTopics) refuse(option, what, eitherWay)
  if (shared.tokenFile !== undefined && shared.serve === undefined) {
    refuse('--token-file', 'is for requests from other machines', '--serve HOST:PORT answers them')
  }
  if (shared.envelope !== true) return
  if (writesTopic) refuse('-J', 'writes envelopes, and a topic has keys, times and headers itself', 'leave it out')
  if (outputFormat !== undefined && outputFormat !== 'ndjson') {
    refuse('-J', `writes envelopes, which are NDJSON and no ${outputFormat}`, 'leave out one of the two')
  }
}
