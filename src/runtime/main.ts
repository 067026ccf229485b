// One invocation: parse, run, turn errors into messages and exit statuses. Never calls process.exit with output pending.

import type { CliContext } from './cli/context.ts'
import { helpWidth } from './cli/text-layout.ts'
import type { Frame } from './cli/command.ts'
import type { TypedOptions } from './cli/define-command.ts'
import { parseCommandLine } from './cli/parse.ts'
import { exitStatus, KsError } from './model/errors.ts'
import type { sharedOptions } from './shared-options.ts'
import type { Chain } from './topology/chain.ts'

/** Everything that tools may use. */
export interface ToolContext extends CliContext {
  readonly frame: KsFrame
  /** Shared options that were typed with the tool: for the chains that it runs. */
  readonly typedShared: TypedOptions
}

/** The command line of ks. */
export type KsFrame = Frame<Chain, ToolContext, typeof sharedOptions>

/** What belongs to the command line but is loaded only when it is needed. */
export interface LazyParts {
  /** Must have been awaited before help on a topic is shown. */
  loadTopics(): Promise<void>
}

/** Runs a command line and returns the exit status. Errors are told, not thrown. */
export const main = async (
  argv: readonly string[],
  frame: KsFrame,
  context: CliContext,
  lazy: LazyParts,
): Promise<number> => {
  const errorsJson = argv.includes('--errors-json') || isOn(context.environment['KS_ERRORS_JSON'])
  try {
    return await run(argv, frame, context, lazy)
  } catch (error) {
    const known = toKsError(error, context)
    if (known === undefined) return Number(context.signal.reason)
    const { renderError, renderErrorJson } = await import('./cli/error-text.ts')
    const style = await context.errorStyle()
    const width = helpWidth(context.errorTerminal?.columns())
    context.tell(errorsJson ? renderErrorJson(known) : renderError(known, { program: frame.name, style, width }))
    return exitStatus[known.kind]
  }
}

const run = async (argv: readonly string[], frame: KsFrame, context: CliContext, lazy: LazyParts): Promise<number> => {
  const parsed = parseCommandLine(argv, frame, { environment: context.environment })
  switch (parsed.kind) {
    case 'chain': {
      const { prepareChain } = await import('./run-chain.ts')
      const { runChain } = await import('./app.ts')
      const { plan, settings } = await prepareChain(parsed, context, { untrusted: false, allowModules: true })
      return runChain(plan, settings, context)
    }
    case 'tool':
      return parsed.command.run(parsed.options, parsed.operands, { ...context, frame, typedShared: parsed.typedShared })
    case 'help': {
      const { renderHelp } = await import('./cli/help.ts')
      if (parsed.topic !== undefined) await lazy.loadTopics()
      const style = await context.style('auto')
      await context.print(
        renderHelp(parsed.topic, frame, { style, width: helpWidth(context.outputTerminal?.columns()) }),
      )
      return exitStatus.ok
    }
    case 'version':
      await context.print(`${frame.name} ${frame.version}\n`)
      return exitStatus.ok
  }
}

/** The error to show; undefined if the run was only interrupted. */
const toKsError = (error: unknown, context: CliContext): KsError | undefined => {
  if (error instanceof KsError) return error
  if (context.signal.aborted && isReason(error, context.signal.reason)) return undefined
  const message = error instanceof Error ? error.message : String(error)
  if (isOn(context.environment['KS_DEBUG']) && error instanceof Error) context.tell(`${error.stack ?? message}\n`)
  return new KsError('failed', `this should not have happened: ${message}`, {
    hint: 'KS_DEBUG=1 shows where; please report it',
    cause: error,
  })
}

/** What waited for something until the signal came ends with its reason, as it is or as the message of an error. */
const isReason = (error: unknown, reason: unknown): boolean =>
  error === reason || (error instanceof Error && error.message === String(reason))

const isOn = (value: string | undefined): boolean => value !== undefined && !/^(|0|false|no|off)$/i.test(value)
