import { runnerTable } from '../runner-table'
import { JSON_FLAG, type Register } from './command'

export const registerRunners: Register = (program, cli) => {
  program
    .command('runners')
    .aliases(['ls', 'ps'])
    .description('list runners: the live ones and those that ended in the last 24 hours')
    .option('--all', 'also those that ended earlier')
    .option('--project <project>', 'only those of one project')
    .option(...JSON_FLAG)
    .action(async (options: { all?: boolean; project?: string; json?: boolean }) => {
      const runners = await cli.api().runner.list.query({ all: options.all === true, project: options.project })
      if (options.json) return cli.printJson(runners)
      if (runners.length === 0) return cli.print('No runners. Start one with: stratavore launch <project>')
      cli.print(runnerTable(cli, runners))
    })
}
