import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createFrame, restoreSequence, type Frame, type FrameLine } from '../../../../src/runtime/cli/terminal/frame.ts'
import { createScreen, type TestScreen } from '../../../support/screen.ts'

const linesOf = (...texts: string[]): FrameLine[] => texts.map((text) => ({ text, width: text.length }))

const onScreen = (
  columns: number,
  rows: number,
): { screen: TestScreen; frame: Frame; lastWrite: () => string; writeCount: () => number } => {
  const screen = createScreen({ columns, rows })
  const writes: string[] = []
  const write = (text: string): void => {
    writes.push(text)
    screen.write(text)
    assert.equal(screen.isUpdating(), false)
    assert.equal(screen.wraps(), true)
  }
  const frame = createFrame({ write, columns: screen.columns, rows: screen.rows })
  return { screen, frame, lastWrite: () => writes.at(-1) ?? '', writeCount: () => writes.length }
}

test('a frame is drawn below what is there, redrawn in place and erased', () => {
  const { screen, frame } = onScreen(20, 6)
  screen.write('$ ks count\n')
  frame.draw(linesOf('one', 'two'))
  assert.deepEqual(screen.lines(), ['$ ks count', 'one', 'two'])
  assert.deepEqual(screen.cursor(), { row: 3, column: 0, visible: false })
  frame.draw(linesOf('ONE', 'two', 'three'))
  assert.deepEqual(screen.lines(), ['$ ks count', 'ONE', 'two', 'three'])
  frame.draw(linesOf('1'))
  assert.deepEqual(screen.lines(), ['$ ks count', '1'])
  frame.erase()
  assert.deepEqual(screen.lines(), ['$ ks count'])
  assert.deepEqual(screen.cursor(), { row: 1, column: 0, visible: true })
})

test('the bytes: one synchronized write that touches only lines that changed', () => {
  const { frame, lastWrite } = onScreen(20, 6)
  frame.draw(linesOf('one', 'two'))
  assert.equal(lastWrite(), '\x1b[?2026h\x1b[?7l\x1b[?25lone\x1b[K\ntwo\x1b[K\n\x1b[?7h\x1b[?2026l')
  frame.draw(linesOf('one', 'TWO'))
  assert.equal(lastWrite(), '\x1b[?2026h\x1b[?7l\r\x1b[2A\nTWO\x1b[K\n\x1b[?7h\x1b[?2026l')
  frame.draw(linesOf('one'))
  assert.equal(lastWrite(), '\x1b[?2026h\x1b[?7l\r\x1b[2A\n\x1b[J\x1b[?7h\x1b[?2026l')
  frame.erase()
  assert.equal(lastWrite(), '\x1b[?2026h\r\x1b[1A\x1b[J\x1b[?25h\x1b[?2026l')
})

test('at the bottom of the screen the frame pushes up what is above it', () => {
  const { screen, frame } = onScreen(20, 4)
  screen.write('a\nb\nc\n')
  frame.draw(linesOf('1', '2'))
  assert.deepEqual(screen.lines(), ['c', '1', '2'])
  frame.draw(linesOf('1', '2', '3'))
  assert.deepEqual(screen.lines(), ['1', '2', '3'])
  assert.deepEqual(screen.scrollback(), ['a', 'b', 'c'])
  frame.draw(linesOf('x', 'y', 'z'))
  assert.deepEqual(screen.lines(), ['x', 'y', 'z'])
  assert.deepEqual(screen.scrollback(), ['a', 'b', 'c'])
})

test('a full line keeps its last character', () => {
  const { screen, frame } = onScreen(5, 4)
  frame.draw(linesOf('abcde', 'fghij'))
  assert.deepEqual(screen.lines(), ['abcde', 'fghij'])
  frame.draw(linesOf('ABCDE', 'x'))
  assert.deepEqual(screen.lines(), ['ABCDE', 'x'])
})

test('a line that the terminal finds too wide is cut, not wrapped', () => {
  const { screen, frame } = onScreen(5, 4)
  frame.draw([{ text: '日本語', width: 5 }, ...linesOf('next')])
  assert.equal(screen.lines().length, 2)
  frame.draw(linesOf('again', 'next'))
  assert.deepEqual(screen.lines(), ['again', 'next'])
})

test('characters that the user typed do not shift it', () => {
  const { screen, frame } = onScreen(20, 5)
  frame.draw(linesOf('one', 'two'))
  screen.write('^C')
  frame.draw(linesOf('1', '2'))
  assert.deepEqual(screen.lines().slice(0, 2), ['1', '2'])
  frame.erase()
  assert.deepEqual(screen.lines(), [])
})

test('after the screen has become too narrow or too low for it, nothing of the old frame is left', () => {
  for (const [columns, rows] of [
    [10, 8],
    [20, 4],
    [7, 2],
  ] as const) {
    const { screen, frame } = onScreen(20, 8)
    screen.write('$ ks count\n')
    frame.draw(linesOf('a line of 18 chars', 'another one', 'third', 'fourth'))
    screen.resize(columns, rows)
    frame.draw(linesOf('new'))
    assert.deepEqual(screen.lines(), ['new'], `${columns}x${rows}`)
    frame.erase()
    assert.deepEqual(screen.lines(), [])
  }
})

test('a screen that still holds the frame keeps what is above', () => {
  const { screen, frame } = onScreen(20, 8)
  screen.write('$ ks count\n')
  frame.draw(linesOf('one', 'two'))
  screen.resize(12, 5)
  frame.draw(linesOf('1', '2', '3'))
  assert.deepEqual(screen.lines(), ['$ ks count', '1', '2', '3'])
})

test('nothing is written for nothing', () => {
  const { frame, writeCount } = onScreen(20, 5)
  frame.draw([])
  frame.erase()
  assert.equal(writeCount(), 0)
})

test('after an abnormal end, even inside a frame, the restore sequence gives the terminal back', () => {
  const { screen, frame, lastWrite } = onScreen(20, 5)
  frame.draw(linesOf('one', 'two'))
  const other = createScreen({ columns: 20, rows: 5 })
  other.write(lastWrite().slice(0, lastWrite().indexOf('two')))
  assert.deepEqual([other.isUpdating(), other.wraps(), other.cursor().visible], [true, false, false])
  for (const terminal of [screen, other]) {
    terminal.write(restoreSequence)
    assert.deepEqual([terminal.isUpdating(), terminal.wraps(), terminal.cursor().visible], [false, true, true])
  }
})
