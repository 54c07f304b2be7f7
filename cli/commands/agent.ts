import { CliError } from '../cli-error'
import { ExitCode } from '../exit-code'
import type { Register } from './command'

/** bin/stratavore takes `agent` before the CLI is loaded: this is here for the help and for completion. */
export const registerAgent: Register = (program) => {
  program
    .command('agent')
    .description('join this machine to a Stratavore elsewhere as a node, or go on as one')
    .option('--join <url>', 'where the daemon takes agents, https://host:port')
    .option('--node <name>', 'name of the node')
    .option('--ca <fingerprint>', 'authority to trust, sha256:...')
    .option('--token-file <file>', 'file with the join token; - for standard input')
    .option('--dir <directory>', 'where the agent keeps its key, records and logs')
    .action(() => {
      throw new CliError('run `stratavore agent` from the checkout: bin/stratavore agent', ExitCode.usage)
    })
}
