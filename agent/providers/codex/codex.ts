import { PROVIDER_PROFILES } from '@/contracts/provider/provider-profiles'
import { findProgram } from '../find-program'
import { createHelpReader } from '../program-help'
import { checkedSessionId, type Provider } from '../provider'
import { codexDirectory } from './codex-directory'
import { findRollout, findSessions } from './find-sessions'
import { codexState } from './state'

const readHelp = createHelpReader()

/**
 * Since 0.169 it runs conversations in a background server that all of a user's terminals share: the tools of one runner
 * would be another runner's children, have that one's environment, and end with it.
 */
const NO_DAEMON = '--no-daemon'

/** Codex makes its own session ids: one that we know of exists. */
function sessionArgs(providerSessionId: string | null, forkOf: string | null): string[] {
  if (providerSessionId !== null) return ['resume', checkedSessionId(providerSessionId)]
  return forkOf === null ? [] : ['fork', checkedSessionId(forkOf)]
}

export const codex: Provider = {
  id: 'codex',
  ...PROVIDER_PROFILES.codex,
  installHint: 'Install Codex with `npm install -g @openai/codex`, then run `codex login`.',
  activitySource: 'program',
  prompting: { style: 'paste', tells: false },
  find: (env) => findProgram('codex', env),
  environment: () => ['OPENAI_*', 'CODEX_*'],
  async command({ prompt, providerSessionId, forkOf, program, env }) {
    const args = (await readHelp(program, env)).includes(NO_DAEMON) ? [NO_DAEMON] : []
    args.push(...sessionArgs(providerSessionId, forkOf))
    if (prompt !== null) args.push('--', prompt)
    return { args, typed: null }
  },
  findSessions,
  findSessionFile: findRollout,
  transcriptRoot: codexDirectory,
  state: codexState,
}
