// Files where a file or a topic could stand.

import { KsError } from '../runtime/model/errors.ts'
import { isFileName } from '../runtime/stdio/format.ts'
import type { Endpoint } from '../runtime/topology/topology.ts'

/** The file that an operand or option names. KsError usage for what does not look like one. */
export const fileEndpoint = (verb: string, name: string, append: boolean): Endpoint => {
  if (name.startsWith('@')) {
    throw new KsError('usage', `${verb} ${name}: topics cannot be written yet`, {
      hint: `a file: ${verb} ./${name.slice(1)}.ndjson`,
    })
  }
  if (!isFileName(name)) {
    throw new KsError('usage', `${verb} ${name}: is this a file?`, { hint: `write ./${name} for a file` })
  }
  return { kind: 'file', name, options: { append } }
}
