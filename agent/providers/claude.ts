import { access, readdir } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { findProgram } from './find-program'
import { checkedSessionId, type Provider } from './provider'

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

/** Whether the session has a transcript, in whichever project it was written. */
async function hasTranscript(sessionId: string, env: Readonly<Record<string, string>>): Promise<boolean> {
  const configDir = env.CLAUDE_CONFIG_DIR ?? join(env.HOME ?? homedir(), '.claude')
  const projects = join(configDir, 'projects')
  const slugs = await readdir(projects).catch(() => [])
  for (const slug of slugs) {
    const found = await access(join(projects, slug, `${sessionId}.jsonl`)).then(
      () => true,
      () => false,
    )
    if (found) return true
  }
  return false
}

export const claude: Provider = {
  id: 'claude',
  displayName: 'Claude Code',
  installHint:
    'Install Claude Code with `npm install -g @anthropic-ai/claude-code`, then run `claude` once to sign in.',
  politeSignal: 'SIGTERM',
  activitySource: 'program',
  find: (env) => findProgram('claude', env),
  environment: (env) => [
    'ANTHROPIC_*',
    'CLAUDE_*',
    ...PARENT_SESSION_NAMES,
    'IS_SANDBOX',
    'DISABLE_AUTOUPDATER',
    'DISABLE_TELEMETRY',
    'DISABLE_ERROR_REPORTING',
    // Cloud credentials reach it only where it was told to use that cloud.
    ...(env.CLAUDE_CODE_USE_BEDROCK ? ['AWS_*'] : []),
    ...(env.CLAUDE_CODE_USE_VERTEX ? ['GOOGLE_*', 'CLOUD_ML_REGION', 'VERTEX_*'] : []),
  ],
  async command({ prompt, providerSessionId, env }) {
    const args: string[] = []
    if (providerSessionId !== null) {
      const id = checkedSessionId(providerSessionId)
      // `--session-id` refuses an id that is in use, `--resume` one that is not.
      args.push((await hasTranscript(id, env)) ? '--resume' : '--session-id', id)
    }
    if (prompt !== null) args.push('--', prompt)
    return { args, typed: null }
  },
}
