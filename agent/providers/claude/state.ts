import { join } from 'node:path'
import type { ProgramState } from '../provider'
import { claudeDirectory } from './claude-directory'

/** What its user has written or installed: text that it obeys, and programs that it starts. */
const MADE_BY_ITS_USER = [
  ...['CLAUDE.md', 'agents', 'commands', 'hooks', 'keybindings.json', 'output-styles', 'plugins', 'rules', 'skills'],
  ...['themes', 'workflows'],
]

/**
 * Of Claude Code a sandbox has the conversations, the files by which running ones tell of themselves, and the sign-in. The
 * rest of its directory has too much that the next one starts unasked: `jobs`, `daemon`, `shell-snapshots`, `session-env`, and
 * a `.config.json` that it prefers to `~/.claude.json`, which says what MCP servers to start and what to trust.
 */
export function claudeState(env: Readonly<Record<string, string>>): ProgramState {
  const directory = claudeDirectory(env)
  const home = env.CLAUDE_CONFIG_DIR || env.HOME
  const within = (names: readonly string[]): string[] => names.map((name) => join(directory, name))
  return {
    empty: [directory],
    directories: within(['projects', 'sessions']),
    // Bound as itself: a sign-in is renewed once, for all.
    files: within(['.credentials.json']),
    own: within(['file-history', 'plans', 'tasks', 'todos']),
    copied: home === undefined ? [] : [join(home, '.claude.json')],
    readable: within(MADE_BY_ITS_USER),
    fixed: within(['settings.json', 'settings.local.json']).map((path) => ({ path, empty: '{}' })),
  }
}
