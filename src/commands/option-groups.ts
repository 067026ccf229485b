// Options that several commands share.

import { repeated, text } from '../runtime/cli/options.ts'

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
    help: 'A result per window: `1m` tumbling, `5m/1m` hopping, `session:30m`, `sliding:5m`.',
  }),
  store: text({ valueName: 'NAME', help: 'Name of the state store.' }),
}
