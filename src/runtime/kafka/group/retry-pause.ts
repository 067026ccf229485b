// Waiting between attempts: retry.backoff.ms first, twice as long each time, up to a second.

import { setTimeout as pause } from 'node:timers/promises'

const longestMs = 1_000

/**
 * Waits after the given number of failures in a row (1 or more).
 * @throws the reason of the signal once it aborts.
 */
export const retryPause = async (retryBackoffMs: number, failures: number, signal?: AbortSignal): Promise<void> => {
  const waitMs = Math.min(retryBackoffMs * 2 ** Math.min(failures - 1, 20), Math.max(longestMs, retryBackoffMs))
  try {
    await pause(waitMs, undefined, signal === undefined ? {} : { signal })
  } catch (error) {
    signal?.throwIfAborted()
    throw error
  }
}

/** The result of a promise, or the reason of the signal as an error if that aborts first; the promise is then left to itself. */
export const untilAborted = async <T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> => {
  if (signal === undefined) return promise
  let stop: (() => void) | undefined
  try {
    const aborted = new Promise<never>((_resolve, reject) => {
      stop = () => reject(asError(signal.reason))
      if (signal.aborted) stop()
      else signal.addEventListener('abort', stop, { once: true })
    })
    return await Promise.race([promise, aborted])
  } finally {
    if (stop !== undefined) signal.removeEventListener('abort', stop)
  }
}

const asError = (reason: unknown): Error => (reason instanceof Error ? reason : new Error(String(reason)))
