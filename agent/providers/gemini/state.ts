import { join } from 'node:path'
import type { ProgramState } from '../provider'
import { geminiDirectory } from './gemini-directory'

/** What its user has written or installed: text that it obeys, and programs that it starts. */
const MADE_BY_ITS_USER = [
  ...['.env', 'GEMINI.md', 'acknowledgments', 'agents', 'commands', 'extensions', 'hooks', 'keybindings.json'],
  ...['policies', 'policy_integrity.json', 'skills', 'trustedFolders.json', 'trusted_hooks.json'],
]

/** Of Gemini CLI a sandbox has the conversations, which are in `tmp`, and the sign-in. */
export function geminiState(env: Readonly<Record<string, string>>): ProgramState {
  const directory = geminiDirectory(env)
  const within = (names: readonly string[]): string[] => names.map((name) => join(directory, name))
  return {
    empty: [directory],
    directories: within(['tmp']),
    files: within(['oauth_creds.json', 'google_accounts.json', 'mcp-oauth-tokens.json', 'gemini-credentials.json']),
    // Programs that it has fetched, and Git repositories that it works in.
    own: within(['tmp/bin', 'history']),
    // Which project has which directory in `tmp`, and whose installation it is.
    copied: within(['projects.json', 'installation_id', 'state.json']),
    readable: within(MADE_BY_ITS_USER),
    fixed: within(['settings.json']).map((path) => ({ path, empty: '{}' })),
  }
}
