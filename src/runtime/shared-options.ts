// Options that every stage of a chain understands: inputs, outputs, time, state, terminal.

import { choice, duration, flag, integer, pairs, parsed, repeated, size, text, type Values } from './cli/options.ts'
import { KsError } from './model/errors.ts'
import { parseListenAddress } from './model/listen-address.ts'
import { parseDuration } from './model/duration.ts'
import { nearestNames } from './model/nearest-name.ts'
import { serdeNames, type SerdeName } from './serde/primitive-serde.ts'
import { formats } from './stdio/format.ts'
import type { EmitMode } from './operators/emit.ts'
import { trace } from './trace-option.ts'

/** `--emit` as typed: a mode, and the interval of `every=D`. */
export interface Emit {
  readonly mode: EmitMode
  readonly everyMs: number | undefined
}

const parseEmit = (typed: string): Emit => {
  if (typed === 'changes' || typed === 'final') return { mode: typed, everyMs: undefined }
  const everyMs = typed.startsWith('every=') ? parseDuration(typed.slice(6)) : undefined
  if (everyMs === undefined || everyMs <= 0) {
    throw new KsError('usage', `--emit ${typed}: not a way to emit`, {
      hint: 'changes, final or every=DURATION (every=5s)',
    })
  }
  return { mode: 'flush', everyMs }
}

/** `--key` and `--value` as typed: how records are read, and how they are written. */
export interface Serdes {
  readonly read: SerdeName
  readonly write: SerdeName
}

const parseSerdes = (typed: string): Serdes => {
  const [read = '', write = read, ...rest] = typed.split(':')
  for (const name of [read, write]) {
    if (rest.length > 0 || !isSerdeName(name)) {
      throw new KsError('usage', `"${typed}" is none of ${serdeNames.join(', ')}, or two of them with a colon`, {
        didYouMean: nearestNames(name, serdeNames, 2),
      })
    }
  }
  return { read: read as SerdeName, write: write as SerdeName }
}

const isSerdeName = (name: string): name is SerdeName => serdeNames.some((known) => known === name)

const namesOf = (wanted: 'input' | 'output'): readonly string[] =>
  formats
    .filter(({ readable }) => readable || wanted === 'output')
    .flatMap(({ format, aliases }) => [format, ...aliases])

