import { homedir } from 'node:os'
import { join } from 'node:path'
import type { ProgramState } from '../provider'

/** Of its settings' directory what it makes itself. */
const GIT_IGNORED = ['node_modules', 'package.json', 'package-lock.json', 'bun.lock', '.gitignore']

type Environment = Readonly<Record<string, string | undefined>>

const homeOf = (env: Environment): string => env.HOME ?? homedir()

/** Where its conversations and its sign-ins are, for a child with this environment. */
export const opencodeData = (env: Environment): string =>
  join(env.XDG_DATA_HOME || join(homeOf(env), '.local/share'), 'opencode')

/**
 * Of opencode a sandbox has no more than copies of the sign-ins, and the settings to read: conversations are in one database
 * with commands that it runs, a sign-in may name a server whose settings it obeys, and plugins, language servers and Git
 * repositories that it works in lie beside them.
 */
export function opencodeState(env: Readonly<Record<string, string>>): ProgramState {
  const data = opencodeData(env)
  const state = join(env.XDG_STATE_HOME || join(homeOf(env), '.local/state'), 'opencode')
  const cache = join(env.XDG_CACHE_HOME || join(homeOf(env), '.cache'), 'opencode')
  const configuration = join(env.XDG_CONFIG_HOME || join(homeOf(env), '.config'), 'opencode')
  return {
    empty: [],
    directories: [],
    files: [],
    own: [data, state, cache],
    copied: ['auth.json', 'mcp-auth.json'].map((name) => join(data, name)),
    readable: [configuration],
    // All of them are read, one over the other.
    fixed: [
      ...['config.json', 'opencode.json', 'opencode.jsonc'].map((name) => ({
        path: join(configuration, name),
        // Without it the program writes one.
        empty: '{"$schema":"https://opencode.ai/config.json"}',
      })),
      // It would write this one too, and does not start where it cannot.
      { path: join(configuration, '.gitignore'), empty: GIT_IGNORED.join('\n') },
    ],
  }
}
