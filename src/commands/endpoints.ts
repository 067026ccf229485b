// Places where a topic or a file can stand.

import { KsError } from '../runtime/model/errors.ts'
import { isFileName } from '../runtime/stdio/format.ts'
import type { Endpoint } from '../runtime/topology/topology.ts'

/** The topic (`@NAME`), file or standard output (`-`) that an operand names as a sink. KsError usage for what does not look like one. */
export const sinkOperand = (verb: string, name: string, append: boolean): Endpoint => {
  if (name.startsWith('@')) return { kind: 'topic', name: name.slice(1), options: { main: false } }
  if (!isFileName(name)) throw unclear(verb, name)
  if (name === '-') return { kind: 'stdout', name: '' }
  return { kind: 'file', name, options: { append, main: false } }
}

/** The topic (`@NAME`), file or standard input (`-`) that an operand names as a source. */
export const sourceOperand = (verb: string, name: string): Endpoint => {
  if (name.startsWith('@')) return { kind: 'topic', name: name.slice(1) }
  if (!isFileName(name)) throw unclear(verb, name)
  return { kind: name === '-' ? 'stdin' : 'file', name }
}

const unclear = (verb: string, name: string): KsError =>
  new KsError('usage', `${verb} ${name}: a topic or a file?`, { hint: `@${name} is a topic, ./${name} a file` })
