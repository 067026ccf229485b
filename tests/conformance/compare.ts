// One case in both: whether they agree, and the smallest case that shows that they do not.

import { isDeepStrictEqual } from 'node:util'
import { answerText, caseText, inputTopics, parentsOf, type Answer, type Case, type Op } from './cases.ts'
import { differenceOf } from './differences.ts'
import { runKs } from './ks-topology.ts'
import type { Oracle } from './oracle.ts'

export interface Comparison {
  readonly expected: Answer
  readonly actual: Answer
  readonly equal: boolean
}

/**
 * Runs a case in Kafka Streams and in ks. Kafka Streams is asked for what it does with stores in memory, which is quick, and only
 * if ks does not agree for what it does with RocksDB.
 */
export const compare = async (oracle: Oracle, testCase: Case): Promise<Comparison> => {
  // Asked first and awaited last: the two run side by side.
  const [inMemory, actual] = await Promise.all([oracle.ask(testCase, 'memory'), runKs(testCase)])
  if (isDeepStrictEqual(inMemory, actual)) return { expected: inMemory, actual, equal: true }
  return compareStrictly(oracle, testCase)
}

/** As `compare`, but what Kafka Streams does with RocksDB is all that counts. */
export const compareStrictly = async (oracle: Oracle, testCase: Case): Promise<Comparison> => {
  const [expected, actual] = await Promise.all([oracle.ask(testCase, 'rocksdb'), runKs(testCase)])
  return { expected, actual, equal: isDeepStrictEqual(expected, actual) }
}

/** What to print of a case that differs. */
export const differenceText = (testCase: Case, { expected, actual }: Comparison): string =>
  `${caseText(testCase)}\nKafka Streams:\n${answerText(expected)}\nks:\n${answerText(actual)}`

/** A smaller case that still differs: without records and operators that do not matter. */
export const shrink = async (
  oracle: Oracle,
  testCase: Case,
  isKnown = ({ topology }: Case): boolean => differenceOf(topology) !== undefined,
): Promise<Case> => {
  const differs = async (smaller: Case): Promise<boolean> => {
    if (isKnown(smaller)) return false
    const { expected, equal } = await compare(oracle, smaller)
    return !equal && 'outputs' in expected
  }
  let smallest = testCase
  for (let shrunk = true; shrunk;) {
    shrunk = false
    for (const smaller of smallerCases(smallest)) {
      if (!(await differs(smaller))) continue
      smallest = smaller
      shrunk = true
      break
    }
  }
  return smallest
}

/** Cases that are one step smaller, the biggest steps first. */
function* smallerCases({ topology, inputs }: Case): Generator<Case> {
  for (let size = inputs.length >> 1; size > 0; size >>= 1) {
    for (let start = 0; start < inputs.length; start += size) {
      yield { topology, inputs: [...inputs.slice(0, start), ...inputs.slice(start + size)] }
    }
  }
  for (const op of topology) {
    if (op.op === 'to') yield withTopology(topology.filter((other) => other !== op))
    else for (const parent of parentsOf(op)) yield withTopology(bypass(topology, op.id, parent))
  }

  function withTopology(smaller: readonly Op[]): Case {
    const kept = withoutUnused(smaller)
    const topics = inputTopics(kept)
    return { topology: kept, inputs: inputs.filter(({ topic }) => topics.includes(topic)) }
  }
}

/** The topology with `parent` in place of the operator. */
const bypass = (topology: readonly Op[], id: string, parent: string): readonly Op[] => {
  const renamed = (name: string): string => (name === id ? parent : name)
  return topology
    .filter((op) => op.op === 'to' || op.id !== id)
    .map((op): Op => {
      if (op.op === 'merge') return { ...op, from: renamed(op.from), with: renamed(op.with) }
      if (op.op === 'cogroup') {
        return { ...op, inputs: op.inputs.map(({ from, by }) => ({ from: renamed(from), by })) }
      }
      if ('left' in op) return { ...op, left: renamed(op.left), right: renamed(op.right) }
      return 'from' in op ? { ...op, from: renamed(op.from) } : op
    })
}

/** Without the operators from which nothing leads to a sink. */
const withoutUnused = (topology: readonly Op[]): readonly Op[] => {
  const used = new Set<string>()
  for (const op of [...topology].reverse()) {
    if (op.op === 'to' || used.has(op.id)) for (const parent of parentsOf(op)) used.add(parent)
  }
  return topology.filter((op) => op.op === 'to' || used.has(op.id))
}
