// Files in the repository that are made from the declarations. `npm run update` writes them; a test compares them.

import { type AnyFrame } from './command.ts'
import { renderManPages } from './man-page.ts'

/** The text of every man page by its path in the repository. */
export const manPageFiles = (frame: AnyFrame): ReadonlyMap<string, string> =>
  new Map(renderManPages(frame).map(({ fileName, roff }) => [`man/${fileName}`, roff]))

/** The table of commands in Markdown, for the README. */
export const commandTable = (frame: AnyFrame): string => {
  const lines = ['| Command | What it does |', '| --- | --- |']
  for (const { title, commands } of frame.sections) {
    const visible = commands.filter(({ hidden }) => !hidden)
    if (visible.length > 0) lines.push(`| **${title}** | |`)
    for (const { name, summary } of visible)
      lines.push(`| \`${frame.name} ${name}\` | ${summary.replaceAll('|', '\\|')} |`)
  }
  return lines.map((line) => `${line}\n`).join('')
}

/** The text with what stands between `<!-- NAME -->` and `<!-- /NAME -->` replaced; Error if there is no such place. */
export const replaceBetweenMarkers = (text: string, name: string, replacement: string): string => {
  const open = `<!-- ${name} -->\n`
  const close = `<!-- /${name} -->`
  const start = text.indexOf(open)
  const end = text.indexOf(close, start)
  if (start < 0 || end < 0) throw new Error(`there are no markers ${open.trim()} and ${close}`)
  return `${text.slice(0, start + open.length)}\n${replacement}\n${text.slice(end)}`
}
