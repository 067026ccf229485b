// Waiting for input, but not longer than until something else is due.

/** The value of the promise, or undefined if it takes longer than `waitMs`. */
export const raceWithTimer = async <T>(promise: Promise<T>, waitMs: number): Promise<T | undefined> => {
  let timer: NodeJS.Timeout | undefined
  const timeout = new Promise<undefined>((resolve) => {
    timer = setTimeout(resolve, waitMs, undefined)
  })
  try {
    return await Promise.race([promise, timeout])
  } finally {
    clearTimeout(timer)
  }
}
