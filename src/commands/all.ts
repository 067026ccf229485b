// Every command, in the order of help. The only list.

import type { KsFrame } from '../runtime/main.ts'
import { sharedOptions } from '../runtime/shared-options.ts'
import { version } from '../runtime/version.ts'
import agg from './agg.ts'
import apps from './apps.ts'
import branch from './branch.ts'
import cat from './cat.ts'
import complete from './complete.ts'
import cogroup from './cogroup.ts'
import completion from './completion.ts'
import config from './config.ts'
import count from './count.ts'
import cut from './cut.ts'
import dedupe from './dedupe.ts'
import explain from './explain.ts'
import explode from './explode.ts'
import filter from './filter.ts'
import get from './get.ts'
import head from './head.ts'
import help from './help.ts'
import join from './join.ts'
import key from './key.ts'
import lead from './lead.ts'
import listTopics from './list-topics.ts'
import map from './map.ts'
import merge from './merge.ts'
import offsets from './offsets.ts'
import peek from './peek.ts'
import process from './process.ts'
import put from './put.ts'
import read from './read.ts'
import reduce from './reduce.ts'
import reset from './reset.ts'
import run from './run.ts'
import sql from './sql.ts'
import state from './state.ts'
import stream from './stream.ts'
import suppress from './suppress.ts'
import table from './table.ts'
import tee from './tee.ts'
import test from './test.ts'
import { topics } from './topics.ts'
import top from './top.ts'
import versionCommand from './version.ts'
import window from './window.ts'
import write from './write.ts'

/** The command line of ks. */
export const frame: KsFrame = {
  name: 'ks',
  version,
  summary: 'Kafka Streams for the shell: windows, aggregates, joins and tables over pipes, files and topics.',
  sections: [
    {
      title: 'One record at a time',
      commands: [filter, map, put, cut, explode, key, branch, merge, peek, tee, head, cat],
    },
    {
      title: 'With state',
      commands: [count, agg, cogroup, reduce, window, suppress, top, dedupe, lead, table, stream, join, process],
    },
    { title: 'Whole programs', commands: [sql, run, test, explain] },
    { title: 'Kafka', commands: [read, write, listTopics, offsets, reset] },
    { title: 'State', commands: [get, apps, state] },
    { title: 'About ks', commands: [config, completion, help, versionCommand, complete] },
  ],
  sharedOptions,
  topics,
}
