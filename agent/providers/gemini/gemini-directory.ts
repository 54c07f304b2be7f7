import { homedir } from 'node:os'
import { join } from 'node:path'

/** Where the program keeps its settings and conversations, for a child with this environment. */
export const geminiDirectory = (env: Readonly<Record<string, string | undefined>>): string =>
  join(env.GEMINI_CLI_HOME || env.HOME || homedir(), '.gemini')
