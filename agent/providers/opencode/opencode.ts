import { access } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { PROVIDER_PROFILES } from '@/contracts/provider/provider-profiles'
import { allOwnPlaces } from '../../confinement/own-state'
import { findProgram } from '../find-program'
import { hookEnvironment } from '../hook-environment'
import { programBehindStub } from '../program-behind-stub'
import { checkedSessionId, LaunchRefused, type Provider } from '../provider'
import { opencodeData, opencodeState } from './state'
import { withPlugin } from './with-plugin'

/** Best first: the second is for processors without AVX2, and slower. */
const PACKAGES = ['', '-baseline', '-musl', '-baseline-musl'].map(
  (variant) => `opencode-${process.platform}-${process.arch}${variant}`,
)

/** What it prints when it leaves: `Continue  opencode -s ses_...`. */
const FAREWELL = /\bopencode -s (ses_[A-Za-z0-9]+)/

const isThere = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  )

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
    // All of them are in one database, which only the program itself reads, or in one of a project's sandboxes.
    const data = opencodeData(env)
    const candidates = [data, ...(await allOwnPlaces(env.HOME ?? homedir(), data))]
    for (const path of candidates.map((place) => join(place, 'opencode.db')))
      if (await isThere(path)) return { path, cwd: null }
    return null
  },
  state: opencodeState,
  sessionInFarewell: (lastLines) => FAREWELL.exec(lastLines)?.[1] ?? null,
})
