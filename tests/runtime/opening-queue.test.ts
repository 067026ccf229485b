import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { OpeningQueue } from '../../src/runtime/opening-queue.ts'

/** Opens when it is told to. */
const recorder = (): {
  readonly queue: OpeningQueue
  readonly opened: string[][]
  readonly ended: unknown[]
  finish(error?: Error): Promise<void>
} => {
  const opened: string[][] = []
  const ended: unknown[] = []
  const pending: ((error?: Error) => void)[] = []
  const queue = new OpeningQueue(
    (ids) => {
      opened.push([...ids])
      return new Promise((resolve, reject) => {
        pending.push((error) => {
          if (error === undefined) resolve()
          else reject(error)
        })
      })
    },
    (error) => ended.push(error),
  )
  const finish = async (error?: Error): Promise<void> => {
    pending.shift()?.(error)
    await turn()
  }
  return { queue, opened, ended, finish }
}

suite('the queue of tasks to open', () => {
  test('opens one lot after another', async () => {
    const { queue, opened, ended, finish } = recorder()
    queue.add(['a'])
    queue.add(['b'])
    queue.add(['b', 'c'])
    assert.deepEqual(opened, [['a']])
    await finish()
    assert.deepEqual(opened, [['a'], ['b', 'c']])
    assert.deepEqual([queue.isActive, ended], [true, []])
    await finish()
    assert.deepEqual([queue.isActive, ended], [false, [undefined]])
  })

  test('waits for what is under way when it is stopped, and takes on nothing until it goes on', async () => {
    const { queue, opened, finish } = recorder()
    queue.add(['a'])
    queue.add(['b'])
    let isStopped = false
    const stopped = queue.stop().then(() => (isStopped = true))
    queue.add(['c'])
    await turn()
    assert.equal(isStopped, false)
    await finish()
    await stopped
    queue.add(['d'])
    assert.deepEqual([queue.isActive, opened], [false, [['a']]])
    queue.resume()
    queue.add(['e'])
    assert.deepEqual(opened, [['a'], ['e']])
  })

  test('forgets what waits when one fails, and says so', async () => {
    const { queue, opened, ended, finish } = recorder()
    queue.add(['a'])
    queue.add(['b'])
    const failure = new Error('fenced')
    await finish(failure)
    assert.deepEqual([queue.isActive, ended, opened], [false, [failure], [['a']]])
    queue.add(['b'])
    assert.deepEqual(opened, [['a'], ['b']])
  })
})
