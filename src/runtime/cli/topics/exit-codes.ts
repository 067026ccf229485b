// ks help exit-codes: what the status of a run says.

import { exitStatus } from '../../model/errors.ts'
import type { HelpTopic } from '../command.ts'

const meanings: readonly (readonly [status: number, meaning: string])[] = [
  [exitStatus.ok, 'Done. Also when the reader of the output went away, as in `ks cat x.ndjson | head -n 1`.'],
  [
    exitStatus.failed,
    'Failed while running, for a reason that none of the others covers. Of `ks get`: there is no row of that key.',
  ],
  [exitStatus.usage, 'The command line is wrong; the message shows the place and usually the line that was meant.'],
  [exitStatus.compile, 'An expression or a program file does not compile.'],
  [exitStatus.nothing, 'Nothing was written. Only with `--exit-status`.'],
  [exitStatus.data, 'A record was bad: with `--on-error fail` the first one, else one more than `--max-errors`.'],
  [exitStatus.broker, 'No broker can be reached, or it does not do what is needed. The message says which and why.'],
  [
    exitStatus.io,
    'A file cannot be read or written, or the state is damaged. The message has the reason of the system.',
  ],
  [
    exitStatus.busy,
    'Try again later: another run holds the state (the message says which one; `--lock-wait` waits for it), or `ks get` finds its tasks on the move.',
  ],
  [exitStatus.denied, 'A broker does not let this user in, or not do this.'],
  [
    exitStatus.config,
    'The configuration is wrong: an environment variable, the state directory, or state of another program.',
  ],
  [exitStatus.interrupted, 'Ended by SIGINT (Ctrl-C), after what had been done was committed.'],
  [exitStatus.terminated, 'Ended by SIGTERM, after what had been done was committed.'],
]

export const exitCodesTopic: HelpTopic = {
  name: 'exit-codes',
  summary: 'What the exit status says.',
  body: () => [
    { rows: meanings.map(([status, meaning]) => [String(status), meaning]) },
    'Records that were left out (bad ones with `--on-error skip`, late ones, ones without a key) do not change the status; one ' +
      'line on standard error counts them when the run ends. `--quiet` leaves it out.',
    'With `--errors-json` an error is one line of JSON on standard error:',
    {
      code: '{"error":"unknown command \\"cuont\\"","kind":"usage","hint":"ks --help lists the commands","did_you_mean":["count"],"exit_status":2}',
    },
    { heading: 'In scripts' },
    'A cron job that must not overlap with itself needs nothing but an application id: the second run ends with 75.',
    { code: 'ks count --by .page -a pages access.ndjson || [ $? -eq 75 ]' },
    'To ask whether a file has a certain record:',
    { code: "ks filter '.status >= 500' access.ndjson then head -n 1 --exit-status > /dev/null && echo trouble" },
  ],
}
