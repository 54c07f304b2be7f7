import { resolve } from 'node:path'
import { Option } from 'commander'
import {
  type ConfinementProfile,
  type ConfinementSetInput,
  type PrivilegeRule,
  privilegeRule,
} from '@/contracts/project/confinement'
import type { Cli } from '../cli'
import { CliError } from '../cli-error'
import { ExitCode } from '../exit-code'
import { renderFacts } from '../text/table'
import { JSON_FLAG, type Register } from './command'

interface SandboxOptions {
  network?: 'on' | 'off'
  read?: string[]
  write?: string[]
  onlyProject?: boolean
  user?: string
  agentUser?: boolean
  privileges?: PrivilegeRule
}

const PRIVILEGES_IN_WORDS: Record<PrivilegeRule, string> = {
  auto: 'locked where the machine can',
  locked: 'locked',
  free: 'free: sudo works',
}

/** A profile for people. */
function profileFacts(profile: ConfinementProfile): string {
  const { sandbox, network, readable, writable, user, privileges } = profile
  return renderFacts([
    ['sandbox', sandbox ? 'on' : 'off'],
    ['network', network ? 'on' : 'off'],
    ['may read too', readable.join(', ') || '-'],
    ['may write too', writable.join(', ') || '-'],
    ['runs as', user ?? 'the user of its agent'],
    ['privileges', sandbox ? PRIVILEGES_IN_WORDS.locked : PRIVILEGES_IN_WORDS[privileges]],
  ])
}

/** What the options change; what they do not name stays. */
function changesOf(cli: Cli, state: string | undefined, options: SandboxOptions): Omit<ConfinementSetInput, 'project'> {
  const { network, read, write, user, privileges } = options
  const absolute = (paths: string[] | undefined) => paths?.map((path) => resolve(cli.process.cwd, path))
  const changes = {
    sandbox: state === undefined ? undefined : state === 'on',
    // Without a sandbox there is nothing that could switch it off.
    network: network === undefined ? (state === 'off' ? true : undefined) : network === 'on',
    readable: absolute(read) ?? (options.onlyProject || state === 'off' ? [] : undefined),
    writable: absolute(write) ?? (options.onlyProject || state === 'off' ? [] : undefined),
    user: options.agentUser ? null : user,
    privileges,
  }
  return Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined))
}

/** `projects sandbox <name> [on|off]`: how a project's runners are confined from now on. */
export const registerProjectSandbox: Register = (projects, cli) => {
  projects
    .command('sandbox')
    .description('how the runners of a project are confined: show it, or change it for those started from now on')
    .argument('<project>', 'project name or id')
    .argument('[state]', 'on: they see the system read-only, the project, and no home; off')
    .addOption(new Option('--network <state>', 'off: no network at all, only in a sandbox').choices(['on', 'off']))
    .option('--read <path...>', 'show these as well, read-only; replaces those named before')
    .option('--write <path...>', 'show these as well, writable; replaces those named before')
    .option('--only-project', 'show nothing besides the project')
    .option('--user <name>', 'run as this user of the node; its agent has to be root')
    .option('--agent-user', 'run as the user of the agent again')
    .addOption(
      new Option('--privileges <rule>', 'locked: nothing gains rights by sudo; auto: where possible').choices(
        privilegeRule.options,
      ),
    )
    .option(...JSON_FLAG)
    .action(async (project: string, state: string | undefined, _options, command) => {
      const options: SandboxOptions & { json?: boolean } = command.optsWithGlobals()
      if (state !== undefined && state !== 'on' && state !== 'off')
        throw new CliError(`sandbox: must be on or off, not ${state}`, ExitCode.usage)
      const changes = changesOf(cli, state, options)
      const api = cli.api().project
      const profile =
        Object.keys(changes).length === 0
          ? await api.confinement.query({ project })
          : await api.setConfinement.mutate({ project, ...changes })
      if (options.json) cli.printJson(profile)
      else cli.print(profileFacts(profile))
    })
}
