import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { findProgram } from '../providers/find-program'
import type { Ability, MachineFacts } from './machine'
import { SIGNALS_LEFT_TO_THE_PROGRAM } from './plan-confinement'
import { isolationArgs, systemMounts } from './plan-mounts'

const run = promisify(execFile)

/** A trial starts one program; whoever has to wait longer could not launch anything either. */
const TRIAL_TIMEOUT_MS = 10_000

const missing = (what: string): Ability => ({ works: false, reason: what })

async function tried(command: string[], what: string): Promise<Ability> {
  const [file = '', ...args] = command
  try {
    await run(file, args, { timeout: TRIAL_TIMEOUT_MS })
    return { works: true }
  } catch (error) {
    const said = (error as { stderr?: string }).stderr?.trim().split('\n').at(-1)
    return { works: false, reason: `${what} does not work here: ${said || (error as Error).message}` }
  }
}

/** Tries for real: what is installed may still be forbidden, such as user namespaces in many containers. */
export async function probeMachine(env: Readonly<Record<string, string | undefined>>): Promise<MachineFacts> {
  const uid = process.getuid?.() ?? 0
  const nothing = { setpriv: null, bwrap: null, env: null, shell: null, stat: null, find: null }
  if (process.platform !== 'linux') {
    const ability = missing('runners can be confined on Linux only')
    return { uid, tools: nothing, locking: ability, sandbox: ability }
  }
  const look = (name: string) => findProgram(name, { PATH: env.PATH ?? '/usr/bin:/bin' })
  const names = ['setpriv', 'bwrap', 'env', 'sh', 'stat', 'find']
  const [setpriv = null, bwrap = null, envTool = null, shell = null, stat = null, find = null] = await Promise.all(
    names.map(look),
  )
  const tools = { setpriv, bwrap, env: envTool, shell, stat, find }
  const [locking, sandbox] = await Promise.all([
    tools.setpriv === null || tools.env === null
      ? missing('setpriv (util-linux) is not installed')
      : tried([tools.setpriv, '--no-new-privs', tools.env], 'setpriv'),
    tools.bwrap === null || tools.env === null || tools.shell === null || tools.stat === null || tools.find === null
      ? missing('bubblewrap (bwrap), env, sh, stat or find is not installed')
      : tried(
          [
            ...[tools.env, `--ignore-signal=${SIGNALS_LEFT_TO_THE_PROGRAM}`, tools.bwrap],
            ...[...systemMounts().flat(), ...isolationArgs({ network: false }), '--'],
            ...[tools.env, `--default-signal=${SIGNALS_LEFT_TO_THE_PROGRAM}`, tools.env],
          ],
          'bubblewrap',
        ),
  ])
  return { uid, tools, locking, sandbox }
}
