import { describeSettings } from '@/config/describe-settings'
import { renderTable } from '../text/table'
import { JSON_FLAG, type Register } from './command'

export const registerConfig: Register = (program, cli) => {
  const config = program.command('config').description('look at the settings')
  config
    .command('show')
    .description('print every setting; secrets are masked')
    .option('--source', 'also where each value comes from: flag, environment, file or default')
    .option(...JSON_FLAG)
    .action((options: { source?: boolean; json?: boolean }) => {
      const settings = describeSettings(cli.settings())
      if (options.json) return cli.printJson(settings)
      const head = ['SETTING', 'VALUE', ...(options.source ? ['SOURCE', 'VARIABLE'] : [])]
      const rows = settings.map(({ name, value, source, env }) => [
        name,
        value,
        ...(options.source ? [source, env] : []),
      ])
      cli.print(renderTable(head, rows))
    })
}
