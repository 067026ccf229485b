import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { trustedForMs, whyForeign, whyRebuild } from '../../../src/runtime/stores/task-store.ts'

const position = { offset: 10, savedAt: 1000, cluster: 'a', reset: 5 }
const log = { start: 0, end: 20, cluster: 'a', reset: 5 }

suite('a saved position', () => {
  test('goes on in the log that it was saved for', () => {
    assert.equal(whyForeign(position, log), undefined)
    assert.equal(whyRebuild(position, log, 1000), undefined)
    assert.equal(whyRebuild(position, { ...log, start: 10, end: 10 }, 1000), undefined)
  })

  test('does not go on in another one', () => {
    assert.match(whyForeign(position, { ...log, cluster: 'b' }) ?? '', /cluster/)
    assert.match(whyForeign(position, { ...log, reset: 6 }) ?? '', /reset/)
    assert.match(whyForeign(position, { ...log, end: 9 }) ?? '', /anew/)
    assert.match(whyForeign(position, { ...log, start: 11 }) ?? '', /cut/)
  })

  test('is too old if deletions that it missed may be gone, but not if it missed nothing', () => {
    const late = position.savedAt + trustedForMs + 1
    assert.match(whyRebuild(position, log, late) ?? '', /longer than deletions are kept/)
    assert.equal(whyRebuild(position, { ...log, end: 10 }, late), undefined)
  })
})
