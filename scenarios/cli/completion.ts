import type { CommandUnknownOpts } from 'commander'
import { SHIPPED } from '../library/catalogue.ts'

type Shell = 'bash' | 'zsh' | 'fish'

/** A script that completes commands, options and names of shipped scenarios, generated from the command tree. */
export function completion(shell: Shell, program: CommandUnknownOpts): string {
  if (shell === 'fish') return fish(program)
  return shell === 'zsh' ? `autoload -U +X bashcompinit && bashcompinit\n${bash(program)}` : bash(program)
}

const optionsOf = (command: CommandUnknownOpts) =>
  command.options.flatMap(({ long, description }) => (long ? [{ long, description }] : []))
const takesScenario = (command: CommandUnknownOpts): boolean => command.registeredArguments[0]?.name() === 'scenario'

/** Completes files where nothing else matches. */
function bash(program: CommandUnknownOpts): string {
  const name = program.name()
  const cases = program.commands.map((command) => {
    const words = [...(takesScenario(command) ? SHIPPED : []), ...optionsOf(command).map(({ long }) => long), '--help']
    return `    ${command.name()}) words='${words.join(' ')}' ;;`
  })
  return `_${name}() {
  local words
  case "\${COMP_CWORD}:\${COMP_WORDS[1]}" in 1:*) words='${program.commands.map((one) => one.name()).join(' ')} help' ;; esac
  [ "\${COMP_CWORD}" -gt 1 ] && case "\${COMP_WORDS[1]}" in
${cases.join('\n')}
  esac
  COMPREPLY=($(compgen -W "$words" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _${name} ${name}
`
}

function fish(program: CommandUnknownOpts): string {
  const name = program.name()
  const quoted = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
  const first = program.commands.map(
    (one) => `complete -c ${name} -f -n __fish_use_subcommand -a ${one.name()} -d ${quoted(one.description())}`,
  )
  const rest = program.commands.flatMap((one) => {
    const after = `complete -c ${name} -n '__fish_seen_subcommand_from ${one.name()}'`
    const scenarios = takesScenario(one) ? [`${after} -a '${SHIPPED.join(' ')}'`] : []
    return [
      ...scenarios,
      ...optionsOf(one).map(({ long, description }) => `${after} -l ${long.slice(2)} -d ${quoted(description)}`),
    ]
  })
  return `${[...first, ...rest].join('\n')}\n`
}
