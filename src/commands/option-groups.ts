// Options that several commands share.

import { duration, repeated, text } from '../runtime/cli/options.ts'
import { KsError } from '../runtime/model/errors.ts'

/** Options of commands that aggregate. */
export const aggregating = {
  by: repeated({
    long: 'by',
    valueName: 'EXPR[,EXPR…]',
    help: 'Groups by these expressions; `name=EXPR` names the field.',
  }),
  window: text({
    short: 'w',
    valueName: 'WINDOW',
    help: 'A result per window: `1m` tumbling, `5m/1m` hopping, `session:30m`, `sliding:5m`, `unlimited[:START]`.',
  }),
  store: text({ valueName: 'NAME', help: 'Name of the state store.' }),
}

const ttlOption = duration({
  long: 'ttl',
  help: 'A row that has not been updated for so long, in event time, is deleted; stages behind it and the changelog hear of that. A record that is as old itself is late.',
})

/** Of commands that keep a row per key. */
export const ttl: typeof ttlOption = {
  ...ttlOption,
  parse: (texts) => {
    const ttlMs = ttlOption.parse(texts)
    if (ttlMs === 0) throw new KsError('usage', 'a row that goes at once is never seen', { hint: 'for example 7d' })
    return ttlMs
  },
}
