import assert from 'node:assert/strict'
import { test } from 'node:test'
import { detectTerminal, type OutputStream } from '../../../../src/runtime/cli/terminal/detect-terminal.ts'

const sizeOf = (stream: OutputStream, environment: Record<string, string> = {}): string | undefined => {
  const terminal = detectTerminal(stream, environment)
  return terminal && `${terminal.columns()}x${terminal.rows()}`
}

test('a pipe, a file and a closed stream are no terminal', () => {
  assert.equal(sizeOf({}), undefined)
  assert.equal(sizeOf({ isTTY: false }), undefined)
  assert.equal(sizeOf({ isTTY: undefined }), undefined)
})

test('a terminal has the size it has now', () => {
  const stream = { isTTY: true, columns: 120, rows: 40 }
  const terminal = detectTerminal(stream, {})
  assert.equal(terminal?.columns(), 120)
  stream.columns = 60
  stream.rows = 20
  assert.equal(terminal?.columns(), 60)
  assert.equal(terminal?.rows(), 20)
})

test('a terminal that does not know its size counts as 80x24', () => {
  assert.equal(sizeOf({ isTTY: true }), '80x24')
  assert.equal(sizeOf({ isTTY: true, columns: 0, rows: 0 }), '80x24')
})

test('KS_FORCE_TTY stands for a terminal', () => {
  assert.equal(sizeOf({}, { KS_FORCE_TTY: '100' }), '100x24')
  assert.equal(sizeOf({}, { KS_FORCE_TTY: '100x30' }), '100x30')
  assert.equal(sizeOf({}, { KS_FORCE_TTY: 'yes' }), '80x24')
  assert.equal(sizeOf({ isTTY: true, columns: 50, rows: 5 }, { KS_FORCE_TTY: '100x30' }), '100x30')
  assert.equal(sizeOf({}, { KS_FORCE_TTY: '' }), undefined)
  assert.equal(sizeOf({}, { KS_FORCE_TTY: '0' }), undefined)
})

test('a dumb terminal obeys no escapes', () => {
  assert.equal(detectTerminal({ isTTY: true }, { TERM: 'dumb' })?.obeysEscapes, false)
  assert.equal(detectTerminal({ isTTY: true }, { TERM: 'xterm' })?.obeysEscapes, true)
  assert.equal(detectTerminal({ isTTY: true }, {})?.obeysEscapes, true)
})
