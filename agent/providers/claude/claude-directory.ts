import { homedir } from 'node:os'
import { join } from 'node:path'

/** Where the program keeps its settings, transcripts and session files, for a child with this environment. */
export const claudeDirectory = (env: Readonly<Record<string, string | undefined>>): string =>
  env.CLAUDE_CONFIG_DIR || join(env.HOME ?? homedir(), '.claude')
