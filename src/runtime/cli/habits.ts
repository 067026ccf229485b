// What people type who know another tool, and what it is called here. Only consulted for words that are not known, and only
// where the answer exists, so a letter that gets a meaning of its own stops being a habit by itself.

interface Habit {
  readonly words: readonly string[]
  /** The command or option that the hint speaks of; without it the hint is not given. */
  readonly needs?: string
  readonly hint: string
}

const habits: readonly Habit[] = [
  // jq
  {
    words: ['-s', '--slurp'],
    needs: 'agg',
    hint: "records are not read all at once (jq -s); collect them: agg all='collect(.)'",
  },
  { words: ['-n'], hint: 'the first N records: then head -n N (jq -n has no counterpart)' },
  { words: ['--null-input'], hint: 'input is read record by record; jq -n has no counterpart' },
  { words: ['-c', '--compact-output'], hint: 'leave it out: the output has one record per line anyway (jq -c)' },
  { words: ['-S', '--sort-keys', '--tab', '--indent'], hint: 'records keep their form; pipe into jq to arrange them' },
  // kcat and the tools of Kafka
  { words: ['-C'], needs: 'read', hint: 'ks read -t TOPIC (kcat -C)' },
  { words: ['-P'], needs: 'write', hint: 'ks write TOPIC (kcat -P)' },
  { words: ['-L', '--list', '--describe'], needs: 'topics', hint: 'ks topics (kcat -L)' },
  { words: ['-Q'], needs: 'offsets', hint: 'ks offsets (kcat -Q)' },
  {
    words: ['-G', '--group', '--application-id'],
    needs: '--app',
    hint: 'the group is that of an application: --app ID',
  },
  { words: ['--bootstrap-server', '--bootstrap-servers', '--broker-list'], needs: '--brokers', hint: '--brokers LIST' },
  { words: ['--from-beginning'], needs: '--offset', hint: '--offset start' },
  { words: ['--max-messages'], needs: '--limit', hint: '--limit N' },
  { words: ['--command-config', '--consumer.config', '--producer.config'], needs: '--config', hint: '--config FILE' },
  // Miller
  { words: ['--from'], hint: 'name the files behind the verb (mlr --from)' },
  {
    words: [
      '--icsv',
      '--itsv',
      '--ijson',
      '--ocsv',
      '--ojson',
      '--ojsonl',
      '--c2p',
      '--c2j',
      '--csv',
      '--tsv',
      '--json',
    ],
    needs: '--input-format',
    hint: 'the ending of a file says its format; otherwise -i and -O do',
  },
  // grep and SQL
  { words: ['-E', '--regexp'], needs: 'filter', hint: 'put it into the expression: filter \'.path =~ "^/api"\'' },
  { words: ['-i', '--ignore-case'], needs: 'filter', hint: 'compare lower(.name) in the expression' },
  { words: ['--where'], needs: 'filter', hint: 'ks filter EXPR' },
  { words: ['--group-by'], needs: '--by', hint: '--by EXPR' },
]

/** What to type instead of an option of another tool, if `exists` knows the command or option that is meant. */
export const habitHint = (word: string, exists: (name: string) => boolean): string | undefined => {
  const name = word.replace(/=.*$/s, '')
  const habit = habits.find(({ words }) => words.includes(name))
  return habit?.needs === undefined || exists(habit.needs) ? habit?.hint : undefined
}
