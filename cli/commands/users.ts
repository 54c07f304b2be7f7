import { Option } from 'commander'
import { type ProjectRole, projectRole, type UserRole, userRole } from '@/contracts/access/access'
import type { User } from '@/contracts/user/user'
import type { Cli } from '../cli'
import { renderTable } from '../text/table'
import { JSON_FLAG, type Register } from './command'

const reach = ({ role, allProjects, grants }: User): string =>
  role === 'owner' || allProjects
    ? 'all'
    : grants.map((grant) => (grant.role === role ? grant.project : `${grant.project}:${grant.role}`)).join(' ') ||
      'none'

function printUsers(cli: Cli, users: readonly User[]): void {
  const rows = users.map((user) => [user.name, user.role, reach(user), user.disabledAt?.slice(0, 10) ?? ''])
  cli.print(renderTable(['NAME', 'ROLE', 'PROJECTS', 'DISABLED'], rows))
}

const RESET_HELP = `
The password ends at once, every browser of theirs is signed out, and the links they have shared end. API tokens, passkeys
and connected identities stay: if somebody else may have had one of their browsers, end them too with --everything (all but the
token of the server's own machine). They come in by the link, once, within an hour, and set a
password in Settings.

On the server's own machine this works for everybody, the owner included: who may read its home is the owner.`

export const registerUsers: Register = (program, cli) => {
  const users = program.command('users').description('who may sign in, and what they may')
  const list = async (options: { json?: boolean }) => {
    const found = await cli.api().user.list.query()
    if (options.json) cli.printJson(found)
    else printUsers(cli, found)
  }
  users
    .command('list', { isDefault: true })
    .description('list users')
    .option(...JSON_FLAG)
    .action(list)
  users
    .command('add')
    .description('make a user and print the link that lets their browser in, this once')
    .argument('<name>')
    .addOption(new Option('--role <role>', 'the most they may do').choices(userRole.options).default('viewer'))
    .option('--all-projects', 'in every project, not only in those granted')
    .option(...JSON_FLAG)
    .action(async (name: string, options: { role: UserRole; allProjects?: boolean; json?: boolean }) => {
      const { role, allProjects = false } = options
      const made = await cli.api().user.create.mutate({ name, role, allProjects })
      if (options.json) cli.printJson(made)
      else if (made.link) cli.print(made.link.url)
      else
        cli.print(`made ${made.user.name}; give it a token: stratavore token create NAME --service ${made.user.name}`)
    })
  users
    .command('invite')
    .description('print a new one-time login link for somebody')
    .argument('<user>', 'name or id')
    .action(async (user: string) => cli.print((await cli.api().user.invite.mutate({ user })).url))
  users
    .command('reset')
    .description('forget a password that was forgotten, and print a one-time link to come in and set another')
    .argument('<user>', 'name or id')
    .option('--everything', 'end their API tokens, passkeys and connected identities too')
    .addHelpText('after', RESET_HELP)
    .action(async (user: string, { everything = false }: { everything?: boolean }) => {
      const { url, ended } = await cli.api().user.resetPassword.mutate({ user, everything })
      const { browsers, shares, tokens, passkeys, identities } = ended
      // Beside the link, which is for whoever reads the output.
      cli.warn(
        `ended: ${browsers} browsers, ${shares} shared links, ${tokens} API tokens, ${passkeys} passkeys, ${identities} identities`,
      )
      cli.print(url)
    })
  users
    .command('role')
    .description('change what somebody may do')
    .argument('<user>', 'name or id')
    .addOption(new Option('--to <role>', 'the most they may do').choices(userRole.options))
    .option('--all-projects', 'in every project')
    .option('--granted-projects', 'only in those granted')
    .action(async (user: string, options: { to?: UserRole; allProjects?: boolean; grantedProjects?: boolean }) => {
      const allProjects = options.allProjects ? true : options.grantedProjects ? false : undefined
      printUsers(cli, [await cli.api().user.update.mutate({ user, role: options.to, allProjects })])
    })
  users
    .command('grant')
    .description('open a project to somebody')
    .argument('<user>', 'name or id')
    .argument('<project>', 'name or id')
    .addOption(new Option('--as <role>', 'never more than their role').choices(projectRole.options).default('viewer'))
    .action(async (user: string, project: string, options: { as: ProjectRole }) => {
      printUsers(cli, [await cli.api().user.grant.mutate({ user, project, role: options.as })])
    })
  users
    .command('revoke')
    .description('take a project away from somebody')
    .argument('<user>', 'name or id')
    .argument('<project>', 'name or id')
    .action(async (user: string, project: string) => {
      printUsers(cli, [await cli.api().user.revoke.mutate({ user, project })])
    })
  users
    .command('disable')
    .description('let somebody in no more; what they have open is cut')
    .argument('<user>', 'name or id')
    .action(async (user: string) => printUsers(cli, [await cli.api().user.disable.mutate({ user })]))
  users
    .command('enable')
    .description('let somebody in again')
    .argument('<user>', 'name or id')
    .action(async (user: string) => printUsers(cli, [await cli.api().user.enable.mutate({ user })]))
}
