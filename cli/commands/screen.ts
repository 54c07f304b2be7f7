import { resolveRunnerId } from '../runner-id'
import { inertLines } from '../text/inert-text'
import { JSON_FLAG, type Register } from './command'

export const registerScreen: Register = (program, cli) => {
  program
    .command('screen')
    .description("print a runner's present screen")
    .argument('<id>', 'runner name, or its id or a beginning of it')
    .option('--ansi', 'with its colours and attributes')
    .option(...JSON_FLAG)
    .action(async (typed: string, options: { ansi?: boolean; json?: boolean }) => {
      const api = cli.api()
      const screen = await api.runner.screen.query({
        id: await resolveRunnerId(api, typed),
        ansi: options.ansi === true,
      })
      if (options.json) return cli.printJson(screen)
      // With --ansi the escapes are what was asked for: drawn by our emulator from its cells, not the runner's own bytes.
      cli.print(options.ansi ? `${screen.text}\x1b[0m` : inertLines(screen.text))
    })
}