/** Declared once, for every verb. */
export const sharedOptions = {
  topic: repeated({
    short: 't',
    group: 'Kafka',
    position: 'source',
    valueName: 'TOPIC',
    help: 'Reads a topic; several are merged, lowest timestamp first.',
  }),
  offset: text({
    short: 'o',
    group: 'Kafka',
    position: 'source',
    valueName: 'RANGE',
    help: 'Part of the topics: `start`, `end`, `:end`, `-100`, `123:456`, `@-1h:end`, `@2026-11-01`. With two times each partition ends at its first record of the second time. With `-a` it says where to begin if nothing has been committed.',
    defaultText: 'start',
  }),
  exit: flag({
    short: 'e',
    group: 'Kafka',
    position: 'source',
    env: 'KS_EXIT',
    help: 'Ends where the topics end now, instead of waiting for more.',
  }),
  partition: integer({
    short: 'p',
    group: 'Kafka',
    min: 0,
    help: 'Reads only this partition; without `-t` the one to write to.',
  }),
  key: parsed(parseSerdes, {
    long: 'key',
    group: 'Kafka',
    valueName: 'SERDE[:SERDE]',
    help: `Format of keys, or of keys that are read and written: ${serdeNames.join(', ')}. By itself a key is JSON if it can be read as such, and a string otherwise.`,
  }),
  value: parsed(parseSerdes, {
    long: 'value',
    group: 'Kafka',
    valueName: 'SERDE[:SERDE]',
    default: 'json',
    help: 'The same for values.',
  }),
  keyExpression: text({
    short: 'k',
    group: 'Kafka',
    valueName: 'EXPR',
    help: 'Key of the records that are written to `--to`, if not their own.',
  }),
  header: pairs({
    short: 'H',
    group: 'Kafka',
    valueName: 'NAME=VALUE',
    help: 'Adds a header to the records that are written to topics.',
  }),
  compression: choice(['none', 'gzip', 'snappy', 'lz4', 'zstd'], {
    short: 'z',
    group: 'Kafka',
    help: 'Compression of what is written to topics (`compression.type`).',
  }),
  eos: flag({
    group: 'Kafka',
    help: 'Exactly once: what is read, kept and written changes in one transaction (`processing.guarantee=exactly_once_v2`).',
  }),
  brokers: text({
    short: 'b',
    group: 'Kafka',
    valueName: 'HOST:PORT,…',
    help: 'Brokers to ask first (`bootstrap.servers`, `KS_BROKERS`).',
  }),
  config: text({
    short: 'F',
    group: 'Kafka',
    valueName: 'FILE',
    completes: 'files',
    help: "Properties by Kafka's names: security, timeouts, defaults of everything (`KS_CONFIG`).",
  }),
  profile: text({
    group: 'Kafka',
    valueName: 'NAME',
    help: 'Properties from `~/.config/ks/profiles/NAME.properties` (`KS_PROFILE`).',
  }),
  property: pairs({
    short: 'X',
    group: 'Kafka',
    valueName: 'NAME=VALUE',
    help: 'Sets a property by its Kafka name, such as `commit.interval.ms`; `ks config ls` lists them.',
  }),
  limit: integer({
    short: 'c',
    group: 'Input',
    position: 'source',
    min: 0,
    help: 'Ends after so many records were read.',
  }),
  inputFormat: choice(namesOf('input'), {
    short: 'i',
    group: 'Input',
    position: 'source',
    env: 'KS_FORMAT',
    help: 'Format of the input; by file extension if not given, otherwise NDJSON.',
    valueName: 'FORMAT',
  }),
  icsv: flag({ long: 'icsv', group: 'Input', position: 'source', help: 'The same as `-i csv`.' }),
  itsv: flag({ long: 'itsv', group: 'Input', position: 'source', help: 'The same as `-i tsv`.' }),
  rawInput: flag({
    short: 'R',
    group: 'Input',
    position: 'source',
    help: 'Each line is a string; the same as `-i text`.',
  }),
  ts: text({
    long: 'ts',
    group: 'Input',
    position: 'source',
    valueName: 'EXPR',
    help: 'Event time of a record: milliseconds or ISO 8601 (`--ts .time`), or `now` for the time of arrival.',
  }),
  maxLine: size({ group: 'Input', position: 'source', default: '64MB', help: 'Longest record that is accepted.' }),
  arg: pairs({ group: 'Expressions', help: 'Makes `$NAME` a string in expressions.' }),
  argjson: pairs({ group: 'Expressions', help: 'Makes `$NAME` a JSON value in expressions.' }),
  outputFormat: choice(namesOf('output'), {
    short: 'O',
    group: 'Output',
    position: 'sink',
    help: 'Format of the output; by the extension of `--to` if not given, otherwise NDJSON.',
    valueName: 'FORMAT',
  }),
  ocsv: flag({ long: 'ocsv', group: 'Output', position: 'sink', help: 'The same as `-O csv`.' }),
  otsv: flag({ long: 'otsv', group: 'Output', position: 'sink', help: 'The same as `-O tsv`.' }),
  rawOutput: flag({
    short: 'r',
    group: 'Output',
    position: 'sink',
    help: 'Strings are written without quotes; the same as `-O text`.',
  }),
  envelope: flag({
    short: 'J',
    long: 'envelope',
    group: 'Output',
    position: 'sink',
    negatable: true,
    help: 'Writes each record in an envelope with key, time and headers. It is the default after an input in envelopes.',
  }),
  to: text({
    long: 'to',
    group: 'Output',
    position: 'sink',
    valueName: 'TOPIC|FILE',
    completes: 'files',
    help: 'Writes the results to a topic, or appends them to a file, instead of standard output.',
  }),
  emit: parsed(parseEmit, {
    group: 'Output',
    valueName: 'changes|final|every=D',
    help: 'When results come: each update, once when they are final, or the latest every D. See `ks help emit`.',
  }),
  grace: duration({
    group: 'Time',
    default: '0',
    help: 'How long after its end a window still takes records, in event time.',
  }),
  idle: duration({
    group: 'Time',
    help: 'When the input is silent for so long, windows close as if time had moved on.',
  }),
  late: text({
    group: 'Time',
    valueName: '@TOPIC|FILE',
    completes: 'files',
    help: 'Puts records that came too late for their window into a topic or a file, as NDJSON.',
  }),
  onError: text({
    group: 'Errors',
    valueName: 'fail|skip|keep|@TOPIC|FILE',
    defaultText: 'fail, of a topic or with --max-errors skip',
    help: 'What happens to a record that cannot be read or processed: end, leave out, write an error object in its place, or put the raw record into a topic or a file.',
  }),
  maxErrors: integer({
    group: 'Errors',
    min: 0,
    help: 'Ends with status 5 when more than so many records were bad; up to then they are left out, or what `--on-error` says.',
  }),
  app: text({
    short: 'a',
    long: 'app',
    group: 'State',
    env: 'KS_APP',
    valueName: 'ID',
    help: 'Keeps state and input positions under this application id: the next run carries on.',
  }),
  name: text({
    group: 'State',
    valueName: 'STAGE',
    help: 'Name of the state of this chain within the application; its verbs if not given.',
  }),
  stateDir: text({
    group: 'State',
    env: 'KS_STATE_DIR',
    valueName: 'DIR',
    help: 'Where state is kept; `$XDG_STATE_HOME/ks` or `~/.local/state/ks` if not given.',
  }),
  lockWait: duration({
    group: 'State',
    default: '0',
    help: 'How long to wait for another run of the same stage to end.',
  }),
  metrics: parsed(parseListenAddress, {
    group: 'Monitoring',
    valueName: '[HOST]:PORT',
    help: 'Shows metrics for Prometheus at `/metrics`, and `/health` and `/ready`; on this machine only if no host is given. See `ks help metrics`.',
  }),
  serve: parsed(parseListenAddress, {
    group: 'Monitoring',
    valueName: '[HOST]:PORT',
    help: 'Answers questions about the state over HTTP at `/stores`, with `/openapi.json`, `/health` and `/ready`; on this machine only if no host is given. See `ks get`.',
  }),
  tokenFile: text({
    group: 'Monitoring',
    valueName: 'FILE',
    completes: 'files',
    help: 'The token that requests from other machines need (`--serve` with a host), if not in `KS_TOKEN`.',
  }),
  exitStatus: flag({ group: 'Output', help: 'Status 4 when nothing was written.' }),
  live: flag({
    long: 'live',
    group: 'Terminal',
    position: 'sink',
    negatable: true,
    help: 'Shows results as a table that is redrawn; the default for aggregations on a terminal.',
  }),
  color: choice(['auto', 'always', 'never'], {
    group: 'Terminal',
    default: 'auto',
    help: 'Colours in JSON and live tables: where a terminal shows them, or whatever standard output is.',
  }),
  progress: flag({ group: 'Terminal', negatable: true, help: 'Shows progress over files on standard error.' }),
  quiet: flag({ short: 'q', group: 'Terminal', help: 'No summary, notices or progress.' }),
  verbose: flag({ group: 'Terminal', help: 'Says more about what is done.' }),
  trace,
  errorsJson: flag({
    group: 'Terminal',
    everywhere: true,
    env: 'KS_ERRORS_JSON',
    help: 'Errors as one JSON object per line; every other command takes it too.',
  }),
}

/** The values of the shared options. */
export type SharedValues = Values<typeof sharedOptions>

/** Their values when nothing is typed. */
export const defaultShared = (): SharedValues =>
  Object.fromEntries(Object.entries(sharedOptions).map(([name, option]) => [name, option.parse([])])) as SharedValues
