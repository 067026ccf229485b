// A password from the person at the terminal, wherever standard input and output lead to. Nothing of it is shown.

import { openSync, writeSync } from 'node:fs'
import { createInterface } from 'node:readline/promises'
import { Writable } from 'node:stream'
import { ReadStream } from 'node:tty'

const terminalPath = '/dev/tty'

/**
 * Asks on the terminal of this process. undefined if it has none (cron, a service), if the answer is empty, or at the end of
 * input (Ctrl-D).
 * @param interrupt what Ctrl-C does: the terminal does not send its signal while the answer is typed.
 * @param signal ends the waiting; its reason is thrown then.
 */
export const askSecret = async (
  question: string,
  interrupt: () => void,
  signal: AbortSignal,
): Promise<string | undefined> => {
  const terminal = openTerminal()
  if (terminal === undefined) return undefined
  const input = new ReadStream(terminal)
  // Readline echoes what is typed into its output.
  const nowhere = new Writable({
    write: (_chunk, _encoding, done) => {
      done()
    },
  })
  const reader = createInterface({ input, output: nowhere, terminal: true, historySize: 0 })
  try {
    writeSync(terminal, question)
    reader.on('SIGINT', interrupt)
    const closed = new Promise<undefined>((resolve) => {
      reader.once('close', () => {
        resolve(undefined)
      })
    })
    const answer = await Promise.race([reader.question('', { signal }), closed])
    return answer === '' ? undefined : answer
  } catch (error) {
    signal.throwIfAborted()
    throw error
  } finally {
    reader.close()
    writeSync(terminal, '\n')
    input.destroy()
  }
}

const openTerminal = (): number | undefined => {
  try {
    return openSync(terminalPath, 'r+')
  } catch {
    return undefined
  }
}
