import { resolve } from 'node:path'
import { Argument, type Command, Option } from 'commander'
import type { Project } from '@/contracts/project/project'
import { type ProviderId, providerId } from '@/contracts/provider/provider'
import type { Cli } from '../cli'
import { CliError } from '../cli-error'
import { ExitCode } from '../exit-code'
import { askForName } from '../picker'
import { inertLine } from '../text/inert-text'
import { renderFacts, renderTable } from '../text/table'
import { JSON_FLAG, type Register } from './command'
import { registerProjectSandbox } from './project-sandbox'
import { registerProjectVariables } from './project-variables'

interface NewOptions {
  path?: string
  node?: string
  provider?: ProviderId
  quota?: string
  description?: string
}

/** On another machine the present directory means nothing. */
function pathOn(cli: Cli, { node, path }: NewOptions): string {
  if (node === undefined || node === 'local') return resolve(cli.process.cwd, path ?? '.')
  if (path?.startsWith('/')) return path
  throw new CliError('--node: say where on that machine, with --path /absolute/directory', ExitCode.usage)
}

/** `new <name>`, at the top and under `projects`. */
function addNew(parent: Command, cli: Cli): void {
  parent
    .command('new')
    .description('create a project: a directory with a name')
    .argument('<name>', 'letters, digits, ".", "_" and "-"')
    .option('--path <directory>', 'its directory (default: the present one)')
    .option('--node <name>', 'the machine its directory is on (default: this one)')
    .addOption(
      new Option('--provider <provider>', 'what its runners run (default: claude)').choices(providerId.options),
    )
    .option('--quota <number>', 'runners it may have at once')
    .option('--description <text>', 'what it is, in one line')
    .option(...JSON_FLAG)
    .action(async (name: string, _options, command) => {
      const options: NewOptions & { json?: boolean } = command.optsWithGlobals()
      const runnerQuota = options.quota === undefined ? undefined : Number(options.quota)
      if (runnerQuota !== undefined && !(Number.isInteger(runnerQuota) && runnerQuota >= 0))
        throw new CliError(`--quota: must be a whole number, not ${options.quota}`, ExitCode.usage)
      const project = await cli.api().project.create.mutate({
        name,
        path: pathOn(cli, options),
        node: options.node,
        defaultProvider: options.provider,
        runnerQuota,
        description: options.description,
      })
      if (options.json) cli.printJson(project)
      else cli.print(`created ${inertLine(project.name)} in ${inertLine(project.path)}`)
    })
}

function projectTable(projects: readonly Project[]): string {
  const rows = projects.map((project) => [
    project.name,
    project.path,
    project.defaultProvider,
    `${project.liveRunners}/${project.runnerQuota}`,
    project.waitingRunners,
    project.sessionCount,
    project.tokensUsed,
    project.archivedAt === null ? '' : 'archived',
  ])
  return renderTable(['PROJECT', 'DIRECTORY', 'PROVIDER', 'RUNNERS', 'WAITING', 'SESSIONS', 'TOKENS', ''], rows)
}

/** Asks for the project's name again, unless --yes; deleting cannot be undone. */
async function confirmDelete(cli: Cli, project: Project, yes: boolean): Promise<void> {
  if (yes) return
  if (!cli.interactive) throw new CliError('deleting cannot be undone: say --yes', ExitCode.usage)
  const typed = await askForName(`Delete ${inertLine(project.name)} and its records? Type its name`)
  if (typed !== project.name) throw new CliError('not deleted')
}

/** `new` at the top level. */
export const registerNew: Register = (program, cli) => addNew(program, cli)

export const registerProjects: Register = (program, cli) => {
  const projects = program
    .command('projects')
    .description('list projects, or manage one')
    .option('--all', 'archived ones too')
    .option(...JSON_FLAG)
    .action(async (options: { all?: boolean; json?: boolean }) => {
      const list = await cli.api().project.list.query({ includeArchived: options.all === true })
      if (options.json) return cli.printJson(list)
      cli.print(list.length === 0 ? 'No projects yet. Create one with: stratavore new <name>' : projectTable(list))
    })
  projects
    .command('list')
    .description('the same as "projects"')
    .option('--all', 'archived ones too')
    .option(...JSON_FLAG)
    .action(async (_options, command) => {
      const options: { all?: boolean; json?: boolean } = command.optsWithGlobals()
      const list = await cli.api().project.list.query({ includeArchived: options.all === true })
      if (options.json) cli.printJson(list)
      else cli.print(projectTable(list))
    })
  projects
    .command('show')
    .description('show one project')
    .argument('<project>', 'project name or id')
    .option(...JSON_FLAG)
    .action(async (name: string, _options, command) => {
      const project = await cli.api().project.get.query({ project: name })
      if (command.optsWithGlobals().json) return cli.printJson(project)
      cli.print(
        renderFacts(
          Object.entries(project).map(([key, value]) => [key, value === null ? '-' : String(value)] as const),
        ),
      )
    })
  addNew(projects, cli)
  projects
    .command('record-input')
    .description("make what is typed into a project's new runners part of their recordings, or not any more")
    .argument('<project>', 'project name or id')
    .addArgument(new Argument('<switch>', 'on or off').choices(['on', 'off']))
    .option(...JSON_FLAG)
    .action(async (name: string, wanted: 'on' | 'off', _options, command) => {
      const project = await cli.api().project.update.mutate({ project: name, recordsInput: wanted === 'on' })
      if (command.optsWithGlobals().json) cli.printJson(project)
      else
        cli.print(
          `keystrokes of new runners of ${inertLine(project.name)} are ${project.recordsInput ? '' : 'not '}recorded`,
        )
    })
  projects
    .command('archive')
    .description('put a project away: it keeps its records and launches nothing')
    .argument('<project>', 'project name or id')
    .option('--undo', 'take it out again')
    .option(...JSON_FLAG)
    .action(async (name: string, _options, command) => {
      const options: { undo?: boolean; json?: boolean } = command.optsWithGlobals()
      const project = await cli.api().project.archive.mutate({ project: name, archived: options.undo !== true })
      if (options.json) cli.printJson(project)
      else cli.print(`${inertLine(project.name)} is ${project.archivedAt === null ? 'active' : 'archived'}`)
    })
  projects
    .command('delete')
    .description('delete a project and its records, not its directory')
    .argument('<project>', 'project name or id')
    .option('-y, --yes', 'do not ask')
    .option(...JSON_FLAG)
    .action(async (name: string, _options, command) => {
      const options: { yes?: boolean; json?: boolean } = command.optsWithGlobals()
      const project = await cli.api().project.get.query({ project: name })
      await confirmDelete(cli, project, options.yes === true)
      const answer = await cli.api().project.delete.mutate({ project: project.id, confirmName: project.name })
      if (options.json) cli.printJson(answer)
      else cli.print(`deleted ${inertLine(project.name)}`)
    })
  registerProjectVariables(projects, cli)
  registerProjectSandbox(projects, cli)
}
