// Golden transcripts: what somebody types into a shell and what comes back, several commands to a file.
//
//     # A comment.
//     === file clicks.ndjson
//     {"page":"/home"}
//     ===
//     $ ks count --by .page \
//         clicks.ndjson
//     {"page":"/home","count":1}
//     ! ks: what went to standard error, after all of standard output
//     [exit 5]
//
// A command is followed by its output up to the next blank line, comment, file or command. A line of output that would be
// read as one of those, or that is empty, stands after `| `; `[no newline]` says that the last line of output has no end.

import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { text } from 'node:stream/consumers'
import { exitStatusOf, repositoryRoot, testEnvironment, type KsResult } from './run-ks.ts'

/** One part of a transcript, with its lines as they stand in the file. */
export type TranscriptPart =
  | { readonly kind: 'text'; readonly lines: readonly string[] }
  | { readonly kind: 'file'; readonly lines: readonly string[]; readonly name: string; readonly content: string }
  | {
      readonly kind: 'command'
      readonly lines: readonly string[]
      readonly command: string
      readonly output: readonly string[]
      /** Line in the transcript, from 1. */
      readonly lineNumber: number
    }

const commandTimeoutMs = 120_000

/** Splits the text of a transcript into its parts; `renderTranscript` is the inverse. */
export const parseTranscript = (transcript: string): TranscriptPart[] => {
  const lines = transcript.replace(/\n$/, '').split('\n')
  const parts: TranscriptPart[] = []
  let at = 0
  const takeWhile = (matches: (line: string) => boolean): string[] => {
    const start = at
    while (at < lines.length && matches(lines[at] as string)) at++
    return lines.slice(start, at)
  }
  while (at < lines.length) {
    const lineNumber = at + 1
    const line = lines[at] as string
    const fileName = /^=== file (\S+)$/.exec(line)?.[1]
    if (fileName !== undefined) {
      at++
      const content = takeWhile((line) => line !== '===')
      if (lines[at++] !== '===') throw new Error(`line ${lineNumber}: the file does not end with ===`)
      const text = content.map((line) => `${line}\n`).join('')
      parts.push({ kind: 'file', lines: [line, ...content, '==='], name: fileName, content: text })
    } else if (line.startsWith('$ ')) {
      const command = takeWhile((line) => line.endsWith('\\'))
      command.push(lines[at++] ?? '')
      const output = takeWhile((line) => !isStructure(line))
      const text = command.join('\n').slice('$ '.length)
      parts.push({ kind: 'command', lines: command, command: text, output, lineNumber })
    } else if (line === '' || line.startsWith('#')) {
      parts.push({ kind: 'text', lines: takeWhile((line) => line === '' || line.startsWith('#')) })
    } else {
      throw new Error(`line ${lineNumber}: neither a comment nor a command nor the output of one: ${line}`)
    }
  }
  return parts
}

/** The text of a transcript. */
export const renderTranscript = (parts: readonly TranscriptPart[]): string =>
  parts.flatMap((part) => (part.kind === 'command' ? [...part.lines, ...part.output] : part.lines)).join('\n') + '\n'

const isStructure = (line: string): boolean => line === '' || /^(#|\$ |=== file )/.test(line)

/**
 * Runs the commands of a transcript in order, in one new directory with the files of the transcript in it and a link to the
 * examples of the repository. Returns its parts with the output as it is now.
 */
export const runTranscript = async (parts: readonly TranscriptPart[]): Promise<TranscriptPart[]> => {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'ks-case-')))
  const directory = join(root, 'work')
  const environment = testEnvironment({ KS_STATE: join(root, 'state'), TMPDIR: join(root, 'temporary') })
  try {
    mkdirSync(directory)
    mkdirSync(join(root, 'temporary'))
    symlinkSync(join(repositoryRoot, 'examples'), join(directory, 'examples'))
    const now: TranscriptPart[] = []
    for (const part of parts) {
      if (part.kind === 'file') writeInto(directory, part.name, part.content)
      if (part.kind !== 'command') now.push(part)
      else now.push({ ...part, output: renderOutput(await runShell(part.command, directory, environment), root) })
    }
    return now
  } finally {
    rmSync(root, { recursive: true, force: true })
  }
}

const writeInto = (directory: string, name: string, content: string): void => {
  const path = join(directory, name)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, content)
}

const runShell = async (command: string, cwd: string, env: Record<string, string>): Promise<KsResult> => {
  // A process group of its own, so that a command that hangs can be ended with all that it has started.
  const shell = spawn('bash', ['--noprofile', '--norc', '-c', command], {
    cwd,
    env,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const timeout = setTimeout(() => process.kill(-(shell.pid as number), 'SIGKILL'), commandTimeoutMs)
  const ended = new Promise<number>((resolve, reject) => {
    shell.once('error', reject)
    shell.once('close', (code, signal) => resolve(exitStatusOf(code, signal)))
  })
  const [stdout, stderr, status] = await Promise.all([text(shell.stdout), text(shell.stderr), ended])
  clearTimeout(timeout)
  return { stdout, stderr, status }
}

const renderOutput = ({ stdout, stderr, status }: KsResult, root: string): string[] => {
  const withoutPaths = (output: string): string =>
    output
      .replaceAll(join(root, 'work'), '$PWD')
      .replaceAll(join(root, 'state'), '$KS_STATE')
      .replaceAll(join(root, 'temporary'), '$TMPDIR')
      .replaceAll(repositoryRoot, '$REPOSITORY')
  const marked = (mark: string, line: string): string => (line === '' ? mark : `${mark} ${line}`)
  return [
    ...linesOf(withoutPaths(stdout)).map((line) => (isMisread(line) ? marked('|', line) : line)),
    ...(/[^\n]$/.test(stdout) ? ['[no newline]'] : []),
    ...linesOf(withoutPaths(stderr)).map((line) => marked('!', line)),
    ...(status === 0 ? [] : [`[exit ${status}]`]),
  ]
}

const linesOf = (output: string): string[] => (output === '' ? [] : output.replace(/\n$/, '').split('\n'))

const isMisread = (line: string): boolean => isStructure(line) || /^(\||!|\[exit |\[no newline\]$)/.test(line)
