// ks help application: what -a does.

import type { HelpTopic } from '../command.ts'

export const applicationTopic: HelpTopic = {
  name: 'application',
  summary: 'Runs that carry on where the last one ended: -a APP.',
  body: () => [
    'This is about files and pipes; `ks help kafka` is about topics.',
    'Without `-a` a run is ad hoc: it begins with nothing and leaves nothing behind.',
    'With `-a APP` it is durable. Tables, open windows and how far each file has been read are kept under that application id, ' +
      'and the next run of the same chain carries on: a job that runs every five minutes over a log that grows counts each line ' +
      'once.',
    { code: '*/5 * * * *  ks count --by .path --window 1h --ts .time -a hits /var/log/app.ndjson --to hits.ndjson' },
    { heading: 'Files' },
    'A file is known by its identity and not by its name, and its position is a byte. What was appended since the last run is ' +
      'read; a last line without its line end waits until it is complete. After a rotation the rest of the old file is read ' +
      'first, if it is still in the same directory; if it is not, a message says so. A file that was cut is read from the start.',
    { heading: 'Where' },
    'Under `--state-dir`, `$KS_STATE_DIR`, `$XDG_STATE_HOME/ks` or `~/.local/state/ks`, whichever is set first, in one directory ' +
      'for each application and stage. It belongs to you alone and to nobody else.',
    'The name of the stage is `--name`, or else the verbs joined by `_`. Several chains can share an application id as long as ' +
      'their names differ. A chain that does something else under the same name is refused with status 78: give it a `--name` ' +
      'of its own, or another application id.',
    { heading: 'One run at a time' },
    'A second run of the same stage ends at once with status 75 and says who holds the state; `--lock-wait 10s` waits for it. ' +
      'The lock goes with the process, however that ends.',
    { heading: 'Looking in' },
    '`ks get STORE KEY -a APP` shows rows: as the run has them at that moment, or as the last one has left them. `--store` names a ' +
      'store, and `ks get -a APP` lists them. `--serve :8088` answers the same questions over HTTP.',
    { code: 'ks get hits --window-from -1h --prefix /shop/ -a hits' },
    { heading: 'Commits' },
    'Results go to the output, then the rows, the positions and the length of the output file (`--to`) are stored in one step. ' +
      'After a crash, even in the middle of a write, the next run cuts the output file back to the length of the last commit and ' +
      'goes on from there, so each record counts once, in the state and in the file.',
    'Standard output cannot be cut back: into a pipe, results since the last commit may come twice after a crash.',
    'A reader that goes away (`| head`) ends the run with status 0 and without a commit: a pipe takes more than its reader looks ' +
      'at, so the next run makes again what has come since the last commit. To take so many records and go on behind them, use ' +
      '`then head -n N`, or `-c N`.',
    'A commit happens at the end, at most every `commit.interval.ms` (`-X`) while input goes on, and early when much has changed.',
  ],
}
