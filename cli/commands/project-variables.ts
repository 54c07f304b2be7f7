import { text } from 'node:stream/consumers'
import type { Cli } from '../cli'
import { CliError } from '../cli-error'
import { ExitCode } from '../exit-code'
import { ago } from '../text/short-time'
import { renderTable } from '../text/table'
import { JSON_FLAG, type Register } from './command'

/** `NAME=value`, or `NAME` alone: then the value comes from stdin, where no process list shows it. */
async function readAssignment(cli: Cli, typed: string): Promise<{ name: string; value: string }> {
  const equals = typed.indexOf('=')
  if (equals !== -1) return { name: typed.slice(0, equals), value: typed.slice(equals + 1) }
  if (cli.process.stdin.isTTY) throw new CliError(`${typed}: write NAME=value, or pipe the value in`, ExitCode.usage)
  return { name: typed, value: (await text(cli.process.stdin)).replace(/\r?\n$/, '') }
}

async function list(cli: Cli, project: string, json: boolean): Promise<void> {
  const variables = await cli.api().project.variables.query({ project })
  if (json) return cli.printJson(variables)
  const now = cli.process.now()
  const rows = variables.map((variable) => [variable.name, ago(variable.updatedAt, now)])
  cli.print(rows.length === 0 ? 'No variables.' : renderTable(['VARIABLE', 'SET'], rows))
}

/** `projects env <name> set|unset|list`: a project's variables for its runners. Values are never shown again. */
export const registerProjectVariables: Register = (projects, cli) => {
  projects
    .command('env')
    .description("a project's variables: set, unset or list; values are never shown again")
    .argument('<project>', 'project name or id')
    .argument('<action>', 'set, unset or list')
    .argument('[variable...]', 'set: NAME=value, or NAME with the value on stdin; unset: NAME')
    .option(...JSON_FLAG)
    .action(async (project: string, action: string, variables: string[], _options, command) => {
      const api = cli.api()
      if (action !== 'list' && variables.length === 0)
        throw new CliError(`env ${action}: name at least one variable`, ExitCode.usage)
      switch (action) {
        case 'list':
          return list(cli, project, command.optsWithGlobals().json === true)
        case 'set':
          if (variables.length > 1 && variables.some((variable) => !variable.includes('=')))
            throw new CliError('only a single variable can be read from stdin', ExitCode.usage)
          for (const variable of variables)
            await api.project.setVariable.mutate({ project, ...(await readAssignment(cli, variable)) })
          return
        case 'unset':
          for (const name of variables) await api.project.unsetVariable.mutate({ project, name })
          return
        default:
          throw new CliError(`env: must be set, unset or list, not ${action}`, ExitCode.usage)
      }
    })
}
