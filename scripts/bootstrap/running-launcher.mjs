import { readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'

/** The home that `stratavore up` with these arguments means. Only a guess: the launcher reads the settings properly. */
function homeOf(args, env) {
  const index = args.findIndex((arg) => arg === '--home' || arg.startsWith('--home='))
  const flag = index < 0 ? undefined : (args[index].split('=')[1] ?? args[index + 1])
  return resolve(flag ?? (env.STRATAVORE_HOME || join(env.HOME || homedir(), '.local/share/stratavore')))
}

/**
 * Whether a launcher seems to run for these arguments. Then nothing is built: a build would change the files under the
 * running dashboard, and the launcher will only say that it runs.
 */
export function launcherSeemsToRun(args, env) {
  try {
    const { pid } = JSON.parse(readFileSync(join(homeOf(args, env), 'run', 'launcher.json'), 'utf8'))
    process.kill(pid, 0)
    return true
  } catch {
    return false // No record, a stale one, or not ours to signal: then the ordinary start decides.
  }
}
