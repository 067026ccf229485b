// ks config: what counts, who said so, and what there is to set.

import { defineGroup } from '../runtime/cli/command.ts'
import { flag } from '../runtime/cli/options.ts'
import type { ToolContext } from '../runtime/main.ts'
import { connectionOptions, jsonOption } from './kafka-options.ts'
import { printObjects, table } from './listing.ts'
import { tool } from './tool.ts'

const show = tool({
  name: 'show',
  summary: 'Show the properties that are set, as a properties file.',
  description: [
    'What is typed counts more than the environment, that more than the file of `-F`, that more than the profile, and that more than the default. Passwords and the like are shown as `***`.',
  ],
  operands: [{ name: 'NAME', help: 'Only these properties, set or not.', kind: 'name', min: 0, max: Infinity }],
  options: {
    ...connectionOptions,
    origin: flag({ help: 'Says in a comment where each value comes from.' }),
    all: flag({ help: 'Defaults too.' }),
    json: jsonOption,
  },
  examples: [
    {
      title: 'What a file says, and what the command line says instead',
      run: 'ks config show -F prod.properties -X linger.ms=5 --origin bootstrap.servers linger.ms',
      input: { 'prod.properties': 'bootstrap.servers=kafka1:9093\nlinger.ms=20\n' },
      output: '# prod.properties:1\nbootstrap.servers=kafka1:9093\n# -X\nlinger.ms=5\n',
    },
    {
      title: 'One value, or its default',
      run: 'ks config show commit.interval.ms',
      output: 'commit.interval.ms=30000\n',
    },
  ],
  run: async ({ origin: withOrigin, all, json, ...options }, names, context) => {
    const [{ loadConfig }, { chooseEntries, propertyLine }] = await Promise.all([
      import('../runtime/load-config.ts'),
      import('../runtime/config-listing.ts'),
    ])
    const config = await loadConfig({ ...options, eos: false }, context)
    const entries = chooseEntries(config, names, all)
    if (json) {
      const objects = entries.map(({ name, value, origin, isDefault, used }) => ({
        name,
        value,
        origin,
        default: isDefault,
        used: used === true,
      }))
      await printObjects(context, objects)
      return 0
    }
    const lines = entries.map((entry) => `${withOrigin ? `# ${entry.origin}\n` : ''}${propertyLine(entry)}\n`)
    await context.print(lines.join(''))
    if (entries.length === 0) context.tell('ks: nothing is set; --all shows the defaults\n')
    return 0
  },
})

const ls = tool({
  name: 'ls',
  summary: 'List the properties that ks knows, or search them.',
  description: [
    'The names are those of Kafka and Kafka Streams. Each can be set with `-X NAME=VALUE`, in a file, in a profile, or as a variable: `KS_X_COMMIT_INTERVAL_MS` is `commit.interval.ms`.',
  ],
  operands: [{ name: 'WORD', help: 'Words that name or explanation must have.', kind: 'words', min: 0, max: Infinity }],
  options: {
    all: flag({ help: 'Also those that have no effect in ks, with the reason.' }),
    json: jsonOption,
  },
  examples: [
    {
      title: 'Search for a property',
      run: 'ks config ls commit interval --json',
      output:
        '{"name":"commit.interval.ms","default":"30000","used":true,"help":"How often positions, results and state are committed"}\n',
    },
  ],
  run: async ({ all, json }, words, context) => {
    const { searchProperties } = await import('../runtime/config-listing.ts')
    const found = searchProperties(words, all)
    if (json) {
      await printObjects(
        context,
        found.map((property) => ({ ...property, used: property.used === true })),
      )
      return 0
    }
    if (found.length === 0) {
      context.warn(`no property has ${words.join(' and ')} in its name or explanation`)
      return 0
    }
    const rows = found.map(({ name, default: value, used, help }) => [
      name,
      value === '' ? undefined : value,
      used === true ? help : `no effect: ${help}`,
    ])
    await context.print(table([{ title: 'NAME' }, { title: 'DEFAULT' }, { title: 'MEANING' }], rows))
    return 0
  },
})

const path = tool({
  name: 'path',
  summary: 'Print where configuration files are looked for.',
  description: ['The strongest first. The file named `config` is read if no other file is named.'],
  operands: [],
  options: { config: connectionOptions.config, profile: connectionOptions.profile, json: jsonOption },
  examples: [
    {
      title: 'Which files are read',
      run: "XDG_CONFIG_HOME=/nowhere ks config path --json | ks map '{what, path, read}'",
      output:
        '{"what":"profile NAME","path":"/nowhere/ks/profiles/NAME.properties","read":false}\n{"what":"default","path":"/nowhere/ks/config","read":false}\n',
    },
  ],
  run: async ({ config, profile, json }, _operands, context) => {
    const { configPlaces } = await import('../runtime/config-listing.ts')
    const places = await configPlaces({ config, profile }, context)
    if (json) {
      await printObjects(
        context,
        places.map(({ what, path: place, exists, isRead }) => ({ what, path: place, exists, read: isRead })),
      )
      return 0
    }
    const rows = places.map(({ what, path: place, exists, isRead }) => [
      what,
      isRead ? 'read' : exists ? 'not read' : 'not there',
      place,
    ])
    await context.print(table([{ title: 'WHAT' }, { title: 'STATUS' }, { title: 'PATH' }], rows))
    return 0
  },
})

export default defineGroup<ToolContext>({
  name: 'config',
  summary: 'Show properties: what is set, where, and what there is.',
  description: ['`ks config` shows what is set; `ks config ls` lists what can be set.'],
  examples: [],
  seeAlso: ['topics'],
  subcommands: [show, ls, path],
  otherwise: 'show',
})
