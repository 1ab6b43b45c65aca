import { commandOptions } from '../arguments.js'
import type { Shell } from '../command.js'
import { EXIT, type ExitCode } from '../exit-code.js'
import type { Terminal } from '../terminal.js'

/** A script that teaches a shell the commands and their options; made of the same table that parses them. */
export const completion = (terminal: Terminal, shell: Shell): ExitCode => {
  terminal.out.write(SCRIPTS[shell](commandOptions()))
  return EXIT.ok
}

type Commands = readonly (readonly [command: string, options: readonly string[]])[]

const namesOf = (commands: Commands): string => [...commands.map(([name]) => name), 'help'].join(' ')
const flagsOf = (options: readonly string[]): string => options.map((option) => `--${option}`).join(' ')

const bash = (commands: Commands): string => `# In ~/.bashrc: source <(millrace completion bash)
_millrace() {
  local word="\${COMP_WORDS[COMP_CWORD]}" options=""
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W "${namesOf(commands)}" -- "$word"))
    return
  fi
  case "\${COMP_WORDS[1]}" in
${commands.map(([name, options]) => `    ${name}) options="${flagsOf(options)}" ;;`).join('\n')}
  esac
  case "$word" in
    -*) COMPREPLY=($(compgen -W "$options" -- "$word")) ;;
    *) COMPREPLY=($(compgen -f -- "$word")) ;;
  esac
}
complete -o filenames -F _millrace millrace
`

const zsh = (commands: Commands): string => `#compdef millrace
# In ~/.zshrc, after compinit: source <(millrace completion zsh)
_millrace() {
  if (( CURRENT == 2 )); then
    compadd -- ${namesOf(commands)}
    return
  fi
  if [[ "\${words[CURRENT]}" != -* ]]; then
    _files
    return
  fi
  case "\${words[2]}" in
${commands.map(([name, options]) => `    ${name}) compadd -- ${flagsOf(options)} ;;`).join('\n')}
  esac
}
compdef _millrace millrace
`

const fish = (
  commands: Commands,
): string => `# In ~/.config/fish/completions/millrace.fish: millrace completion fish > that file
complete -c millrace -n __fish_use_subcommand -f -a "${namesOf(commands)}"
${commands
  .flatMap(([name, options]) =>
    options.map((option) => `complete -c millrace -n "__fish_seen_subcommand_from ${name}" -l ${option}`),
  )
  .join('\n')}
`

const SCRIPTS: Readonly<Record<Shell, (commands: Commands) => string>> = { bash, zsh, fish }
