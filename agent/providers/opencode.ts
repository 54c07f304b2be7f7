import { findProgram } from './find-program'
import { checkedSessionId, type Provider } from './provider'

export const opencode: Provider = {
  id: 'opencode',
  displayName: 'opencode',
  installHint: 'Install opencode with `npm install -g opencode-ai`, then run `opencode auth login`.',
  politeSignal: 'SIGTERM',
  activitySource: 'program',
  find: (env) => findProgram('opencode', env),
  environment: () => ['OPENCODE_*', 'ANTHROPIC_API_KEY', 'OPENAI_API_KEY', 'GEMINI_API_KEY'],
  async command({ prompt, providerSessionId }) {
    const args = providerSessionId === null ? [] : [`--session=${checkedSessionId(providerSessionId)}`]
    // Its positional argument is a directory: a prompt goes by the option, in one argument with `=`.
    if (prompt !== null) args.push(`--prompt=${prompt}`)
    return { args, typed: null }
  },
}
