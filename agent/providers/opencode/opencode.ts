import { access } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { PROVIDER_PROFILES } from '@/contracts/provider/provider-profiles'
import { findProgram } from '../find-program'
import { hookEnvironment } from '../hook-environment'
import { programBehindStub } from '../program-behind-stub'
import { checkedSessionId, LaunchRefused, type Provider } from '../provider'
import { withPlugin } from './with-plugin'

/** Best first: the second is for processors without AVX2, and slower. */
const PACKAGES = ['', '-baseline', '-musl', '-baseline-musl'].map(
  (variant) => `opencode-${process.platform}-${process.arch}${variant}`,
)

/** What it prints when it leaves: `Continue  opencode -s ses_...`. */
const FAREWELL = /\bopencode -s (ses_[A-Za-z0-9]+)/

/** `pluginScript` is the bundle of the plugin by which it tells what it does. */
export const createOpencodeProvider = (pluginScript: string): Provider => ({
  id: 'opencode',
  ...PROVIDER_PROFILES.opencode,
  installHint: 'Install opencode with `npm install -g opencode-ai`, then run `opencode auth login`.',
  activitySource: 'program',
  prompting: { style: 'paste', tells: true },
  async find(env) {
    const path = await findProgram('opencode', env)
    return path && programBehindStub(path, { packages: PACKAGES, file: 'bin/opencode' })
  },
  environment: () => ['OPENCODE_*', 'ANTHROPIC_API_KEY', 'OPENAI_API_KEY', 'GEMINI_API_KEY'],
  async command({ prompt, providerSessionId, forkOf, env, integration }) {
    const from = providerSessionId ?? forkOf
    const args = from === null ? [] : [`--session=${checkedSessionId(from)}`]
    if (providerSessionId === null && forkOf !== null) args.push('--fork')
    const told = {
      ...hookEnvironment(integration, env),
      ...withPlugin(env, pluginScript),
      STRATAVORE_SESSION: providerSessionId ?? '',
    }
    if (prompt === null) return { args, typed: null, env: told }
    // It takes the option and does nothing with it: better said than lost.
    if (from !== null)
      throw new LaunchRefused(
        'invalid_input',
        'opencode takes no prompt with a session: resume it, then send the prompt.',
      )
    // Its positional argument is a directory: a prompt goes by the option, in one argument with `=`.
    return { args: [...args, `--prompt=${prompt}`], typed: null, env: told }
  },
  async findSessionFile(_sessionId, env) {
    // All of them are in one database, which only the program itself reads.
    const path = join(env.XDG_DATA_HOME || join(env.HOME ?? homedir(), '.local/share'), 'opencode/opencode.db')
    return access(path).then(
      () => ({ path, cwd: null }),
      () => null,
    )
  },
  state(env) {
    const home = env.HOME ?? homedir()
    const places = [
      env.XDG_DATA_HOME || join(home, '.local/share'),
      env.XDG_STATE_HOME || join(home, '.local/state'),
      env.XDG_CACHE_HOME || join(home, '.cache'),
    ]
    const configuration = join(env.XDG_CONFIG_HOME || join(home, '.config'), 'opencode')
    return {
      directories: [...places.map((place) => join(place, 'opencode')), configuration],
      files: [],
      // All of them are read, one over the other.
      fixed: ['config.json', 'opencode.json', 'opencode.jsonc'].map((name) => ({
        path: join(configuration, name),
        // Without it the program writes one.
        empty: '{"$schema":"https://opencode.ai/config.json"}',
      })),
    }
  },
  sessionInFarewell: (lastLines) => FAREWELL.exec(lastLines)?.[1] ?? null,
})
