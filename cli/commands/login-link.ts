import { inertLine } from '../text/inert-text'
import { JSON_FLAG, type Register } from './command'

export const registerLoginLink: Register = (program, cli) => {
  program
    .command('login-link')
    .description('print a link that signs a browser in, once')
    .option(...JSON_FLAG)
    .action(async (options: { json?: boolean }) => {
      const link = await cli.api().auth.createLoginLink.mutate()
      if (options.json) cli.printJson(link)
      else cli.print(inertLine(link.url))
    })
}
