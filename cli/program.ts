import { Command } from 'commander'
import type { Cli } from './cli'
import { CliError } from './cli-error'
import { registerAgent } from './commands/agent'
import { registerApprove, registerDeny } from './commands/answer'
import { registerAttach } from './commands/attach'
import { registerAudit } from './commands/audit'
import { registerBudget } from './commands/budget'
import { registerCa } from './commands/ca'
import type { Register } from './commands/command'
import { registerCompletion } from './commands/completion'
import { registerConfig } from './commands/config'
import { registerDoctor } from './commands/doctor'
import { registerDown } from './commands/down'
import { registerDrivers } from './commands/drivers'
import { registerEvents } from './commands/events'
import { registerExport } from './commands/export'
import { registerInbox } from './commands/inbox'
import { registerKill } from './commands/kill'
import { registerLaunch } from './commands/launch'
import { registerLifecycle } from './commands/lifecycle'
import { registerLogin, registerLogout } from './commands/login'
import { registerLoginLink } from './commands/login-link'
import { registerLogs } from './commands/logs'
import { registerNode } from './commands/node'
import { registerNodes } from './commands/nodes'
import { registerNotify } from './commands/notify'
import { registerNew, registerProjects } from './commands/projects'
import { registerPrompt, registerPrompts } from './commands/prompt'
import { registerQuota } from './commands/quota'
import { registerReconcile } from './commands/reconcile'
import { registerReplay } from './commands/replay'
import { registerResume } from './commands/resume'
import { registerRunners } from './commands/runners'
import { registerScreen } from './commands/screen'
import { registerSecrets } from './commands/secrets'
import { registerSend } from './commands/send'
import { registerSessions } from './commands/sessions'
import { registerShare } from './commands/share'
import { registerShow } from './commands/show'
import { registerStatus } from './commands/status'
import { registerToken } from './commands/token'
import { registerUp } from './commands/up'
import { registerUsage } from './commands/usage'
import { registerUsers } from './commands/users'
import { registerVersion } from './commands/version'
import { EXIT_CODE_HELP, ExitCode } from './exit-code'
import { runPicker } from './picker'
import { smartLaunch } from './smart-launch'
import { inertLines } from './text/inert-text'
import { VERSION } from './version'

/** In the order of the help. */
const COMMANDS: readonly Register[] = [
  registerUp,
  registerDown,
  registerStatus,
  registerDoctor,
  registerNew,
  registerProjects,
  registerLaunch,
  registerRunners,
  registerShow,
  registerAttach,
  registerDrivers,
  registerKill,
  registerLifecycle,
  registerResume,
  registerInbox,
  registerApprove,
  registerDeny,
  registerPrompt,
  registerPrompts,
  registerSend,
  registerScreen,
  registerLogs,
  registerReplay,
  registerExport,
  registerSessions,
  registerUsage,
  registerUsers,
  registerEvents,
  registerAudit,
  registerBudget,
  registerQuota,
  registerNotify,
  registerReconcile,
  registerAgent,
  registerNodes,
  registerNode,
  registerCa,
  registerSecrets,
  registerLoginLink,
  registerLogin,
  registerLogout,
  registerShare,
  registerToken,
  registerConfig,
  registerCompletion,
  registerVersion,
]

/** The whole command line. */
export function createProgram(cli: Cli): Command {
  const program = new Command('stratavore')
    .description('Launch, watch and attach AI coding agents.')
    .usage('[options] [project | command]')
    .argument('[project]', 'attach to its live runner, or launch one; without it: pick from a list')
    .option('--url <origin>', 'server to talk to (STRATAVORE_URL); default: the one of this home')
    .option('--home <directory>', 'home of the installation (STRATAVORE_HOME)')
    .version(VERSION, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .addHelpText('after', `\n${EXIT_CODE_HELP}`)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void cli.process.stdout.write(text),
      writeErr: (text) => void cli.process.stderr.write(text),
      // It repeats what was typed, which may have been pasted from anywhere.
      outputError: (text, write) => write(inertLines(text.replace(/^error: /, 'stratavore: '))),
    })
    .action(async (project: string | undefined) => {
      if (project !== undefined) return smartLaunch(cli, project)
      if (cli.interactive) return runPicker(cli)
      cli.warn(program.helpInformation().trimEnd())
      throw new CliError('name a project or a command', ExitCode.usage)
    })
  for (const register of COMMANDS) register(program, cli)
  return program
}
