import type { Cli } from '../cli'
import { CliError } from '../cli-error'
import { ExitCode } from '../exit-code'
import { askForName } from '../picker'
import { inertLine } from '../text/inert-text'
import { JSON_FLAG, type Register } from './command'

/** `15m`, `5m` or a bare number of minutes. */
function minutesOf(text: string): number {
  const [, digits] = /^(\d{1,2})m?$/.exec(text) ?? []
  const minutes = Number(digits)
  if (digits === undefined || minutes < 1 || minutes > 15)
    throw new CliError(`--for: must be 1m to 15m, not ${text}`, ExitCode.usage)
  return minutes
}

/** Asks for the node's name again, unless --yes: its runners are out of reach until it joins again. */
async function confirmRevoke(cli: Cli, name: string, yes: boolean): Promise<void> {
  if (yes) return
  if (!cli.interactive) throw new CliError('revoking cuts the node off: say --yes', ExitCode.usage)
  const typed = await askForName(`Revoke all credentials of ${inertLine(name)} and cut it off? Type its name`)
  if (typed !== name) throw new CliError('not revoked')
}

export const registerNode: Register = (program, cli) => {
  const node = program.command('node').description('let a machine join, drain it, cut it off')
  node
    .command('join-token')
    .description('print the command with which another machine joins as this node, once')
    .argument('<name>', 'name of the node')
    .option('--for <minutes>', 'how long it is good, at most 15m', '15m')
    .option(...JSON_FLAG)
    .action(async (name: string, options: { for: string; json?: boolean }) => {
      const made = await cli.api().node.joinToken.mutate({ name, minutes: minutesOf(options.for) })
      if (options.json) return cli.printJson(made)
      cli.warn(`Run this on the other machine before ${made.expiresAt}; it works once:`)
      cli.print(made.command)
    })
  node
    .command('revoke')
    .description('end all credentials of a remote node and cut its connection')
    .argument('<name>', 'node name or id')
    .option('-y, --yes', 'do not ask')
    .option(...JSON_FLAG)
    .action(async (name: string, options: { yes?: boolean; json?: boolean }) => {
      const found = (await cli.api().node.list.query()).find((each) => each.name === name || each.id === name)
      if (!found) throw new CliError(`There is no node ${inertLine(name)}.`, ExitCode.notFound)
      await confirmRevoke(cli, found.name, options.yes === true)
      const answer = await cli.api().node.revoke.mutate({ node: found.id, confirmName: found.name })
      if (options.json) cli.printJson(answer)
      else cli.print(`revoked ${answer.revoked} credentials of ${inertLine(found.name)}`)
    })
  node
    .command('drain')
    .description('let a node start no more runners; those it has go on')
    .argument('<name>', 'node name or id')
    .option('--undo', 'open it again')
    .option(...JSON_FLAG)
    .action(async (name: string, options: { undo?: boolean; json?: boolean }) => {
      const answer = await cli.api().node.drain.mutate({ node: name, draining: options.undo !== true })
      if (options.json) cli.printJson(answer)
      else cli.print(`${inertLine(name)} ${answer.draining ? 'takes no new runners' : 'takes runners again'}`)
    })
  node
    .command('rotate')
    .description('give the agent of this machine a new token; it reconnects by itself')
    .argument('<name>', 'the local node')
    .option(...JSON_FLAG)
    .action(async (name: string, options: { json?: boolean }) => {
      const answer = await cli.api().node.rotate.mutate({ node: name })
      if (options.json) cli.printJson(answer)
      else cli.print(`${inertLine(name)} has a new token; ${answer.revoked} old ones are revoked`)
    })
}
