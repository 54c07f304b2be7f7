import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { ConfinementProfile } from '@/contracts/project/confinement'
import { LaunchRefused, type ProgramState } from '../providers/provider'
import { type Account, findAccount } from './account'
import { environmentOf, withinSandbox } from './confined-environment'
import type { MachineFacts } from './machine'
import { type ConfinementPlan, type ConfinementRequest, confinementProblem, planConfinement } from './plan-confinement'
import { planMounts, seenPlaces } from './plan-mounts'
import type { RunnerCgroup, RunnerCgroups } from './runner-cgroups'
import { sandboxPlaces } from './sandbox-places'

const run = promisify(execFile)

/** The rehearsal starts one shell. */
const REHEARSAL_TIMEOUT_MS = 10_000
/** Whether the program and its directory are to be reached from where it will be. */
const REHEARSAL = 'cd "$0" && test -x "$1"'

type Environment = Readonly<Record<string, string | undefined>>

/** What the program will be, whoever it runs as. */
export interface ConfinedProgram {
  file: string
  args: readonly string[]
  cwd: string
  /** The project's directory, which `cwd` is in. */
  project: string
  env: Readonly<Record<string, string>>
  state: ProgramState | null
}

/** How one launch is confined. */
export interface ConfinedLaunch extends ConfinementPlan {
  cgroup: RunnerCgroup | null
  /** Whose its terminal is to be; null: the agent's. */
  account: Account | null
}

/** Confines runners as their project says, with what this machine has. */
export interface Confiner {
  /**
   * Begins a launch: what of the agent's environment there is for whoever the program runs as, and a second step for once
   * it is known what runs. Both throw LaunchRefused with the reason when the machine cannot do what is asked.
   */
  begin(
    profile: ConfinementProfile,
    agentEnv: Environment,
  ): Promise<{
    env: Environment
    finish(life: { runnerId: string; epoch: number }, program: ConfinedProgram): Promise<ConfinedLaunch>
  }>
}

export interface ConfinerOptions {
  machine: MachineFacts
  cgroups: RunnerCgroups
  /** Scripts of ours that programs run, and what runs them. */
  ours: readonly string[]
  /** Directories of Stratavore's own. */
  hidden: readonly string[]
  /** Files of Stratavore's that hold secrets and may be anywhere. */
  secretFiles: readonly string[]
}

const refused = (message: string): LaunchRefused => new LaunchRefused('confinement_unavailable', message)

/** Does once what the launch will do, with a program that only looks: says why it would fail, where a terminal would not. */
async function rehearse(
  request: ConfinementRequest,
  machine: MachineFacts,
  env: ConfinedProgram['env'],
): Promise<void> {
  const look = { file: machine.tools.shell ?? '/bin/sh', args: ['-c', REHEARSAL, request.cwd, request.file] }
  const { file, args } = planConfinement({ ...request, ...look, groupFile: null }, machine)
  try {
    // The framework's types would have NODE_ENV in every environment.
    await run(file, args, { timeout: REHEARSAL_TIMEOUT_MS, env: env as NodeJS.ProcessEnv, cwd: '/' })
  } catch (error) {
    const said = (error as { stderr?: string }).stderr?.trim().split('\n').at(-1)
    const reason = said || `${request.file} or ${request.cwd} cannot be reached by the program`
    throw refused(`It cannot be confined as its project asks: ${reason}.`)
  }
}

export function createConfiner({ machine, cgroups, ours, hidden, secretFiles }: ConfinerOptions): Confiner {
  return {
    async begin(profile, agentEnv) {
      const problem = confinementProblem(profile, machine)
      if (problem !== null) throw refused(problem)
      const account = profile.user === null ? null : await findAccount(profile.user)
      if (profile.user !== null && account === null) throw refused(`There is no user ${profile.user} on this node.`)
      const owned = account === null ? agentEnv : environmentOf(account, agentEnv)
      return {
        env: profile.sandbox ? withinSandbox(owned) : owned,
        async finish({ runnerId, epoch }, { file, args, cwd, project, env, state }) {
          // env(1) would take it for a variable.
          if (profile.sandbox && file.includes('=')) throw refused(`A program at ${file} cannot be run in a sandbox.`)
          const place = {
            profile,
            project,
            env,
            program: file,
            state,
            account,
            setpriv: machine.tools.setpriv,
            ours,
            hidden,
            find: machine.tools.find,
            secretFiles,
          }
          const places = profile.sandbox ? await sandboxPlaces(place) : null
          const mounts = places === null ? [] : planMounts(places)
          const seen = places === null ? [] : seenPlaces(places)
          const request = { profile, account, mounts, seen, cwd, file, args, groupFile: null }
          if (profile.sandbox || account !== null) await rehearse(request, machine, env)
          const cgroup = machine.tools.shell === null ? null : await cgroups.open(runnerId, epoch)
          const plan = planConfinement({ ...request, groupFile: cgroup?.procsFile ?? null }, machine)
          return { ...plan, cgroup, account }
        },
      }
    },
  }
}
