// Refuses to write to a file that the same run reads: it would be emptied before it is read, or never end.

import { fstatSync, statSync } from 'node:fs'
import { KsError } from './model/errors.ts'
import type { RunSettings } from './run-settings.ts'
import type { ChainPlan } from './topology/chain-plan.ts'

/** @throws KsError usage naming the file. Nothing has been opened yet. */
export const refuseInputsAsOutputs = ({ topology }: ChainPlan, settings: RunSettings): void => {
  const { inputs, topics, lateFile, asideFile } = settings
  const endpoints = topology.nodes.flatMap(({ kind, endpoint }) => (endpoint === undefined ? [] : [{ kind, endpoint }]))
  const files = (wanted: 'source' | 'sink'): string[] =>
    endpoints.flatMap(({ kind, endpoint }) => (kind === wanted && endpoint.kind === 'file' ? [endpoint.name] : []))
  const outputs = [...files('sink'), lateFile, asideFile].filter((name) => name !== undefined)
  const writesStandardOutput = endpoints.some(({ kind, endpoint }) => kind === 'sink' && endpoint.kind === 'stdout')
  const readsStandardInput = inputs.includes('-') || (inputs.length === 0 && topics?.isInput !== true)
  if (outputs.length === 0 && !writesStandardOutput) return

  const tables = topology.globals.flatMap(({ endpoint }) => (endpoint.kind === 'file' ? [endpoint.name] : []))
  const read = new Map<string, string>()
  const note = (name: string | 0, called: string): void => {
    const identity = fileIdentity(name)
    if (identity !== undefined) read.set(identity, called)
  }
  for (const name of [...inputs, ...files('source'), ...tables]) if (name !== '-') note(name, name)
  if (readsStandardInput) note(0, 'standard input')
  if (read.size === 0) return
  for (const name of writesStandardOutput ? [...outputs, 1 as const] : outputs) {
    const input = read.get(fileIdentity(name) ?? '')
    if (input === undefined) continue
    const what = name === 1 ? 'standard output' : name
    throw new KsError('usage', `${what} is an input of this run too (${input})`, {
      hint: 'write to another file, and move it to this name when the run has ended',
    })
  }
}

/** Device and inode of a regular file that has something in it; undefined for everything else. */
const fileIdentity = (name: string | number): string | undefined => {
  try {
    const stats = typeof name === 'number' ? fstatSync(name, { bigint: true }) : statSync(name, { bigint: true })
    return stats.isFile() && (stats.size > 0n || typeof name === 'string') ? `${stats.dev}:${stats.ino}` : undefined
  } catch {
    return undefined // not there, or closed
  }
}
