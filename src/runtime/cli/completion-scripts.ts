// The scripts that `ks completion SHELL` prints, and the answers that they ask for with `ks complete`. An answer is one
// candidate per line, its help behind a tab; a last line `:files` asks the shell for file names too.

import type { AnyFrame } from './command.ts'
import { complete } from './completion.ts'

/** The shells for which there is a script. */
export const shells = ['bash', 'zsh', 'fish'] as const

export type Shell = (typeof shells)[number]

/** The script for a shell, with what to put into its start-up file as a comment. */
export const completionScript = (shell: Shell, frame: AnyFrame): string =>
  scripts[shell].replaceAll('PROGRAM', frame.name)

/** What `ks complete --shell SHELL -- WORDS` prints. */
export const completionAnswer = (shell: Shell, words: readonly string[], frame: AnyFrame): string => {
  const { words: whole, cut } = shell === 'bash' ? joinBashWords(words) : { words, cut: 0 }
  const { candidates, files } = complete(whole, frame)
  const lines = candidates.map(({ word, help }) => `${word.slice(cut)}\t${help.replace(/\s+/g, ' ')}`)
  if (files) lines.push(':files')
  return lines.map((line) => `${line}\n`).join('')
}

// Bash cuts words at `=` and `:` (`--emit=final` are three) and replaces only the piece behind the last cut.
const joinBashWords = (words: readonly string[]): { readonly words: readonly string[]; readonly cut: number } => {
  const joined: string[] = []
  let cut = 0
  let isOpen = false
  for (const word of words) {
    const isBreak = /^[=:]+$/.test(word)
    const before = joined.at(-1)
    if (before !== undefined && (isBreak || isOpen)) {
      joined[joined.length - 1] = before + word
      cut = isBreak ? before.length + word.length : before.length
    } else {
      joined.push(word)
      cut = 0
    }
    isOpen = isBreak
  }
  return { words: joined, cut }
}

const scripts: Readonly<Record<Shell, string>> = {
  bash: `# Completion of PROGRAM for bash. In ~/.bashrc: eval "$(PROGRAM completion bash)"
_PROGRAM_complete() {
  local line word files=
  COMPREPLY=()
  while IFS= read -r line; do
    if [[ $line == :files ]]; then
      files=1
    else
      word=\${line%%$'\\t'*}
      COMPREPLY+=("$word")
    fi
  done < <(PROGRAM complete --shell bash -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
  if [[ -n $files ]]; then
    compopt -o filenames
    while IFS= read -r line; do
      COMPREPLY+=("$line")
    done < <(compgen -f -- "\${COMP_WORDS[COMP_CWORD]#=}")
  fi
}
complete -F _PROGRAM_complete PROGRAM
`,
  zsh: `#compdef PROGRAM
# Completion of PROGRAM for zsh. In ~/.zshrc, after compinit: eval "$(PROGRAM completion zsh)"
_PROGRAM() {
  local line files=
  local -a found
  while IFS= read -r line; do
    if [[ $line == :files ]]; then
      files=1
    else
      found+=("\${\${line%%$'\\t'*}//:/\\\\:}:\${line#*$'\\t'}")
    fi
  done < <(PROGRAM complete --shell zsh -- "\${(@Q)words[2,CURRENT]}" 2>/dev/null)
  (( $#found )) && _describe PROGRAM found
  [[ -n $files ]] && _files
}
if [[ $funcstack[1] == _PROGRAM ]]; then
  _PROGRAM "$@"
else
  compdef _PROGRAM PROGRAM
fi
`,
  fish: `# Completion of PROGRAM for fish. In ~/.config/fish/config.fish: PROGRAM completion fish | source
function __PROGRAM_complete
  set -l words (commandline -opc) (commandline -ct)
  for line in (PROGRAM complete --shell fish -- $words[2..-1] 2>/dev/null)
    if test "$line" = :files
      __fish_complete_path (commandline -ct)
    else
      echo $line
    end
  end
end
complete -c PROGRAM -f -a '(__PROGRAM_complete)'
`,
}
