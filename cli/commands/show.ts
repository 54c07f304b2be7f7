import { resolveRunnerId } from '../runner-id'
import { runnerFacts } from '../runner-table'
import { inertLines } from '../text/inert-text'
import { JSON_FLAG, type Register } from './command'

export const registerShow: Register = (program, cli) => {
  program
    .command('show')
    .description('show one runner')
    .argument('<id>', 'runner name, or its id, or any beginning of it that no other has')
    .option(...JSON_FLAG)
    .action(async (typed: string, options: { json?: boolean }) => {
      const api = cli.api()
      const runner = await api.runner.get.query({ id: await resolveRunnerId(api, typed) })
      if (options.json) return cli.printJson(runner)
      cli.print(runnerFacts(cli, runner))
      if (runner.lastLines) cli.print(`\nlast lines:\n${inertLines(runner.lastLines)}`)
    })
}
