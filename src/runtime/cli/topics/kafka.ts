// ks help kafka: topics as input and output, applications on them.

import type { HelpTopic } from '../command.ts'

export const kafkaTopic: HelpTopic = {
  name: 'kafka',
  summary: 'Topics as input and output: -t, --to, -a, --eos.',
  body: () => [
    'Every verb reads topics with `-t TOPIC` and writes them with `--to TOPIC`. Where a topic or a file can stand, `@NAME` is a ' +
      'topic. `-b`, `KS_BROKERS` or `bootstrap.servers` say where the brokers are; localhost:9092 if nothing does.',
    {
      code:
        'ks write clicks -k .user clicks.ndjson\n' +
        'ks read -t clicks -o @-1h:end -e -J\n' +
        'ks count --by .page -t clicks -e\n' +
        'ks count --by .page -t clicks -a pages --to counts',
    },
    { heading: 'Without -a' },
    'A run without an application id is ad hoc: it reads from the start, or what `-o` says, joins no group, commits nothing and ' +
      'writes nothing but its output. All partitions are read side by side, lowest timestamp first. `-e` ends it where the topics ' +
      'end at its start.',
    { heading: 'With -a APP' },
    'The run is a member of the consumer group `APP-STAGE`. The topology is cut where records must be brought together by another ' +
      'key, into parts with a task for each partition; what one part writes to `APP-STAGE-NAME-repartition` the next one reads. ' +
      'Stores are in LevelDB (`ks help application`) and in `APP-STAGE-STORE-changelog`, from which another machine restores them. ' +
      'Names, settings and formats of these topics are those of Kafka Streams.',
    'To scale out, start the same command again, here or elsewhere: the tasks are spread over all instances, and those that stay ' +
      'where they are go on as they were. When an instance ends, the others take over its tasks. `-X num.stream.threads=N` does the ' +
      'same within one process, for runs that do not end and write to topics.',
    '`-e` makes a run that ends: it processes what is new since the last one and exits when that is committed. On one host it has ' +
      'the stage for itself; a second one exits with status 75.',
    { heading: 'Guarantees' },
    'At least once is the default: after a crash, records since the last commit are processed again. On one host the state counts ' +
      'them once all the same, because it is stored together with the positions, unless they came through a repartition topic, ' +
      'which may have them twice as the outputs may. Records that are older than a day by their own time have less protection: a ' +
      'broker forgets who wrote them after `producer.id.expiration.ms`, and a batch that is sent again after it crashed may be ' +
      'there twice.',
    '`--eos` is exactly once: outputs, changelogs and positions are one transaction per task, and readers with ' +
      '`isolation.level=read_committed` (which ks uses) see all of it or nothing. It needs topics to write to. With a file or a ' +
      'pipe as input the position in it is part of the transaction.',
    { heading: 'Records' },
    'Values are JSON, unless `--value` says `string`, `long`, `int`, `double`, `bytes` or `none`; two of them with a colon are for ' +
      'reading and writing (`--value string:json`). Keys are JSON if they can be read as such and strings otherwise; `--key` fixes ' +
      'it. A result of a group has the group as its key: a string as it is, everything else as JSON. A windowed result has the key ' +
      "and eight bytes of the window's start, as Kafka Streams writes it, and goes to the partition of the key. A deleted row is a " +
      'record without a value.',
    'Without `--emit` a topic gets the latest state of each row at every commit (`commit.interval.ms`), windows that are still ' +
      'open as well; `-X statestore.cache.max.bytes=0` writes every update, `--emit final` a window when it closes.',
    { heading: 'Bad and late records' },
    'A record of a topic that cannot be read or processed is left out, counted and named in the summary. `--on-error @TOPIC` puts ' +
      'it as it came into a topic, with headers that say why and where it was (those of KIP-1034), and `--on-error fail` ends the ' +
      'run. `--late @TOPIC` does that for late records. With `--eos` both are part of the transaction. To process dead letters ' +
      'again:',
    { code: 'ks read -t dead-letters -e -J | ks write orders' },
    { heading: 'Configuration' },
    "`-X NAME=VALUE`, `-F FILE` and profiles take Kafka's own names; a file of a Java client can be used as it is. " +
      '`ks config show --origin` says what counts and where it comes from.',
  ],
}
