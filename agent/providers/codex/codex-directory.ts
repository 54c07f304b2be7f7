import { homedir } from 'node:os'
import { join } from 'node:path'

/** Where the program keeps its settings and conversations, for a child with this environment. */
export const codexDirectory = (env: Readonly<Record<string, string | undefined>>): string =>
  env.CODEX_HOME || join(env.HOME ?? homedir(), '.codex')
