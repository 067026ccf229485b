// Loads what scripts need of tests/support, which is TypeScript: it is bundled first.

import { build } from 'esbuild'
import { mkdirSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))

/** The module whose text is `contents`; its imports are relative to tests/support. */
export const loadSupport = async (contents) => {
  const folder = join(root, 'build/support')
  mkdirSync(folder, { recursive: true })
  const outfile = join(folder, `${process.pid}.mjs`)
  await build({
    absWorkingDir: root,
    stdin: { contents, resolveDir: join(root, 'tests/support') },
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    logLevel: 'warning',
  })
  try {
    return await import(pathToFileURL(outfile).href)
  } finally {
    rmSync(outfile)
  }
}
