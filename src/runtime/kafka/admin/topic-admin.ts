// Making and deleting topics, and their settings. What returns is true for everybody who asks the cluster afterwards: a topic
// that was created has leaders, one that was deleted is gone.

import { KsError } from '../../model/errors.ts'
import type { KafkaClient } from '../client.ts'
import { errorCode } from '../error-codes.ts'
import { KafkaConnectionError, KafkaError, throwIfError, toKsError } from '../kafka-errors.ts'
import { retryPause } from '../group/retry-pause.ts'
import { createTopics, type NewTopic } from '../protocol/create-topics.ts'
import { deleteTopics } from '../protocol/delete-topics.ts'
import { describeConfigs, resourceTypes } from '../protocol/describe-configs.ts'
import { retried } from './admin-retry.ts'

const brokerWaitsMs = 30_000
const patienceMs = 15_000
const pollMs = 25

/**
 * Creates topics and waits until all their partitions have leaders. Those before one that cannot be created are there then.
 * @throws KsError config if the broker does not want one (it exists, or its settings are wrong), denied, broker.
 */
export const createTopicsNow = async (client: KafkaClient, topics: readonly NewTopic[]): Promise<void> => {
  for (const topic of topics) {
    const what = `create topic ${topic.name}`
    let mayBeOurs = false
    await retried(client, what, async () => {
      const request = createTopics({ topics: [topic], timeoutMs: brokerWaitsMs, validateOnly: false })
      try {
        const answer = await client.request(await client.controller(), request)
        for (const { errorCode: code, errorMessage } of answer.topics) {
          if (mayBeOurs && errorCode(code).name === 'TOPIC_ALREADY_EXISTS') continue
          throwIfError(code, 'CreateTopics', errorMessage)
        }
      } catch (error) {
        mayBeOurs ||= mayHaveHappened(error)
        throw error
      }
    })
  }
  const names = topics.map(({ name }) => name)
  const waiting = await waitForTopics(client, names, (topic) => topic?.partitions.every(({ leader }) => leader >= 0))
  if (waiting !== undefined) throw leaderless(waiting)
}

/** A topic that is there, but cannot be used. */
export const leaderless = (topic: string): KsError =>
  new KsError('broker', `topic ${topic} is there but gets no leader`, {
    hint: 'the brokers that are to have its partitions may be down: look at their logs, and try again',
  })

/**
 * Deletes topics and waits until they are gone; one that is not there is no error.
 * @throws KsError
 */
export const deleteTopicsNow = async (client: KafkaClient, names: readonly string[]): Promise<void> => {
  if (names.length === 0) return
  await retried(client, `delete ${names.join(', ')}`, async () => {
    const answer = await client.request(await client.controller(), deleteTopics({ names, timeoutMs: brokerWaitsMs }))
    for (const { name, errorCode: code } of answer.topics) {
      if (code === 0 || errorCode(code).name === 'UNKNOWN_TOPIC_OR_PARTITION') continue
      const error = new KafkaError(code, 'DeleteTopics')
      throw error.retriable ? error : toKsError(error, `delete topic ${name}`)
    }
  })
  const left = await waitForTopics(client, names, (topic) => topic === undefined)
  if (left !== undefined) {
    throw new KsError('broker', `topic ${left} is marked for deletion but still there`, {
      hint: 'the brokers delete it when those that have it are up',
    })
  }
}

/** The controller may have done, or may still do, what it was asked for. */
const mayHaveHappened = (error: unknown): boolean =>
  error instanceof KafkaConnectionError
    ? error.uncertain
    : error instanceof KafkaError && error.name === 'REQUEST_TIMED_OUT'

type FoundTopic = Awaited<ReturnType<KafkaClient['allTopics']>>[number]

/** Waits until all topics are as they should be; one that is not when patience ends, or undefined. */
const waitForTopics = async (
  client: KafkaClient,
  names: readonly string[],
  isDone: (topic: FoundTopic | undefined) => boolean | undefined,
): Promise<string | undefined> => {
  const deadline = performance.now() + patienceMs
  for (let attempt = 1; ; attempt++) {
    const found = await client.topics(names, true)
    const waiting = names.find((name) => isDone(found.get(name)) !== true)
    if (waiting === undefined || performance.now() >= deadline) return waiting
    await retryPause(pollMs, attempt)
  }
}

/** What was set for topics themselves, by topic; what comes from brokers and defaults is left out. */
export const topicConfigs = async (
  client: KafkaClient,
  names: readonly string[],
): Promise<ReadonlyMap<string, Readonly<Record<string, string>>>> => {
  if (names.length === 0) return new Map()
  const what = `read the settings of ${names.join(', ')}`
  const { resources } = await retried(client, what, async () => {
    const question = names.map((name) => ({ type: resourceTypes.topic, name, names: null }))
    const answer = await client.request('any', describeConfigs(question))
    for (const { errorCode: code, errorMessage } of answer.resources)
      throwIfError(code, 'DescribeConfigs', errorMessage)
    return answer
  })
  return new Map(
    resources.map(({ name, configs }) => [
      name,
      Object.fromEntries(
        configs.filter(({ source }) => source === ofTopic).map((each) => [each.name, each.value ?? '***']),
      ),
    ]),
  )
}

/** Where a setting comes from: the topic itself. */
const ofTopic = 1
