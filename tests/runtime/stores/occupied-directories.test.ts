import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Worker } from 'node:worker_threads'
import { OccupiedDirectories } from '../../../src/runtime/stores/occupied-directories.ts'

test('a directory is taken once, whichever thread asks', () => {
  const first = new OccupiedDirectories()
  const second = new OccupiedDirectories(first.memory)
  assert.equal(first.add('/a'), true)
  assert.deepEqual([first.add('/a'), second.add('/a'), second.add('/b')], [false, false, true])
  first.delete('/a')
  assert.equal(second.add('/a'), true)
  assert.equal(first.add('/b'), false)
})

test('giving back what is not taken changes nothing', () => {
  const directories = new OccupiedDirectories()
  directories.add('/a')
  directories.delete('/b')
  assert.deepEqual([directories.add('/a'), directories.add('/b')], [false, true])
})

test('a thread that is at it is waited for', async () => {
  const directories = new OccupiedDirectories()
  const mutex = new Int32Array(directories.memory, 0, 1)
  mutex[0] = 1
  const code = `const { workerData } = require('node:worker_threads')
    const mutex = new Int32Array(workerData, 0, 1)
    setTimeout(() => { Atomics.store(mutex, 0, 0); Atomics.notify(mutex, 0) }, 50)`
  const worker = new Worker(code, { eval: true, workerData: directories.memory })
  const ended = new Promise((resolve) => worker.once('exit', resolve))
  assert.equal(directories.add('/a'), true)
  assert.equal(mutex[0], 0)
  await ended
})
