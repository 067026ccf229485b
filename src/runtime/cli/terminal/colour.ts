// Colour, decided once per stream. chalk looks at other variables than users expect (not at NO_COLOR, for one), so it is told
// what to do, and loaded only if there is something to colour.

import type { Environment, Terminal } from './detect-terminal.ts'

/** What `--color` says. */
export type ColourChoice = 'auto' | 'always' | 'never'

type Paint = (text: string) => string

/** Ways to set off a piece of text. The text must not hold escape sequences of data: see escapeControls. */
export interface Style {
  /** False if every function below returns its text unchanged. */
  readonly enabled: boolean
  readonly bold: Paint
  readonly dim: Paint
  readonly underline: Paint
  readonly red: Paint
  readonly green: Paint
  readonly yellow: Paint
  readonly blue: Paint
  readonly magenta: Paint
  readonly cyan: Paint
}

/**
 * Whether a stream gets colour: the option, else NO_COLOR if not empty, else FORCE_COLOR (`0` and `false` mean no) and
 * CLICOLOR_FORCE, else whether it is a terminal that knows colours.
 */
export const wantsColour = (
  choice: ColourChoice,
  environment: Environment,
  terminal: Pick<Terminal, 'obeysEscapes'> | undefined,
): boolean => {
  if (choice !== 'auto') return choice === 'always'
  if (isSet(environment['NO_COLOR'])) return false
  const forced = environment['FORCE_COLOR']
  if (isSet(forced)) return forced !== '0' && forced !== 'false'
  const cliForced = environment['CLICOLOR_FORCE']
  if (isSet(cliForced) && cliForced !== '0') return true
  return terminal?.obeysEscapes === true
}

const isSet = (variable: string | undefined): boolean => variable !== undefined && variable !== ''

const unchanged: Paint = (text) => text

/** The style of a stream without colour. */
export const plainStyle: Style = {
  enabled: false,
  bold: unchanged,
  dim: unchanged,
  underline: unchanged,
  red: unchanged,
  green: unchanged,
  yellow: unchanged,
  blue: unchanged,
  magenta: unchanged,
  cyan: unchanged,
}

/** The style for a stream that does or does not want colour. Uses the sixteen colours that the user's theme defines. */
export const createStyle = async (wanted: boolean): Promise<Style> => {
  if (!wanted) return plainStyle
  const { Chalk } = await import('chalk')
  const chalk = new Chalk({ level: 1 })
  return {
    enabled: true,
    bold: chalk.bold,
    dim: chalk.dim,
    underline: chalk.underline,
    red: chalk.red,
    green: chalk.green,
    yellow: chalk.yellow,
    blue: chalk.blue,
    magenta: chalk.magenta,
    cyan: chalk.cyan,
  }
}
