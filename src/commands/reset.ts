// ks reset: an application starts over.

import { homedir } from 'node:os'
import { flag, list, text } from '../runtime/cli/options.ts'
import type { ResetChange } from '../runtime/kafka-reset.ts'
import { KsError } from '../runtime/model/errors.ts'
import { connectionOptions, jsonOption, yesOption } from './kafka-options.ts'
import { printObjects } from './listing.ts'
import { tool } from './tool.ts'

export default tool({
  name: 'reset',
  summary: 'Make an application on topics start over.',
  description: [
    'What kafka-streams-application-reset does, and more: the offsets of the input topics are set, the repartition topics and changelogs of the application are deleted, and so is its state on this host. Results that it has written to topics stay.',
    'Without `--yes` it only says what would be done. It refuses while a stage runs anywhere. State on other hosts is to be deleted there (`ks state rm`). If it is interrupted, the same reset finishes it.',
  ],
  operands: [
    { name: 'APP', help: 'Application id.', kind: 'name', min: 1, max: 1 },
    { name: 'STAGE', help: 'Only these stages.', kind: 'name', min: 0, max: Infinity },
  ],
  options: {
    ...connectionOptions,
    toEarliest: flag({ help: 'Reads its inputs from their beginning; the default.' }),
    toLatest: flag({ help: 'Goes on where its inputs end now.' }),
    to: text({
      valueName: 'PLACE',
      help: 'Goes on at an offset, `-100` (before the end) or a time, `@-1h` or `@2026-11-01`.',
    }),
    inputTopics: list({
      valueName: 'TOPIC,…',
      help: 'Sets the offsets of these topics only; all that it has offsets of if not given.',
    }),
    stateDir: text({ env: 'KS_STATE_DIR', valueName: 'DIR', help: 'Where state is kept, if not in the usual place.' }),
    yes: yesOption,
    json: jsonOption,
  },
  examples: [
    {
      title: 'Count everything again',
      run: 'ks cat clicks.ndjson --to clicks; ks count --by .page -a views -t clicks -e >/dev/null; ks reset views --yes >/dev/null; ks count --by .page -a views -t clicks -e',
      topics: { clicks: 1 },
      apps: ['views'],
      input: { 'clicks.ndjson': '{"page":"/home"}\n{"page":"/home"}\n' },
      output: '{"page":"/home","count":2}\n',
    },
  ],
  seeAlso: ['offsets', 'state'],
  run: async (
    { toEarliest, toLatest, to, inputTopics, stateDir, yes, json, ...options },
    [applicationId = '', ...stages],
    context,
  ) => {
    const [{ withKafka }, { openStateRoot, planReset }, { parsePlace, changeText }] = await Promise.all([
      import('../runtime/kafka-tools.ts'),
      import('../runtime/kafka-reset.ts'),
      import('../runtime/kafka-positions.ts'),
    ])
    const place = parsePlace(placeOption(toEarliest, toLatest, to), context.now())
    const textOf = (change: ResetChange): string => {
      switch (change.kind) {
        case 'offset':
          return `${yes ? 'set' : 'would set'} ${changeText(change)}`
        case 'topic':
          return `${yes ? 'deleted' : 'would delete'} topic ${change.topic}`
        case 'state':
          return `${yes ? 'deleted' : 'would delete'} state ${applicationId}/${change.stage}`
      }
    }
    const print = async (changes: readonly ResetChange[]): Promise<void> => {
      if (json)
        await printObjects(
          context,
          changes.map((change) => resetObject(change, yes)),
        )
      else if (changes.length > 0) await context.print(changes.map((change) => `${textOf(change)}\n`).join(''))
    }
    await withKafka(options, context, async (connection) => {
      const stateRoot = await openStateRoot(connection, stateDir, context, homedir)
      const plan = await planReset(connection, { applicationId, stages, place, inputTopics, stateRoot }, context)
      for (const group of plan.leftAlone) {
        const hint = `\`ks reset ${applicationId} ${group.slice(applicationId.length + 1)}\` takes it nevertheless`
        context.warn(`group ${group} does not look like a stage of ks and is left alone; ${hint}`)
      }
      if (yes) await plan.perform(print)
      else await print(plan.changes)
      if (plan.changes.length === 0) context.tell('ks: there is nothing to change\n')
      else if (!yes) context.tell('ks: nothing was changed; --yes does it\n')
    })
    return 0
  },
})

const placeOption = (toEarliest: boolean, toLatest: boolean, to: string | undefined): string => {
  const chosen = [
    ...(toEarliest ? ['--to-earliest'] : []),
    ...(toLatest ? ['--to-latest'] : []),
    ...(to === undefined ? [] : ['--to']),
  ]
  if (chosen.length > 1) throw new KsError('usage', `${chosen.join(' and ')}: which one?`)
  return to ?? (toLatest ? 'end' : 'start')
}

const resetObject = (change: ResetChange, done: boolean): object => {
  switch (change.kind) {
    case 'offset': {
      const { group, topic, partition, from, to } = change
      return { change: 'offset', group, topic, partition, from: from ?? null, to, done }
    }
    case 'topic':
      return { change: 'topic', topic: change.topic, done }
    case 'state':
      return { change: 'state', stage: change.stage, done }
  }
}
