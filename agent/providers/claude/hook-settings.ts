import { SECRET_VARIABLE } from '../hook-environment'
import type { Integration } from '../provider'

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
