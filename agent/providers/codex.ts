import { findProgram } from './find-program'
import { checkedSessionId, type Provider } from './provider'

export const codex: Provider = {
  id: 'codex',
  displayName: 'Codex',
  installHint: 'Install Codex with `npm install -g @openai/codex`, then run `codex login`.',
  politeSignal: 'SIGTERM',
  activitySource: 'program',
  find: (env) => findProgram('codex', env),
  environment: () => ['OPENAI_*', 'CODEX_*'],
  async command({ prompt, providerSessionId }) {
    // Codex makes its own session ids: one that we know of exists.
    const args = providerSessionId === null ? [] : ['resume', checkedSessionId(providerSessionId)]
    if (prompt !== null) args.push('--', prompt)
    return { args, typed: null }
  },
}
