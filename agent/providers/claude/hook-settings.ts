import type { Integration } from '../provider'

/** Named in the settings by its name; its value stays in the environment. */
const SECRET_VARIABLE = 'STRATAVORE_HOOK_SECRET'
const URL_VARIABLE = 'STRATAVORE_HOOK_URL'

/** Seconds a program waits for an agent that hangs; what it asks the agent is answered in milliseconds. */
const TELLING_TIMEOUT_S = 5
/** A question to a person stays open for a day, then the program's own dialog is all that is left. */
const ASKING_TIMEOUT_S = 86_400

/** What is told over HTTP. Not WorktreeCreate and WorktreeRemove: a hook of theirs replaces what the program does. */
const TOLD = [
  'UserPromptSubmit',
  'PreToolUse',
  'PostToolUse',
  'PostToolUseFailure',
  'SubagentStart',
  'SubagentStop',
  'Notification',
  'Stop',
  'StopFailure',
  'PreCompact',
  'SessionEnd',
]
const ASKED = ['PermissionRequest']

const shellQuoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`

/**
 * The `--settings` of one launch: hooks that report to the agent. They are merged with the user's own settings, whose
 * files stay as they are. Of two `--settings` only the last counts: a launch has no flags of the user's, so ours is alone.
 */
export function hookSettings({ hookUrl, relayScript }: Integration): string {
  const http = (timeout: number) => [
    {
      hooks: [
        {
          type: 'http',
          url: hookUrl,
          headers: { 'x-stratavore-secret': `$${SECRET_VARIABLE}` },
          allowedEnvVars: [SECRET_VARIABLE],
          timeout,
        },
      ],
    },
  ]
  // The program sends this one to commands only.
  const command = [process.execPath, relayScript].map(shellQuoted).join(' ')
  const hooks = {
    ...Object.fromEntries(TOLD.map((name) => [name, http(TELLING_TIMEOUT_S)])),
    ...Object.fromEntries(ASKED.map((name) => [name, http(ASKING_TIMEOUT_S)])),
    SessionStart: [{ hooks: [{ type: 'command', command, timeout: TELLING_TIMEOUT_S }] }],
  }
  return JSON.stringify({ hooks })
}

const PROXY_NAMES = ['HTTP_PROXY', 'http_proxy', 'ALL_PROXY', 'all_proxy']

/** What the hooks need in the program's environment: the secret, and a way past the user's proxy. */
export function hookEnvironment(
  { hookUrl, secret }: Integration,
  env: Readonly<Record<string, string>>,
): Record<string, string> {
  const direct = [env.NO_PROXY ?? env.no_proxy, '127.0.0.1'].filter(Boolean).join(',')
  const hasProxy = PROXY_NAMES.some((name) => env[name])
  return {
    [URL_VARIABLE]: hookUrl,
    [SECRET_VARIABLE]: secret,
    ...(hasProxy ? { NO_PROXY: direct, no_proxy: direct } : {}),
  }
}
