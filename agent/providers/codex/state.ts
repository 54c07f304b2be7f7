import { join } from 'node:path'
import type { ProgramState } from '../provider'
import { codexDirectory } from './codex-directory'

/** What its user has written or installed: text that it obeys, and programs that it starts. */
const MADE_BY_ITS_USER = [
  ...[
    '.env',
    'AGENTS.md',
    'AGENTS.override.md',
    'agents',
    'hooks',
    'hooks.json',
    'plugins',
    'prompts',
    'rules',
    'skills',
  ],
  'themes',
]

/** Of Codex a sandbox has the conversations and the sign-in. Its databases are an index that it makes anew. */
export function codexState(env: Readonly<Record<string, string>>): ProgramState {
  const directory = codexDirectory(env)
  const within = (names: readonly string[]): string[] => names.map((name) => join(directory, name))
  return {
    empty: [directory],
    directories: within(['sessions', 'archived_sessions']),
    files: within(['auth.json', '.credentials.json']),
    own: within(['memories', 'generated_images']),
    copied: within(['installation_id', 'version.json']),
    readable: within(MADE_BY_ITS_USER),
    fixed: within(['config.toml']).map((path) => ({ path, empty: '' })),
  }
}
