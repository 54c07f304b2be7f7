import { Argument } from 'commander'
import type { Cli } from '../cli'
import { type Candidates, candidatesFor } from '../completion/candidates'
import { completionScript, SHELLS, type Shell } from '../completion/scripts'
import { shortId } from '../match-id'
import { inertLine } from '../text/inert-text'
import type { Register } from './command'

const HELP = `
  bash: echo 'eval "$(stratavore completion bash)"' >> ~/.bashrc
  zsh:  echo 'eval "$(stratavore completion zsh)"' >> ~/.zshrc
  fish: stratavore completion fish > ~/.config/fish/completions/stratavore.fish`

async function namesOnServer(cli: Cli, dynamic: Candidates['dynamic']): Promise<string[]> {
  if (dynamic === 'projects') return (await cli.api().project.list.query({})).map((project) => project.name)
  if (dynamic === 'runners') return (await cli.api().runner.list.query({})).map((runner) => shortId(runner.id))
  return []
}

export const registerCompletion: Register = (program, cli) => {
  program
    .command('completion')
    .description('print what makes a shell complete commands, projects and runner ids')
    .addArgument(new Argument('<shell>', 'which shell').choices(SHELLS))
    .addHelpText('after', HELP)
    .action((shell: Shell) => cli.print(completionScript(shell)))
  program
    .command('__complete', { hidden: true })
    .argument('[words...]')
    .action(async (words: string[]) => {
      const { words: known, dynamic } = candidatesFor(program, words)
      // Without a server there are still the commands; a shell in mid-line is no place for an error.
      const names = await namesOnServer(cli, dynamic).catch(() => [])
      for (const word of [...known, ...names]) cli.print(inertLine(word))
    })
}
