import { PROVIDER_PROFILES } from '@/contracts/provider/provider-profiles'
import { findSessionFile } from '../../transcripts/find-session-file'
import { findProgram } from '../find-program'
import { hookEnvironment } from '../hook-environment'
import { programBehindStub } from '../program-behind-stub'
import { checkedSessionId, type Provider, sessionGone } from '../provider'
import { claudeDirectory } from './claude-directory'
import { hookSettings } from './hook-settings'
import { claudeSessionFile } from './session-file'
import { claudeState } from './state'
import { telemetryEnvironment } from './telemetry-environment'
import { titleActivity } from './title-activity'

/** Marks of a Claude session that we were started from: a child that saw them would take itself for nested. */
const PARENT_SESSION_NAMES = [
  '!CLAUDE_PID',
  '!CLAUDE_CODE_SESSION_ID',
  '!CLAUDE_CODE_ENTRYPOINT',
  '!CLAUDE_CODE_SSE_PORT',
  '!CLAUDE_CODE_MESSAGING_TOKEN',
  '!CLAUDE_ENV_FILE',
  '!CLAUDE_PROJECT_DIR',
]

export const claude: Provider = {
  id: 'claude',
  ...PROVIDER_PROFILES.claude,
  installHint:
    'Install Claude Code with `npm install -g @anthropic-ai/claude-code`, then run `claude` once to sign in.',
  activitySource: 'program',
  transcriptRoot: claudeDirectory,
  state: claudeState,
  prompting: { style: 'paste', tells: true },
  programFile: claudeSessionFile,
  titleActivity,
  async find(env) {
    const path = await findProgram('claude', env)
    const platform = `@anthropic-ai/claude-code-${process.platform}-${process.arch}`
    return path && programBehindStub(path, { packages: [platform, `${platform}-musl`], file: 'claude' })
  },
  environment: (env) => [
    'ANTHROPIC_*',
    'CLAUDE_*',
    ...PARENT_SESSION_NAMES,
    'IS_SANDBOX',
    'DISABLE_AUTOUPDATER',
    'DISABLE_TELEMETRY',
    'DISABLE_ERROR_REPORTING',
    'OTEL_*',
    // Cloud credentials reach it only where it was told to use that cloud.
    ...(env.CLAUDE_CODE_USE_BEDROCK ? ['AWS_*'] : []),
    ...(env.CLAUDE_CODE_USE_VERTEX ? ['GOOGLE_*', 'CLOUD_ML_REGION', 'VERTEX_*'] : []),
  ],
  async command({ prompt, providerSessionId, sessionMode, forkOf, cwd, env, integration }) {
    const args = ['--settings', hookSettings(integration)]
    if (providerSessionId !== null) {
      const id = checkedSessionId(providerSessionId)
      // `--session-id` refuses an id that is in use, `--resume` one that is not.
      if ((await findSessionFile([claudeDirectory(env)], id)) !== null) args.push('--resume', id)
      else if (sessionMode === 'resume') throw sessionGone()
      else if (forkOf === null) args.push('--session-id', id)
      else args.push('--resume', checkedSessionId(forkOf), '--fork-session', '--session-id', id)
    }
    if (prompt !== null) args.push('--', prompt)
    return {
      args,
      typed: null,
      env: { ...hookEnvironment(integration, env), ...(await telemetryEnvironment(integration, env, cwd)) },
    }
  },
}
