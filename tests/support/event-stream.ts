// Reads server-sent events for a test.

import type { TestContext } from 'node:test'

/** Follows a stream until the test is over. @returns the events so far, each as its name and its data. */
export const watch = async (address: string, context: TestContext): Promise<() => readonly string[]> => {
  const controller = new AbortController()
  context.after(() => {
    controller.abort()
  })
  const { body } = await fetch(address, { signal: controller.signal })
  let text = ''
  const read = async (): Promise<void> => {
    for await (const part of (body as ReadableStream<Uint8Array>).pipeThrough(new TextDecoderStream())) text += part
  }
  read().catch(() => undefined)
  return () =>
    [...text.matchAll(/^event: (\w+)\ndata: (.*)\n\n/gm)].map(([, name = '', data = '']) => `${name} ${data}`)
}
