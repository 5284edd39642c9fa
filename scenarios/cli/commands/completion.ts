import { Argument, Command } from 'commander'

export const completionCommand = () =>
  new Command('completion')
    .description('print a script that completes commands, options and scenarios in a shell')
    .addArgument(new Argument('<shell>').choices(['bash', 'zsh', 'fish']))
    .addHelpText(
      'after',
      '\nExamples:\n  rehearse completion bash >> ~/.bashrc\n  rehearse completion zsh >> ~/.zshrc\n' +
        '  rehearse completion fish > ~/.config/fish/completions/rehearse.fish\n',
    )
