import { approvalText } from '../approval-text'
import { JSON_FLAG, type Register } from './command'

export const registerInbox: Register = (program, cli) => {
  program
    .command('inbox')
    .description('list what programs ask and wait for, the oldest first; answer with approve or deny')
    .option(...JSON_FLAG)
    .action(async (options: { json?: boolean }) => {
      const approvals = await cli.api().approval.list.query({})
      if (options.json) return cli.printJson(approvals)
      if (approvals.length === 0) return cli.print('Nobody asks anything.')
      cli.print(approvals.map((approval) => approvalText(cli, approval)).join('\n\n'))
    })
}
