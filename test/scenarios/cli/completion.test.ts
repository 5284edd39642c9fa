import { spawnSync } from 'node:child_process'
import { Argument, Command } from 'commander'
import { describe, expect, it } from 'vitest'
import { completion } from '../../../scenarios/cli/completion.ts'
import { SHIPPED } from '../../../scenarios/library/catalogue.ts'

const program = new Command('rehearse')
program
  .command('run')
  .description("run one; it's quick")
  .argument('<scenario>')
  .option('--seed <n>', 'seed')
  .option('-q', 'quiet')
program.command('completion').description('print a script').addArgument(new Argument('<shell>'))

/** What bash would offer after these words; the last one is being typed. */
function offered(...words: string[]): string[] {
  const script = `${completion('bash', program)}
COMP_WORDS=(${words.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${words.length - 1}
_rehearse; printf '%s\\n' "\${COMPREPLY[@]}"`
  const { stdout, stderr } = spawnSync('bash', ['-c', script], { encoding: 'utf8' })
  expect(stderr).toBe('')
  return stdout.split('\n').filter((line) => line !== '')
}

describe('bash', () => {
  it('offers the commands first', () => {
    expect(offered('rehearse', '')).toEqual(['run', 'completion', 'help'])
    expect(offered('rehearse', 'r')).toEqual(['run'])
  })

  it('offers scenarios and options where a command accepts them', () => {
    expect(offered('rehearse', 'run', '')).toEqual([...SHIPPED, '--seed', '--help'])
    expect(offered('rehearse', 'run', 'mem')).toEqual(['memory-leak'])
    expect(offered('rehearse', 'run', 'memory-leak', '--s')).toEqual(['--seed'])
    expect(offered('rehearse', 'completion', '')).toEqual(['--help'])
  })

  it('leaves unknown words to the shell, which completes files', () => {
    expect(offered('rehearse', 'run', './my-')).toEqual([])
    expect(offered('rehearse', 'nothing', '')).toEqual([])
  })
})

it('gives zsh the script of bash', () => {
  expect(completion('zsh', program)).toBe(`autoload -U +X bashcompinit && bashcompinit\n${completion('bash', program)}`)
})

it('gives fish one line per command and option, with its description', () => {
  const lines = completion('fish', program).split('\n')
  expect(lines).toContain("complete -c rehearse -f -n __fish_use_subcommand -a run -d 'run one; it\\'s quick'")
  expect(lines).toContain("complete -c rehearse -n '__fish_seen_subcommand_from run' -l seed -d 'seed'")
})
