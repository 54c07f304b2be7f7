import { resolveRunnerId } from '../runner-id'
import type { Register } from './command'

export const registerSend: Register = (program, cli) => {
  program
    .command('send')
    .description('type into a runner')
    .argument('<id>', 'runner name, or its id or a beginning of it')
    .argument('<text>', 'text, sent as it is; begin with "--" before text that looks like a flag')
    .option('--enter', 'press Enter afterwards')
    .action(async (typed: string, text: string, options: { enter?: boolean }) => {
      const api = cli.api()
      await api.runner.send.mutate({ id: await resolveRunnerId(api, typed), text, enter: options.enter === true })
    })
}
